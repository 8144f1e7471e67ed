"""What an executor says of itself: only what it knows, the rest is nothing."""

from __future__ import annotations

from typing import Literal

from alto_agent.contracts.generated.messages import ExecutorEvent, MemoryFacts
from alto_agent.session.log import utc_now


def executor_event(
    executor_id: str,
    state: Literal["loading", "ready", "ended"],
    *,
    message: str | None = None,
    fault: Literal["bad-input", "crash"] | None = None,
    backbone_bytes: int | None = None,
    step_ms: float | None = None,
    slots_busy: int | None = None,
    tokens_per_second: float | None = None,
    memory: MemoryFacts | None = None,
) -> ExecutorEvent:
    """The event, as of now. `fault` says why it ended where nobody asked it to, `message` in a sentence."""
    return ExecutorEvent(
        executor_id=executor_id,
        at=utc_now(),
        state=state,
        message=message,
        fault=fault,
        backbone_bytes=backbone_bytes,
        step_ms=step_ms,
        slots_busy=slots_busy,
        tokens_per_second=tokens_per_second,
        memory=memory,
    )
