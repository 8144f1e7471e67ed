"""Every configuration of a grid."""

import math
from itertools import product
from typing import Any

from alto_agent.tuning.search.search_space import Choice, Params, SearchSpace, space_size
from alto_agent.tuning.user_error import UserError

LARGEST_GRID = 2_000


def expand_grid(space: SearchSpace, *, best_guesses_first: bool = False) -> list[Params]:
    """The full product, the last parameter changing fastest.

    With `best_guesses_first` configurations from the middle of the values come first and corners last, as the
    ends of a list are mostly there to be safe; equal distances keep their order. Raises
    `UserError("parameters…", …)` for a range or more than 2,000 configurations.
    """
    choices: dict[str, tuple[Any, ...]] = {}
    for name, dimension in space.items():
        if not isinstance(dimension, Choice):
            raise UserError(
                f"parameters.{name}",
                f"{name} is a range, and a grid needs values. List values or use random.",
            )
        choices[name] = dimension.values
    size = space_size(space)
    if size is None or size > LARGEST_GRID:
        raise UserError(
            "parameters", f"The grid has {size:,} configurations; at most {LARGEST_GRID:,} are possible."
        )
    grid = [dict(zip(choices, values, strict=True)) for values in product(*choices.values())]
    return sorted(grid, key=lambda params: _distance(params, choices)) if best_guesses_first else grid


def _distance(params: Params, choices: dict[str, tuple[Any, ...]]) -> float:
    """How far from the middle of all lists, counted in places."""
    return math.hypot(
        *(values.index(params[name]) - (len(values) - 1) / 2 for name, values in choices.items())
    )
