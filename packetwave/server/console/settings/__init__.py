"""The settings page, and what Windows keeps for the server."""
