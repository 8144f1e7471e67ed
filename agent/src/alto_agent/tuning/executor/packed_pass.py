"""One pass over the backbone: all tokens of all its adapters in one flat buffer, without padding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from alto_agent.tuning.executor.attention_plan import AttentionPlan, plan_attention
from alto_agent.tuning.executor.batch import Sample, TokenSequence
from alto_agent.tuning.executor.grouped_lanes import GroupedTable, grouped_table
from alto_agent.tuning.executor.lane import Lane, LaneRows, plan_lanes
from alto_agent.tuning.executor.spec import IGNORED_LABEL

if TYPE_CHECKING:
    from alto_agent.tuning.executor.run_state import RunState

MIN_TOKENS = 16
"""Products over fewer rows may take other code paths, and have other bits."""

TOKEN_STEP = 32
"""A buffer is filled up to multiples: libraries prepare code for each number of rows, so let there be few."""


@dataclass(frozen=True)
class Piece:
    """A run's share of one pass: some of the samples of its batch."""

    run: RunState
    samples: tuple[Sample, ...]
    first_token: int
    """The tokens of the batch that lie in earlier pieces."""
    batch_tokens: int
    batch_trained: int
    """Trained tokens of the whole batch, so that pieces of a batch add up to its mean."""
    batch_samples: int

    @property
    def tokens(self) -> int:
        """Tokens of this piece."""
        return sum(sample.tokens for sample in self.samples)


def whole_batch(run: RunState, samples: Sequence[Sample]) -> Piece:
    """The piece that is a run's whole batch."""
    return Piece(
        run,
        tuple(samples),
        0,
        sum(sample.tokens for sample in samples),
        sum(sequence.trained for sample in samples for sequence in sample.sequences),
        len(samples),
    )


@dataclass(frozen=True)
class Span:
    """Where a piece's trained positions lie in the pass, sequence by sequence."""

    piece: Piece
    starts: tuple[int, ...]
    """Bounds of each sequence's trained positions, one more than there are sequences."""


@dataclass(frozen=True)
class PackedPass:
    """The flat token buffer of one pass and all that is looked up by position in it."""

    input_ids: torch.Tensor
    """`[1, tokens]`"""
    position_ids: torch.Tensor
    """`[1, tokens]`, from 0 in each sequence."""
    lanes: tuple[Lane, ...]
    lane_rows: LaneRows
    attention: AttentionPlan
    trained_positions: torch.Tensor
    """`[trained]`, indices into the flat buffer, in the order of the spans."""
    trained_labels: torch.Tensor
    """`[trained]`"""
    spans: tuple[Span, ...]
    tokens: int
    """Length of the buffer."""
    accumulate: bool = False
    """Whether gradients are added to what earlier passes of the step left."""
    training: bool = True
    """Whether dropout applies."""
    grouped: GroupedTable | None = None
    """Set where the LoRA path runs in Triton's grouped kernels instead of lane by lane."""


def pack(
    pieces: Sequence[Piece],
    device: torch.device,
    *,
    accumulate: bool = False,
    training: bool = True,
    with_adapters: bool = True,
) -> PackedPass:
    """Lays out the pieces in slot order. An empty list makes a pass of filling only.

    Without adapters it is the bare backbone, which DPO compares to.
    """
    ordered = sorted(pieces, key=lambda piece: (piece.run.stack.order, piece.run.slot))
    sequences: list[TokenSequence] = []
    spans: list[Span] = []
    trained = 0
    for piece in ordered:
        bounds = [trained]
        for sample in piece.samples:
            for sequence in sample.sequences:
                sequences.append(sequence)
                trained += sequence.trained
                bounds.append(trained)
        spans.append(Span(piece, tuple(bounds)))
    ids = [sequence.input_ids for sequence in sequences]
    labels = [sequence.next_labels for sequence in sequences]
    lengths = [len(one) for one in ids]
    total = sum(lengths)
    filling = TOKEN_STEP if total == 0 else -total % TOKEN_STEP
    if filling:
        ids.append(np.zeros(filling, dtype=np.int64))
        labels.append(np.full(filling, IGNORED_LABEL, dtype=np.int64))
        lengths.append(filling)
    flat_labels = np.concatenate(labels)
    trained_at = np.flatnonzero(flat_labels != IGNORED_LABEL)
    starts = np.repeat(np.cumsum(lengths) - lengths, lengths)
    positions = np.arange(len(flat_labels)) - starts

    def tensor(array: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(device, non_blocking=True)

    lanes, lane_rows = plan_lanes(ordered if with_adapters else (), device)
    return PackedPass(
        tensor(np.concatenate(ids))[None],
        tensor(positions)[None],
        lanes,
        lane_rows,
        plan_attention(lengths, device),
        tensor(trained_at),
        tensor(flat_labels[trained_at]),
        tuple(spans),
        len(flat_labels),
        accumulate,
        training,
        grouped_table(lanes, device, training=training),
    )
