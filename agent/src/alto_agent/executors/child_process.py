"""A program of ours in a process group of its own, with a socket to it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from alto_agent.executors.lifeline import Lifeline

_LINE_LIMIT = 16 * 1024 * 1024


class ChildProcess:
    """`python -m module --channel FD --data-dir … --device … --lifeline FD --silence S`; ends when we do."""

    def __init__(
        self,
        module: str,
        data_dir: Path,
        kind: str,
        devices: Sequence[int],
        *,
        silence_seconds: float,
        arguments: Sequence[str] = (),
        pass_fds: Sequence[int] = (),
    ) -> None:
        """`kind` is `cpu` or `cuda`; only `devices` are visible to the child.

        It takes an agent that is silent for longer than `silence_seconds` for gone.
        """
        self._silence = silence_seconds
        self._lifeline: Lifeline | None = None
        self._module = module
        self._data_dir = data_dir
        self._kind = kind
        self._devices = devices
        self._arguments = arguments
        self._pass_fds = pass_fds
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._unsent: list[bytes] = []

    @property
    def pid(self) -> int | None:
        """Process id while it has one; also the id of its process group."""
        return self._process.pid if self._process else None

    async def run(self, on_line: Callable[[bytes], object]) -> int:
        """Hands the child's lines on until it ends. Answers its exit code; no process is left then."""
        ours, theirs = socket.socketpair()
        lifeline = Lifeline()
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self._module,
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
                *self._arguments,
                pass_fds=[theirs.fileno(), lifeline.far, *self._pass_fds],
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
        for line in early:
            self.send(line)
        try:
            while line := await _next(reader):
                on_line(line)
            return await self._process.wait()
        finally:
            self.kill()
            self._writer.close()
            self._lifeline = None
            lifeline.close()

    def show_life(self) -> None:
        """Tells the child that this agent is there."""
        if self._lifeline is not None:
            self._lifeline.show_life()

    def send(self, line: bytes) -> None:
        """One JSON object; nothing is said to a child that has ended."""
        if self._writer is None:
            self._unsent.append(line)
        elif not self._writer.is_closing():
            self._writer.write(line + b"\n")

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
            chosen = [visible[i] if i < len(visible) and visible[i] else str(i) for i in self._devices]
            environment["CUDA_VISIBLE_DEVICES"] = ",".join(chosen)
        else:
            environment["CUDA_VISIBLE_DEVICES"] = ""
        environment.setdefault("TOKENIZERS_PARALLELISM", "false")
        return environment


async def _next(reader: asyncio.StreamReader) -> bytes:
    """A line; none where the child is gone, also where it left something unread."""
    try:
        return await reader.readline()
    except ConnectionError:
        return b""


def why_it_ended(code: int) -> str:
    """One sentence for people."""
    if code == -signal.SIGKILL:
        return "The executor was killed, most often because the machine ran out of memory."
    if code < 0:
        return (
            f"The executor ended with signal {signal.Signals(-code).name}; the agent's log has the details."
        )
    return f"The executor ended with code {code}; the agent's log has the details."
