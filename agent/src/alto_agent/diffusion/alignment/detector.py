"""Which shapes a picture shows: colour, form and place, by comparing with drawings of our own.

H, W: pixels of a picture; T: frames of a clip.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from alto_agent.diffusion.train.scenes import BACKGROUND, COLOURS, SHAPES, distance

LEAST_SHARE = 0.01
"""Of all pixels; a smaller patch of a colour is no thing."""
_CLEAR = 60.0
"""Distance to a colour, in 255ths, up to which a pixel surely has it; edges blend into other colours."""
_MOST_RESIDUAL = 0.35
"""Share of its area by which a patch may differ from the best drawing; beyond it, it has no form."""
_FORMS = {"circle": (math.pi, 0.0), "square": (4 * 0.86**2, 0.0), "triangle": (1.6625, 1 / 6)}
"""Area, and how far the middle of the area lies below the centre, for a radius of 1."""


@dataclass(frozen=True)
class Seen:
    """One thing; its centre as shares of the sides, x to the right, y downwards."""

    colour: str
    shape: str
    x: float
    y: float


def things(picture: Tensor) -> list[Seen]:
    """`[H, W, 3]`, uint8 → what is there, one thing a colour. A patch without a form has the shape `?`."""
    pixels = picture.float()
    palette = torch.tensor([BACKGROUND, *COLOURS.values()]) * 255
    nearest = torch.cdist(pixels.flatten(0, 1), palette).min(dim=1)
    clear = torch.where(nearest.values < _CLEAR, nearest.indices, -1).view(pixels.shape[:2])
    seen: list[Seen] = []
    for number, colour in enumerate(COLOURS, start=1):
        mask = clear == number
        if mask.float().mean() < LEAST_SHARE:
            continue
        cover = _cover(pixels, mask, palette[0], palette[number])
        area = cover.sum()
        y = (cover.sum(dim=1) * (torch.arange(cover.shape[0]) + 0.5)).sum() / area
        x = (cover.sum(dim=0) * (torch.arange(cover.shape[1]) + 0.5)).sum() / area
        form = _form(cover, x.item(), y.item())
        seen.append(Seen(colour, form, x.item() / cover.shape[1], y.item() / cover.shape[0]))
    return seen


def _cover(pixels: Tensor, mask: Tensor, empty: Tensor, full: Tensor) -> Tensor:
    """How much of each pixel the colour covers, 0 to 1, at the patch and its rim."""
    near = F.max_pool2d(mask.float()[None, None], 5, stride=1, padding=2)[0, 0]
    towards = full - empty
    share = ((pixels - empty) @ towards) / towards.dot(towards)
    return share.clamp(0, 1) * near


def _form(cover: Tensor, x: float, y: float) -> str:
    """The shape whose drawing of equal area and middle differs least."""
    area = cover.sum().item()
    ys = (torch.arange(cover.shape[0]) + 0.5)[:, None]
    xs = (torch.arange(cover.shape[1]) + 0.5)[None, :]
    best, least = "?", _MOST_RESIDUAL
    for shape in SHAPES:
        unit, below = _FORMS[shape]
        radius = math.sqrt(area / unit)
        drawn = (0.5 - distance(shape, xs - x, ys - (y - below * radius), radius)).clamp(0, 1)
        residual = ((drawn - cover).abs().sum() / area).item()
        if residual < least:
            best, least = shape, residual
    return best
