"""From events that happen to events that the control plane has stored: spool, send, forget."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from alto_agent.contracts.generated.messages import DurableEvent, MetricsEvent
from alto_agent.session.log import fields, logger_named
from alto_agent.session.spool import Spool

_log = logger_named("outbox")

MAX_BATCH_EVENTS = 1000
MAX_BATCH_BYTES = 256 * 1024
"""A batch stays small, so that a heartbeat on the same connection never waits long behind it."""
MAX_EVENT_BYTES = 8 * 1024 * 1024
"""The control plane takes messages of twice this: a larger event would be sent again and again for ever."""
MAX_IN_FLIGHT = 4
MAX_UNWRITTEN = 200_000
"""Events kept in memory while the disk refuses them; beyond it the oldest metrics are dropped."""


class Outbox:
    """Owns the spool. Disk writes happen in one thread, so that a slow disk does not hold up heartbeats."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._disk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spool")
        self._unwritten: deque[tuple[str, bool]] = deque()
        self._arrived = asyncio.Event()
        self._spooled = asyncio.Event()
        self._room = asyncio.Event()
        self._sent = 0
        self._in_flight: deque[int] = deque()

    @property
    def last_seq(self) -> int:
        """Highest number in the spool."""
        return self._spool.last_seq

    def record(self, event: DurableEvent) -> None:
        """Takes an event; it is on disk a moment later."""
        body = event.model_dump_json(by_alias=True)
        if len(body) > MAX_EVENT_BYTES:
            _log.error("an event is too large to be sent", extra=fields(kind=event.kind, bytes=len(body)))
            return
        self._unwritten.append((body, isinstance(event, MetricsEvent)))
        if len(self._unwritten) > MAX_UNWRITTEN:
            self._drop_oldest_metrics()
        self._arrived.set()

    async def write_forever(self) -> None:
        """Moves events to disk. On a full disk it keeps them in memory and tries again each second."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            await self.flush()

    async def flush(self) -> None:
        """Puts everything that was recorded up to now on disk."""
        while self._unwritten:
            batch = [self._unwritten[i] for i in range(min(len(self._unwritten), 5_000))]
            try:
                await asyncio.get_running_loop().run_in_executor(self._disk, self._spool.append, batch)
            except sqlite3.OperationalError as problem:
                _log.error(
                    "events cannot be written to disk, trying again", extra=fields(problem=str(problem))
                )
                await asyncio.sleep(1)
                continue
            for _ in batch:
                self._unwritten.popleft()
            self._spooled.set()

    async def send_forever(self, acked: int, send: Callable[[str], Awaitable[None]]) -> None:
        """Sends what is spooled after `acked`, a few small batches at a time, until the connection ends."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._disk, self._spool.continue_after, acked)
        await loop.run_in_executor(self._disk, self._spool.acknowledge, acked)
        self._sent = acked
        self._in_flight.clear()
        while True:
            self._spooled.clear()
            self._room.clear()
            batch = await loop.run_in_executor(
                self._disk, self._spool.after, self._sent, MAX_BATCH_EVENTS, MAX_BATCH_BYTES
            )
            if not batch:
                await self._spooled.wait()
            elif len(self._in_flight) >= MAX_IN_FLIGHT:
                await self._room.wait()
            else:
                events = ",".join(f'{{"seq":{item.seq},"event":{item.body}}}' for item in batch)
                await send(f'{{"type":"events","events":[{events}]}}')
                self._sent = batch[-1].seq
                self._in_flight.append(batch[-1].seq)

    async def acknowledged(self, seq: int) -> None:
        """The control plane has stored everything up to `seq`."""
        while self._in_flight and self._in_flight[0] <= seq:
            self._in_flight.popleft()
        self._room.set()
        await asyncio.get_running_loop().run_in_executor(self._disk, self._spool.acknowledge, seq)

    async def close(self) -> None:
        """Writes what is left and closes the file."""
        try:
            await asyncio.wait_for(self.flush(), timeout=5)
        except TimeoutError:
            _log.error("events were lost: the disk refused them", extra=fields(events=len(self._unwritten)))
        self._disk.shutdown(wait=True)
        self._spool.close()

    def _drop_oldest_metrics(self) -> None:
        for index, (_, expendable) in enumerate(self._unwritten):
            if expendable:
                del self._unwritten[index]
                return
