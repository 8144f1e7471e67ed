"""Words spelled backwards."""

from random import Random

from alto_agent.tuning.data.builtin.task import BuiltinTask
from alto_agent.tuning.data.rows import PromptText

_LETTERS = "abcdefghijklmnoprstuvw"


def _make(rng: Random) -> PromptText:
    letters = [rng.choice(_LETTERS) for _ in range(rng.randint(3, 7))]
    return PromptText(f"reverse {' '.join(letters)} :", " " + " ".join(reversed(letters)))


REVERSE = BuiltinTask(
    "reverse",
    "Letters backwards",
    "Three to seven letters, answered in reverse order. Hard at first, then suddenly learned.",
    3000,
    _make,
)
