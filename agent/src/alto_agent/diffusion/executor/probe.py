"""Measures what the profile needs: encode, step and decode of each shape, batch and degree.

All ranks call it with the same order. Those inside the group of a measurement take part, rank 0 writes down.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch

from alto_agent.contracts.generated.messages import (
    ImageTimes,
    MeasuredProfile,
    ProbedShape,
    ServingRequest,
    StartDiffusion,
    VideoTimes,
)
from alto_agent.diffusion.executor.parked_state import read_parked, write_parked
from alto_agent.diffusion.executor.request_state import RequestState
from alto_agent.diffusion.executor.step_loop import decode, denoise, encode
from alto_agent.diffusion.models.diffusion_model import DiffusionModel
from alto_agent.diffusion.parallel.rank_groups import RankGroups
from alto_agent.diffusion.parallel.sequence import Sequence, WholeSequence
from alto_agent.diffusion.parallel.shared_sequence import SharedSequence
from alto_agent.session.log import fields, logger_named

_log = logger_named("probe")
_PROMPT = "a red circle left of a blue square"


class Probe:
    """One start of an executor. Shapes that fail (too large for the memory) have no row."""

    def __init__(
        self, start: StartDiffusion, models: dict[str, DiffusionModel], groups: RankGroups, scratch: Path
    ) -> None:
        """`scratch` is a folder for one parked state."""
        self._start = start
        self._models = models
        self._groups = groups
        self._scratch = scratch
        self._switch: list[float] = []
        self._resume: list[float] = []

    def measure(self) -> MeasuredProfile:
        """Rows are complete on rank 0 only."""
        image: list[ImageTimes] = []
        video: list[VideoTimes] = []
        for shape in self._start.probe:
            model = self._models.get(shape.kind)
            if model is None:
                continue
            resolution = f"{shape.width}x{shape.height}"
            for width in shape.batches if shape.kind == "image" else shape.degrees:
                times = self._row(model, shape, width)
                if times is None:
                    continue
                encode_ms, step_ms, decode_ms = times
                if shape.kind == "image":
                    image.append(
                        ImageTimes(
                            resolution=resolution,
                            batch=width,
                            step_ms=step_ms,
                            encode_ms=encode_ms,
                            decode_ms=decode_ms,
                        )
                    )
                else:
                    video.append(
                        VideoTimes(
                            resolution=resolution,
                            frames=shape.frames,
                            sp=width,
                            step_ms=step_ms,
                            encode_ms=encode_ms,
                            decode_ms=decode_ms,
                        )
                    )
        return MeasuredProfile(
            image=image, video=video, switch_ms=_median(self._switch), resume_ms=_median(self._resume)
        )

    def _row(
        self, model: DiffusionModel, shape: ProbedShape, width: int
    ) -> tuple[float, float, float] | None:
        """Encode, step and decode in milliseconds; `None` where this rank takes no part or it failed."""
        batch, degree = (width, 1) if shape.kind == "image" else (1, width)
        if self._groups.rank >= degree:
            return None
        if degree > self._groups.count:
            return None
        try:
            model.rules.check(_PROMPT, shape.width, shape.height, shape.frames)
            return self._times(model, [self._state(shape, number) for number in range(batch)], degree)
        except torch.OutOfMemoryError:
            torch.cuda.empty_cache()
            _log.warning("too large to measure", extra=fields(shape=shape.model_dump()))
        except ValueError as problem:
            _log.warning("not measured", extra=fields(problem=str(problem)))
        return None

    def _times(
        self, model: DiffusionModel, states: list[RequestState], degree: int
    ) -> tuple[float, float, float]:
        # What comes first also pays for kernels and memory that later ones find there.
        encode(model, states)
        encode_ms = self._timed(lambda: encode(model, states))
        sequence: Sequence = WholeSequence()
        if degree > 1:
            ranks = list(range(degree))
            sequence = SharedSequence(self._groups.of(ranks))
            self._switch.append(self._timed(lambda: self._share(states, ranks)))
        denoise(model, states, sequence)
        steps = [
            self._timed(lambda: denoise(model, states, sequence)) for _ in range(self._start.probe_steps)
        ]
        if self._groups.rank == 0 and degree == 1:
            self._resume.append(self._timed(lambda: self._park_and_read(states[0], model.device)))
        decode(model, states[0])
        decode_ms = self._timed(lambda: [decode(model, state) for state in states])
        return encode_ms, _median(steps), decode_ms

    def _share(self, states: list[RequestState], ranks: list[int]) -> None:
        for state in states:
            for tensor in (state.latent, *(state.conditioning or {}).values()):
                if tensor is not None:
                    self._groups.share(tensor.contiguous(), 0, ranks)

    def _park_and_read(self, state: RequestState, device: torch.device) -> None:
        path = self._scratch / f"probe-{self._start.executor_id}.safetensors"
        write_parked(path, state)
        read_parked(path, state.request, device)
        path.unlink()

    def _timed(self, work: Callable[[], object]) -> float:
        _settle()
        begun = time.perf_counter()
        work()
        _settle()
        return (time.perf_counter() - begun) * 1000

    def _state(self, shape: ProbedShape, number: int) -> RequestState:
        steps = self._start.probe_steps + 2
        request = ServingRequest(
            request_id="probe",
            attempt=number + 1,
            kind=shape.kind,
            prompt=_PROMPT,
            width=shape.width,
            height=shape.height,
            frames=shape.frames,
            steps=steps,
            guidance=None,
            seed=number,
            restore=None,
        )
        return RequestState(request)


def _settle() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def _median(values: list[float]) -> float:
    return statistics.median(values) if values else 0.0
