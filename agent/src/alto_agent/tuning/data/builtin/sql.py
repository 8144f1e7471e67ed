"""Questions about small tables, answered by an SQL query."""

from random import Random

from alto_agent.tuning.data.builtin.task import BuiltinTask
from alto_agent.tuning.data.rows import PromptText

_TABLES = {
    "users": ("age", "name", "city"),
    "orders": ("price", "status", "client"),
    "films": ("year", "title", "genre"),
    "books": ("pages", "title", "author"),
    "cars": ("speed", "brand", "owner"),
}
_VALUES = ("paris", "rome", "oslo", "open", "paid", "drama", "green", "anna", "ben", "lena")
_COMPARISONS = (("over", ">"), ("above", ">"), ("under", "<"), ("below", "<"), ("exactly", "="))


def _make(rng: Random) -> PromptText:
    table = rng.choice(sorted(_TABLES))
    number, text, other = _TABLES[table]
    form = rng.randrange(5)
    if form == 0:
        word, sign = rng.choice(_COMPARISONS)
        limit = rng.randrange(2, 99)
        return PromptText(
            f"how many {table} have {number} {word} {limit} ?",
            f" SELECT count(*) FROM {table} WHERE {number} {sign} {limit}",
        )
    if form == 1:
        column, value = rng.choice((text, other)), rng.choice(_VALUES)
        return PromptText(
            f"list {table} with {column} {value} .", f" SELECT * FROM {table} WHERE {column} = '{value}'"
        )
    if form == 2:
        limit, direction = rng.randrange(2, 10), rng.choice(("top", "last"))
        order = "DESC" if direction == "top" else "ASC"
        return PromptText(
            f"{direction} {limit} {table} by {number} , show {text} .",
            f" SELECT {text} FROM {table} ORDER BY {number} {order} LIMIT {limit}",
        )
    if form == 3:
        word, sign = rng.choice(_COMPARISONS)
        limit, value = rng.randrange(2, 99), rng.choice(_VALUES)
        return PromptText(
            f"{text} of {table} with {other} {value} and {number} {word} {limit} ?",
            f" SELECT {text} FROM {table} WHERE {other} = '{value}' AND {number} {sign} {limit}",
        )
    word, function = rng.choice((("mean", "avg"), ("largest", "max"), ("smallest", "min"), ("total", "sum")))
    value = rng.choice(_VALUES)
    return PromptText(
        f"{word} {number} of {table} with {other} {value} ?",
        f" SELECT {function}({number}) FROM {table} WHERE {other} = '{value}'",
    )


SQL = BuiltinTask(
    "sql",
    "Questions to SQL",
    "Questions about five tables, answered by a query. Easy form, exact copying: losses become very small.",
    1200,
    _make,
)
