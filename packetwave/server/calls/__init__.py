"""SIP messages to call events. Pure."""
