"""The embedded client: BSON documents in a SQLite file, several processes and threads."""
