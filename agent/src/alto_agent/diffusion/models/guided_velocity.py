"""Guidance: what the text adds to a prediction, made stronger."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from alto_agent.diffusion.models.diffusion_model import Conditioning

Predict = Callable[[Tensor, Tensor, list[Conditioning]], Tensor]
"""Latents `[B, C, F, h, w]`, noise levels `[B]` and B conditions to velocities like the latents."""


def guided_velocity(
    predict: Predict,
    latents: Tensor,
    sigmas: Tensor,
    conditions: list[Conditioning],
    *,
    nothing: Conditioning,
    guidance: Tensor,
) -> Tensor:
    """`predict` with text and without (`nothing`) in one batch, mixed with weights `[B]`."""
    both = [*conditions, *[nothing] * len(conditions)]
    with_text, without = predict(latents.repeat(2, 1, 1, 1, 1), sigmas.repeat(2), both).chunk(2)
    return without + guidance.view(-1, 1, 1, 1, 1) * (with_text - without)
