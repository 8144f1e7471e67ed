"""Pixels to latents and back, each frame by itself.

B: frames, C: latent channels, H, W: pixels, h = H/8, w = W/8.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class _Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.silu(self.first(F.silu(x))))


class TinyAutoencoder(nn.Module):
    """Latents leave `encode` with about zero mean and unit deviation in every channel."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, channels: int = 16, fine: int = 48, coarse: int = 96) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.PixelUnshuffle(4),
            nn.Conv2d(48, fine, 3, padding=1),
            _Residual(fine),
            nn.PixelUnshuffle(2),
            nn.Conv2d(4 * fine, coarse, 1),
            _Residual(coarse),
            nn.Conv2d(coarse, channels, 1),
        )
        self.decoder = nn.Sequential(
            nn.Conv2d(channels, coarse, 3, padding=1),
            _Residual(coarse),
            nn.Conv2d(coarse, 4 * fine, 1),
            nn.PixelShuffle(2),
            _Residual(fine),
            _Residual(fine),
            nn.Conv2d(fine, 48, 3, padding=1),
            nn.PixelShuffle(4),
        )
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("deviation", torch.ones(channels))

    def encode(self, pixels: Tensor) -> Tensor:
        """`[B, 3, H, W]` in -1 to 1 → `[B, C, h, w]`."""
        raw: Tensor = self.encoder(pixels)
        return (raw - self.mean[:, None, None]) / self.deviation[:, None, None]

    def decode(self, latents: Tensor) -> Tensor:
        """`[B, C, h, w]` → `[B, 3, H, W]`, about -1 to 1."""
        return self.decoder(latents * self.deviation[:, None, None] + self.mean[:, None, None])
