"""When a run is evaluated."""

from __future__ import annotations

FIRST_POINT_SHARE = 4
"""One more evaluation at this fraction of the first interval, so that a chart shows a point soon."""


def evaluation_steps(total_steps: int, evaluations: int) -> frozenset[int]:
    """Steps after which to evaluate: equal fractions of the run, its end included, and one early on.

    Equal fractions make runs of different batch sizes comparable at equal samples.
    """
    count = min(evaluations, total_steps)
    steps = {-(-total_steps * part // count) for part in range(1, count + 1)}
    early = min(steps) // FIRST_POINT_SHARE
    return frozenset(steps | ({early} if early > 0 else set()))
