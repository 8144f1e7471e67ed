"""The search space of a sweep file: for each parameter either values or a range."""

import math
from dataclasses import dataclass
from typing import Any, Literal, cast

from alto_agent.tuning.user_error import UserError

Distribution = Literal["uniform", "log_uniform", "int_uniform"]
Params = dict[str, Any]
"""One configuration: a value for each parameter of the space."""

_WHOLE_NUMBERS = ("rank", "batch_size", "seed")


@dataclass(frozen=True)
class Choice:
    """A finite list of values, without repeats."""

    values: tuple[Any, ...]


@dataclass(frozen=True)
class Range:
    """All numbers from `low` to `high`, or all whole ones; evenly, or evenly by their logarithm."""

    low: float
    high: float
    log: bool
    whole: bool


SearchSpace = dict[str, Choice | Range]


def parse_space(parameters: object) -> SearchSpace:
    """The space in `parameters` of a sweep file. Raises `UserError("parameters…", …)`."""
    if not isinstance(parameters, dict) or not parameters:
        raise UserError("parameters", "The search space is empty: give learning_rate at least one value.")
    return {
        str(name): _dimension(str(name), value) for name, value in cast(dict[str, Any], parameters).items()
    }


def _dimension(name: str, value: Any) -> Choice | Range:
    field = f"parameters.{name}"
    if isinstance(value, dict):
        described = cast(dict[str, Any], value)
        if "values" in described:
            return _choice(field, described["values"])
        if "min" in described and "max" in described:
            return _range(field, name, described)
        raise UserError(field, f"{name} needs values, or min and max.")
    return _choice(field, value if isinstance(value, list) and name != "target_modules" else [value])


def _choice(field: str, values: Any) -> Choice:
    if not isinstance(values, list) or not values:
        raise UserError(field, f"{field.partition('.')[2]} has no values.")
    distinct: list[Any] = []
    for value in cast(list[Any], values):
        if value not in distinct:
            distinct.append(value)
    return Choice(tuple(distinct))


def _range(field: str, name: str, described: dict[str, Any]) -> Range:
    low, high, kind = described["min"], described["max"], described.get("distribution", "uniform")
    if not all(isinstance(bound, int | float) and math.isfinite(bound) for bound in (low, high)):
        raise UserError(field, f"The range of {name} needs two numbers, and has {low!r} and {high!r}.")
    if not low < high:
        raise UserError(field, f"The range of {name} ends at {high}, which is not above its start {low}.")
    if kind not in ("uniform", "log_uniform", "int_uniform"):
        raise UserError(
            field, f"{name} has the distribution {kind!r}; use uniform, log_uniform or int_uniform."
        )
    if kind == "log_uniform" and low <= 0:
        raise UserError(field, f"The logarithmic range of {name} starts at {low}; it must start above 0.")
    return Range(low, high, kind == "log_uniform", kind == "int_uniform" or name in _WHOLE_NUMBERS)


def space_size(space: SearchSpace) -> int | None:
    """How many different configurations there are; None where a range of real numbers makes them endless."""
    size = 1
    for dimension in space.values():
        if isinstance(dimension, Choice):
            size *= len(dimension.values)
        elif dimension.whole:
            size *= math.floor(dimension.high) - math.ceil(dimension.low) + 1
        else:
            return None
    return size
