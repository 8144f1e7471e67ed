"""A child process that answers questions, one after the other: what it has loaded serves the next one too."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

KEPT_ERRORS = 4000
"""Of what it prints beside its answers, the newest bytes are kept, for the log of the agent."""
LONGEST_ANSWER = 64 * 1024 * 1024


class AnswerProcess:
    """`python -m alto_agent.executors.answer`: a question a line in, an answer a line out."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._errors = b""
        self.answered = 0
        """Questions that it was asked."""
        self._reading = asyncio.get_running_loop().create_task(self._read_errors())

    @classmethod
    async def start(cls, data_dir: Path) -> AnswerProcess:
        """A new one; it loads its libraries with the first question."""
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "alto_agent.executors.answer",
                "--data-dir",
                str(data_dir),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=LONGEST_ANSWER,
                start_new_session=True,
            )
        )

    @property
    def lives(self) -> bool:
        """False once it has ended."""
        return self._process.returncode is None

    @property
    def errors(self) -> str:
        """The end of what it printed beside its answers."""
        return self._errors.decode(errors="replace")

    async def ask(self, question: str) -> bytes:
        """Its answer, one line of JSON. Empty where it has ended instead."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.answered += 1
        try:
            self._process.stdin.write(question.encode() + b"\n")
            await self._process.stdin.drain()
            return await self._process.stdout.readline()
        except (BrokenPipeError, ConnectionResetError):
            return b""

    async def end(self) -> None:
        """Ends it now, whatever it does."""
        if self.lives:
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        await self._reading

    async def _read_errors(self) -> None:
        assert self._process.stderr is not None
        while chunk := await self._process.stderr.read(4096):
            self._errors = (self._errors + chunk)[-KEPT_ERRORS:]
