"""The requests that a rank holds between orders, in memory and on disk."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import torch

from alto_agent.artifacts.store import ArtifactStore
from alto_agent.contracts.generated.messages import RequestParkedEvent, ServingRequest
from alto_agent.diffusion.executor.outcome import ended
from alto_agent.diffusion.executor.parked_state import parked_path, read_parked, write_parked
from alto_agent.diffusion.executor.request_state import RequestState
from alto_agent.executors.rank_command import RankEvent
from alto_agent.session.log import fields, logger_named, utc_now

_log = logger_named("diffusion")
_CPU = torch.device("cpu")
Purpose = Literal["paused", "periodic"]
Key = tuple[str, int]


class StateStore:
    """States are written by one thread, in order, so that no step waits for the disk."""

    def __init__(
        self, executor_id: str, artifacts: Path, store: ArtifactStore, send: Callable[[RankEvent], None]
    ) -> None:
        """`artifacts` is the folder of `store` on this node."""
        self._executor_id = executor_id
        self._artifacts = artifacts
        self._store = store
        self._send = send
        self._held: dict[Key, RequestState] = {}
        self._disk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="park")

    def hold(self, state: RequestState) -> None:
        """Keeps it as it is, where it is."""
        self._held[state.key] = state

    def take(self, request: ServingRequest, device: torch.device) -> RequestState | None:
        """The held state, else the one on disk that the request names, on `device`; `None` where neither is.

        Raises `ValueError` where the named file cannot be read.
        """
        state = self._held.pop((request.request_id, request.attempt), None)
        for key in [key for key in self._held if key[0] == request.request_id and key[1] < request.attempt]:
            del self._held[key]
        if state is not None:
            state.move(device)
            return state
        if request.restore is None:
            return None
        path = (self._artifacts / request.restore).resolve()
        if not path.is_relative_to(self._artifacts.resolve()):
            raise ValueError("The parked state is not in the artifact store.")
        try:
            # Another node may have gone on since this one kept it.
            self._store.fetch_newest(request.restore)
        except OSError as problem:
            raise ValueError(f"The parked state cannot be fetched: {problem}.") from problem
        return read_parked(path, request, device)

    def park(self, state: RequestState, purpose: Purpose) -> None:
        """On its way to disk; told when it is there. A paused request leaves the GPU and stays held."""
        if state.latent is None:
            return
        if purpose == "paused":
            state.move(_CPU)
            self.hold(state)
        frozen = RequestState(state.request, state.stage, state.steps_done, state.latent, state.conditioning)
        self._disk.submit(self._write, frozen, purpose)

    def let_go(self, key: Key) -> None:
        """Frees its memory and leaves its file: another executor goes on from it."""
        self._held.pop(key, None)

    def release(self, key: Key) -> None:
        """Parks and forgets."""
        state = self._held.get(key)
        if state is not None:
            self.park(state, "paused")
            del self._held[key]

    def forget(self, request_id: str, attempt: int) -> None:
        """Frees its memory, and its file once what is being written is written."""
        self._held.pop((request_id, attempt), None)
        self._disk.submit(self._remove, request_id, attempt)

    def park_all(self) -> None:
        """Before the end."""
        for state in list(self._held.values()):
            self.park(state, "paused")
        self._disk.shutdown(wait=True)

    def _write(self, state: RequestState, purpose: Purpose) -> None:
        relative = parked_path(*state.key)
        try:
            size = write_parked(self._artifacts / relative, state)
            self._store.keep(relative)
        except OSError as problem:
            _log.error(
                "a request could not be parked",
                extra=fields(request=state.request.request_id, problem=str(problem)),
            )
            if purpose == "paused":
                self._unwritten(state, problem)
            return
        self._send(
            RequestParkedEvent(
                request_id=state.request.request_id,
                attempt=state.request.attempt,
                executor_id=self._executor_id,
                at=utc_now(),
                stage=state.stage,
                steps_done=state.steps_done,
                purpose=purpose,
                path=relative,
                bytes=size,
            )
        )

    def _unwritten(self, state: RequestState, problem: OSError) -> None:
        """Another rank may wait for the file, so the request ends rather than hangs."""
        self._held.pop(state.key, None)
        request_id, attempt = state.key
        message = f"Its state could not be written to disk: {problem}."
        self._send(
            ended(self._executor_id, request_id, attempt, state="failed", reason="error", message=message)
        )

    def _remove(self, request_id: str, attempt: int) -> None:
        """Files of earlier attempts too."""
        try:
            for number in range(1, attempt + 1):
                self._store.drop(parked_path(request_id, number))
        except OSError as problem:
            _log.warning("a parked state stays", extra=fields(request=request_id, problem=str(problem)))
