"""What is said and asked before the window is there."""
