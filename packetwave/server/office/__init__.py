"""The values everyone in the server shares: members and call records. Pure."""
