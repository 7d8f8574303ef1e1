"""The calls page: the call log, its words, its export."""
