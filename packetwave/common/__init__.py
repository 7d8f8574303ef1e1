"""Qt-free basics both programs use: settings, paths, logs, single instance, phone numbers for display."""
