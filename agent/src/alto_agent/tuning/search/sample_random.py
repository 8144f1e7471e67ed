"""Configurations drawn at random."""

import math
from itertools import product
from random import Random

from alto_agent.tuning.search.search_space import Choice, Params, Range, SearchSpace, space_size

_SMALL = 100_000


def sample_random(space: SearchSpace, runs: int, seed: int, taken: tuple[Params, ...] = ()) -> list[Params]:
    """`runs` different configurations, none of them in `taken`; fewer where the space has no more.

    Deterministic for a seed. Real numbers are rounded to three significant digits: more would tell no two
    learning rates apart.
    """
    rng = Random(seed)
    size = space_size(space)
    drawn: list[Params] = []
    misses = 0
    while len(drawn) < runs and misses < 1000:
        params = {name: draw(dimension, rng) for name, dimension in space.items()}
        if params in drawn or params in taken:
            misses += 1
        else:
            drawn.append(params)
    if len(drawn) < runs and size is not None and size <= _SMALL:
        # Few are left: take them from the whole list.
        left = [params for params in _all(space) if params not in drawn and params not in taken]
        rng.shuffle(left)
        drawn += left[: runs - len(drawn)]
    return drawn


def draw(dimension: Choice | Range, rng: Random) -> object:
    """One value of one parameter."""
    if isinstance(dimension, Choice):
        return rng.choice(dimension.values)
    if dimension.whole:
        low, high = math.ceil(dimension.low), math.floor(dimension.high)
        if dimension.log:
            return min(high, max(low, round(math.exp(rng.uniform(math.log(low), math.log(high))))))
        return rng.randint(low, high)
    if dimension.log:
        return rounded(math.exp(rng.uniform(math.log(dimension.low), math.log(dimension.high))))
    return rounded(rng.uniform(dimension.low, dimension.high))


def rounded(value: float) -> float:
    """Three significant digits."""
    return float(f"{value:.3g}")


def _all(space: SearchSpace) -> list[Params]:
    lists = [
        dimension.values
        if isinstance(dimension, Choice)
        else tuple(range(math.ceil(dimension.low), math.floor(dimension.high) + 1))
        for dimension in space.values()
    ]
    return [dict(zip(space, values, strict=True)) for values in product(*lists)]
