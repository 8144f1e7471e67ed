"""What other ranks finish in the background, told to rank 0 also while no step is taken."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

from torch.distributed.distributed_c10d import Store

_EVER = timedelta(days=365)


class Receipts:
    """One of a kind for each rank. Every rank counts the same tickets, since all make the same calls."""

    def __init__(self, store: Store) -> None:
        """`store` is this rank's own connection to what all ranks share: waiting on it blocks it."""
        self._store = store
        self._tickets = 0
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="receipts")

    def ticket(self) -> str:
        """A name for what is about to be done."""
        self._tickets += 1
        return f"receipt-{self._tickets}"

    def send(self, ticket: str, done: Future[int]) -> None:
        """Tells the outcome: a size in bytes, or what went wrong."""
        problem = done.exception()
        self._store.set(ticket, f"+{done.result()}" if problem is None else f"-{problem}")

    def expect(self, ticket: str) -> Future[int]:
        """The outcome, once another rank has told it; an `OSError` where it went wrong."""
        return self._pool.submit(self._wait, ticket)

    def close(self) -> None:
        """Returns when all that is expected has come."""
        self._pool.shutdown(wait=True)

    def _wait(self, ticket: str) -> int:
        self._store.wait([ticket], _EVER)
        told = self._store.get(ticket).decode()
        self._store.delete_key(ticket)
        if told.startswith("-"):
            raise OSError(told[1:])
        return int(told[1:])
