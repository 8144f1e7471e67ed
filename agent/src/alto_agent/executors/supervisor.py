"""All executors of this node, and the attempts that train in them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from alto_agent.contracts.generated.messages import (
    AttemptEvent,
    CheckpointEvent,
    DurableEvent,
    EvaluationEvent,
    ExecutorEvent,
    MetricsEvent,
    ParkRun,
    RunningAttempt,
    StartExecutor,
    StartRun,
)
from alto_agent.executors.executor_process import ExecutorProcess
from alto_agent.session.leases import AttemptKey, LeaseBook
from alto_agent.session.log import fields, logger_named, utc_now

_log = logger_named("supervisor")


class Supervisor:
    """Starts and ends executors, routes commands to them, and ends attempts whose lease is over.

    Every attempt that was started here ends with exactly one `parked`, `done` or `failed` event.
    """

    def __init__(
        self, data_dir: Path, kind: str, leases: LeaseBook, record: Callable[[DurableEvent], object]
    ) -> None:
        """`record` spools an event."""
        self._data_dir = data_dir
        self._kind = kind
        self._leases = leases
        self._record = record
        self._executors: dict[str, tuple[ExecutorProcess, asyncio.Task[None]]] = {}
        self._attempts: dict[AttemptKey, tuple[str, int]] = {}
        self._fenced: set[AttemptKey] = set()
        self._closing = False

    def running(self) -> list[RunningAttempt]:
        """Attempts that train or are about to."""
        return [
            RunningAttempt(
                run_id=key.run_id, attempt=key.attempt, epoch=key.epoch, executor_id=executor, step=step
            )
            for key, (executor, step) in self._attempts.items()
        ]

    def executor_ids(self) -> list[str]:
        """Executors that live."""
        return list(self._executors)

    def start_executor(self, order: StartExecutor) -> None:
        """A repeat for an executor that lives changes nothing."""
        if order.executor_id in self._executors or self._closing:
            return
        process = ExecutorProcess(order, self._data_dir, self._kind)
        task = asyncio.create_task(self._watch(process), name=order.executor_id)
        self._executors[order.executor_id] = (process, task)

    def stop_executor(self, executor_id: str) -> None:
        """Parks what trains in it, then ends it; says so again where it had ended already."""
        found = self._executors.get(executor_id)
        if found is None:
            self._record(_executor_ended(executor_id, None))
        else:
            found[0].stop()

    def start_run(self, order: StartRun) -> None:
        """A repeat changes nothing; where its executor is gone it fails, so that it can be placed again."""
        key = AttemptKey(order.run_id, order.attempt, order.epoch)
        if key in self._attempts:
            return
        found = self._executors.get(order.executor_id)
        if found is None:
            self._record(_attempt_failed(key, 0, "The executor had ended before the run reached it."))
            return
        self._leases.grant(key, time.monotonic())
        self._attempts[key] = (order.executor_id, 0)
        found[0].send(order)

    def park_run(self, order: ParkRun) -> None:
        """Asks for a park; an attempt that nobody knows is confirmed as ended, so that the stop completes."""
        key = AttemptKey(order.run_id, order.attempt, order.epoch)
        attempt = self._attempts.get(key)
        if attempt is None:
            self._record(_attempt_failed(key, 0, "It had already ended on this node."))
            return
        self._executors[attempt[0]][0].send(order)

    def enforce_leases(self) -> None:
        """Parks what could not be renewed, and kills the executor of what does not park in time."""
        now = time.monotonic()
        for key in self._leases.due_to_park(now):
            executor, step = self._attempts[key]
            _log.warning("lease ended, parking", extra=fields(run=key.run_id, step=step))
            self._fenced.add(key)
            self._executors[executor][0].send(
                ParkRun(run_id=key.run_id, attempt=key.attempt, epoch=key.epoch)
            )
        for key in self._leases.due_to_kill(now):
            _log.error("did not park in time, killing its executor", extra=fields(run=key.run_id))
            self._executors[self._attempts[key][0]][0].kill()

    async def close(self, patience: float = 20.0) -> None:
        """Stops every executor: parked where there is time, killed where not. No child is left."""
        self._closing = True
        for process, _ in self._executors.values():
            process.stop()
        tasks = [task for _, task in self._executors.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=patience)
            if late:
                for process, _ in self._executors.values():
                    process.kill()
                await asyncio.wait(late)

    async def _watch(self, process: ExecutorProcess) -> None:
        executor_id = process.order.executor_id
        try:
            reason = await process.run(self._pass_on)
        except Exception:
            _log.exception("executor lost", extra=fields(executor=executor_id))
            process.kill()
            reason = "The executor could not be started or said something that the agent does not understand."
        del self._executors[executor_id]
        for key in [key for key, (home, _) in self._attempts.items() if home == executor_id]:
            self._finish(key, _attempt_failed(key, self._attempts[key][1], reason or "The executor ended."))
        self._record(_executor_ended(executor_id, reason))

    def _pass_on(self, event: DurableEvent) -> None:
        if isinstance(event, ExecutorEvent):
            self._record(event)
            return
        key = AttemptKey(event.run_id, event.attempt, event.epoch)
        attempt = self._attempts.get(key)
        if attempt is None:
            return
        if isinstance(event, MetricsEvent):
            self._attempts[key] = (attempt[0], event.steps[-1])
        elif isinstance(event, EvaluationEvent | CheckpointEvent):
            self._attempts[key] = (attempt[0], event.step)
        if isinstance(event, AttemptEvent) and event.state != "started":
            self._finish(key, event)
        else:
            self._record(event)

    def _finish(self, key: AttemptKey, event: AttemptEvent) -> None:
        del self._attempts[key]
        self._leases.end(key)
        if key in self._fenced:
            self._fenced.discard(key)
            if event.state == "parked":
                event = event.model_copy(
                    update={
                        "reason": "lease-lost",
                        "message": "The control plane was out of reach, so the node parked the run.",
                    }
                )
        self._record(event)


def _attempt_failed(key: AttemptKey, step: int, message: str) -> AttemptEvent:
    return AttemptEvent(
        run_id=key.run_id,
        attempt=key.attempt,
        epoch=key.epoch,
        at=utc_now(),
        state="failed",
        step=step,
        samples=0,
        reason="executor-died",
        message=message,
        facts=None,
        admission=None,
    )


def _executor_ended(executor_id: str, message: str | None) -> ExecutorEvent:
    return ExecutorEvent(
        executor_id=executor_id,
        at=utc_now(),
        state="ended",
        message=message,
        fault=None if message is None else "crash",
        backbone_bytes=None,
        step_ms=None,
        slots_busy=None,
        tokens_per_second=None,
        memory=None,
    )
