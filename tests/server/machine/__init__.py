"""A fresh machine on which the installer is run for real, for `make install-proof`."""
