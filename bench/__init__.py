"""The load test: what the shop does under load, measured on one machine against fixed bars."""
