"""A data set that can be read row by row, as often as needed, without being held in memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from alto_agent.tuning.data.rows import TextRow


@dataclass(frozen=True)
class RowSource:
    """Rows with their numbers (line numbers in a file, from 1), read anew by each call of `read`.

    `read` raises `UserError("dataset", …)` at the first row that is not right.
    """

    name: str
    read: Callable[[], Iterator[tuple[int, TextRow]]]
    remote: bool = False

    def place(self, number: int) -> str:
        """How messages name a row: `Row 4,118 of tools.jsonl`."""
        return f"Row {number:,} of {self.name}"
