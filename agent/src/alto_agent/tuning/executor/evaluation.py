"""Validation losses of several adapters in shared passes, as training is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

import torch

from alto_agent.tuning.executor.active_pass import running
from alto_agent.tuning.executor.backbone import Backbone
from alto_agent.tuning.executor.batch import Sample
from alto_agent.tuning.executor.packed_pass import Piece, pack, whole_batch
from alto_agent.tuning.executor.preference_reference import fill_reference
from alto_agent.tuning.executor.run_state import RunState


@dataclass
class ValidationSum:
    """What has been gathered for one run."""

    terms: list[float] = field(default_factory=list[float])
    """The loss of each trained token, or for DPO of each pair."""
    rows: int = 0
    tokens: int = 0

    @property
    def loss(self) -> float:
        """The mean, rounded once, so that it is the same in whatever order the rows came."""
        return math.fsum(self.terms) / len(self.terms) if self.terms else math.nan


def evaluate_runs(
    backbone: Backbone, runs: Sequence[RunState], max_tokens: int
) -> tuple[dict[RunState, ValidationSum], int]:
    """Each run's loss over all its validation rows, and the number of passes.

    The loss is the mean over the trained tokens of all rows, or for DPO over all pairs [X12]: it does not
    depend on how rows are put together, to the last bit. Raises BadRowError.
    """
    sums = {run: ValidationSum() for run in runs}
    queues = {run: _rows(run) for run in runs}
    passes = 0
    while any(queues.values()):
        pieces = _next_pieces(queues, max_tokens)
        fill_reference(backbone, pieces, max_tokens)
        packed = pack(pieces, backbone.device, training=False)
        with torch.no_grad(), running(packed):
            parts = backbone.head.parts(backbone.run(packed), packed)
        passes += 1
        terms = iter(torch.cat(parts).tolist())
        for span, own in zip(packed.spans, parts, strict=True):
            piece = span.piece
            total = sums[piece.run]
            total.terms.extend(islice(terms, len(own)))
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
        pieces.append(whole_batch(run, taken))
    return pieces
