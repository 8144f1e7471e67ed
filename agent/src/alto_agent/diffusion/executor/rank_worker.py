"""What a rank of a diffusion executor does: units of work, and between two of them whatever was asked for."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import torch

from alto_agent.artifacts.store import open_store
from alto_agent.contracts.generated.messages import (
    CancelRequest,
    ForgetRequest,
    OrderEnded,
    PauseOrder,
    RequestPreview,
    RunRequests,
    ServingRequest,
    StartDiffusion,
    StopExecutor,
    UnitEnded,
)
from alto_agent.diffusion.executor.handover import Follow, Lead
from alto_agent.diffusion.executor.outcome import Outcome
from alto_agent.diffusion.executor.request_state import RequestState, Stage
from alto_agent.diffusion.executor.running_order import RunningOrder
from alto_agent.diffusion.executor.state_store import StateStore
from alto_agent.diffusion.executor.step_loop import decode, denoise, encode, glimpse
from alto_agent.diffusion.executor.write_result import png_base64
from alto_agent.diffusion.models.diffusion_model import DiffusionModel
from alto_agent.diffusion.parallel.rank_groups import RankGroups
from alto_agent.diffusion.parallel.sequence import WholeSequence
from alto_agent.diffusion.parallel.shared_sequence import SharedSequence
from alto_agent.executors.rank_command import RankCommand, RankEvent, ReleaseRequest
from alto_agent.session.log import fields, logger_named
from alto_agent.tuning.user_error import UserError

_log = logger_named("diffusion")
STAGES: tuple[Stage, ...] = ("encode", "denoise", "decode")
EndReason = Literal["done", "paused", "replaced", "cancelled", "failed"]


class RankWorker:
    """Owns what this rank holds. Commands wait until the next boundary; each order gets at least one unit."""

    def __init__(
        self,
        start: StartDiffusion,
        models: dict[str, DiffusionModel],
        groups: RankGroups,
        artifacts: Path,
        send: Callable[[RankEvent], None],
    ) -> None:
        """`models` by kind: `image`, `video`, or both."""
        self._models = models
        self._groups = groups
        self._send = send
        store = open_store(artifacts)
        self._store = StateStore(start.executor_id, artifacts, store, send)
        self._outcome = Outcome(start.executor_id, artifacts, store, send)
        self._commands: queue.SimpleQueue[RankCommand] = queue.SimpleQueue()
        self._current: RunningOrder | None = None
        self._closing = False

    def put(self, command: RankCommand) -> None:
        """From any thread."""
        self._commands.put(command)

    def run(self) -> None:
        """Until it was asked to stop and everything is parked."""
        while not self._closing:
            self._take_commands()
            if self._current is not None and not self._closing:
                self._advance(self._current)
        self._end("paused")
        self._store.park_all()
        self._outcome.close()

    def _take_commands(self) -> None:
        """Everything that waits, up to and with the next order, so that each gets to do a unit."""
        wait = self._current is None
        while not self._closing:
            try:
                command = self._commands.get(block=wait)
            except queue.Empty:
                return
            match command:
                case RunRequests():
                    self._obey(command)
                    return
                case PauseOrder():
                    if self._current and self._current.order.order_id == command.order_id:
                        self._end("paused")
                case CancelRequest():
                    self._remove(command.request_id, command.attempt, "cancelled")
                    self._store.forget(command.request_id, command.attempt)
                    self._outcome.cancelled(command.request_id, command.attempt)
                case ForgetRequest():
                    self._store.let_go((command.request_id, command.attempt))
                case ReleaseRequest():
                    self._remove(command.request_id, command.attempt, "replaced")
                    self._store.release((command.request_id, command.attempt))
                case StopExecutor():
                    self._closing = True
                case StartDiffusion():
                    _log.error("this executor has already started")
            wait = self._current is None

    def _obey(self, order: RunRequests) -> None:
        going_on = {(one.request_id, one.attempt) for one in order.requests}
        self._end("replaced", going_on)
        if order.ranks[0] != self._groups.rank:
            self._follow(order)
            return
        lead = Lead(self._groups, order)
        states = [state for one in order.requests if (state := self._collect(one, order))]
        if not states:
            lead.stop(started=False)
            self._order_ended(RunningOrder(order, [], WholeSequence(), lead, None), "failed")
            return
        running = RunningOrder(order, states, WholeSequence(), lead, order.steps)
        running.settle()
        self._current = running
        if not running.states:
            lead.stop(started=False)
            self._end("done")
            return
        if len(order.ranks) > 1:
            running.sequence = SharedSequence(self._groups.of(order.ranks))
        lead.start(running.states)

    def _follow(self, order: RunRequests) -> None:
        follow = Follow(self._groups, order, next(iter(self._models.values())).device)
        sequence = SharedSequence(self._groups.of(order.ranks))
        while states := follow.next():
            denoise(self._models[states[0].request.kind], states, sequence)

    def _collect(self, request: ServingRequest, order: RunRequests) -> RequestState | None:
        """The request's state at this stage; where there is none it fails, and says why."""
        model = self._models.get(request.kind)
        if model is None:
            self._outcome.failed(request, "bad-input", f"This deployment has no {request.kind} model.")
            return None
        try:
            if _shape(request) != _shape(order.requests[0]):
                raise UserError("requests", "A batch is of images of one size, and this one has another.")
            model.rules.check(request.prompt, request.width, request.height, request.frames)
            state = self._store.take(request, model.device)
        except UserError as problem:
            self._outcome.failed(request, "bad-input", problem.message)
            return None
        except ValueError as problem:
            self._outcome.failed(request, "state-lost", str(problem))
            return None
        if state is None and order.stage == "encode":
            return RequestState(request)
        # What is further already is done: the order crossed the end of the stage on its way.
        if state is None or STAGES.index(state.stage) < STAGES.index(order.stage):
            stands = "is not there" if state is None else f"stands at its {state.stage}"
            sentence = f"The state that the {order.stage} would go on from {stands}."
            self._outcome.failed(request, "state-lost", sentence)
            return None
        state.request = request
        return state

    def _advance(self, running: RunningOrder) -> None:
        try:
            match running.order.stage:
                case "encode":
                    self._encode(running)
                case "denoise":
                    self._denoise(running)
                case "decode":
                    self._decode(running)
        except torch.OutOfMemoryError:
            if len(running.order.ranks) > 1:
                raise
            self._failed(running, "out-of-memory", "It did not fit into the memory of the GPU.")
        except RuntimeError as problem:
            if len(running.order.ranks) > 1:
                raise
            _log.exception("a unit failed", extra=fields(order=running.order.order_id))
            self._failed(running, "error", f"The model failed: {str(problem).splitlines()[0]}")

    def _encode(self, running: RunningOrder) -> None:
        begun = time.time()
        encode(self._model(running), running.states)
        self._unit_ended(running, running.states, begun)
        if running.order.park_every:
            for state in running.states:
                self._store.park(state, "periodic")
        self._end("done")

    def _denoise(self, running: RunningOrder) -> None:
        model, states = self._model(running), list(running.states)
        running.lead.step(states)
        begun = time.time()
        estimates = denoise(model, states, running.sequence)
        self._unit_ended(running, states, begun)
        over = running.settle()
        if running.steps_left is not None:
            running.steps_left -= 1
        if not running.states or running.steps_left == 0:
            self._end("done")
        every = running.order.park_every
        for state in states:
            if every and (state.steps_done % every == 0 or state in over):
                self._store.park(state, "periodic")
        every = running.order.preview_every
        for state, estimate in zip(states, estimates, strict=True):
            if every and state.steps_done % every == 0 and state not in over:
                picture = png_base64(glimpse(model, estimate))
                request_id, attempt = state.key
                self._send(
                    RequestPreview(
                        request_id=request_id, attempt=attempt, steps_done=state.steps_done, png=picture
                    )
                )

    def _decode(self, running: RunningOrder) -> None:
        model, begun = self._model(running), time.time()
        finished = [(state, decode(model, state)) for state in running.states]
        self._unit_ended(running, running.states, begun)
        running.done, running.states = running.states, []
        self._end("done", {state.key for state in running.done})
        for state, frames in finished:
            self._outcome.done(state.request, frames, model.rules.fps)
            self._store.forget(*state.key)

    def _model(self, running: RunningOrder) -> DiffusionModel:
        return self._models[running.order.requests[0].kind]

    def _remove(self, request_id: str, attempt: int, reason: EndReason) -> None:
        """Takes a request out of the running order; what it was held as stays held."""
        running = self._current
        found = [one for one in running.states if one.key == (request_id, attempt)] if running else []
        if running and found:
            running.leave(found[0])
            self._store.hold(found[0])
            if not running.states:
                self._end(reason)

    def _failed(self, running: RunningOrder, reason: Literal["out-of-memory", "error"], message: str) -> None:
        for state in list(running.states):
            running.leave(state)
            self._outcome.failed(state.request, reason, message)
            self._store.forget(*state.key)
        self._end("failed")
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _end(self, reason: EndReason, going_on: set[tuple[str, int]] | None = None) -> None:
        """Frees the ranks of the current order. What was interrupted is parked, the rest waits as it is."""
        running, self._current = self._current, None
        if running is None:
            return
        running.lead.stop(started=True)
        self._order_ended(running, reason)
        for state in (*running.done, *running.states):
            interrupted = reason in {"paused", "replaced"} and state.key not in (going_on or set())
            if state in running.states and interrupted:
                self._store.park(state, "paused")
            elif running.order.stage != "decode" or state in running.states:
                self._store.hold(state)

    def _unit_ended(self, running: RunningOrder, states: list[RequestState], begun: float) -> None:
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        self._send(
            UnitEnded(
                order_id=running.order.order_id,
                stage=running.order.stage,
                ranks=running.order.ranks,
                requests=[state.progress() for state in states],
                start_ms=begun * 1000,
                end_ms=time.time() * 1000,
            )
        )

    def _order_ended(self, running: RunningOrder, reason: EndReason) -> None:
        self._send(
            OrderEnded(
                order_id=running.order.order_id,
                ranks=running.order.ranks,
                requests=running.progress(),
                reason=reason,
                at_ms=time.time() * 1000,
            )
        )


def _shape(request: ServingRequest) -> tuple[str, int, int, int]:
    return request.kind, request.width, request.height, request.frames
