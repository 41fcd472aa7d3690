"""The catalogue: what can be bought, for how long and for how much."""
