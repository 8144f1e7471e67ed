"""How the batches of one macro-step are spread over passes: one, unless they are too large for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from alto_agent.tuning.executor.batch import Sample
from alto_agent.tuning.executor.packed_pass import Piece

if TYPE_CHECKING:
    from alto_agent.tuning.executor.run_state import RunState


def plan_passes(batches: Mapping[RunState, Sequence[Sample]], max_tokens: int | None) -> list[list[Piece]]:
    """First fit: each run's batch is cut into pieces, and each piece goes into the first pass with room.

    A piece is the whole batch unless it has more than `max_tokens` tokens or the run has a `micro_batch`.
    A single sample is never cut, whatever its length. A run has at most one piece in a pass.
    """
    passes: list[list[Piece]] = []
    filled: list[int] = []
    for run, samples in batches.items():
        free = 0
        for piece in _cut(run, samples, max_tokens):
            place = free
            while (
                place < len(passes) and max_tokens is not None and filled[place] + piece.tokens > max_tokens
            ):
                place += 1
            if place == len(passes):
                passes.append([])
                filled.append(0)
            passes[place].append(piece)
            filled[place] += piece.tokens
            free = place + 1
    return passes


def _cut(run: RunState, samples: Sequence[Sample], max_tokens: int | None) -> list[Piece]:
    most = len(samples) if run.micro_batch is None else run.micro_batch
    parts: list[list[Sample]] = []
    size = 0
    for sample in samples:
        full = not parts or len(parts[-1]) >= most
        if full or (max_tokens is not None and size + sample.tokens > max_tokens):
            parts.append([])
            size = 0
        parts[-1].append(sample)
        size += sample.tokens
    tokens = sum(sample.tokens for sample in samples)
    trained = sum(sequence.trained for sample in samples for sequence in sample.sequences)
    pieces: list[Piece] = []
    first = 0
    for part in parts:
        piece = Piece(run, tuple(part), first, tokens, trained, len(samples))
        pieces.append(piece)
        first += piece.tokens
    return pieces
