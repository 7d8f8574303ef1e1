"""The client's windows: tray, popup."""
