"""One training executor as the session sees it: the commands to its processes, the events from them."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterable
from pathlib import Path

from alto_agent.contracts.generated.messages import DurableEvent, StartExecutor, StopExecutor
from alto_agent.executors.channel import EVENT, ExecutorCommand
from alto_agent.executors.child_process import ChildProcess, why_it_ended
from alto_agent.executors.lifeline import SILENT_LEASES
from alto_agent.session.log import fields, logger_named

_log = logger_named("executor")
REFUSED, DEVICE_LOST = 3, 4
"""Exit codes of a rank: its order cannot be carried out; its device is gone."""
_DEVICE_LOST_SENTENCE = (
    "A GPU of the executor stopped answering, so what its runs did since their last checkpoints is "
    "lost; look at the node with nvidia-smi and dmesg before it is used again."
)
STOP_SECONDS = 60.0
"""What was asked to park or to end and does not within this time is killed."""
_TOGETHER_SECONDS = 20.0
"""Ranks that end by themselves do so within this time of each other."""


class ExecutorProcess:
    """A child a device, each in a process group of its own; together they are the ranks of one executor.

    Rank 0 hears the commands and speaks for all. They live and die together: a group with a missing rank can
    take no step. Each ends when this end of its socket closes.
    """

    def __init__(
        self,
        order: StartExecutor,
        data_dir: Path,
        kind: str,
        lease_seconds: float,
        address: str = "127.0.0.1",
    ) -> None:
        """An agent that is silent for longer than its leases allow is taken for gone by the children.

        `address` is where other nodes reach this one, for an executor that lies on several.
        """
        self.order = order
        self.stopping = False
        part = order.part
        self.leads = part is None or part.first_rank == 0
        self._listening: socket.socket | None = None
        if self.leads and (part is not None or len(order.devices) > 1):
            self._listening = _listening_socket("127.0.0.1" if part is None else address)
        self._ranks = [
            ChildProcess(
                "alto_agent.executors",
                data_dir,
                kind,
                [device],
                silence_seconds=lease_seconds * SILENT_LEASES,
                arguments=self._seat(place),
                pass_fds=[self._listening.fileno()] if self._listening and place == 0 else [],
            )
            for place, device in enumerate(order.devices)
        ]
        for rank in self._ranks:
            rank.send(order.model_dump_json(by_alias=True).encode())

    @property
    def meeting(self) -> str | None:
        """host:port where ranks meet; `None` for a single one."""
        if self._listening is None:
            return None if self.order.part is None else self.order.part.meeting
        host, port = self._listening.getsockname()[:2]
        return f"{host}:{port}"

    def pids(self) -> set[int]:
        """Process ids of the ranks, which are the ids of their process groups too."""
        return {rank.pid for rank in self._ranks if rank.pid is not None}

    async def run(self, on_event: Callable[[DurableEvent], object]) -> str | None:
        """Hands events on until every rank has ended. Answers why, `None` where it was asked to."""
        ranks = [
            asyncio.create_task(rank.run(lambda line: on_event(EVENT.validate_json(line))))
            for rank in self._ranks
        ]
        try:
            first, others = await asyncio.wait(ranks, return_when=asyncio.FIRST_COMPLETED)
            codes = [rank.result() for rank in first]
            if others and all(code in (0, REFUSED) for code in codes):
                await asyncio.wait(others, timeout=_TOGETHER_SECONDS)
                codes += [rank.result() for rank in others if rank.done()]
        finally:
            # Again and again: one may be about to start.
            while not all(rank.done() for rank in ranks):
                self.kill()
                await asyncio.wait(ranks, timeout=1)
            if self._listening is not None:
                self._listening.close()
        code = _telling(codes)
        _log.info("executor ended", extra=fields(executor=self.order.executor_id, code=code))
        if (self.stopping and code == 0) or (not self.leads and (self.stopping or code == 0)):
            return None
        return _DEVICE_LOST_SENTENCE if code == DEVICE_LOST else why_it_ended(code)

    def show_life(self) -> None:
        """Tells the children that this agent is there."""
        for rank in self._ranks:
            rank.show_life()

    def send(self, command: ExecutorCommand) -> None:
        """Commands are taken at the executor's next step boundary; nothing is said to one that has ended."""
        assert self.leads
        self._ranks[0].send(command.model_dump_json(by_alias=True).encode())

    def stop(self) -> None:
        """Park what trains, then end. Ranks led from another node are asked when their leader has ended."""
        self.stopping = True
        if not self.leads:
            self.kill()
            return
        self.send(StopExecutor(executor_id=self.order.executor_id))

    def kill(self) -> None:
        """Ends all process groups at once."""
        for rank in self._ranks:
            rank.kill()

    def _seat(self, place: int) -> list[str]:
        if self.meeting is None:
            return []
        part, here = self.order.part, len(self.order.devices)
        rank = place if part is None else part.first_rank + place
        host, _, port = self.meeting.rpartition(":")
        seat = {
            "--rank": rank,
            "--ranks": here if part is None else part.ranks,
            "--ranks-here": here,
            "--near": here if part is None else part.near,
            "--meet-host": host,
            "--meet-port": port,
        }
        words = [word for name, value in seat.items() for word in (name, str(value))]
        first = ["--first-here"] if place == 0 else []
        listening = ["--meet-fd", str(self._listening.fileno())] if self._listening and place == 0 else []
        return [*words, *first, *listening]


def _listening_socket(host: str) -> socket.socket:
    """Where the ranks meet. Made here and inherited by rank 0, so that no other program can take its port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, 0), family=family, backlog=64)


def _telling(codes: Iterable[int]) -> int:
    """Of ranks that ended together the code that says most; a rank that lost another one ends with 1."""
    order = (DEVICE_LOST, -signal.SIGKILL, REFUSED)
    found = set(codes)
    return next((code for code in order if code in found), min(found))
