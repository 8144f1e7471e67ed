"""Events that are about now: sent at once, kept while the connection is away, never on disk."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from alto_agent.contracts.generated.messages import ServingEvent, ServingMessage

MAX_WAITING = 10_000
"""Beyond it the oldest are dropped: who was away for so long has lost track anyway."""
_AT_ONCE = 500


class LiveEvents:
    """In order, of all executors."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[str, ServingEvent]] = deque(maxlen=MAX_WAITING)
        self._arrived = asyncio.Event()

    def add(self, executor_id: str, event: ServingEvent) -> None:
        """Leaves with the next message."""
        self._waiting.append((executor_id, event))
        self._arrived.set()

    async def send_forever(self, send: Callable[[str], Awaitable[None]]) -> None:
        """Until the connection ends; what could not be sent waits for the next one."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                executor_id, events = self._take()
                try:
                    message = ServingMessage(executor_id=executor_id, events=events)
                    await send(message.model_dump_json(by_alias=True))
                except BaseException:
                    self._waiting.extendleft((executor_id, event) for event in reversed(events))
                    self._arrived.set()
                    raise

    def _take(self) -> tuple[str, list[ServingEvent]]:
        """A run of events of one executor."""
        executor_id = self._waiting[0][0]
        events: list[ServingEvent] = []
        while self._waiting and self._waiting[0][0] == executor_id and len(events) < _AT_ONCE:
            events.append(self._waiting.popleft()[1])
        return executor_id, events
