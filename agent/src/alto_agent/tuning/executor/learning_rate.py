"""The learning rate of a step, as transformers' schedules have it."""

from __future__ import annotations

import math

from alto_agent.tuning.executor.spec import AdapterSpec


def learning_rate(spec: AdapterSpec, step: int) -> float:
    """The rate for the update that follows `step` updates, so 0 for the first one of a run with warm-up [X7].

    As `transformers.get_scheduler` with `ceil(total_steps * warmup_ratio)` warm-up steps; a constant
    schedule with a warm-up is `constant_with_warmup`.
    """
    warmup = math.ceil(spec.total_steps * spec.warmup_ratio)
    if step < warmup:
        return spec.learning_rate * (step / max(1, warmup))
    if spec.lr_scheduler == "constant":
        return spec.learning_rate
    length = max(1, spec.total_steps - warmup)
    if spec.lr_scheduler == "linear":
        return spec.learning_rate * max(0.0, (spec.total_steps - step) / length)
    progress = (step - warmup) / length
    return spec.learning_rate * max(0.0, 0.5 * (1 + math.cos(math.pi * progress)))
