"""Chaos: every process is killed at random moments while people buy; then everything is counted."""
