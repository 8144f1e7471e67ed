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
from alto_agent.tuning.executor.lack_of_memory import is_lack_of_memory
from alto_agent.tuning.executor.packed_pass import Piece, pack, whole_batch
from alto_agent.tuning.executor.preference_reference import fill_reference
from alto_agent.tuning.executor.run_state import RunState
from alto_agent.tuning.executor.spec import Fault


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
    depend on how rows are put together, to the last bit. Where memory lacks, passes become smaller; a run of
    which not even one row fits gets a fault and is left out [X13]. Raises BadRowError.
    """
    sums = {run: ValidationSum() for run in runs}
    queues = {run: _rows(run) for run in runs}
    passes = 0
    while any(queues.values()):
        pieces = _next_pieces(queues, max_tokens)
        try:
            _add_pass(backbone, pieces, max_tokens, sums)
        except RuntimeError as error:
            if not is_lack_of_memory(error):
                raise
            problem = str(error).strip().split("\n")[0]
        else:
            passes += 1
            for piece in pieces:
                del queues[piece.run][: len(piece.samples)]
            continue
        # Outside of the handler, so that the failed pass's tensors are free before the next try.
        backbone.forget_pass()
        if sum(len(piece.samples) for piece in pieces) > 1:
            max_tokens = max(1, sum(piece.tokens for piece in pieces) // 2)
            continue
        run = pieces[0].run
        run.fault = Fault(
            reason="out-of-memory",
            message=f"run {run.spec.run_id}: one validation row does not fit into the memory that is left "
            f"({problem}); use shorter rows or fewer adapters at once",
            step=run.step,
        )
        del queues[run], sums[run]
    return sums, passes


def _add_pass(
    backbone: Backbone, pieces: list[Piece], max_tokens: int, sums: dict[RunState, ValidationSum]
) -> None:
    fill_reference(backbone, pieces, max_tokens)
    packed = pack(pieces, backbone.device, training=False)
    with torch.no_grad(), running(packed):
        parts = backbone.head.parts(backbone.run(packed), packed)
    terms = iter(torch.cat(parts).tolist())
    for span, own in zip(packed.spans, parts, strict=True):
        piece = span.piece
        total = sums[piece.run]
        total.terms.extend(islice(terms, len(own)))
        total.rows += len(piece.samples)
        total.tokens += piece.tokens


def _rows(run: RunState) -> list[Sample]:
    return [run.reader.sample("validation", number) for number in range(run.reader.validation_rows)]


def _next_pieces(queues: dict[RunState, list[Sample]], max_tokens: int) -> list[Piece]:
    """Equal shares of the pass for all runs that still have rows, so that all end together.

    Where not even a row of each fits, fewer runs.
    """
    waiting = [run for run, rows in queues.items() if rows]
    share = max(1, max_tokens // len(waiting))
    pieces: list[Piece] = []
    total = 0
    for run in waiting:
        rows = queues[run]
        if pieces and total + rows[0].tokens > max_tokens:
            break
        size = count = 0
        while count < len(rows) and (count == 0 or size + rows[count].tokens <= share):
            size += rows[count].tokens
            count += 1
        total += size
        pieces.append(whole_batch(run, rows[:count]))
    return pieces
