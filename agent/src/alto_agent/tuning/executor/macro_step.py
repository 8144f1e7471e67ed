"""One macro-step: read, run the passes, judge each run by itself, update those that are well."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch

from alto_agent.tuning.executor.active_pass import running
from alto_agent.tuning.executor.adamw import adamw_, clip_divisor
from alto_agent.tuning.executor.backbone import Backbone
from alto_agent.tuning.executor.batch import BadRowError, Sample
from alto_agent.tuning.executor.lack_of_memory import is_lack_of_memory
from alto_agent.tuning.executor.learning_rate import learning_rate
from alto_agent.tuning.executor.packed_pass import Piece, pack
from alto_agent.tuning.executor.passes import plan_passes
from alto_agent.tuning.executor.preference_reference import fill_reference
from alto_agent.tuning.executor.run_state import RunState
from alto_agent.tuning.executor.spec import Fault, FaultReason, RunStep, StepReport

_SCALE_GROWTH_STEPS = 2000
_SMALLEST_LOSS_SCALE = 1.0


@dataclass
class _Outcome:
    runs: dict[str, RunStep] = field(default_factory=dict[str, RunStep])
    faults: dict[str, Fault] = field(default_factory=dict[str, Fault])
    retried: list[str] = field(default_factory=list[str])


RoomCheck = Callable[[Sequence[Piece]], None]
"""Raises `torch.OutOfMemoryError` before a pass that would not fit."""


def macro_step(
    backbone: Backbone, runs: Sequence[RunState], max_tokens: int | None, room: RoomCheck | None = None
) -> StepReport:
    """Takes one optimizer step of each of `runs` [X1]; a run that cannot is reported."""
    start = time.perf_counter()
    outcome = _Outcome()
    batches = _read(runs, outcome)
    losses: dict[RunState, torch.Tensor] = {}
    passes = 0
    while batches:
        try:
            losses, passes = _run_passes(backbone, batches, max_tokens, room)
            break
        except RuntimeError as error:
            if not is_lack_of_memory(error):
                raise
            problem = str(error)
        # Outside of the handler, so that the failed pass's tensors are free before the next try.
        backbone.forget_pass()
        _make_room(batches, outcome, problem)
    _update(list(batches), batches, losses, outcome)
    return StepReport(
        runs=outcome.runs,
        faults=outcome.faults,
        retried_smaller=tuple(outcome.retried),
        seconds=time.perf_counter() - start,
        tokens=sum(one.tokens for one in outcome.runs.values()),
        passes=passes,
    )


def _read(runs: Sequence[RunState], outcome: _Outcome) -> dict[RunState, list[Sample]]:
    batches: dict[RunState, list[Sample]] = {}
    for run in runs:
        try:
            batches[run] = run.reader.batch(run.samples)
        except BadRowError as error:
            _fault(run, outcome, "bad-row", str(error))
    return batches


def _run_passes(
    backbone: Backbone,
    batches: dict[RunState, list[Sample]],
    max_tokens: int | None,
    room: RoomCheck | None,
) -> tuple[dict[RunState, torch.Tensor], int]:
    """Forward and backward of all batches; gradients are in the slots afterwards."""
    passes = plan_passes(batches, max_tokens)
    several = len(passes) > 1
    if several:
        for run in batches:
            run.stack.gradient[run.slot].zero_()
    losses: dict[RunState, torch.Tensor] = {}
    if room is not None:
        for pieces in passes:
            room(pieces)
    for pieces in passes:
        own = run_pass(backbone, pieces, accumulate=several, max_tokens=max_tokens)
        for run, loss in own.items():
            losses[run] = losses[run] + loss if run in losses else loss
    return losses, len(passes)


def run_pass(
    backbone: Backbone, pieces: Sequence[Piece], *, accumulate: bool, max_tokens: int | None
) -> dict[RunState, torch.Tensor]:
    """One forward and backward over the backbone; each run's share of its loss."""
    fill_reference(backbone, pieces, max_tokens)
    packed = pack(pieces, backbone.device, accumulate=accumulate)
    with running(packed):
        hidden = backbone.run(packed)
        losses, gradient = backbone.losses(hidden, packed)
        backbone.backward(hidden, gradient)
    return losses


def _make_room(batches: dict[RunState, list[Sample]], outcome: _Outcome, problem: str) -> None:
    """After a lack of memory: the newest adapter leaves this step; smaller pieces at the next [X13]."""
    newest = max(batches, key=lambda run: run.joined)
    del batches[newest]
    pieces = newest.micro_batch or newest.spec.batch_size
    if pieces > 1:
        newest.micro_batch = math.ceil(pieces / 2)
        outcome.retried.append(newest.spec.run_id)
        return
    first = problem.strip().split("\n")[0]
    _fault(
        newest,
        outcome,
        "out-of-memory",
        f"one sample at a time does not fit into the memory that is left ({first}); "
        "use shorter rows or fewer adapters at once",
    )


def _fault(run: RunState, outcome: _Outcome, reason: FaultReason, message: str) -> None:
    run.fault = Fault(reason=reason, message=f"run {run.spec.run_id}: {message}", step=run.step)
    outcome.faults[run.spec.run_id] = run.fault


def _update(
    runs: Sequence[RunState],
    batches: dict[RunState, list[Sample]],
    losses: dict[RunState, torch.Tensor],
    outcome: _Outcome,
) -> None:
    if not runs:
        return
    norms = _gradient_norms(runs)
    values = torch.stack([losses[run] for run in runs] + [norm.double() for norm in norms]).tolist()
    for number, run in enumerate(runs):
        loss, norm = values[number], values[len(runs) + number] / run.loss_scale
        samples = batches[run]
        overflow = not math.isfinite(norm)
        half = run.stack.compute.dtype == torch.float16
        if not math.isfinite(loss):
            _fault(run, outcome, "non-finite", f"its loss is {loss} at step {run.step + 1}")
            continue
        if overflow and not (half and run.loss_scale > _SMALLEST_LOSS_SCALE):
            _fault(run, outcome, "non-finite", f"its gradient is not finite at step {run.step + 1}")
            continue
        rate = learning_rate(run.spec, run.step)
        if overflow:
            run.loss_scale /= 2
            run.steps_since_scale_change = 0
        else:
            _take(run, rate, norm)
            if half:
                _grow_scale(run)
        run.attempts += 1
        run.samples += run.spec.batch_size
        if not overflow:
            run.loss_history.append((run.step, loss))
        outcome.runs[run.spec.run_id] = RunStep(
            step=run.step,
            samples=run.samples,
            train_loss=loss,
            learning_rate=rate,
            grad_norm=norm,
            tokens=sum(sample.tokens for sample in samples),
            finished=run.finished,
            skipped=overflow,
        )


def _take(run: RunState, rate: float, norm: float) -> None:
    stack, slot = run.stack, run.slot
    run.step += 1
    adamw_(
        run.spec,
        parameters=stack.parameters[slot],
        gradient=stack.gradient[slot],
        exp_avg=stack.exp_avg[slot],
        exp_avg_sq=stack.exp_avg_sq[slot],
        step=run.step,
        learning_rate=rate,
        gradient_divisor=run.loss_scale * clip_divisor(norm, run.spec.max_grad_norm),
    )
    stack.sync_compute(slot)


def _grow_scale(run: RunState) -> None:
    run.steps_since_scale_change += 1
    if run.steps_since_scale_change >= _SCALE_GROWTH_STEPS:
        run.loss_scale *= 2
        run.steps_since_scale_change = 0


def _gradient_norms(runs: Sequence[RunState]) -> list[torch.Tensor]:
    """The norm of each run's gradient, times its loss scale."""
    norms = {
        stack: torch.linalg.vector_norm(stack.gradient[: len(stack.members)], dim=1)
        for stack in {run.stack for run in runs}
    }
    return [norms[run.stack][run.slot] for run in runs]
