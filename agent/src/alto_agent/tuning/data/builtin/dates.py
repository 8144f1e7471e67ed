"""Dates in words, answered in ISO form."""

from random import Random

from alto_agent.tuning.data.builtin.months import MONTHS
from alto_agent.tuning.data.builtin.task import BuiltinTask
from alto_agent.tuning.data.rows import PromptText


def _make(rng: Random) -> PromptText:
    month, day, year = rng.randrange(12), rng.randint(1, 28), rng.randint(1950, 2049)
    name = MONTHS[month]
    text = rng.choice((f"{name} {day} , {year}", f"{day} {name} {year}", f"{day} of {name[:3]} {year}"))
    return PromptText(f"date {text} :", f" {year}-{month + 1:02d}-{day:02d}")


DATES = BuiltinTask(
    "dates",
    "Dates to ISO form",
    "Dates written in three ways, answered as 2019-03-14. Easy: most learning rates succeed, few are best.",
    600,
    _make,
)
