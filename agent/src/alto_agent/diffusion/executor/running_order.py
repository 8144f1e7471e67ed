"""What a rank does now as the leader of an order."""

from __future__ import annotations

from dataclasses import dataclass, field

from alto_agent.contracts.generated.messages import RequestProgress, RunRequests
from alto_agent.diffusion.executor.handover import Lead
from alto_agent.diffusion.executor.request_state import RequestState
from alto_agent.diffusion.parallel.sequence import Sequence


@dataclass(eq=False)
class RunningOrder:
    """`states` are the requests that still have something to do in it."""

    order: RunRequests
    states: list[RequestState]
    sequence: Sequence
    lead: Lead
    steps_left: int | None
    done: list[RequestState] = field(default_factory=list[RequestState])

    def progress(self) -> list[RequestProgress]:
        """All its requests, as the end of the order names them."""
        return [state.progress() for state in (*self.done, *self.states)]

    def leave(self, state: RequestState) -> None:
        """The request takes part no more."""
        self.states.remove(state)

    def settle(self) -> list[RequestState]:
        """Moves requests whose stage is over to `done`, and answers them."""
        over = [state for state in self.states if state.stage != self.order.stage]
        self.states = [state for state in self.states if state.stage == self.order.stage]
        self.done += over
        return over
