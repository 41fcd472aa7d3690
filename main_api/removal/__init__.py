"""Deletion of a person: from the servers first, then the data."""
