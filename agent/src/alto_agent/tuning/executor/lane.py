"""Lanes: neighbouring slots whose adapters have equally many rows in a pass, so that one product serves them.

An adapter's tokens are rounded up to rows, so that few lanes serve many lengths. Where that leaves gaps,
tokens are spread over the rows before the products and taken back after them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from alto_agent.tuning.executor.packed_pass import Piece
    from alto_agent.tuning.executor.slot_stack import SlotStack

EVEN_STEP, ROW_STEP = 32, 64
"""Rows of an adapter are its tokens where those are a multiple of 32, else the next multiple of 64."""


@dataclass(frozen=True)
class Lane:
    """Some neighbouring slots of one stack."""

    stack: SlotStack
    first_slot: int
    count: int
    rows: int
    """Of each adapter."""
    pieces: tuple[Piece, ...]
    scaling: torch.Tensor
    """alpha / rank of each adapter, `[count, 1, 1]`."""


@dataclass(frozen=True)
class LaneRows:
    """Between the tokens of a pass and the rows of its lanes. Without gaps, rows are the tokens."""

    rows: int
    gather: torch.Tensor | None
    """`[rows]`, the token of each row; None without gaps. A gap repeats a token of the same adapter."""
    gaps: torch.Tensor | None
    """The rows that are no token."""
    places: torch.Tensor | None
    """`[tokens]`, the row of each token."""
    shapes: tuple[tuple[int, int], ...] = ()
    """Adapters and rows of each, lane by lane."""
    counts: tuple[int, ...] | None = None
    """The adapters of each lane, where all have equally many rows."""

    def by_lane(self, rows: torch.Tensor) -> Sequence[torch.Tensor]:
        """Each lane's part `[z, n, width]` of what `spread` gave, as views."""
        own = rows if rows.shape[0] == self.rows else rows.narrow(0, 0, self.rows)
        if self.counts is not None:
            whole = own.view(sum(self.counts), -1, own.shape[1])
            return (whole,) if len(self.counts) == 1 else whole.split_with_sizes(self.counts)
        parts = own.split_with_sizes([count * length for count, length in self.shapes])
        return [part.view(*shape, -1) for part, shape in zip(parts, self.shapes, strict=True)]

    def spread(self, flat: torch.Tensor, *, clear: bool = False) -> torch.Tensor:
        """`[tokens, width]` to `[rows, width]`; with `clear`, gaps are zero."""
        if self.gather is None or self.gaps is None:
            return flat
        rows = flat.index_select(0, self.gather)
        return rows.index_fill_(0, self.gaps, 0) if clear else rows

    def add_back(self, flat: torch.Tensor, rows: torch.Tensor) -> None:
        """Adds `rows` to the tokens that they stand for."""
        assert self.places is not None
        flat.narrow(0, 0, self.places.shape[0]).add_(rows.index_select(0, self.places))


def rows_of(tokens: int) -> int:
    """The rows of an adapter with so many tokens.

    They follow from its own length alone: in long sums, how much is filled with zeros changes the last bit.
    """
    return tokens if tokens % EVEN_STEP == 0 else -(-tokens // ROW_STEP) * ROW_STEP


def plan_lanes(ordered: Sequence[Piece], device: torch.device) -> tuple[tuple[Lane, ...], LaneRows]:
    """The lanes of pieces that are ordered by stack and slot, and lie so in the flat buffer."""
    lanes: list[Lane] = []
    open_: list[Piece] = []
    for piece in ordered:
        if open_ and not _together(open_[-1], piece):
            lanes.append(_lane(open_))
            open_ = []
        open_.append(piece)
    if open_:
        lanes.append(_lane(open_))
    return tuple(lanes), _lane_rows(lanes, device)


def _together(before: Piece, piece: Piece) -> bool:
    return (
        before.run.stack is piece.run.stack
        and before.run.slot + 1 == piece.run.slot
        and rows_of(before.tokens) == rows_of(piece.tokens)
    )


def _lane(pieces: Sequence[Piece]) -> Lane:
    run = pieces[0].run
    scaling = run.stack.scaling.narrow(0, run.slot, len(pieces))
    return Lane(run.stack, run.slot, len(pieces), rows_of(pieces[0].tokens), tuple(pieces), scaling)


def _lane_rows(lanes: Sequence[Lane], device: torch.device) -> LaneRows:
    tokens = np.array([piece.tokens for lane in lanes for piece in lane.pieces], dtype=np.int64)
    rows = np.array([lane.rows for lane in lanes for _ in lane.pieces], dtype=np.int64)
    total = int(rows.sum())
    shapes = tuple((lane.count, lane.rows) for lane in lanes)
    even = len({lane.rows for lane in lanes}) == 1
    counts = tuple(lane.count for lane in lanes) if even else None
    if bool((tokens == rows).all()):
        return LaneRows(total, None, None, None, shapes, counts)
    within = np.arange(total) - np.repeat(np.cumsum(rows) - rows, rows)
    last = np.repeat(tokens - 1, rows)
    gather = np.repeat(np.cumsum(tokens) - tokens, rows) + np.minimum(within, last)

    def tensor(array: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(array).to(device, non_blocking=True)

    real = within <= last
    gaps, places = tensor(np.flatnonzero(~real)), tensor(np.flatnonzero(real))
    return LaneRows(total, tensor(gather), gaps, places, shapes, counts)
