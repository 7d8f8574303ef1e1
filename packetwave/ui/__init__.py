"""Qt basics both programs use: thread bridge, quitting, languages, theme, icons."""
