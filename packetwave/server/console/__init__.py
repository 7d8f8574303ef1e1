"""The server's window."""
