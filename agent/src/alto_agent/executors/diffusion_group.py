"""A diffusion executor as the session sees it: its ranks, the commands to them, the events from them."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from pathlib import Path

from alto_agent.contracts.generated.messages import (
    CancelRequest,
    ExecutorEvent,
    ForgetRequest,
    PauseOrder,
    RequestEndedEvent,
    RunRequests,
    ServingProfileEvent,
    StartDiffusion,
    StopExecutor,
    UnitEnded,
)
from alto_agent.executors.child_process import ChildProcess, why_it_ended
from alto_agent.executors.learned_profile import LearnedProfile
from alto_agent.executors.lifeline import SILENT_LEASES
from alto_agent.executors.order_router import Delivery, OrderRouter
from alto_agent.executors.rank_command import RANK_EVENT, RankEvent
from alto_agent.session.log import fields, logger_named, utc_now

_log = logger_named("diffusion")
_MODULE = "alto_agent.diffusion.executor"


class DiffusionGroup:
    """One process a device. They live and die together: a group with a missing rank can do no shared step."""

    def __init__(
        self,
        order: StartDiffusion,
        data_dir: Path,
        kind: str,
        say: Callable[[RankEvent], object],
        lease_seconds: float,
    ) -> None:
        """`say` takes every event. Ranks take an agent that is silent for some leases for gone."""
        self.order = order
        self._say = say
        self._router = OrderRouter(len(order.devices), self._say)
        self._profile = LearnedProfile()
        self._refused = False
        self._stopping = False
        self._store = _listening_socket()
        port = str(self._store.getsockname()[1])
        self._ranks = [
            ChildProcess(
                _MODULE,
                data_dir,
                kind,
                [device],
                silence_seconds=lease_seconds * SILENT_LEASES,
                arguments=["--rank", str(rank), "--store-port", port, *self._first_only(rank)],
                pass_fds=[self._store.fileno()] if rank == 0 else [],
            )
            for rank, device in enumerate(order.devices)
        ]
        for rank in range(len(self._ranks)):
            self._deliver([(rank, order)])

    def pids(self) -> set[int]:
        """Process ids of the ranks."""
        return {rank.pid for rank in self._ranks if rank.pid is not None}

    async def run(self) -> str | None:
        """Until every rank has ended. Answers why, `None` where it was asked to or has said so itself."""
        tasks = [asyncio.create_task(rank.run(self._hear)) for rank in self._ranks]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if not self._stopping:
                self.kill()
            codes = await asyncio.gather(*tasks)
        finally:
            self.kill()
            self._store.close()
        _log.info("diffusion executor ended", extra=fields(executor=self.order.executor_id, codes=codes))
        if self._refused or (self._stopping and not any(codes)):
            return None
        killed = {code for code in codes if code != 0}
        return why_it_ended(max(killed)) if killed else "A rank of the executor ended by itself."

    def lost(self, reason: str) -> list[RequestEndedEvent]:
        """The ends of all requests that went down with it."""
        return [
            RequestEndedEvent(
                request_id=request_id,
                attempt=attempt,
                executor_id=self.order.executor_id,
                at=utc_now(),
                state="failed",
                path=None,
                media_type=None,
                bytes=None,
                reason="executor-died",
                message=reason,
            )
            for request_id, attempt in self._router.lost()
        ]

    def show_life(self) -> None:
        """Tells all ranks that this agent is there."""
        for rank in self._ranks:
            rank.show_life()

    def run_requests(self, order: RunRequests) -> None:
        """A repeat changes nothing."""
        self._deliver(self._router.submit(order))

    def pause_order(self, order: PauseOrder) -> None:
        """At its next boundary."""
        self._deliver(self._router.pause(order))

    def cancel_request(self, order: CancelRequest) -> None:
        """At its next boundary."""
        self._deliver(self._router.cancel(order))

    def forget_request(self, order: ForgetRequest) -> None:
        """It goes on elsewhere."""
        self._deliver(self._router.forget(order))

    def stop(self) -> None:
        """Park what runs, then end."""
        self._stopping = True
        end = StopExecutor(executor_id=self.order.executor_id)
        self._deliver([(rank, end) for rank in range(len(self._ranks))])

    def kill(self) -> None:
        """Ends all ranks at once."""
        for rank in self._ranks:
            rank.kill()

    def _hear(self, line: bytes) -> None:
        event = RANK_EVENT.validate_json(line)
        if isinstance(event, ExecutorEvent) and event.state == "ended":
            # Every rank fails to load the same model; it is said once.
            if self._refused:
                return
            self._refused = True
        if isinstance(event, ServingProfileEvent):
            self._profile.begin(event.profile)
        if isinstance(event, UnitEnded):
            self._learn(event)
        self._say(event)
        self._deliver(self._router.heard(event))

    def _learn(self, unit: UnitEnded) -> None:
        order = self._router.order(unit.order_id)
        if order is None:
            return
        self._profile.learn(order, unit)
        learned = self._profile.due(time.monotonic())
        if learned is not None:
            self._say(
                ServingProfileEvent(
                    executor_id=self.order.executor_id, at=utc_now(), source="steps", profile=learned
                )
            )

    def _deliver(self, deliveries: list[Delivery]) -> None:
        for rank, command in deliveries:
            self._ranks[rank].send(command.model_dump_json(by_alias=True).encode())

    def _first_only(self, rank: int) -> list[str]:
        return ["--store-fd", str(self._store.fileno())] if rank == 0 else []


def _listening_socket() -> socket.socket:
    """Where the ranks meet. Made here and inherited by rank 0, so that no other program can take its port."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(64)
    return listening
