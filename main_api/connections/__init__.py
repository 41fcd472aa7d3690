"""First connections: who has used a server at least once, by the bytes that its core counted."""
