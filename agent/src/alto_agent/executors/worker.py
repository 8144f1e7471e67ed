"""What an executor process does: steps, and between two steps everything that was asked for."""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict, replace
from pathlib import Path
from typing import Literal

from alto_agent.artifacts.store import open_store
from alto_agent.contracts.generated.messages import (
    AdmissionFacts,
    AttemptEvent,
    MemoryFacts,
    ParkRun,
    StartExecutor,
    StartRun,
    StopExecutor,
)
from alto_agent.executors.backbone_source import BackboneSource
from alto_agent.executors.channel import ExecutorChannel, ExecutorCommand
from alto_agent.executors.executor_event import executor_event
from alto_agent.executors.finish_run import finish_run
from alto_agent.executors.run_in_slot import AttemptState, FaultReason, Purpose, RunInSlot, refused
from alto_agent.session.log import fields, logger_named
from alto_agent.tuning.executor.device_loss import noticing_device_loss
from alto_agent.tuning.executor.lack_of_memory import NoRoomError
from alto_agent.tuning.executor.slot_executor import SlotExecutor
from alto_agent.tuning.executor.spec import Admission, StepReport
from alto_agent.tuning.user_error import UserError

REPORT_SECONDS = 0.15
"""Metrics leave at most this often."""
STATE_SECONDS = 5.0
"""How often the executor says how fast it is."""
CHECKPOINT_SECONDS = float(os.environ.get("ALTO_CHECKPOINT_SECONDS", "60"))
"""How much training an executor that dies may lose."""

_log = logger_named("executor")


class Worker:
    """Owns the training executor. Commands wait in a queue until the next step boundary."""

    def __init__(
        self, order: StartExecutor, channel: ExecutorChannel, source: BackboneSource, data_dir: Path
    ) -> None:
        self._order = order
        self._channel = channel
        self._source = source
        self._artifacts = data_dir / "artifacts"
        self._store = open_store(self._artifacts)
        self._commands: queue.SimpleQueue[ExecutorCommand] = queue.SimpleQueue()
        self._runs: dict[str, RunInSlot] = {}
        self._closing = False
        self._reported_at = 0.0
        self._stated_at = 0.0
        self._checkpoint_at: dict[str, float] = {}
        self._step_ms: float | None = None
        self._tokens_per_second: float | None = None
        self._memory: MemoryFacts | None = None

    def put(self, command: ExecutorCommand) -> None:
        """From any thread."""
        self._commands.put(command)

    def run(self) -> None:
        """Until it was asked to stop and everything is parked.

        Raises DeviceLostError where the device has failed, so that nothing on it can be saved.
        """
        with self._source.open_executor() as executor, noticing_device_loss(executor.device):
            self._memory = MemoryFacts(**asdict(executor.memory_terms()))
            self._state("ready")
            while not self._closing:
                self._take_commands(executor)
                if self._runs and not self._closing:
                    self._advance(executor)
            for run_id in list(self._runs):
                self._park(executor, self._runs[run_id])
            self._report(force=True)

    def _take_commands(self, executor: SlotExecutor) -> None:
        wait = not self._runs
        if wait:
            self._report(force=True)
        while not self._closing:
            try:
                command = self._commands.get(block=wait)
            except queue.Empty:
                return
            wait = False
            match command:
                case StopExecutor():
                    self._closing = True
                case StartRun():
                    self._start(executor, command)
                case ParkRun():
                    run = self._runs.get(command.run_id)
                    if run and (run.order.attempt, run.order.epoch) == (command.attempt, command.epoch):
                        self._park(executor, run)
                case StartExecutor():
                    _log.error("this executor has already started")

    def _start(self, executor: SlotExecutor, order: StartRun) -> None:
        try:
            run = RunInSlot(order, self._source.data(order.data))
            admission = executor.admit(run.spec, run.spec.batch_size * run.data.longest)
            if not admission.fits:
                self._channel.send(_no_room(order, admission))
                return
            run.memory_bytes = admission.requested_bytes
            if order.restore:
                self._store.fetch(order.restore)
            restore = self._artifacts / order.restore if order.restore else None
            try:
                executor.join(run.spec, run.run_data, restore=restore)
            except NoRoomError as problem:
                self._channel.send(_no_room(order, replace(admission, message=str(problem))))
                return
        except UserError as problem:
            self._channel.send(refused(order, "bad-input", problem.message))
            return
        except (ValueError, OSError) as problem:
            self._channel.send(refused(order, "error", str(problem)))
            return
        history = executor.loss_history(order.run_id)
        run.step = history[-1][0] if history else 0
        run.samples = run.step * run.spec.batch_size
        self._runs[order.run_id] = run
        self._checkpoint_at[order.run_id] = time.monotonic() + CHECKPOINT_SECONDS
        self._channel.send(run.attempt("started"))
        if executor.is_finished(order.run_id):
            self._finish(executor, run)

    def _advance(self, executor: SlotExecutor) -> None:
        report = executor.step()
        due: list[str] = []
        for run_id, step in report.runs.items():
            if self._runs[run_id].stepped(step, report.seconds):
                due.append(run_id)
        finished = [run for run in self._runs.values() if run.finished]
        # What comes now may take a while: nobody waits for the points that are there already.
        self._report(force=bool(due or finished))
        if due:
            self._evaluate(executor, due)
        for run_id, fault in report.faults.items():
            self._fail(executor, self._runs[run_id], fault.reason, fault.message)
        for run in finished:
            if run.order.run_id in self._runs:
                self._finish(executor, run)
        self._measure(report)
        self._checkpoint_where_due(executor)

    def _evaluate(self, executor: SlotExecutor, due: list[str]) -> None:
        for run_id, evaluation in executor.evaluate(due).items():
            run = self._runs[run_id]
            self._send_metrics(run)
            self._channel.send(run.evaluated(evaluation, executor.loss_history(run_id)))
        for run_id in due:
            fault = executor.fault(run_id)
            if fault is not None:
                self._fail(executor, self._runs[run_id], fault.reason, fault.message)

    def _park(self, executor: SlotExecutor, run: RunInSlot) -> None:
        self._leave(executor, run, "parked", "parked")

    def _fail(self, executor: SlotExecutor, run: RunInSlot, reason: FaultReason, message: str) -> None:
        self._leave(executor, run, "parked", "failed", reason=reason, message=message)

    def _finish(self, executor: SlotExecutor, run: RunInSlot) -> None:
        try:
            for event in finish_run(executor, run, self._source, self._artifacts):
                self._channel.send(event)
        except OSError as problem:
            self._fail(executor, run, "error", f"The adapter could not be written: {problem}")
        else:
            self._leave(executor, run, "final", "done")

    def _leave(
        self,
        executor: SlotExecutor,
        run: RunInSlot,
        purpose: Purpose,
        state: AttemptState,
        *,
        reason: FaultReason | None = None,
        message: str | None = None,
    ) -> None:
        """Frees the slot at once; the end is told when the state, written in the background, is on disk."""
        run_id = run.order.run_id
        self._send_metrics(run)
        future = self._save(executor, run, adapter=purpose == "final")
        executor.leave(run_id)
        del self._runs[run_id]

        def written(size: int) -> None:
            self._channel.send(run.checkpointed(purpose, run.step, run.samples, size))
            self._channel.send(run.attempt(state, reason, message))

        def not_written(problem: BaseException) -> None:
            sentence = f"The state of the run could not be written: {problem}"
            self._channel.send(run.attempt("failed", reason or "error", message or sentence))

        self._when_written(future, written, not_written)

    def _checkpoint_where_due(self, executor: SlotExecutor) -> None:
        now = time.monotonic()
        for run_id, run in self._runs.items():
            if now < self._checkpoint_at[run_id]:
                continue
            self._checkpoint_at[run_id] = now + CHECKPOINT_SECONDS
            self._send_metrics(run)
            future = self._save(executor, run)
            self._when_checkpointed(run, run.step, run.samples, future)

    def _when_checkpointed(self, run: RunInSlot, step: int, samples: int, future: Future[int]) -> None:
        def written(size: int) -> None:
            self._channel.send(run.checkpointed("periodic", step, samples, size))

        def not_written(problem: BaseException) -> None:
            _log.error("no checkpoint", extra=fields(run=run.order.run_id, step=step, problem=str(problem)))

        self._when_written(future, written, not_written)

    def _save(self, executor: SlotExecutor, run: RunInSlot, *, adapter: bool = False) -> Future[int]:
        """Writes the state, and lets it last where artifacts last, on the writer's thread: no step waits.

        The future gives its size in bytes, or the `OSError` of whichever failed.
        """
        folder = run.state_folder(run.step)
        kept: Future[int] = Future()

        def written(done: Future[int]) -> None:
            try:
                size = done.result()
                self._store.keep(folder.as_posix())
                if adapter:
                    self._store.keep(run.adapter_folder.as_posix())
            except BaseException as problem:
                kept.set_exception(problem)
            else:
                kept.set_result(size)

        executor.checkpoint(run.order.run_id, self._artifacts / folder).add_done_callback(written)
        return kept

    @staticmethod
    def _when_written(
        future: Future[int],
        written: Callable[[int], None],
        not_written: Callable[[BaseException], None],
    ) -> None:
        def settled(done: Future[int]) -> None:
            problem = done.exception()
            if problem is None:
                written(done.result())
            else:
                not_written(problem)

        future.add_done_callback(settled)

    def _send_metrics(self, run: RunInSlot) -> None:
        event = run.metrics.take()
        if event is not None:
            self._channel.send(event)

    def _report(self, *, force: bool = False) -> None:
        now = time.monotonic()
        if force or now - self._reported_at >= REPORT_SECONDS:
            self._reported_at = now
            for run in self._runs.values():
                self._send_metrics(run)
        if self._runs and now - self._stated_at >= STATE_SECONDS:
            self._state("ready")

    def _measure(self, report: StepReport) -> None:
        step_ms = report.seconds * 1000
        self._step_ms = step_ms if self._step_ms is None else 0.9 * self._step_ms + 0.1 * step_ms
        self._tokens_per_second = report.tokens / report.seconds if report.seconds > 0 else None

    def _state(self, state: Literal["loading", "ready"]) -> None:
        self._stated_at = time.monotonic()
        self._channel.send(
            executor_event(
                self._order.executor_id,
                state,
                backbone_bytes=self._source.folder.weight_bytes,
                step_ms=self._step_ms,
                slots_busy=len(self._runs),
                tokens_per_second=self._tokens_per_second,
                memory=self._memory,
            )
        )


def _no_room(order: StartRun, admission: Admission) -> AttemptEvent:
    """Beside others the run waits for room; where it does not even fit alone, it never will."""
    if admission.beside == 0:
        return refused(order, "out-of-memory", admission.message)
    facts = AdmissionFacts(
        requested_bytes=admission.requested_bytes,
        available_bytes=admission.available_bytes,
        beside=admission.beside,
    )
    return refused(order, "memory", admission.message, facts)
