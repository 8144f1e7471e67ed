"""An executor ends itself when its agent has gone silent: nobody could fence it any more.

A pipe of its own, apart from the channel: a word on it can neither fail nor hold anything up, whatever
state the executor is in.
"""

from __future__ import annotations

import os
import select
import threading

SILENT_LEASES = 1.5
"""A silent agent is waited for so many leases; after two, the work may be placed again."""
CUT = 4
"""Exit code of an executor that ended itself."""


class Lifeline:
    """The agent's end. Closed by the kernel when the agent dies."""

    def __init__(self) -> None:
        self.far, self._near = os.pipe()
        os.set_blocking(self._near, False)

    def show_life(self) -> None:
        """Never waits: an executor that does not read has enough to read, and one that is gone needs none."""
        try:
            os.write(self._near, b".")
        except (BlockingIOError, BrokenPipeError):
            return

    def hand_over(self) -> None:
        """The child has its end; this process keeps only its own."""
        os.close(self.far)

    def close(self) -> None:
        """The child has ended."""
        os.close(self._near)


def hold_lifeline(descriptor: int, patience: float) -> None:
    """Ends this executor's process when nothing came for `patience` seconds, or the agent is gone."""

    def hold() -> None:
        while True:
            ready, _, _ = select.select([descriptor], [], [], patience)
            if not ready or not os.read(descriptor, 4096):
                os._exit(CUT)

    threading.Thread(target=hold, daemon=True, name="lifeline").start()
