"""The agent of one server abroad: its users, on disk and in its VPN core."""
