"""How the leader of an SP group brings its followers in, step by step.

The leader alone hears the agent's commands. Followers wait for its word before every step, so all ranks of a
group do the same steps, and whatever the leader was told takes effect between two of them.
"""

from __future__ import annotations

import json

import torch

from alto_agent.contracts.generated.messages import RunRequests, ServingRequest
from alto_agent.diffusion.executor.request_state import RequestState
from alto_agent.diffusion.models.diffusion_model import Conditioning
from alto_agent.diffusion.parallel.rank_groups import RankGroups

_NOTHING = "[]"


class Lead:
    """The leader's side of one order."""

    def __init__(self, groups: RankGroups, order: RunRequests) -> None:
        self._groups = groups
        self._order = order
        self._said = 0
        self._stopped = len(order.ranks) == 1

    def start(self, states: list[RequestState]) -> None:
        """Gives the followers equal states."""
        if len(self._order.ranks) == 1:
            return
        about = [
            {
                "request": state.request.model_dump(by_alias=True),
                "stepsDone": state.steps_done,
                "tensors": {name: [list(t.shape), str(t.dtype)] for name, t in _tensors(state).items()},
            }
            for state in states
        ]
        self._groups.say(_start_key(self._order), json.dumps(about))
        for state in states:
            for tensor in _tensors(state).values():
                self._groups.share(tensor.contiguous(), self._order.ranks[0], self._order.ranks)

    def step(self, states: list[RequestState]) -> None:
        """Calls the followers to the next step, with these requests."""
        if self._stopped:
            return
        self._groups.say(_step_key(self._order, self._said), json.dumps([s.key for s in states]))
        # All have done the step before the last one, so all have read its word.
        if self._said >= 2:
            self._groups.forget(_step_key(self._order, self._said - 2))
        self._said += 1

    def stop(self, *, started: bool) -> None:
        """Lets the followers go."""
        if self._stopped:
            return
        self._stopped = True
        key = _step_key(self._order, self._said) if started else _start_key(self._order)
        self._groups.say(key, _NOTHING)


class Follow:
    """A follower's side of one order."""

    def __init__(self, groups: RankGroups, order: RunRequests, device: torch.device) -> None:
        self._groups = groups
        self._order = order
        self._heard = 0
        self._states = [self._receive(one, device) for one in json.loads(groups.hear(_start_key(order)))]

    def next(self) -> list[RequestState]:
        """Waits for the leader's word: requests of the next step, or none when this rank may go."""
        if not self._states:
            return []
        keys = {tuple(key) for key in json.loads(self._groups.hear(_step_key(self._order, self._heard)))}
        self._heard += 1
        return [state for state in self._states if state.key in keys]

    def _receive(self, about: dict[str, object], device: torch.device) -> RequestState:
        request = ServingRequest.model_validate(about["request"])
        steps = about["stepsDone"]
        tensors = about["tensors"]
        if not isinstance(steps, int) or not isinstance(tensors, dict):
            raise TypeError("The leader of the group announced a request that cannot be read.")
        received: Conditioning = {}
        for name, (shape, dtype) in tensors.items():
            tensor = torch.empty(shape, dtype=getattr(torch, dtype.removeprefix("torch.")), device=device)
            self._groups.share(tensor, self._order.ranks[0], self._order.ranks)
            received[name] = tensor
        latent = received.pop("latent")
        return RequestState(request, "denoise", steps, latent, received)


def _tensors(state: RequestState) -> dict[str, torch.Tensor]:
    if state.latent is None:
        raise ValueError(f"The request {state.request.request_id} has not been encoded.")
    return {"latent": state.latent, **(state.conditioning or {})}


def _start_key(order: RunRequests) -> str:
    return f"{order.order_id}/start"


def _step_key(order: RunRequests, number: int) -> str:
    return f"{order.order_id}/{number}"
