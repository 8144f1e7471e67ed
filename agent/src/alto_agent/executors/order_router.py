"""Which rank hears what: the orders of a diffusion executor, and where the state of each request lies.

Every rank gets the orders that name it, in one common order, so no two ranks wait for each other. An order
whose requests are held by another rank than its leader waits until that rank has parked them; orders behind
it that need the same ranks wait too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Literal

from alto_agent.contracts.generated.messages import (
    CancelRequest,
    ForgetRequest,
    OrderEnded,
    PauseOrder,
    RequestEndedEvent,
    RequestParkedEvent,
    RequestProgress,
    RunRequests,
    ServingRequest,
    UnitEnded,
)
from alto_agent.executors.rank_command import RankCommand, RankEvent, ReleaseRequest

Key = tuple[str, int]
Delivery = tuple[int, RankCommand]
DEGREES = frozenset({1, 2, 4, 8})


class OrderRouter:
    """Answers deliveries `(rank, command)`; what it knows itself it says to `say`."""

    def __init__(self, ranks: int, say: Callable[[RankEvent], object]) -> None:
        self._ranks = ranks
        self._say = say
        self._seen: set[str] = set()
        self._waiting: list[RunRequests] = []
        self._active: dict[str, RunRequests] = {}
        self._home: dict[Key, int] = {}
        self._releasing: set[Key] = set()
        self._paths: dict[Key, str] = {}
        self._unsafe: set[Key] = set()
        self._steps: dict[Key, int] = {}

    def order(self, order_id: str) -> RunRequests | None:
        """An order that its ranks work on."""
        return self._active.get(order_id)

    def submit(self, order: RunRequests) -> list[Delivery]:
        """A repeat changes nothing; ranks that do not exist end the order at once."""
        if order.order_id in self._seen:
            return []
        self._seen.add(order.order_id)
        named = set(order.ranks)
        if len(named) != len(order.ranks) or max(named) >= self._ranks or len(named) not in DEGREES:
            self._end(order, "failed")
            return []
        self._waiting.append(order)
        return self._flush()

    def pause(self, order: PauseOrder) -> list[Delivery]:
        """An order that still waits here ends here."""
        for waiting in self._waiting:
            if waiting.order_id == order.order_id:
                self._waiting.remove(waiting)
                self._end(waiting, "paused")
                return self._flush()
        active = self._active.get(order.order_id)
        return [(active.ranks[0], order)] if active else []

    def cancel(self, order: CancelRequest) -> list[Delivery]:
        """The rank that holds the request forgets it; where none does, the first one removes its file."""
        key = (order.request_id, order.attempt)
        for waiting in list(self._waiting):
            rest = [one for one in waiting.requests if _key(one) != key]
            if len(rest) == len(waiting.requests):
                continue
            place = self._waiting.index(waiting)
            if rest:
                self._waiting[place] = waiting.model_copy(update={"requests": rest})
            else:
                del self._waiting[place]
                self._end(waiting, "cancelled")
        return [*self._flush(), (self._home.get(key, 0), order)]

    def forget(self, order: ForgetRequest) -> list[Delivery]:
        """The rank that holds the request frees it; where none does there is nothing to do."""
        key = (order.request_id, order.attempt)
        home = self._home.get(key)
        self._forget(key)
        return [] if home is None else [(home, order)]

    def heard(self, event: RankEvent) -> list[Delivery]:
        """What ranks say moves states, and may let waiting orders go."""
        match event:
            case UnitEnded() | OrderEnded():
                self._steps |= {(one.request_id, one.attempt): one.steps_done for one in event.requests}
                if isinstance(event, OrderEnded):
                    self._active.pop(event.order_id, None)
            case RequestParkedEvent():
                key = (event.request_id, event.attempt)
                if event.purpose == "paused":
                    self._unsafe.discard(key)
                if key in self._releasing:
                    self._releasing.discard(key)
                    self._home.pop(key, None)
                    self._paths[key] = event.path
            case RequestEndedEvent():
                self._forget((event.request_id, event.attempt))
            case _:
                return []
        return self._flush()

    def lost(self) -> list[Key]:
        """Requests that have not ended and have no state on disk that is as new as they were."""
        running = {_key(request) for order in self._active.values() for request in order.requests}
        return sorted(running | self._unsafe)

    def _flush(self) -> list[Delivery]:
        taken: set[int] = set()
        deliveries: list[Delivery] = []
        for order in list(self._waiting):
            elsewhere = [
                key for key in self._keys(order) if self._home.get(key, order.ranks[0]) != order.ranks[0]
            ]
            if elsewhere or taken & set(order.ranks):
                taken |= set(order.ranks)
                deliveries += self._release(key for key in elsewhere if key not in self._releasing)
                continue
            self._waiting.remove(order)
            deliveries += self._deliver(order)
        return deliveries

    def _release(self, keys: Iterable[Key]) -> list[Delivery]:
        deliveries: list[Delivery] = []
        for request_id, attempt in keys:
            self._releasing.add((request_id, attempt))
            home = self._home[(request_id, attempt)]
            deliveries.append((home, ReleaseRequest(request_id=request_id, attempt=attempt)))
        return deliveries

    def _deliver(self, order: RunRequests) -> list[Delivery]:
        requests = [
            one.model_copy(update={"restore": self._paths.get(_key(one), one.restore)})
            for one in order.requests
        ]
        order = order.model_copy(update={"requests": requests})
        self._active[order.order_id] = order
        for key in self._keys(order):
            self._home[key] = order.ranks[0]
            self._unsafe.add(key)
        return [(rank, order) for rank in order.ranks]

    def _end(self, order: RunRequests, reason: Literal["paused", "cancelled", "failed"]) -> None:
        progress = [
            RequestProgress(request_id=key[0], attempt=key[1], steps_done=self._steps.get(key, 0))
            for key in self._keys(order)
        ]
        self._say(
            OrderEnded(
                order_id=order.order_id,
                ranks=order.ranks,
                requests=progress,
                reason=reason,
                at_ms=time.time() * 1000,
            )
        )

    def _forget(self, key: Key) -> None:
        self._home.pop(key, None)
        self._paths.pop(key, None)
        self._steps.pop(key, None)
        self._releasing.discard(key)
        self._unsafe.discard(key)

    @staticmethod
    def _keys(order: RunRequests) -> list[Key]:
        return [_key(request) for request in order.requests]


def _key(request: ServingRequest) -> Key:
    return request.request_id, request.attempt
