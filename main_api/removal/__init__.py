"""Forgetting a person: at once for everybody who asks, at last by every server and neighbour."""
