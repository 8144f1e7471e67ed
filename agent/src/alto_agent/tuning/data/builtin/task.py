"""A built-in data set: a task whose rows are generated, the same on every machine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from alto_agent.tuning.data.rows import PromptText


@dataclass(frozen=True)
class BuiltinTask:
    """A generated task.

    `make` draws one row. `rows` counts the rows, which are all different in their prompts.
    """

    name: str
    title: str
    description: str
    rows: int
    make: Callable[[Random], PromptText]

    def generate(self) -> Iterator[PromptText]:
        """All rows, in a fixed order that depends on nothing but the task."""
        rng = Random(f"alto/{self.name}")
        seen: set[str] = set()
        while len(seen) < self.rows:
            row = self.make(rng)
            if row.prompt not in seen:
                seen.add(row.prompt)
                yield row
