"""Data sets: references, rows, tokens, and the held-out split."""
