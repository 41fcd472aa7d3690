"""What systemd starts when a unit has crashed or failed: tells the owner, whoever else is down."""
