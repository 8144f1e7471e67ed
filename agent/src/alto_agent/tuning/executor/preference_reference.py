"""DPO's reference: what the bare backbone gives for each pair, computed once for each row of a run."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from alto_agent.tuning.executor.active_pass import running
from alto_agent.tuning.executor.backbone import Backbone
from alto_agent.tuning.executor.packed_pass import Piece, pack


def fill_reference(backbone: Backbone, pieces: Sequence[Piece], max_tokens: int | None) -> int:
    """Adds the missing log probabilities of the pieces' DPO samples to their runs; returns the passes run.

    They are kept with the run (and in its checkpoints): computed again beside other neighbours, the last
    bit could differ.
    """
    missing: list[Piece] = []
    for piece in pieces:
        run = piece.run
        if run.spec.objective != "dpo":
            continue
        for sample in piece.samples:
            if sample.key not in run.reference_log_probs:
                missing.append(Piece(run, (sample,), 0, sample.tokens, 1, 1))
    passes = 0
    while missing:
        taken: list[Piece] = []
        size = 0
        while missing and (not taken or max_tokens is None or size + missing[0].tokens <= max_tokens):
            size += missing[0].tokens
            taken.append(missing.pop(0))
        packed = pack(taken, backbone.device, training=False, with_adapters=False)
        with torch.no_grad(), running(packed):
            sums = backbone.head.sequence_log_probs(backbone.run(packed), packed)
        passes += 1
        values = torch.stack(sums).tolist()
        for span, (chosen, rejected) in zip(packed.spans, values, strict=True):
            span.piece.run.reference_log_probs[span.piece.samples[0].key] = (chosen, rejected)
    return passes
