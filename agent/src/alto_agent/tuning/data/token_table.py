"""Many tokenised rows in two flat buffers: five bytes a token, whatever the number of rows."""

from array import array
from collections.abc import Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from alto_agent.tuning.executor.spec import IGNORED_LABEL, Row


class TokenTable:
    """Grows by `append`; `rows` then gives views of any selection."""

    def __init__(self) -> None:
        self._ids = array("i")
        self._trained = bytearray()
        self._ends = array("q", [0])

    def append(self, ids: Sequence[int], trained: Sequence[bool]) -> None:
        """Adds one row: a token id and a mark each. Not after `rows` was called."""
        self._ids.extend(ids)
        self._trained.extend(trained)
        self._ends.append(len(self._ids))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def rows(self, indices: NDArray[np.int64]) -> "TokenRows":
        """The rows at these indices, in this order, without copying."""
        return TokenRows(
            np.frombuffer(self._ids, np.int32) if self._ids else np.empty(0, np.int32),
            np.frombuffer(self._trained, np.bool_) if self._trained else np.empty(0, np.bool_),
            np.frombuffer(self._ends, np.int64),
            indices,
        )


class TokenRows(Sequence[Row]):
    """A selection of a table's rows, made into `Row` when asked for."""

    def __init__(
        self,
        ids: NDArray[np.int32],
        trained: NDArray[np.bool_],
        ends: NDArray[np.int64],
        indices: NDArray[np.int64],
    ) -> None:
        self._ids, self._trained, self._ends, self._indices = ids, trained, ends, indices

    def __len__(self) -> int:
        return len(self._indices)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> "TokenRows": ...
    def __getitem__(self, index: int | slice) -> "Row | TokenRows":
        if isinstance(index, slice):
            return TokenRows(self._ids, self._trained, self._ends, self._indices[index])
        row = int(self._indices[index])
        span = slice(int(self._ends[row]), int(self._ends[row + 1]))
        ids = self._ids[span]
        return Row(ids, np.where(self._trained[span], ids, IGNORED_LABEL).astype(np.int32))

    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each row."""
        return (self._ends[1:] - self._ends[:-1])[self._indices]
