"""How long to wait before the next attempt to connect."""

from __future__ import annotations

import random


class Backoff:
    """Doubles from `first` to `longest` seconds; jittered, so that nodes do not all return at once."""

    def __init__(self, first: float = 0.25, longest: float = 15.0) -> None:
        self._first = first
        self._longest = longest
        self._next = first

    def reset(self) -> None:
        """The connection worked: start small again."""
        self._next = self._first

    def wait(self) -> float:
        """Seconds to wait now, between half and the whole of the present step."""
        ceiling = self._next
        self._next = min(self._longest, ceiling * 2)
        return random.uniform(ceiling / 2, ceiling)
