"""The whole server without Qt: capture, members, hub and store put together."""
