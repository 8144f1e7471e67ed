"""Noise levels of a flow-matching pipeline, from its scheduler's file.

Steps are Euler's whatever solver the file names: one that remembers earlier steps would have to park them.
"""

from __future__ import annotations

import math
from typing import Any


def flow_sigmas(scheduler: dict[str, Any], steps: int, positions: int) -> list[float]:
    """`steps + 1` values from 1 down to 0; `positions` are those of the transformer, for a shift by size."""
    trained = scheduler.get("num_train_timesteps", 1000)
    if scheduler.get("use_dynamic_shifting"):
        shift = math.exp(_dynamic_shift(scheduler, positions))
    else:
        shift = float(scheduler.get("flow_shift") or scheduler.get("shift") or 1.0)
    # Levels are spaced over what the model was trained on, whose lowest is the shifted 1/trained.
    lowest = _shifted(1 / trained, 1.0 if scheduler.get("use_dynamic_shifting") else shift)
    even = [1 + (lowest - 1) * step / max(1, steps - 1) for step in range(steps)]
    return [_shifted(level, shift) for level in even] + [0.0]


def _shifted(level: float, shift: float) -> float:
    return shift * level / (1 + (shift - 1) * level)


def _dynamic_shift(scheduler: dict[str, Any], positions: int) -> float:
    least, most = scheduler.get("base_image_seq_len", 256), scheduler.get("max_image_seq_len", 4096)
    low, high = scheduler.get("base_shift", 0.5), scheduler.get("max_shift", 1.15)
    return low + (high - low) * (positions - least) / (most - least)
