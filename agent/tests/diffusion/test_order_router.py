from typing import Any

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
)
from alto_agent.executors.order_router import Delivery, OrderRouter
from alto_agent.executors.rank_command import RankEvent, ReleaseRequest
from alto_agent.session.log import utc_now


def request(name: str) -> ServingRequest:
    fields: dict[str, Any] = {
        "request_id": name,
        "attempt": 1,
        "kind": "video",
        "prompt": "a",
        "width": 32,
        "height": 32,
        "frames": 4,
        "steps": 9,
        "guidance": None,
        "seed": 0,
        "restore": None,
    }
    return ServingRequest.model_validate(fields)


def order(name: str, ranks: list[int], *requests: str) -> RunRequests:
    return RunRequests(
        executor_id="x",
        order_id=name,
        ranks=ranks,
        stage="denoise",
        steps=None,
        requests=[request(one) for one in requests],
        preview_every=0,
        park_every=0,
    )


def parked(name: str) -> RequestParkedEvent:
    return RequestParkedEvent(
        request_id=name,
        attempt=1,
        executor_id="x",
        at=utc_now(),
        stage="denoise",
        steps_done=3,
        purpose="paused",
        path=f"requests/{name}/parked-1.safetensors",
        bytes=1,
    )


def over(name: str) -> RequestEndedEvent:
    return RequestEndedEvent(
        request_id=name,
        attempt=1,
        executor_id="x",
        at=utc_now(),
        state="done",
        path=None,
        media_type=None,
        bytes=None,
        reason=None,
        message=None,
    )


def order_ended(name: str, *requests: str) -> OrderEnded:
    progress = [RequestProgress(request_id=one, attempt=1, steps_done=3) for one in requests]
    return OrderEnded(order_id=name, ranks=[0], requests=progress, reason="done", at_ms=0)


def router(ranks: int = 4) -> tuple[OrderRouter, list[RankEvent]]:
    said: list[RankEvent] = []
    return OrderRouter(ranks, said.append), said


def names(deliveries: list[Delivery]) -> list[tuple[int, str]]:
    return [
        (rank, command.order_id if isinstance(command, RunRequests | PauseOrder) else command.type)
        for rank, command in deliveries
    ]


def test_an_order_goes_to_all_its_ranks_once() -> None:
    route, _ = router()
    assert names(route.submit(order("o", [2, 3], "v"))) == [(2, "o"), (3, "o")]
    assert route.submit(order("o", [2, 3], "v")) == []


def test_ranks_that_are_not_there_or_no_degree_end_the_order_at_once() -> None:
    route, said = router()
    for number, ranks in enumerate(([4], [0, 1, 2], [1, 1])):
        assert route.submit(order(f"o{number}", ranks, "v")) == []
    assert [event.reason for event in said if isinstance(event, OrderEnded)] == ["failed"] * 3


def test_a_request_that_moves_is_parked_by_its_old_rank_first() -> None:
    route, _ = router()
    route.submit(order("old", [0], "v"))
    deliveries = route.submit(order("new", [2, 3], "v"))
    assert deliveries == [(0, ReleaseRequest(request_id="v", attempt=1))]
    moved = route.heard(parked("v"))
    assert names(moved) == [(2, "new"), (3, "new")]
    command = moved[0][1]
    assert isinstance(command, RunRequests)
    assert command.requests[0].restore == "requests/v/parked-1.safetensors"


def test_orders_behind_one_that_waits_for_the_same_ranks_keep_their_turn() -> None:
    route, _ = router()
    route.submit(order("old", [0], "v"))
    route.submit(order("moves", [1, 2], "v"))
    assert route.submit(order("behind", [2], "w")) == []
    assert names(route.submit(order("elsewhere", [3], "x"))) == [(3, "elsewhere")]
    assert names(route.heard(parked("v"))) == [(1, "moves"), (2, "moves"), (2, "behind")]


def test_going_on_with_the_same_leader_needs_no_disk() -> None:
    route, _ = router()
    route.submit(order("one", [0], "v"))
    assert names(route.submit(order("two", [0, 1], "v"))) == [(0, "two"), (1, "two")]


def test_a_pause_of_what_waits_ends_it_here_and_of_what_is_unknown_changes_nothing() -> None:
    route, said = router()
    route.submit(order("old", [0], "v"))
    route.submit(order("new", [1], "v"))
    assert route.pause(PauseOrder(executor_id="x", order_id="new")) == []
    assert [event.reason for event in said if isinstance(event, OrderEnded)] == ["paused"]
    assert route.pause(PauseOrder(executor_id="x", order_id="nobody")) == []
    assert names(route.pause(PauseOrder(executor_id="x", order_id="old"))) == [(0, "old")]


def test_a_cancel_goes_where_the_request_is_and_takes_it_out_of_waiting_orders() -> None:
    route, said = router()
    route.submit(order("old", [3], "v"))
    route.submit(order("new", [1], "v"))
    cancel = CancelRequest(executor_id="x", request_id="v", attempt=1)
    assert route.cancel(cancel) == [(3, cancel)]
    assert [event.reason for event in said if isinstance(event, OrderEnded)] == ["cancelled"]
    assert route.cancel(CancelRequest(executor_id="x", request_id="nobody", attempt=1))[0][0] == 0


def test_a_death_takes_what_ran_or_was_held_in_memory_but_not_what_is_safe_on_disk() -> None:
    route, _ = router()
    for rank, name in enumerate(("runs", "held", "safe", "over")):
        route.submit(order(name, [rank], name))
    for name in ("held", "safe", "over"):
        route.heard(order_ended(name, name))
    route.heard(parked("safe"))
    route.heard(over("over"))
    assert route.lost() == [("held", 1), ("runs", 1)]


def test_what_goes_on_elsewhere_is_forgotten_where_it_was_and_is_not_lost_with_it() -> None:
    route, _ = router()
    forget = ForgetRequest(executor_id="x", request_id="v", attempt=1)
    assert route.forget(forget) == []
    route.submit(order("old", [2], "v"))
    route.heard(order_ended("old", "v"))
    assert route.lost() == [("v", 1)]
    assert route.forget(forget) == [(2, forget)]
    assert route.lost() == []
    assert names(route.submit(order("back", [3], "v"))) == [(3, "back")]
