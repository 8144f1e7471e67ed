"""Which sizes, frame numbers and prompts a model takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from alto_agent.tuning.user_error import UserError


@dataclass(frozen=True)
class ShapeRules:
    """Sides are multiples of `size_multiple`; frames are `frame_offset` plus some `frame_multiple`."""

    kind: Literal["image", "video"]
    size_multiple: int
    min_size: int
    max_size: int
    frame_multiple: int
    frame_offset: int
    max_frames: int
    default_steps: int
    default_guidance: float
    sizes: tuple[tuple[int, int], ...]
    """Width and height that a form offers first."""
    frames: tuple[int, ...]
    fps: int
    prompt_max: int = 4000

    def as_json(self) -> dict[str, Any]:
        """The answer to `describe-pipeline`."""
        return {
            "kind": self.kind,
            "sizeMultiple": self.size_multiple,
            "minSize": self.min_size,
            "maxSize": self.max_size,
            "frameMultiple": self.frame_multiple,
            "frameOffset": self.frame_offset,
            "maxFrames": self.max_frames,
            "defaultSteps": self.default_steps,
            "defaultGuidance": self.default_guidance,
            "sizes": [list(size) for size in self.sizes],
            "frames": list(self.frames),
            "fps": self.fps,
            "promptMax": self.prompt_max,
        }

    def check(self, prompt: str, width: int, height: int, frames: int) -> None:
        """Raises `UserError` with one sentence where the model cannot take this."""
        if not prompt.strip():
            raise UserError("prompt", "Write a prompt: it is empty.")
        if len(prompt) > self.prompt_max:
            raise UserError(
                "prompt", f"The prompt has {len(prompt)} characters; at most {self.prompt_max} are read."
            )
        for name, side in (("width", width), ("height", height)):
            if side % self.size_multiple or not self.min_size <= side <= self.max_size:
                raise UserError(
                    name,
                    f"The {name} is {side} pixels; this model takes multiples of {self.size_multiple} "
                    f"from {self.min_size} to {self.max_size}.",
                )
        if not 1 <= frames <= self.max_frames or (frames - self.frame_offset) % self.frame_multiple:
            raise UserError("frames", self._frames_sentence(frames))

    def _frames_sentence(self, frames: int) -> str:
        if self.kind == "image":
            return f"An image has 1 frame, not {frames}."
        plus = f" plus {self.frame_offset}" if self.frame_offset else ""
        return (
            f"{frames} frames were asked for; this model makes a multiple of {self.frame_multiple}{plus}, "
            f"at most {self.max_frames}."
        )
