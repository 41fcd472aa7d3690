"""Notices about access: which are due when, handed to notify_service, which sends them."""
