"""The VPN core of this server: its gRPC API, its accounts, its config file."""
