"""A real diffusion executor with its ranks, and somebody who talks to it as the session does."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from alto_agent.contracts.generated.messages import (
    ExecutorEvent,
    OrderEnded,
    ProbedShape,
    RequestEndedEvent,
    RequestParkedEvent,
    RunRequests,
    ServingRequest,
    StartDiffusion,
)
from alto_agent.executors.diffusion_group import DiffusionGroup
from alto_agent.executors.rank_command import RankEvent

PATIENCE = 120.0
LEASE_SECONDS = 600.0
Stage = Literal["encode", "denoise", "decode"]


class Talk:
    """Orders go down, and what came up is kept."""

    def __init__(self, start: StartDiffusion, data_dir: Path) -> None:
        self.events: list[RankEvent] = []
        self._arrived = asyncio.Event()
        self.group = DiffusionGroup(start, data_dir, "cpu", self._hear, LEASE_SECONDS)
        self.running = asyncio.create_task(self.group.run())
        self._orders = 0

    def _hear(self, event: RankEvent) -> None:
        self.events.append(event)
        self._arrived.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Fails where the executor ended before."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                assert not self.running.done(), f"the executor ended: {self.running.result()}"
                self._arrived.clear()
                await self._arrived.wait()

    def order(
        self,
        ranks: list[int],
        stage: Stage,
        *requests: ServingRequest,
        steps: int | None = None,
        preview_every: int = 0,
        park_every: int = 0,
    ) -> str:
        self._orders += 1
        order = RunRequests(
            executor_id=self.group.order.executor_id,
            order_id=f"o{self._orders}",
            ranks=ranks,
            stage=stage,
            steps=steps,
            requests=list(requests),
            preview_every=preview_every,
            park_every=park_every,
        )
        self.group.run_requests(order)
        return order.order_id

    async def ended(self, order_id: str) -> OrderEnded:
        def found() -> list[OrderEnded]:
            return [one for one in self.events if isinstance(one, OrderEnded) and one.order_id == order_id]

        await self.until(lambda: bool(found()))
        return found()[0]

    async def outcome(self, request_id: str) -> RequestEndedEvent:
        def found() -> list[RequestEndedEvent]:
            ends = [one for one in self.events if isinstance(one, RequestEndedEvent)]
            return [one for one in ends if one.request_id == request_id]

        await self.until(lambda: bool(found()))
        return found()[-1]

    def parked(self, request_id: str) -> list[RequestParkedEvent]:
        parked = [one for one in self.events if isinstance(one, RequestParkedEvent)]
        return [one for one in parked if one.request_id == request_id]

    def is_ready(self) -> bool:
        return any(isinstance(one, ExecutorEvent) and one.state == "ready" for one in self.events)


def start_order(
    *,
    image: Path | None = None,
    video: Path | None = None,
    ranks: int = 1,
    probe: list[ProbedShape] | None = None,
) -> StartDiffusion:
    """All ranks on the CPU."""
    return StartDiffusion(
        executor_id="x",
        devices=[0] * ranks,
        image_model=None if image is None else str(image),
        video_model=None if video is None else str(video),
        dtype="auto",
        probe=probe or [],
        probe_steps=2,
    )


@asynccontextmanager
async def talking(
    data_dir: Path,
    *,
    image: Path | None = None,
    video: Path | None = None,
    ranks: int = 1,
    probe: list[ProbedShape] | None = None,
) -> AsyncGenerator[Talk]:
    """Ready, and gone afterwards."""
    talk = Talk(start_order(image=image, video=video, ranks=ranks, probe=probe), data_dir)
    try:
        await talk.until(talk.is_ready)
        yield talk
    finally:
        if not talk.running.done():
            talk.group.kill()
        await talk.running
