"""The clock of leases."""

from __future__ import annotations

import time


def lease_clock() -> float:
    """Seconds on a clock that no clock change moves and that goes on while the machine sleeps.

    That is CLOCK_BOOTTIME: `time.monotonic` stands still during a suspend, so a lease would outlive it. Where
    the system has no such clock, that one is used.
    """
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)
