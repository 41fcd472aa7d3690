"""Messages of the core's gRPC API, compiled; the command is in country_api/core/client.py."""
