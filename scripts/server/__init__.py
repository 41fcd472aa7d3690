"""Makes a fresh machine a VPN server, and looks after it; nothing but Python's own library."""
