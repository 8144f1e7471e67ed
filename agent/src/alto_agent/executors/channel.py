"""JSON lines between the session and an executor, over one socket pair: commands down, durable events up."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

from pydantic import TypeAdapter, ValidationError

from alto_agent.contracts.generated.messages import (
    DurableEvent,
    ParkRun,
    StartExecutor,
    StartRun,
    StopExecutor,
)

ExecutorCommand = StartExecutor | StartRun | ParkRun | StopExecutor

_COMMAND: TypeAdapter[ExecutorCommand] = TypeAdapter(ExecutorCommand)
EVENT: TypeAdapter[DurableEvent] = TypeAdapter(DurableEvent)


class ExecutorChannel:
    """The executor's end. Events may be sent from any thread; a full socket makes the sender wait."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def send(self, event: DurableEvent) -> None:
        """Raises `BrokenPipeError` where the agent is gone: nobody hears this executor any more."""
        line = event.model_dump_json(by_alias=True).encode() + b"\n"
        with self._lock:
            self._connection.sendall(line)

    def commands(self) -> Iterator[ExecutorCommand]:
        """Commands in order; ends when the agent closes its side or dies."""
        with self._connection.makefile("rb") as lines:
            for line in lines:
                try:
                    yield _COMMAND.validate_json(line)
                except ValidationError as problem:
                    raise ValueError(
                        f"The agent sent a command that this executor does not know: {problem}"
                    ) from None
