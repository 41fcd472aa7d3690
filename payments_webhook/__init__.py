"""Takes providers' events without losing one, and is the only one that calls a provider."""
