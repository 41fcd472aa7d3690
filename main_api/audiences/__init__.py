"""Whom a broadcast reaches: how many they are, and who, a page at a time."""
