"""The client's windows: tray icon, popups, the window with its state and settings."""
