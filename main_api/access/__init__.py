"""Access: how long a user may use the servers, changed exactly once by each key."""
