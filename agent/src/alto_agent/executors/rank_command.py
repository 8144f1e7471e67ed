"""What the agent says to a rank of a diffusion executor: orders, and a word of its own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from alto_agent.contracts.generated.messages import (
    CancelRequest,
    DurableEvent,
    ForgetRequest,
    Message,
    PauseOrder,
    RunRequests,
    ServingEvent,
    StartDiffusion,
    StopExecutor,
)


class ReleaseRequest(Message):
    """Park the request at the next boundary and forget it: another rank goes on with it."""

    type: Literal["release-request"] = "release-request"
    request_id: str
    attempt: int


RankCommand = Annotated[
    StartDiffusion | RunRequests | PauseOrder | CancelRequest | ForgetRequest | ReleaseRequest | StopExecutor,
    Field(discriminator="type"),
]
RankEvent = ServingEvent | DurableEvent

RANK_COMMAND: TypeAdapter[RankCommand] = TypeAdapter(RankCommand)
RANK_EVENT: TypeAdapter[RankEvent] = TypeAdapter(RankEvent)
