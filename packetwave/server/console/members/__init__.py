"""The members page: the table edited in place, import, requests."""
