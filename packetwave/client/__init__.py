"""The client: a tray icon and a popup on the called person's PC."""
