"""Bytes and devices of every user by day and server, mirrored from the servers and kept 90 days."""
