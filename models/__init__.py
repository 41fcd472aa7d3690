"""What crosses a boundary between services: wire models, enums and error codes."""
