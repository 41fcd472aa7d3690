"""One narrow Collection protocol, with MongoDB or an embedded SQLite file behind it."""
