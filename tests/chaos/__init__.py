"""Calls on a real wire while the server is killed, stopped and starved; and whether its books are right."""
