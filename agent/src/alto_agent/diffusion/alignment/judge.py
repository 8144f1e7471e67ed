"""Whether a picture or clip shows what its prompt says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from torch import Tensor

from alto_agent.diffusion.alignment.detector import Seen, things
from alto_agent.diffusion.train.scenes import COLOURS, SHAPES

_MARGIN = 0.05
"""Share of the side by which one thing must be further than the other."""
_TRAVEL = 0.25
"""Share of the side that a moving thing must cover."""
_SIGNS = {
    "left of": (-1, 0),
    "right of": (1, 0),
    "above": (0, -1),
    "below": (0, 1),
    "left": (-1, 0),
    "right": (1, 0),
    "up": (0, -1),
    "down": (0, 1),
}


@dataclass(frozen=True)
class Claim:
    """What a prompt of the fixed list says: one or two things, and a relation or a direction."""

    prompt: str
    things: tuple[tuple[str, str], ...]
    """Colour and shape."""
    relation: str | None = None


def image_claims() -> list[Claim]:
    """60 prompts: 12 with one thing, 48 with two, every relation, colour and shape equally often."""
    colours = list(COLOURS)
    claims: list[Claim] = []
    for number in range(12):
        colour, shape = colours[number % 5], SHAPES[number % 3]
        claims.append(Claim(f"a {colour} {shape}", ((colour, shape),)))
    for number in range(48):
        first, second = colours[number % 5], colours[(number + 1 + number // 5 % 4) % 5]
        one, two = SHAPES[number % 3], SHAPES[(number // 3) % 3]
        relation = ("left of", "right of", "above", "below")[number % 4]
        prompt = f"a {first} {one} {relation} a {second} {two}"
        claims.append(Claim(prompt, ((first, one), (second, two)), relation))
    return claims


def video_claims() -> list[Claim]:
    """30 prompts of one thing that moves."""
    colours = list(COLOURS)
    claims: list[Claim] = []
    for number in range(30):
        colour, shape = colours[number % 5], SHAPES[number // 5 % 3]
        direction = ("left", "right", "up", "down")[number % 4]
        claims.append(Claim(f"a {colour} {shape} moving {direction}", ((colour, shape),), direction))
    return claims


def is_shown(claim: Claim, frames: Tensor) -> bool:
    """`[T, H, W, 3]`, uint8: exactly the things of the claim, and their relation or movement."""
    if frames.shape[0] == 1:
        return _picture_shows(claim, things(frames[0]))
    return _clip_shows(claim, [things(frame) for frame in frames])


def _picture_shows(claim: Claim, seen: list[Seen]) -> bool:
    if sorted((one.colour, one.shape) for one in seen) != sorted(claim.things):
        return False
    if claim.relation is None:
        return True
    by_colour = {one.colour: one for one in seen}
    first, second = by_colour[claim.things[0][0]], by_colour[claim.things[1][0]]
    return _lies(claim.relation, first.x - second.x, first.y - second.y, _MARGIN)


def _clip_shows(claim: Claim, clip: list[list[Seen]]) -> bool:
    colour, shape = claim.things[0]
    if any([one.colour for one in seen] != [colour] for seen in clip) or claim.relation is None:
        return False
    forms = Counter(seen[0].shape for seen in clip)
    if forms.most_common(1)[0][0] != shape:
        return False
    first, last = clip[0][0], clip[-1][0]
    return _lies(claim.relation, last.x - first.x, last.y - first.y, _TRAVEL)


def _lies(relation: str, dx: float, dy: float, least: float) -> bool:
    """In that direction, by so much, and more so than across it."""
    right, down = _SIGNS[relation]
    along, across = dx * right + dy * down, dx * down + dy * right
    return along > least and along > abs(across)
