"""Short reviews with a verdict that follows a rule."""

from random import Random

from alto_agent.tuning.data.builtin.task import BuiltinTask
from alto_agent.tuning.data.rows import PromptText

_THINGS = ("film", "soup", "hotel", "phone", "book", "game", "waiter", "song", "room", "story")
_GOOD = ("great", "lovely", "fresh", "kind", "funny", "clean", "smart", "warm")
_BAD = ("awful", "boring", "dirty", "slow", "rude", "cold", "weak", "noisy")
_ADVERBS = ("", "very ", "quite ", "really ")


def _opinion(rng: Random) -> tuple[str, int]:
    good, negated = rng.random() < 0.5, rng.random() < 0.35
    word = rng.choice(_GOOD if good else _BAD)
    text = f"the {rng.choice(_THINGS)} was {'not ' if negated else ''}{rng.choice(_ADVERBS)}{word}"
    return text, 1 if good != negated else -1


def _make(rng: Random) -> PromptText:
    first, a = _opinion(rng)
    second, b = _opinion(rng)
    if rng.random() < 0.3:
        text, score = first, a
    elif rng.random() < 0.5:
        # What comes after "but" weighs more: a rule that a bag of words cannot follow.
        text, score = f"{first} but {second}", a + 2 * b
    else:
        text, score = f"{first} and {second}", a + b
    verdict = "good" if score > 0 else "bad" if score < 0 else "mixed"
    return PromptText(f"review : {text} . verdict :", f" {verdict}")


SENTIMENT = BuiltinTask(
    "sentiment",
    "Verdicts on reviews",
    "Reviews with negation and contrast, answered by good, bad or mixed. "
    "One decisive token a row: noisy losses.",
    900,
    _make,
)
