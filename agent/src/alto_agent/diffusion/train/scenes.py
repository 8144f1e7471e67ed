"""Pictures and clips that the built-in models learn from, and their prompts.

Coordinates are shares of the side: x to the right, y downwards, 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

BACKGROUND = (0.95, 0.94, 0.91)
COLOURS: dict[str, tuple[float, float, float]] = {
    "red": (0.86, 0.16, 0.16),
    "green": (0.13, 0.62, 0.25),
    "blue": (0.15, 0.32, 0.86),
    "yellow": (0.95, 0.77, 0.10),
    "purple": (0.56, 0.22, 0.70),
}
SHAPES = ("circle", "square", "triangle")
RELATIONS = ("left of", "right of", "above", "below")
DIRECTIONS = ("right", "left", "up", "down")


@dataclass(frozen=True)
class Thing:
    """One shape with its path from `start` to `end`; a picture shows only the start."""

    shape: str
    colour: str
    start: tuple[float, float]
    end: tuple[float, float]
    radius: float

    def at(self, share: float) -> tuple[float, float]:
        """Centre after that share of the clip."""
        return (
            self.start[0] + share * (self.end[0] - self.start[0]),
            self.start[1] + share * (self.end[1] - self.start[1]),
        )


@dataclass(frozen=True)
class Scene:
    """What is shown, and the words for it."""

    prompt: str
    things: tuple[Thing, ...]


def distance(shape: str, dx: Tensor, dy: Tensor, radius: float) -> Tensor:
    """Signed distance to the outline of a shape, negative inside."""
    if shape == "circle":
        return torch.hypot(dx, dy) - radius
    if shape == "square":
        return torch.maximum(dx.abs(), dy.abs()) - 0.86 * radius
    side = (dx.abs() * 1.75 - (dy + radius) * 0.95) / 1.991
    return torch.maximum(dy - 0.75 * radius, side)


def draw(scene: Scene, width: int, height: int, frames: int) -> Tensor:
    """`[frames, 3, height, width]` in -1 to 1, edges smoothed over a pixel."""
    side = min(width, height)
    ys = ((torch.arange(height) + 0.5) / height)[:, None]
    xs = ((torch.arange(width) + 0.5) / width)[None, :]
    canvas = torch.tensor(BACKGROUND)[:, None, None].expand(frames, 3, height, width).clone()
    for frame in range(frames):
        share = frame / (frames - 1) if frames > 1 else 0.0
        for thing in scene.things:
            x, y = thing.at(share)
            outline = distance(thing.shape, (xs - x) * width / side, (ys - y) * height / side, thing.radius)
            cover = (0.5 - outline * side).clamp(0, 1)
            colour = torch.tensor(COLOURS[thing.colour])[:, None, None]
            canvas[frame] = canvas[frame] * (1 - cover) + colour * cover
    return canvas * 2 - 1


class SceneSource:
    """Random scenes from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = torch.Generator().manual_seed(seed)

    def picture(self) -> Scene:
        """One thing, or two in a relation."""
        if self._number(0, 1) < 0.25:
            thing = self._thing(self._colour(), (0.32, 0.68), (0.32, 0.68), (0.18, 0.28))
            return Scene(f"a {thing.colour} {thing.shape}", (thing,))
        first = self._colour()
        second = self._colour(but=first)
        relation = RELATIONS[self._index(4)]
        low, middle, high = (0.2, 0.34), (0.38, 0.62), (0.66, 0.8)
        mine, other = (low, high) if relation in {"left of", "above"} else (high, low)
        if relation in {"left of", "right of"}:
            one = self._thing(first, mine, middle, (0.13, 0.18))
            two = self._thing(second, other, middle, (0.13, 0.18))
        else:
            one = self._thing(first, middle, mine, (0.13, 0.18))
            two = self._thing(second, middle, other, (0.13, 0.18))
        return Scene(f"a {one.colour} {one.shape} {relation} a {two.colour} {two.shape}", (one, two))

    def clip(self) -> Scene:
        """One thing that crosses the picture."""
        direction = DIRECTIONS[self._index(4)]
        near, far, still = self._number(0.2, 0.28), self._number(0.72, 0.8), self._number(0.36, 0.64)
        if direction in {"left", "up"}:
            near, far = far, near
        across = direction in {"left", "right"}
        start, end = ((near, still), (far, still)) if across else ((still, near), (still, far))
        thing = Thing(self._shape(), self._colour(), start, end, self._number(0.17, 0.22))
        return Scene(f"a {thing.colour} {thing.shape} moving {direction}", (thing,))

    def _thing(
        self, colour: str, x: tuple[float, float], y: tuple[float, float], radius: tuple[float, float]
    ) -> Thing:
        place = (self._number(*x), self._number(*y))
        return Thing(self._shape(), colour, place, place, self._number(*radius))

    def _shape(self) -> str:
        return SHAPES[self._index(len(SHAPES))]

    def _colour(self, but: str | None = None) -> str:
        names = [name for name in COLOURS if name != but]
        return names[self._index(len(names))]

    def _index(self, count: int) -> int:
        return int(torch.randint(count, (1,), generator=self._random))

    def _number(self, low: float, high: float) -> float:
        return low + (high - low) * float(torch.rand(1, generator=self._random))
