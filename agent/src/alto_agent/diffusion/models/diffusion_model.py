"""What the step loop needs from a text-to-image or text-to-video model.

B requests of one size; C latent channels; F latent frames; h, w latent sides; T frames; H, W pixels.
"""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor

from alto_agent.diffusion.models.shape_rules import ShapeRules
from alto_agent.diffusion.parallel.sequence import Sequence

Conditioning = dict[str, Tensor]
"""What the text became, of one request, without a batch axis. Of equal shape for all prompts of a model."""


class DiffusionModel(Protocol):
    """Encode, denoise and decode apart, each for a batch. Everything between steps is in the latent."""

    rules: ShapeRules
    device: torch.device

    @property
    def weight_bytes(self) -> int:
        """Memory that the weights take."""
        ...

    def encode(self, prompts: list[str]) -> list[Conditioning]:
        """The text as the denoiser reads it."""
        ...

    def latent_shape(self, width: int, height: int, frames: int) -> tuple[int, int, int, int]:
        """`(C, F, h, w)`."""
        ...

    def sigmas(self, steps: int, width: int, height: int) -> list[float]:
        """Noise levels at the boundaries: `steps + 1` values from 1 down to 0."""
        ...

    def velocity(
        self,
        latents: Tensor,
        sigmas: Tensor,
        conditions: list[Conditioning],
        guidance: Tensor,
        sequence: Sequence,
    ) -> Tensor:
        """d latent / d sigma of `[B, C, F, h, w]` at noise levels `[B]`, guided with weights `[B]`."""
        ...

    def decode(self, latent: Tensor) -> Tensor:
        """`[C, F, h, w]` → `[T, 3, H, W]` in -1 to 1."""
        ...
