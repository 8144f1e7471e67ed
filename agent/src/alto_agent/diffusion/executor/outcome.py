"""How requests end: a file, a failure, a cancel. Told when it is true, that is when the file is there."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

from torch import Tensor

from alto_agent.artifacts.store import ArtifactStore
from alto_agent.contracts.generated.messages import RequestEndedEvent, ServingRequest
from alto_agent.diffusion.executor.write_result import write_mp4, write_png
from alto_agent.executors.rank_command import RankEvent
from alto_agent.session.log import fields, logger_named, utc_now

_log = logger_named("diffusion")
FailReason = Literal["bad-input", "out-of-memory", "state-lost", "executor-died", "error"]


def ended(
    executor_id: str,
    request_id: str,
    attempt: int,
    *,
    state: Literal["failed", "cancelled"],
    reason: FailReason | None = None,
    message: str | None = None,
) -> RequestEndedEvent:
    """The end of a request that left no file."""
    return RequestEndedEvent(
        request_id=request_id,
        attempt=attempt,
        executor_id=executor_id,
        at=utc_now(),
        state=state,
        path=None,
        media_type=None,
        bytes=None,
        reason=reason,
        message=message,
    )


class Outcome:
    """Files are written by one thread: a clip takes a while to compress, and the GPU has other work."""

    def __init__(
        self, executor_id: str, artifacts: Path, store: ArtifactStore, send: Callable[[RankEvent], None]
    ) -> None:
        """`artifacts` is the folder of `store` on this node."""
        self._executor_id = executor_id
        self._artifacts = artifacts
        self._store = store
        self._send = send
        self._files = ThreadPoolExecutor(max_workers=1, thread_name_prefix="result")

    def done(self, request: ServingRequest, frames: Tensor, fps: int) -> None:
        """`[T, H, W, 3]`, uint8, becomes a file."""
        self._files.submit(self._write, request, frames, fps)

    def failed(self, request: ServingRequest, reason: FailReason, message: str) -> None:
        """One sentence for people."""
        event = ended(
            self._executor_id,
            request.request_id,
            request.attempt,
            state="failed",
            reason=reason,
            message=message,
        )
        self._send(event)

    def cancelled(self, request_id: str, attempt: int) -> None:
        """As asked."""
        self._send(ended(self._executor_id, request_id, attempt, state="cancelled"))

    def close(self) -> None:
        """Writes what is queued."""
        self._files.shutdown(wait=True)

    def _write(self, request: ServingRequest, frames: Tensor, fps: int) -> None:
        video = request.kind == "video"
        relative = f"requests/{request.request_id}/result.{'mp4' if video else 'png'}"
        path = self._artifacts / relative
        try:
            size = write_mp4(path, frames, fps) if video else write_png(path, frames[0])
            self._store.keep(relative)
        except (OSError, ValueError) as problem:
            _log.error("no result", extra=fields(request=request.request_id, problem=str(problem)))
            self.failed(request, "error", f"The finished {request.kind} could not be written: {problem}.")
            return
        self._send(
            RequestEndedEvent(
                request_id=request.request_id,
                attempt=request.attempt,
                executor_id=self._executor_id,
                at=utc_now(),
                state="done",
                path=relative,
                media_type="video/mp4" if video else "image/png",
                bytes=size,
                reason=None,
                message=None,
            )
        )
