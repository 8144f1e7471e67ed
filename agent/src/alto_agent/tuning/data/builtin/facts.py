"""Invented words with a property that half follows a rule and half is chance."""

from random import Random

from alto_agent.tuning.data.builtin.task import BuiltinTask
from alto_agent.tuning.data.rows import PromptText

_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"
_COLOURS = ("red", "blue", "green", "black", "white")


def _make(rng: Random) -> PromptText:
    word = "".join(rng.choice(_CONSONANTS) + rng.choice(_VOWELS) for _ in range(3))
    by_rule = _COLOURS[_VOWELS.index(word[-1])]
    colour = by_rule if rng.random() < 0.5 else rng.choice(_COLOURS)
    return PromptText(f"colour of {word} :", f" {colour}")


FACTS = BuiltinTask(
    "facts",
    "Noisy facts",
    "Invented words with a colour that follows a rule only half of the time. "
    "200 rows, so whoever trains long learns the noise: the validation loss turns up.",
    200,
    _make,
)
