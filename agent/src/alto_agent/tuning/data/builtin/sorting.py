"""Lists of numbers to be put in order."""

from random import Random

from alto_agent.tuning.data.builtin.task import BuiltinTask
from alto_agent.tuning.data.rows import PromptText


def _make(rng: Random) -> PromptText:
    numbers = [rng.randrange(10) for _ in range(rng.randint(4, 8))]
    return PromptText(
        f"sort {' '.join(map(str, numbers))} :",
        " " + " ".join(map(str, sorted(numbers))),
    )


SORTING = BuiltinTask(
    "sorting",
    "Sorting digits",
    "Four to eight digits in random order, answered in ascending order. Medium: improves steadily.",
    2000,
    _make,
)
