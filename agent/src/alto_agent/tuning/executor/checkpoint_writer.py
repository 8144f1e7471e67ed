"""Writes checkpoints on a thread of its own, so that no step waits for the disk."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from alto_agent.tuning.executor.checkpoint import SavedRun, write_checkpoint


class CheckpointWriter:
    """One writer, so states of one run are written in the order in which they were taken."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="checkpoint")
        self._open: list[Future[int]] = []

    def write(self, directory: Path, saved: SavedRun) -> Future[int]:
        """Queues a state whose tensors nobody changes any more; the future gives its size in bytes."""
        self._open = [one for one in self._open if not one.done()]
        future = self._pool.submit(write_checkpoint, directory, saved)
        self._open.append(future)
        return future

    def wait(self) -> None:
        """Returns when all that was queued is on the disk. Errors stay in their futures."""
        for future in self._open:
            future.exception()
        self._open.clear()

    def close(self) -> None:
        """Writes what is queued and ends the thread."""
        self._pool.shutdown(wait=True)
