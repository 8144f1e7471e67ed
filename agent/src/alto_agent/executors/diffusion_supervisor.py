"""All diffusion executors of this node."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from alto_agent.contracts.generated.messages import (
    CancelRequest,
    DurableEvent,
    ForgetRequest,
    OrderEnded,
    PauseOrder,
    RequestPreview,
    RunRequests,
    ServingEvent,
    StartDiffusion,
    UnitEnded,
)
from alto_agent.executors.diffusion_group import DiffusionGroup
from alto_agent.executors.executor_event import executor_event
from alto_agent.executors.rank_command import RankEvent
from alto_agent.session.log import fields, logger_named

_log = logger_named("diffusion")


class DiffusionSupervisor:
    """Starts and ends them, and parts what is about now from what must not be lost."""

    def __init__(
        self,
        data_dir: Path,
        kind: str,
        record: Callable[[DurableEvent], object],
        live: Callable[[str, ServingEvent], object],
        lease_seconds: Callable[[], float],
    ) -> None:
        """`record` spools an event; `live` takes an executor's id and an event for at once;
        `lease_seconds` is what the control plane grants now.
        """
        self._data_dir = data_dir
        self._kind = kind
        self._record = record
        self._live = live
        self._lease_seconds = lease_seconds
        self._groups: dict[str, tuple[DiffusionGroup, asyncio.Task[None]]] = {}
        self._closing = False

    def executor_ids(self) -> list[str]:
        """Diffusion executors that live."""
        return list(self._groups)

    def pids(self) -> set[int]:
        """Process ids of their ranks, which are the ids of their sessions too."""
        return {pid for group, _ in self._groups.values() for pid in group.pids()}

    def show_life(self) -> None:
        """Tells all ranks that this agent is there; without that they end themselves."""
        for group, _ in self._groups.values():
            group.show_life()

    def stop(self, executor_id: str) -> bool:
        """Parks what runs and ends it; `False` where no such one lives."""
        found = self._groups.get(executor_id)
        if found is not None:
            found[0].stop()
        return found is not None

    def obey(self, order: StartDiffusion | RunRequests | PauseOrder | CancelRequest | ForgetRequest) -> None:
        """A repeat changes nothing. What is said to an executor that has ended is lost with it."""
        if isinstance(order, StartDiffusion):
            self._start(order)
            return
        found = self._groups.get(order.executor_id)
        if found is None:
            _log.warning("an order for an executor that is not here", extra=fields(order=order.type))
            return
        match order:
            case RunRequests():
                found[0].run_requests(order)
            case PauseOrder():
                found[0].pause_order(order)
            case CancelRequest():
                found[0].cancel_request(order)
            case ForgetRequest():
                found[0].forget_request(order)

    async def close(self, patience: float = 20.0) -> None:
        """Stops all: parked where there is time, killed where not. No child is left."""
        self._closing = True
        for group, _ in self._groups.values():
            group.stop()
        tasks = [task for _, task in self._groups.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=patience)
            if late:
                for group, _ in self._groups.values():
                    group.kill()
                await asyncio.wait(late)

    def _start(self, order: StartDiffusion) -> None:
        executor_id = order.executor_id
        if executor_id in self._groups or self._closing:
            return
        group = DiffusionGroup(
            order,
            self._data_dir,
            self._kind,
            lambda event: self._sort(executor_id, event),
            self._lease_seconds(),
        )
        task = asyncio.create_task(self._watch(group), name=executor_id)
        self._groups[executor_id] = (group, task)

    async def _watch(self, group: DiffusionGroup) -> None:
        executor_id = group.order.executor_id
        try:
            reason = await group.run()
        except Exception:
            _log.exception("diffusion executor lost", extra=fields(executor=executor_id))
            group.kill()
            reason = "The executor could not be started or said something that the agent does not understand."
        del self._groups[executor_id]
        for event in group.lost(reason or "The executor ended."):
            self._record(event)
        fault = None if reason is None else "crash"
        self._record(executor_event(executor_id, "ended", message=reason, fault=fault))

    def _sort(self, executor_id: str, event: RankEvent) -> None:
        if isinstance(event, UnitEnded | OrderEnded | RequestPreview):
            self._live(executor_id, event)
        else:
            self._record(event)
