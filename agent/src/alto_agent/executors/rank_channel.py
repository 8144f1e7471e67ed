"""JSON lines between the session and one rank of a diffusion executor: the rank's end of their socket."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

from pydantic import ValidationError

from alto_agent.executors.rank_command import RANK_COMMAND, RankCommand, RankEvent


class RankChannel:
    """Events may be sent from any thread; a full socket makes the sender wait."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def send(self, event: RankEvent) -> None:
        """Raises `BrokenPipeError` where the agent is gone: nobody hears this rank any more."""
        line = event.model_dump_json(by_alias=True).encode() + b"\n"
        with self._lock:
            self._connection.sendall(line)

    def commands(self) -> Iterator[RankCommand]:
        """Commands in order; ends when the agent closes its side or dies."""
        with self._connection.makefile("rb") as lines:
            for line in lines:
                try:
                    yield RANK_COMMAND.validate_json(line)
                except ValidationError as problem:
                    raise ValueError(
                        f"The agent sent a command that this rank does not know: {problem}"
                    ) from None
