"""Which attempts this node may work on: what it cannot renew it gives up, before that may start elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

STOP_SHARE = 0.25
"""After its lease, an attempt has this share of the lease to park; then its executor is killed."""


@dataclass(frozen=True)
class AttemptKey:
    """One try of a run under one lease epoch."""

    run_id: str
    attempt: int
    epoch: int


class LeaseBook:
    """Ends of leases on this process's monotonic clock, which no clock change moves."""

    def __init__(self, lease_seconds: float = 60.0) -> None:
        self.lease_seconds = lease_seconds
        self._ends: dict[AttemptKey, float] = {}
        self._parking: set[AttemptKey] = set()

    def grant(self, key: AttemptKey, now: float) -> None:
        """A `start-run` has arrived."""
        self._ends[key] = now + self.lease_seconds

    def renew(self, keys: Iterable[AttemptKey], asked_at: float) -> None:
        """The control plane renewed these; the lease counts from when the heartbeat was sent."""
        for key in keys:
            if key in self._ends and key not in self._parking:
                self._ends[key] = max(self._ends[key], asked_at + self.lease_seconds)

    def end(self, key: AttemptKey) -> None:
        """The attempt is over."""
        self._ends.pop(key, None)
        self._parking.discard(key)

    def holds(self, key: AttemptKey) -> bool:
        """Whether the attempt was granted to this node and has not ended."""
        return key in self._ends

    def due_to_park(self, now: float) -> list[AttemptKey]:
        """Attempts whose lease has just run out; each is named once."""
        due = [key for key, end in self._ends.items() if now >= end and key not in self._parking]
        self._parking.update(due)
        return due

    def due_to_kill(self, now: float) -> list[AttemptKey]:
        """Attempts that had the time to park and have not."""
        slack = self.lease_seconds * STOP_SHARE
        return [key for key in self._parking if now >= self._ends[key] + slack]
