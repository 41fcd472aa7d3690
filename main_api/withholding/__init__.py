"""Withholds users from the servers at a tariff's limits, where the operator lets it (ADR 25)."""
