"""Members and call history. The only importer of pymongo and sqlite3."""
