"""What Windows keeps for the server: its firewall rules and the task that starts it. No Qt, no engine."""
