"""An executor ends itself when its agent has gone silent: nobody could fence it any more."""

from __future__ import annotations

import os
import threading

from alto_agent.session.lease_clock import lease_clock

SILENT_LEASES = 1.5
"""A silent agent is waited for so many leases; after two, the work may be placed again."""
_LOOKS_PER_LEASE = 20


class Lifeline:
    """Counts from the last word of the agent, once the agent has said how long its leases are."""

    def __init__(self) -> None:
        self._heard_at = lease_clock()
        self._patience: float | None = None

    def heard(self, lease_seconds: float | None) -> None:
        """The agent said something; where that was a renewal, also how long its leases are."""
        if lease_seconds is not None and self._patience is None:
            self._patience = lease_seconds * SILENT_LEASES
            threading.Thread(
                target=self._watch, args=(lease_seconds / _LOOKS_PER_LEASE,), daemon=True
            ).start()
        self._heard_at = lease_clock()

    def is_cut(self, now: float) -> bool:
        """Whether the silence has lasted too long."""
        return self._patience is not None and now - self._heard_at > self._patience

    def _watch(self, seconds: float) -> None:
        pause = threading.Event()
        while not pause.wait(seconds):
            if self.is_cut(lease_clock()):
                os._exit(4)
