"""How many held-out rows an evaluation reads [X19]."""

from __future__ import annotations

FEWEST_ROWS = 32
"""An evaluation that reads fewer says too little."""
LARGEST_SHARE = 0.2
"""Of the samples that are trained between two evaluations."""


def evaluation_rows(
    held_out: int, train_rows: int, *, epochs: float | None, max_steps: int | None, evaluations: int
) -> int:
    """Rows of each evaluation: at most a fifth of the samples trained in between, and at least 32.

    It follows from what all runs of a sweep share, so that their losses are over the same rows. Where
    steps are given instead of epochs, samples depend on the batch size, so a batch of one is counted.
    """
    samples = max_steps if max_steps is not None else (epochs or 1.0) * train_rows
    return min(held_out, max(FEWEST_ROWS, int(LARGEST_SHARE * samples / evaluations)))
