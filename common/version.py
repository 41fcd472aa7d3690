"""The version of all services: CHANGELOG heading, git tag and /health say the same."""

VERSION = "0.1.0"
