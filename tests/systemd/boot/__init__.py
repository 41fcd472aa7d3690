"""A machine that is booted with the project on it, for `make boot`."""
