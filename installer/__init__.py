"""Making the installable programs from the sources; nothing here is part of the running programs."""
