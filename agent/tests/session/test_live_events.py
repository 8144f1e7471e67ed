import asyncio
import json

from alto_agent.contracts.generated.messages import OrderEnded
from alto_agent.session.live_events import LiveEvents


def ended(name: str) -> OrderEnded:
    return OrderEnded(order_id=name, ranks=[0], requests=[], reason="done", at_ms=0)


def test_what_a_broken_connection_did_not_take_goes_first_on_the_next_one() -> None:
    async def scenario() -> None:
        live = LiveEvents()
        for name, executor in (("a", "x"), ("b", "x"), ("c", "y")):
            live.add(executor, ended(name))

        async def broken(_: str) -> None:
            raise ConnectionError

        sent: list[tuple[str, list[str]]] = []
        everything = asyncio.Event()

        async def whole(text: str) -> None:
            message = json.loads(text)
            sent.append((message["executorId"], [event["orderId"] for event in message["events"]]))
            if message["executorId"] == "y":
                everything.set()

        first = asyncio.create_task(live.send_forever(broken))
        await asyncio.wait([first])
        assert isinstance(first.exception(), ConnectionError)
        second = asyncio.create_task(live.send_forever(whole))
        await asyncio.wait_for(everything.wait(), 30)
        second.cancel()
        assert sent == [("x", ["a", "b"]), ("y", ["c"])]

    asyncio.run(scenario())
