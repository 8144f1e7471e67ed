"""The profile of a diffusion executor, which goes on learning from real steps after its probe."""

from __future__ import annotations

from alto_agent.contracts.generated.messages import (
    ImageTimes,
    MeasuredProfile,
    RunRequests,
    UnitEnded,
    VideoTimes,
)

REPORT_SECONDS = 30.0
_SHARE = 0.1
"""Weight of a new time in the moving mean."""
_OUTLIER = 2.0
"""A single time counts as at most this many times the mean: one pause of the machine teaches nothing."""

Row = tuple[str, str, int, int]
"""Kind, resolution, frames, and batch of an image or degree of a video."""
_STAGES = ("encode", "denoise", "decode")


class LearnedProfile:
    """Milliseconds by row and stage."""

    def __init__(self) -> None:
        self._times: dict[Row, dict[str, float]] = {}
        self._switch_ms = 0.0
        self._resume_ms = 0.0
        self._reported_at = 0.0
        self._is_new = False

    def begin(self, profile: MeasuredProfile) -> None:
        """What the probe measured."""
        for image in profile.image:
            self._set(("image", image.resolution, 1, image.batch), image)
        for video in profile.video:
            self._set(("video", video.resolution, video.frames, video.sp), video)
        self._switch_ms, self._resume_ms = profile.switch_ms, profile.resume_ms

    def learn(self, order: RunRequests, unit: UnitEnded) -> None:
        """One encode, step or decode of an order."""
        request = order.requests[0]
        resolution, took = f"{request.width}x{request.height}", unit.end_ms - unit.start_ms
        if request.kind == "image":
            self._learn(("image", resolution, 1, len(unit.requests)), unit.stage, took)
        elif unit.stage == "denoise":
            self._learn(("video", resolution, request.frames, len(order.ranks)), unit.stage, took)
        else:
            # Encode and decode of a video run on one GPU, whatever the degree of its steps.
            rows = [row for row in self._times if row[:3] == ("video", resolution, request.frames)]
            for row in rows or [("video", resolution, request.frames, 1)]:
                self._learn(row, unit.stage, took)

    def due(self, now: float) -> MeasuredProfile | None:
        """The profile, where it has changed and was not told for a while; `now` in seconds."""
        if not self._is_new or now - self._reported_at < REPORT_SECONDS:
            return None
        self._reported_at, self._is_new = now, False
        return self.profile()

    def profile(self) -> MeasuredProfile:
        """Rows of which all three times are known."""
        image: list[ImageTimes] = []
        video: list[VideoTimes] = []
        for (kind, resolution, frames, width), times in sorted(self._times.items()):
            if any(stage not in times for stage in _STAGES):
                continue
            encode, step, decode = (times[stage] for stage in _STAGES)
            if kind == "image":
                image.append(
                    ImageTimes(
                        resolution=resolution, batch=width, step_ms=step, encode_ms=encode, decode_ms=decode
                    )
                )
            else:
                video.append(
                    VideoTimes(
                        resolution=resolution,
                        frames=frames,
                        sp=width,
                        step_ms=step,
                        encode_ms=encode,
                        decode_ms=decode,
                    )
                )
        return MeasuredProfile(image=image, video=video, switch_ms=self._switch_ms, resume_ms=self._resume_ms)

    def _set(self, row: Row, times: ImageTimes | VideoTimes) -> None:
        self._times[row] = {"encode": times.encode_ms, "denoise": times.step_ms, "decode": times.decode_ms}

    def _learn(self, row: Row, stage: str, took: float) -> None:
        times = self._times.setdefault(row, {})
        known = times.get(stage)
        if known is None:
            times[stage] = took
        else:
            times[stage] = known + _SHARE * (min(took, _OUTLIER * known) - known)
        self._is_new = True
