"""The text that builtin/tiny-llama is pre-trained on.

It shows the words, signs and shapes that the built-in data sets use, and related skills (counting, comparing,
copying, adding digits), but none of their questions with answers: adapters still have everything to learn.
"""

from collections.abc import Callable, Iterator
from random import Random

from alto_agent.tuning.data.builtin.months import MONTHS

_NOUNS = [
    "film",
    "soup",
    "hotel",
    "phone",
    "book",
    "game",
    "waiter",
    "song",
    "room",
    "story",
    "car",
    "user",
    "order",
    "friend",
    "city",
    "train",
]
_GOOD = ["great", "lovely", "fresh", "kind", "funny", "clean", "smart", "warm", "happy", "new"]
_BAD = ["awful", "boring", "dirty", "slow", "rude", "cold", "weak", "noisy", "sad", "old"]
_VERBS = ["likes", "sees", "buys", "reads", "wants", "finds", "sells", "hears"]
_NAMES = ["anna", "ben", "lena", "omar", "ines", "kofi"]
_PLACES = ["paris", "rome", "oslo", "lima", "cairo", "delhi", "tokyo", "quito"]
_COLOURS = ["red", "blue", "green", "black", "white"]
_TABLES = ["users", "orders", "films", "books", "cars"]
_COLUMNS = [
    "age",
    "name",
    "city",
    "price",
    "status",
    "client",
    "year",
    "title",
    "genre",
    "pages",
    "author",
    "speed",
    "brand",
    "owner",
]
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "today", "tomorrow"]
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_PLAIN = (
    "please explain how this works and what we should do next",
    "there are many ways to write the same thing in other words",
    "the answer to your question depends on what you have already tried",
    "thank you for the message , we will come back to you with an answer",
    "this is one of the first things that people ask when they start",
    "it would be better if each of them had more time to think about it",
)


def _counting(rng: Random) -> str:
    start, step, n = rng.randrange(60), rng.choice((1, 1, 2, 5, 10)), rng.randint(4, 8)
    numbers = [str(start + i * step) for i in range(n)]
    return f"count {' '.join(numbers if rng.random() < 0.7 else reversed(numbers))}"


def _digit_sums(rng: Random) -> str:
    a, b = rng.randrange(10), rng.randrange(10)
    if rng.random() < 0.5:
        return f"{a}+{b}={a + b}"
    tens = 10 * rng.randrange(1, 10)
    return f"{tens}+{a}={tens + a}" if rng.random() < 0.5 else f"{a + b}-{b}={a}"


def _comparison(rng: Random) -> str:
    a, b = rng.randrange(10), rng.randrange(10)
    if rng.random() < 0.5:
        return f"{a} {'<' if a < b else '>' if a > b else '='} {b}"
    numbers = [rng.randrange(10) for _ in range(rng.randint(2, 5))]
    word, pick = rng.choice((("least", min), ("most", max)))
    return f"{word} of {' '.join(map(str, numbers))} : {pick(numbers)}"


def _copying(rng: Random) -> str:
    pool = rng.choice((_LETTERS, "0123456789"))
    things = " ".join(rng.choice(pool) for _ in range(rng.randint(2, 7)))
    return f"copy {things} : {things}"


def _alphabet(rng: Random) -> str:
    start = rng.randrange(20)
    return " ".join(_LETTERS[start : start + rng.randint(4, 7)])


def _sentence(rng: Random) -> str:
    noun, name = rng.choice(_NOUNS), rng.choice(_NAMES)
    good = rng.random() < 0.5
    word = rng.choice(_GOOD if good else _BAD)
    return rng.choice(
        (
            f"the {noun} was {rng.choice(('', 'very ', 'quite ', 'really '))}{word} .",
            f"{name} {rng.choice(_VERBS)} the {word} {noun} in {rng.choice(_PLACES)} .",
            f"a {word} {noun} makes {name} {'smile' if good else 'cry'} .",
            f"the {noun} is not {word} but {rng.choice(_COLOURS)} .",
            f"{name} must call {rng.choice(_NAMES)} at {rng.randint(1, 12)} "
            f"and go to {rng.choice(_PLACES)} .",
            f"will it rain in {rng.choice(_PLACES)} {rng.choice(_DAYS)} ? ask {name} .",
        )
    )


def _query(rng: Random) -> str:
    table, column, other = rng.choice(_TABLES), rng.choice(_COLUMNS), rng.choice(_COLUMNS)
    head = rng.choice(
        (f"SELECT {column}", "SELECT *", "SELECT count(*)", f"SELECT avg({column})", f"SELECT max({column})")
    )
    tail = rng.choice(
        (
            "",
            f" WHERE {other} = '{rng.choice(_PLACES + _COLOURS)}'",
            f" WHERE {other} {rng.choice('<>=')} {rng.randrange(100)}",
            f" ORDER BY {other} {rng.choice(('ASC', 'DESC'))} LIMIT {rng.randrange(2, 10)}",
        )
    )
    return f"{head} FROM {table}{tail}"


def _calendar(rng: Random) -> str:
    month = rng.randrange(12)
    return rng.choice(
        (
            f"{MONTHS[month]} is month {month + 1:02d}",
            f"after {MONTHS[month]} comes {MONTHS[(month + 1) % 12]}",
            f"on {rng.randint(1950, 2049)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d} "
            f"it was {rng.choice(_DAYS)}",
            f"{MONTHS[month]} {rng.randint(1, 28)} , {rng.randint(1950, 2049)} was a {rng.choice(_DAYS)}",
        )
    )


def _json(rng: Random) -> str:
    return rng.choice(
        (
            f'{{"city":"{rng.choice(_PLACES)}","day":"{rng.choice(_DAYS)}"}}',
            f'{{"who":"{rng.choice(_NAMES)}","hour":{rng.randint(1, 12)}}}',
            f'{{"tool":"{rng.choice(_NOUNS)}","colour":"{rng.choice(_COLOURS)}"}}',
        )
    )


def _invented(rng: Random) -> str:
    word = "".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(3))
    return f"{rng.choice(_NAMES)} saw a {rng.choice(_COLOURS)} {word} in {rng.choice(_PLACES)}"


def _talk(rng: Random) -> str:
    return f"<|user|>{rng.choice(_PLAIN)}<|end|><|assistant|>{_sentence(rng)}"


_KINDS: tuple[tuple[int, Callable[[Random], str]], ...] = (
    (3, _counting),
    (4, _digit_sums),
    (3, _comparison),
    (4, _copying),
    (1, _alphabet),
    (4, _sentence),
    (2, _query),
    (2, _calendar),
    (1, _json),
    (1, _invented),
    (1, _talk),
)
_DRAW = tuple(make for weight, make in _KINDS for _ in range(weight))


def texts(seed: str) -> Iterator[str]:
    """Endless short texts, the same for the same seed."""
    rng = Random(f"alto/tiny-llama/{seed}")
    while True:
        yield rng.choice(_DRAW)(rng)
