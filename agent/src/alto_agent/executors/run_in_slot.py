"""One attempt while it is in a slot: what was ordered, and what was not reported yet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from alto_agent.contracts.generated.messages import (
    AdmissionFacts,
    AttemptEvent,
    CheckpointEvent,
    EvaluationEvent,
    RunFacts,
    StartRun,
)
from alto_agent.executors.evaluation_steps import evaluation_steps
from alto_agent.executors.metric_buffer import MetricBuffer
from alto_agent.session.log import utc_now
from alto_agent.tuning.data.evaluation_rows import evaluation_rows
from alto_agent.tuning.data.load_run_data import LoadedData
from alto_agent.tuning.executor.spec import AdapterSpec, EvalReport, RunData, RunStep

AttemptState = Literal["started", "parked", "done", "failed"]
FaultReason = Literal["non-finite", "out-of-memory", "bad-row", "bad-input", "memory", "error"]
Purpose = Literal["parked", "periodic", "best", "final"]


def total_steps(order: StartRun, train_samples: int) -> int:
    """Optimizer steps of a full training: batches are full and go on across the end of an epoch."""
    if order.max_steps is not None:
        return order.max_steps
    return max(1, math.ceil((order.epochs or 1.0) * train_samples / order.config.batch_size))


class RunInSlot:
    """Steps and samples as last reported by the executor, and the events that tell about this attempt."""

    def __init__(self, order: StartRun, data: LoadedData) -> None:
        self.order = order
        self.data = data
        held_out = data.data.validation
        rows = evaluation_rows(
            len(held_out),
            len(data.data.train),
            epochs=order.epochs,
            max_steps=order.max_steps,
            evaluations=order.evaluations,
        )
        self.run_data = RunData(data.data.train, held_out[:rows])
        config = order.config
        targets = config.target_modules
        self.spec = AdapterSpec(
            run_id=order.run_id,
            rank=config.rank,
            alpha=config.alpha,
            dropout=config.dropout,
            target_modules=targets if isinstance(targets, str) else tuple(targets),
            learning_rate=config.learning_rate,
            weight_decay=config.weight_decay,
            batch_size=config.batch_size,
            lr_scheduler=config.lr_scheduler,
            warmup_ratio=config.warmup_ratio,
            total_steps=total_steps(order, len(data.data.train)),
            seed=config.seed,
            objective=order.data.training,
        )
        self.step = 0
        self.samples = 0
        self.memory_bytes = 0
        self.metrics = MetricBuffer(order)
        self.val_loss: float | None = None
        self.finished = False
        self._evaluate_at = evaluation_steps(self.spec.total_steps, order.evaluations)

    def state_folder(self, step: int) -> Path:
        """Where this attempt writes its state at `step`, relative to the artifact store.

        Each has its own folder, so that a run goes on from exactly the step that is in the database.
        """
        return Path("runs") / self.order.run_id / f"attempt-{self.order.attempt}" / f"step-{step}"

    @property
    def adapter_folder(self) -> Path:
        """The PEFT folder of the run, relative to the artifact store."""
        return Path("runs") / self.order.run_id / "adapter"

    def stepped(self, step: RunStep, seconds: float) -> bool:
        """Takes in one step; answers whether an evaluation is due."""
        self.step = step.step
        self.samples = step.samples
        self.finished = step.finished
        self.metrics.add(step, seconds)
        return step.step in self._evaluate_at and not step.skipped

    def evaluated(self, report: EvalReport, history: Sequence[tuple[int, float]]) -> EvaluationEvent:
        """The evaluation as an event; its training loss is the mean since the evaluation before.

        `history` has all (step, loss) of the run, so a restart in between changes nothing.
        """
        before = max((step for step in self._evaluate_at if step < report.step), default=0)
        losses = [loss for step, loss in history if step > before]
        train_loss = math.fsum(losses) / len(losses) if losses else math.nan
        self.val_loss = _finite(report.val_loss)
        return EvaluationEvent(
            run_id=self.order.run_id,
            attempt=self.order.attempt,
            epoch=self.order.epoch,
            token=self.order.token,
            at=utc_now(),
            step=report.step,
            samples=report.samples,
            train_loss=_finite(train_loss),
            val_loss=self.val_loss,
            seconds=report.seconds,
            tokens=report.tokens,
        )

    def checkpointed(self, purpose: Purpose, step: int, samples: int, size: int) -> CheckpointEvent:
        """A state that is on disk now."""
        return CheckpointEvent(
            run_id=self.order.run_id,
            attempt=self.order.attempt,
            epoch=self.order.epoch,
            token=self.order.token,
            at=utc_now(),
            step=step,
            samples=samples,
            purpose=purpose,
            path=self.state_folder(step).as_posix(),
            bytes=size,
        )

    def attempt(
        self, state: AttemptState, reason: FaultReason | None = None, message: str | None = None
    ) -> AttemptEvent:
        """Where this attempt stands."""
        facts = self._facts() if state == "started" else None
        return _attempt_event(
            self.order, state, at=(self.step, self.samples), reason=reason, message=message, facts=facts
        )

    def _facts(self) -> RunFacts:
        train = len(self.data.data.train)
        full = self.spec.total_steps * self.spec.batch_size
        return RunFacts(
            total_steps=self.spec.total_steps,
            full_samples=full,
            train_samples=train,
            validation_samples=len(self.run_data.validation),
            epochs=self.order.epochs or full / train,
            memory_bytes=self.memory_bytes,
        )


def refused(
    order: StartRun, reason: FaultReason, message: str, admission: AdmissionFacts | None = None
) -> AttemptEvent:
    """A run that never came into a slot."""
    event = _attempt_event(order, "failed", at=(0, 0), reason=reason, message=message, facts=None)
    return event.model_copy(update={"admission": admission})


def _attempt_event(
    order: StartRun,
    state: AttemptState,
    *,
    at: tuple[int, int],
    reason: FaultReason | None,
    message: str | None,
    facts: RunFacts | None,
) -> AttemptEvent:
    return AttemptEvent(
        run_id=order.run_id,
        attempt=order.attempt,
        epoch=order.epoch,
        token=order.token,
        at=utc_now(),
        state=state,
        step=at[0],
        samples=at[1],
        reason=reason,
        message=message,
        facts=facts,
        admission=None,
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
