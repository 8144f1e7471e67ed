"""One training executor as the session sees it: the commands to its process, the events from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alto_agent.contracts.generated.messages import DurableEvent, StartExecutor, StopExecutor
from alto_agent.executors.channel import EVENT, ExecutorCommand
from alto_agent.executors.child_process import ChildProcess, why_it_ended
from alto_agent.executors.lifeline import SILENT_LEASES
from alto_agent.session.log import fields, logger_named

_log = logger_named("executor")
DEVICE_LOST = 4
"""Exit code of an executor whose device is gone."""
_DEVICE_LOST_SENTENCE = (
    "A GPU of the executor stopped answering, so what its runs did since their last checkpoints is "
    "lost; look at the node with nvidia-smi and dmesg before it is used again."
)
STOP_SECONDS = 60.0
"""What was asked to park or to end and does not within this time is killed."""


class ExecutorProcess:
    """A child in a process group of its own. It ends when this end of the socket closes."""

    def __init__(self, order: StartExecutor, data_dir: Path, kind: str, lease_seconds: float) -> None:
        """An agent that is silent for longer than its leases allow is taken for gone by the child."""
        self.order = order
        self.stopping = False
        self._child = ChildProcess(
            "alto_agent.executors",
            data_dir,
            kind,
            order.devices,
            silence_seconds=lease_seconds * SILENT_LEASES,
        )
        self.send(order)

    @property
    def pid(self) -> int | None:
        """Process id while it has one; also the id of its process group."""
        return self._child.pid

    async def run(self, on_event: Callable[[DurableEvent], object]) -> str | None:
        """Hands the child's events on until it ends. Answers why it ended, `None` where it was asked to."""
        code = await self._child.run(lambda line: on_event(EVENT.validate_json(line)))
        _log.info("executor ended", extra=fields(executor=self.order.executor_id, code=code))
        if self.stopping and code == 0:
            return None
        return _DEVICE_LOST_SENTENCE if code == DEVICE_LOST else why_it_ended(code)

    def show_life(self) -> None:
        """Tells the child that this agent is there."""
        self._child.show_life()

    def send(self, command: ExecutorCommand) -> None:
        """Commands are taken at the executor's next step boundary; nothing is said to one that has ended."""
        self._child.send(command.model_dump_json(by_alias=True).encode())

    def stop(self) -> None:
        """Park what trains, then end."""
        self.stopping = True
        self.send(StopExecutor(executor_id=self.order.executor_id))

    def kill(self) -> None:
        """Ends the whole process group at once."""
        self._child.kill()
