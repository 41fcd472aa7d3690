"""Plumbing that at least two services use."""
