"""Configurations from Optuna's TPE sampler."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alto_agent.tuning.search.sample_random import rounded, sample_random
from alto_agent.tuning.search.search_space import Choice, Params, Range, SearchSpace

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution


@dataclass(frozen=True)
class Told:
    """A run that has ended: its configuration and its best validation loss (None: never finite)."""

    params: Params
    value: float | None


def ask_tpe(
    space: SearchSpace, runs: int, seed: int, told: Sequence[Told] = (), pending: Sequence[Params] = ()
) -> list[Params]:
    """The next `runs` configurations, different from those told and pending; fewer where none are left.

    Nothing is kept between calls: the study is built anew from `told` (in the order of their ends) and
    `pending` (asked for and still training), so a restart goes on as if there had been none, and equal
    arguments give equal answers. The first ten configurations are random: before that there is too little to
    model.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(
        seed=(seed * 1_000_003 + len(told) * 1009 + len(pending)) % 2**32,
        multivariate=True,
        constant_liar=True,
    )
    study = optuna.create_study(sampler=sampler)
    distributions = {
        name: distribution
        for name, dimension in space.items()
        if (distribution := _distribution(dimension)) is not None
    }
    for run in told:
        _add(study, space, distributions, run.params, math.inf if run.value is None else run.value)
    for params in pending:
        _add(study, space, distributions, params, None)
    taken = [*(run.params for run in told), *pending]
    asked: list[Params] = []
    for number in range(runs):
        trial = study.ask(distributions)
        params = {name: _decode(dimension, trial.params.get(name)) for name, dimension in space.items()}
        if params in taken:
            # The sampler repeats itself in small spaces; a repeated configuration teaches nothing.
            fresh = sample_random(space, 1, seed + len(taken) + number, tuple(taken))
            if not fresh:
                break
            params = fresh[0]
        asked.append(params)
        taken.append(params)
    return asked


def _distribution(dimension: Choice | Range) -> "BaseDistribution | None":
    """None for a constant. Numbers are places in their sorted list: the sampler then knows their order."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(dimension, Choice):
        places = len(dimension.values)
        if places == 1:
            return None
        if _are_numbers(dimension):
            return IntDistribution(0, places - 1)
        return CategoricalDistribution(list(range(places)))
    if dimension.whole:
        return IntDistribution(math.ceil(dimension.low), math.floor(dimension.high), log=dimension.log)
    return FloatDistribution(dimension.low, dimension.high, log=dimension.log)


def _ordered(dimension: Choice) -> list[Any]:
    return sorted(dimension.values) if _are_numbers(dimension) else list(dimension.values)


def _are_numbers(dimension: Choice) -> bool:
    return all(isinstance(value, int | float) for value in dimension.values)


def _decode(dimension: Choice | Range, value: Any) -> Any:
    if isinstance(dimension, Choice):
        return _ordered(dimension)[0 if value is None else value]
    return value if dimension.whole else min(dimension.high, max(dimension.low, rounded(value)))


def _add(
    study: Any,
    space: SearchSpace,
    distributions: "dict[str, BaseDistribution]",
    params: Params,
    value: float | None,
) -> None:
    """Adds a past run, or with no value one that still trains. Runs outside of the space teach nothing."""
    from optuna.trial import TrialState, create_trial

    encoded: dict[str, Any] = {}
    for name in distributions:
        dimension = space[name]
        inside = params.get(name)
        if isinstance(dimension, Choice):
            if inside not in dimension.values:
                return
            encoded[name] = _ordered(dimension).index(inside)
        elif isinstance(inside, int | float) and dimension.low <= inside <= dimension.high:
            encoded[name] = inside
        else:
            return
    state = TrialState.RUNNING if value is None else TrialState.COMPLETE
    study.add_trial(create_trial(state=state, value=value, params=encoded, distributions=distributions))
