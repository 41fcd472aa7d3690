"""Planned changes of what customers' links hold: `python -m country_api.rotation`, as root."""
