"""Watches the servers: how each fares, who with access is missing on it, and tells the owner."""
