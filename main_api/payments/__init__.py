"""Orders and the money for them: written first, paid once, granted once, told once."""
