"""Which rows are held out."""

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from alto_agent.tuning.data.rows import ChatText, TextRow

LARGEST_DEFAULT, SMALLEST_DEFAULT = 512, 8


def row_key(row: TextRow) -> int:
    """64 bits that depend on the row's content alone, so that equal rows have equal keys."""
    if isinstance(row, ChatText):
        parts = [text for message in row.messages for text in message]
    else:
        parts = [getattr(row, name) for name in row.__slots__]
    digest = blake2b(digest_size=8, key=b"alto held-out")
    for part in parts:
        raw = part.encode("utf-8")
        digest.update(len(raw).to_bytes(8, "little") + raw)
    return int.from_bytes(digest.digest(), "little")


def default_held_out(different_rows: int) -> int:
    """A tenth of the different rows, from 8 to 512, and never more than half."""
    return min(max(SMALLEST_DEFAULT, min(different_rows // 10, LARGEST_DEFAULT)), different_rows // 2)


def split(
    keys: NDArray[np.uint64], held_out: int | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices of training rows in the order of the file, and of held-out rows in the order of their keys.

    The held-out rows are those with the smallest keys, so the split depends on content alone: it is the same
    for all runs, in any order of the file, and changes little when rows are added. The same holds for the
    first few of them, which is what a cheaper evaluation reads. Other copies of a held-out
    row are in neither part; copies within the training part stay, as a way to weight rows.
    """
    distinct, first = np.unique(keys, return_index=True)
    count = default_held_out(len(distinct)) if held_out is None else held_out
    in_held_out = np.isin(keys, distinct[:count])
    return np.flatnonzero(~in_held_out), first[:count]
