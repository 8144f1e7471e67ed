import asyncio
import json
from pathlib import Path
from typing import Any

from alto_agent.contracts.generated.messages import AttemptEvent, DurableEvent, MetricsEvent
from alto_agent.session.log import utc_now
from alto_agent.session.outbox import MAX_IN_FLIGHT, Outbox
from alto_agent.session.spool import Spool


def metric(step: int) -> DurableEvent:
    return MetricsEvent(
        run_id="r",
        attempt=1,
        epoch=1,
        token="attempt_t",
        steps=[step],
        samples=[step],
        at=[0.0],
        series={"train_loss": [None]},
    )


class FarEnd:
    """Collects what was sent, as the control plane would read it."""

    def __init__(self) -> None:
        self.batches: list[dict[str, Any]] = []

    async def send(self, text: str) -> None:
        self.batches.append(json.loads(text))

    @property
    def seqs(self) -> list[int]:
        return [item["seq"] for batch in self.batches for item in batch["events"]]


async def until(condition: Any) -> None:
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen")


def test_events_are_on_disk_before_they_are_sent_and_until_they_are_acknowledged(tmp_path: Path) -> None:
    async def scenario() -> None:
        outbox = Outbox(Spool(tmp_path / "spool"))
        far = FarEnd()
        tasks = [
            asyncio.create_task(outbox.write_forever()),
            asyncio.create_task(outbox.send_forever(0, far.send)),
        ]
        outbox.record(metric(1))
        outbox.record(metric(2))
        await until(lambda: far.seqs == [1, 2])
        assert len(Spool(tmp_path / "spool").after(0, 10, 10_000)) == 2
        await outbox.acknowledged(1)
        assert [item.seq for item in Spool(tmp_path / "spool").after(0, 10, 10_000)] == [2]
        for task in tasks:
            task.cancel()
        await outbox.close()

    asyncio.run(scenario())


def test_a_new_connection_sends_again_what_was_not_acknowledged(tmp_path: Path) -> None:
    async def scenario() -> None:
        outbox = Outbox(Spool(tmp_path / "spool"))
        writing = asyncio.create_task(outbox.write_forever())
        for step in range(1, 4):
            outbox.record(metric(step))
        first, second = FarEnd(), FarEnd()
        sending = asyncio.create_task(outbox.send_forever(0, first.send))
        await until(lambda: first.seqs == [1, 2, 3])
        sending.cancel()
        sending = asyncio.create_task(outbox.send_forever(1, second.send))
        await until(lambda: second.seqs == [2, 3])
        sending.cancel()
        writing.cancel()
        await outbox.close()

    asyncio.run(scenario())


def test_only_a_few_batches_are_under_way_at_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        outbox = Outbox(Spool(tmp_path / "spool"))
        far = FarEnd()
        for step in range(10_000):
            outbox.record(metric(step))
        await outbox.flush()
        sending = asyncio.create_task(outbox.send_forever(0, far.send))
        await until(lambda: len(far.batches) == MAX_IN_FLIGHT)
        await asyncio.sleep(0.05)
        assert len(far.batches) == MAX_IN_FLIGHT
        await outbox.acknowledged(far.batches[0]["events"][-1]["seq"])
        await until(lambda: len(far.batches) == MAX_IN_FLIGHT + 1)
        sending.cancel()
        await outbox.close()

    asyncio.run(scenario())


def test_a_loss_that_was_not_finite_travels_as_null(tmp_path: Path) -> None:
    async def scenario() -> None:
        outbox = Outbox(Spool(tmp_path / "spool"))
        far = FarEnd()
        outbox.record(metric(1))
        outbox.record(
            AttemptEvent(
                run_id="r",
                attempt=1,
                epoch=1,
                token="attempt_t",
                at=utc_now(),
                state="failed",
                step=1,
                samples=1,
                reason="non-finite",
                message="The loss is not finite.",
                facts=None,
                admission=None,
            )
        )
        await outbox.flush()
        sending = asyncio.create_task(outbox.send_forever(0, far.send))
        await until(lambda: len(far.seqs) == 2)
        event = far.batches[0]["events"][0]["event"]
        assert event["series"] == {"train_loss": [None]}
        sending.cancel()
        await outbox.close()

    asyncio.run(scenario())
