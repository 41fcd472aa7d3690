"""One message to many: recipients frozen, each served at most once, whatever dies on the way."""
