"""The dropout masks of a run: from its seed, its step and the layer, never its neighbours [X6]."""

from __future__ import annotations

import torch

_MASK64 = (1 << 64) - 1


def mix(*numbers: int) -> int:
    """One 63-bit seed from several numbers (splitmix64's finaliser over a running sum)."""
    state = 0
    for number in numbers:
        state = (state + number + 0x9E3779B97F4A7C15) & _MASK64
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK64
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK64
        state ^= state >> 31
    return state >> 1


def dropout_mask(
    *,
    seed: int,
    step: int,
    site: int,
    tokens: int,
    width: int,
    probability: float,
    device: torch.device,
) -> torch.Tensor:
    """The factors `[tokens, width]` (fp32) for a whole batch of `tokens` tokens: 0 or 1 / (1 - probability).

    `step` is the run's optimizer step before this one is taken; `site` is the layer's index in the model.
    The same arguments give the same mask on the same kind of device.
    """
    generator = torch.Generator(device=device).manual_seed(mix(seed, step, site))
    kept = 1 - probability
    mask = torch.empty(tokens, width, device=device)
    return mask.bernoulli_(kept, generator=generator).div_(kept)
