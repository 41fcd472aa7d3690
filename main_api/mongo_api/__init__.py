"""The abstraction that stores and finds: collections, their indexes, counters."""
