"""Sums and differences of two-digit numbers: carries are hard for a small model."""

from random import Random

from alto_agent.tuning.data.builtin.task import BuiltinTask
from alto_agent.tuning.data.rows import PromptText


def _make(rng: Random) -> PromptText:
    a, b = rng.randrange(100), rng.randrange(100)
    if rng.random() < 0.3:
        a, b = max(a, b), min(a, b)
        return PromptText(f"{a}-{b}=", str(a - b))
    return PromptText(f"{a}+{b}=", str(a + b))


ARITHMETIC = BuiltinTask(
    "arithmetic",
    "Two-digit arithmetic",
    "Sums and differences such as 47+38= with the number as the answer. Hard: carries must be learned.",
    2400,
    _make,
)
