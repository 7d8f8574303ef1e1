"""Widgets, cells and words that the console's pages share. They know nothing of the engine but its codes."""
