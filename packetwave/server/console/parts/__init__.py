"""Widgets, cells and words that the console's pages share. They know no engine."""
