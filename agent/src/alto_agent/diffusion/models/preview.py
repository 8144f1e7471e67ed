"""A small picture of what a request is becoming."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from alto_agent.diffusion.models.diffusion_model import DiffusionModel

LONGEST_SIDE = 16
"""Latent positions; a preview costs little however large the request is."""


def preview(model: DiffusionModel, latent: Tensor) -> Tensor:
    """`[C, F, h, w]`, an estimate without noise → `[3, H, W]` in -1 to 1; of a video the middle frame."""
    middle = latent.shape[1] // 2
    small = latent[:, middle : middle + 1]
    height, width = small.shape[2:]
    if max(height, width) > LONGEST_SIDE:
        scale = LONGEST_SIDE / max(height, width)
        size = (max(1, round(height * scale)), max(1, round(width * scale)))
        small = F.interpolate(small.transpose(0, 1), size=size, mode="area").transpose(0, 1)
    return model.decode(small)[0]
