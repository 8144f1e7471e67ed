"""Data sets that are generated, the same on every machine."""
