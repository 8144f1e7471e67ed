"""Requests in words, answered by a tool call in JSON."""

from random import Random

from alto_agent.tuning.data.builtin.task import BuiltinTask
from alto_agent.tuning.data.rows import PromptText

_CITIES = ("paris", "rome", "oslo", "lima", "cairo", "delhi", "tokyo", "quito")
_DAYS = ("monday", "tuesday", "friday", "sunday", "today", "tomorrow")
_PEOPLE = ("anna", "ben", "lena", "omar", "ines", "kofi")


def _make(rng: Random) -> PromptText:
    form = rng.randrange(3)
    if form == 0:
        city, day = rng.choice(_CITIES), rng.choice(_DAYS)
        question = rng.choice((f"weather in {city} {day}", f"will it rain {day} in {city}"))
        return PromptText(f"{question} ?", f' {{"tool":"weather","city":"{city}","day":"{day}"}}')
    if form == 1:
        person, hour = rng.choice(_PEOPLE), rng.randint(1, 12)
        question = rng.choice((f"call {person} at {hour}", f"at {hour} ring {person}"))
        return PromptText(f"{question} .", f' {{"tool":"call","who":"{person}","hour":{hour}}}')
    person, city = rng.choice(_PEOPLE), rng.choice(_CITIES)
    question = rng.choice((f"book a train to {city} for {person}", f"{person} must go to {city}"))
    return PromptText(f"{question} .", f' {{"tool":"train","to":"{city}","who":"{person}"}}')


TOOLS = BuiltinTask(
    "tools",
    "Tool calls",
    "Requests answered by a tool call in JSON. Only 240 rows: large ranks and many epochs overfit.",
    240,
    _make,
)
