"""One executor as the session sees it: a child process group, the commands to it, the events from it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from alto_agent.contracts.generated.messages import DurableEvent, StartExecutor, StopExecutor
from alto_agent.executors.channel import EVENT, ExecutorCommand
from alto_agent.executors.lifeline import SILENT_LEASES, Lifeline
from alto_agent.session.log import fields, logger_named

_log = logger_named("executor")
DEVICE_LOST = 4
"""Exit code of an executor whose device is gone."""
_LINE_LIMIT = 16 * 1024 * 1024
STOP_SECONDS = 60.0
"""What was asked to park or to end and does not within this time is killed."""


class ExecutorProcess:
    """A child in a process group of its own. It ends when this end of the socket closes."""

    def __init__(self, order: StartExecutor, data_dir: Path, kind: str, lease_seconds: float) -> None:
        """An agent that is silent for longer than its leases allow is taken for gone by the child."""
        self.order = order
        self._silence = lease_seconds * SILENT_LEASES
        self._lifeline: Lifeline | None = None
        self._data_dir = data_dir
        self._kind = kind
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._unsent: list[ExecutorCommand] = [order]
        self.stopping = False

    @property
    def pid(self) -> int | None:
        """Process id while it has one; also the id of its process group."""
        return self._process.pid if self._process else None

    async def run(self, on_event: Callable[[DurableEvent], object]) -> str | None:
        """Hands the child's events on until it ends. Answers why it ended, `None` where it was asked to."""
        ours, theirs = socket.socketpair()
        lifeline = Lifeline()
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "alto_agent.executors",
                "--channel",
                str(theirs.fileno()),
                "--data-dir",
                str(self._data_dir),
                "--device",
                self._kind,
                "--lifeline",
                str(lifeline.far),
                "--silence",
                str(self._silence),
                pass_fds=[theirs.fileno(), lifeline.far],
                start_new_session=True,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=sys.stderr.fileno(),
                env=self._environment(),
            )
        finally:
            theirs.close()
            lifeline.hand_over()
        self._lifeline = lifeline
        reader, self._writer = await asyncio.open_connection(sock=ours, limit=_LINE_LIMIT)
        early, self._unsent = self._unsent, []
        for command in early:
            self.send(command)
        try:
            while line := await _next(reader):
                on_event(EVENT.validate_json(line))
            code = await self._process.wait()
        finally:
            self.kill()
            self._writer.close()
            self._lifeline = None
            lifeline.close()
        _log.info("executor ended", extra=fields(executor=self.order.executor_id, code=code))
        return None if self.stopping and code == 0 else _sentence(code)

    def show_life(self) -> None:
        """Tells the child that this agent is there."""
        if self._lifeline is not None:
            self._lifeline.show_life()

    def send(self, command: ExecutorCommand) -> None:
        """Commands are taken at the executor's next step boundary; nothing is said to one that has ended."""
        if self._writer is None:
            self._unsent.append(command)
        elif not self._writer.is_closing():
            self._writer.write(command.model_dump_json(by_alias=True).encode() + b"\n")

    def stop(self) -> None:
        """Park what trains, then end."""
        self.stopping = True
        self.send(StopExecutor(executor_id=self.order.executor_id))

    def kill(self) -> None:
        """Ends the whole process group at once."""
        if self._process and self._process.returncode is None:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return

    def _environment(self) -> dict[str, str]:
        environment = dict(os.environ)
        visible = environment.get("CUDA_VISIBLE_DEVICES", "").split(",")
        if self._kind == "cuda":
            chosen = [visible[i] if i < len(visible) and visible[i] else str(i) for i in self.order.devices]
            environment["CUDA_VISIBLE_DEVICES"] = ",".join(chosen)
        else:
            environment["CUDA_VISIBLE_DEVICES"] = ""
        environment.setdefault("TOKENIZERS_PARALLELISM", "false")
        return environment


async def _next(reader: asyncio.StreamReader) -> bytes:
    """A line; none where the child is gone, also where it left a command unread."""
    try:
        return await reader.readline()
    except ConnectionError:
        return b""


def _sentence(code: int) -> str:
    if code == DEVICE_LOST:
        return (
            "A GPU of the executor stopped answering, so what its runs did since their last checkpoints is "
            "lost; look at the node with nvidia-smi and dmesg before it is used again."
        )
    if code == -signal.SIGKILL:
        return "The executor was killed, most often because the machine ran out of memory."
    if code < 0:
        return (
            f"The executor ended with signal {signal.Signals(-code).name}; the agent's log has the details."
        )
    return f"The executor ended with code {code}; the agent's log has the details."
