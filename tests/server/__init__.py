"""The installer of a server, step by step; `make install-proof` runs all of it in a machine."""
