"""The server: sees SIP calls on a mirror port and tells the called person's PC."""
