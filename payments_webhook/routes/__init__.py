"""What can be asked of this service, one file a kind of caller."""
