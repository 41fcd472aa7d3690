"""A shop whose servers are hosts of their own, reached over links that fail, for `make apart`."""
