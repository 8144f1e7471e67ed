"""All executors of this node, and the attempts that train in them."""

from __future__ import annotations

import asyncio
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
    RequestEndedEvent,
    RequestParkedEvent,
    RunningAttempt,
    ServingProfileEvent,
    StartExecutor,
    StartRun,
)
from alto_agent.executors.executor_process import STOP_SECONDS, ExecutorProcess
from alto_agent.session.lease_clock import lease_clock
from alto_agent.session.leases import AttemptKey, LeaseBook
from alto_agent.session.log import fields, logger_named, utc_now

_log = logger_named("supervisor")


class Supervisor:
    """Starts and ends executors, routes commands to them, and ends attempts whose lease is over.

    Every attempt that was started here ends with exactly one `parked`, `done` or `failed` event.
    """

    def __init__(
        self,
        data_dir: Path,
        kind: str,
        leases: LeaseBook,
        record: Callable[[DurableEvent], object],
        address: Callable[[], str] = lambda: "127.0.0.1",
    ) -> None:
        """`record` spools an event; `address` is where other nodes reach this one now."""
        self._address = address
        self._data_dir = data_dir
        self._kind = kind
        self._leases = leases
        self._record = record
        self._executors: dict[str, tuple[ExecutorProcess, asyncio.Task[None]]] = {}
        self._attempts: dict[AttemptKey, tuple[str, int]] = {}
        self._tokens: dict[AttemptKey, str] = {}
        self._fenced: set[AttemptKey] = set()
        self._asked_to_park: dict[AttemptKey, float] = {}
        self._closing = False

    def running(self) -> list[RunningAttempt]:
        """Attempts that train or are about to."""
        return [
            RunningAttempt(
                run_id=key.run_id, attempt=key.attempt, epoch=key.epoch, executor_id=executor, step=step
            )
            for key, (executor, step) in self._attempts.items()
        ]

    def pids(self) -> set[int]:
        """Process ids of executors, which are the ids of their sessions too."""
        return {pid for process, _ in self._executors.values() for pid in process.pids()}

    def executor_ids(self) -> list[str]:
        """Executors that live."""
        return list(self._executors)

    def start_executor(self, order: StartExecutor) -> None:
        """A repeat for an executor that lives changes nothing."""
        if order.executor_id in self._executors or self._closing:
            return
        address = self._address()
        try:
            process = ExecutorProcess(order, self._data_dir, self._kind, self._leases.lease_seconds, address)
        except OSError as problem:
            reason = f"Ranks of other nodes cannot come to {address} ({problem}); give the agent --address."
            self._record(_executor_ended(order.executor_id, reason))
            return
        if order.part is not None:
            self._record(_part_started(order, process))
        task = asyncio.create_task(self._watch(process), name=order.executor_id)
        self._executors[order.executor_id] = (process, task)

    def stop_executor(self, executor_id: str) -> None:
        """Parks what trains in it, then ends it; says so again where it had ended already."""
        found = self._executors.get(executor_id)
        if found is None:
            self._record(_executor_ended(executor_id, None))
        else:
            found[0].stop()

    def start_run(self, order: StartRun, vouched_at: float) -> None:
        """A repeat changes nothing; where its executor is gone it fails, so that it can be placed again.

        The lease counts from `vouched_at`, when this node last asked for one and got it: an order that was
        long on its way brings no more time than the database has granted.
        """
        key = AttemptKey(order.run_id, order.attempt, order.epoch)
        if key in self._attempts:
            return
        found = self._executors.get(order.executor_id)
        if found is None or not found[0].leads:
            message = "The executor had ended before the run reached it."
            self._record(_attempt_failed(key, order.token, 0, message))
            return
        self._leases.grant(key, vouched_at)
        self._attempts[key] = (order.executor_id, 0)
        self._tokens[key] = order.token
        found[0].send(order)

    def park_run(self, order: ParkRun) -> None:
        """Asks for a park; an attempt that nobody knows is confirmed as ended, so that the stop completes."""
        key = AttemptKey(order.run_id, order.attempt, order.epoch)
        attempt = self._attempts.get(key)
        if attempt is None:
            self._record(_attempt_failed(key, order.token, 0, "It had already ended on this node."))
            return
        self._asked_to_park.setdefault(key, lease_clock())
        self._executors[attempt[0]][0].send(order)

    def enforce_leases(self, vouched_at: float) -> None:
        """Parks what could not be renewed, and kills the executor of what does not park in time.

        Ranks that are led from another node have no attempt here: their lease is that of the node, from
        `vouched_at` on. Executors hear from here that the agent lives; without that they end themselves.
        """
        now = lease_clock()
        for process, _ in self._executors.values():
            process.show_life()
            if not process.leads and now - vouched_at > self._leases.lease_seconds:
                _log.warning("lease ended, ending ranks", extra=fields(executor=process.order.executor_id))
                process.kill()
        for key in self._leases.due_to_park(now):
            executor, step = self._attempts[key]
            _log.warning("lease ended, parking", extra=fields(run=key.run_id, step=step))
            self._fenced.add(key)
            self._executors[executor][0].send(
                ParkRun(run_id=key.run_id, attempt=key.attempt, epoch=key.epoch, token=self._tokens[key])
            )
        overdue = [key for key, since in self._asked_to_park.items() if now - since > STOP_SECONDS]
        for key in {*self._leases.due_to_kill(now), *overdue}:
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
            reason = await process.run(lambda event: self._pass_on(executor_id, event))
        except Exception:
            _log.exception("executor lost", extra=fields(executor=executor_id))
            process.kill()
            reason = "The executor could not be started or said something that the agent does not understand."
        del self._executors[executor_id]
        for key in [key for key, (home, _) in self._attempts.items() if home == executor_id]:
            step, message = self._attempts[key][1], reason or "The executor ended."
            self._finish(key, _attempt_failed(key, self._tokens[key], step, message))
        self._record(_executor_ended(executor_id, reason))

    def _pass_on(self, home: str, event: DurableEvent) -> None:
        """An executor speaks of itself and of the attempts in it; whatever else it says is not passed on."""
        if isinstance(event, ExecutorEvent):
            if event.executor_id == home:
                self._record(event)
            return
        if isinstance(event, RequestParkedEvent | RequestEndedEvent | ServingProfileEvent):
            return
        key = AttemptKey(event.run_id, event.attempt, event.epoch)
        attempt = self._attempts.get(key)
        if attempt is None or attempt[0] != home:
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
        del self._tokens[key]
        self._asked_to_park.pop(key, None)
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


def _attempt_failed(key: AttemptKey, token: str, step: int, message: str) -> AttemptEvent:
    return AttemptEvent(
        run_id=key.run_id,
        attempt=key.attempt,
        epoch=key.epoch,
        token=token,
        at=utc_now(),
        state="failed",
        step=step,
        samples=0,
        reason="executor-died",
        message=message,
        facts=None,
        admission=None,
    )


def _part_started(order: StartExecutor, process: ExecutorProcess) -> ExecutorEvent:
    """Says where to meet rank 0; ranks that are led from another node say nothing themselves."""
    event = _executor_ended(order.executor_id, None)
    if process.leads:
        return event.model_copy(update={"state": "loading", "meeting": process.meeting})
    return event.model_copy(update={"state": "ready"})


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
