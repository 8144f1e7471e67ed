"""Decoding of large latents in overlapping tiles, so that its memory does not grow with the size.

C latent channels, F latent frames, h, w latent sides, T frames, H, W pixels.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

OVERLAP = 4
"""Latent positions that neighbouring tiles share; their pixels are blended."""


def decode_in_tiles(decode: Callable[[Tensor], Tensor], latent: Tensor, tile: int) -> Tensor:
    """`[C, F, h, w]` → `[T, 3, H, W]`; whole where no side is longer than `tile` positions."""
    _, _, height, width = latent.shape
    if height <= tile and width <= tile:
        return decode(latent)
    pixels: Tensor | None = None
    weights: Tensor | None = None
    for top in _starts(height, tile):
        for left in _starts(width, tile):
            part = decode(latent[:, :, top : top + tile, left : left + tile])
            scale = part.shape[-1] // min(tile, width)
            if pixels is None or weights is None:
                pixels = part.new_zeros(*part.shape[:2], height * scale, width * scale)
                weights = part.new_zeros(height * scale, width * scale)
            ramp = _ramp(part.shape[-2], OVERLAP * scale)[:, None] * _ramp(part.shape[-1], OVERLAP * scale)
            ramp = ramp.to(part)
            place = (
                slice(top * scale, top * scale + part.shape[-2]),
                slice(left * scale, left * scale + part.shape[-1]),
            )
            pixels[:, :, place[0], place[1]] += part * ramp
            weights[place] += ramp
    if pixels is None or weights is None:
        raise ValueError("A latent without positions cannot be decoded.")
    return pixels / weights


def _starts(length: int, tile: int) -> list[int]:
    if length <= tile:
        return [0]
    starts = list(range(0, length - tile, tile - OVERLAP))
    return [*starts, length - tile]


def _ramp(length: int, edge: int) -> Tensor:
    """Rises from both ends over `edge` pixels, never zero, so that outer borders keep their values."""
    distance = torch.minimum(torch.arange(length), torch.arange(length).flip(0)) + 1
    return (distance / edge).clamp(max=1.0)
