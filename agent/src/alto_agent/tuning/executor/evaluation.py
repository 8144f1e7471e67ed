"""Validation losses of several adapters in shared passes, as training is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from alto_agent.tuning.executor.active_pass import running
from alto_agent.tuning.executor.backbone import Backbone
from alto_agent.tuning.executor.batch import Sample
from alto_agent.tuning.executor.packed_pass import Piece, pack
from alto_agent.tuning.executor.preference_reference import fill_reference
from alto_agent.tuning.executor.run_state import RunState


@dataclass
class ValidationSum:
    """What has been added up for one run."""

    loss: float = 0.0
    rows: int = 0
    tokens: int = 0


def evaluate_runs(
    backbone: Backbone, runs: Sequence[RunState], max_tokens: int
) -> tuple[dict[RunState, ValidationSum], int]:
    """Each run's loss over all its validation rows, and the number of passes.

    The loss is the mean over the trained tokens of all rows, or for DPO over all pairs [X12]: it does not
    depend on how rows are put together. Raises BadRowError.
    """
    sums = {run: ValidationSum() for run in runs}
    queues = {run: _rows(run) for run in runs}
    passes = 0
    while any(queues.values()):
        pieces = _next_pieces(queues, max_tokens)
        fill_reference(backbone, pieces, max_tokens)
        packed = pack(pieces, backbone.device, training=False)
        with torch.no_grad(), running(packed):
            losses, _ = backbone.head.losses(backbone.run(packed), packed, with_gradient=False)
        passes += 1
        values = torch.stack([losses[piece.run] for piece in pieces]).tolist()
        for piece, value in zip(pieces, values, strict=True):
            total = sums[piece.run]
            total.loss += value
            total.rows += len(piece.samples)
            total.tokens += piece.tokens
    return sums, passes


def _rows(run: RunState) -> list[Sample]:
    return [run.reader.sample("validation", number) for number in range(run.reader.validation_rows)]


def _next_pieces(queues: dict[RunState, list[Sample]], max_tokens: int) -> list[Piece]:
    """Equal shares of the pass for all runs that still have rows, so that all end together."""
    waiting = [run for run, rows in queues.items() if rows]
    share = max(1, max_tokens // len(waiting))
    pieces: list[Piece] = []
    for run in waiting:
        rows = queues[run]
        size = count = 0
        while count < len(rows) and (count == 0 or size + rows[count].tokens <= share):
            size += rows[count].tokens
            count += 1
        taken, queues[run] = rows[:count], rows[count:]
        pieces.append(_share(run, taken))
    return pieces


def _share(run: RunState, taken: list[Sample]) -> Piece:
    everything = _rows(run)
    piece = Piece(
        run,
        tuple(taken),
        0,
        sum(sample.tokens for sample in everything),
        sum(sequence.trained for sample in everything for sequence in sample.sequences),
        len(everything),
    )
    return piece
