"""The whole shop on one machine, on loopback, with doubles of everything outside it."""
