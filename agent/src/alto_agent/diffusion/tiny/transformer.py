"""The denoising transformer of the built-in models; an image is a video of one frame.

B: requests in a batch, C: latent channels, F: frames, h, w: latent sides, N = F·h·w, L: text tokens,
D: width, H: heads, E = D/H.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from alto_agent.diffusion.parallel.sequence import Sequence, WholeSequence


class TinyTransformer(nn.Module):
    """Text and latent positions in one sequence; every block is modulated by the noise level."""

    def __init__(self, width: int, heads: int, layers: int, channels: int) -> None:
        super().__init__()
        self.width = width
        self.enter = nn.Linear(channels + _PLACE_FEATURES, width)
        self.time = nn.Sequential(nn.Linear(_TIME_FEATURES + 3, width), nn.SiLU(), nn.Linear(width, width))
        self.modulation = nn.Linear(width, 6 * width)
        self.blocks = nn.ModuleList(_Block(width, heads) for _ in range(layers))
        self.norm = nn.RMSNorm(width, elementwise_affine=False)
        self.final_modulation = nn.Linear(width, 2 * width)
        self.leave = nn.Linear(width, channels)

    def forward(
        self, latents: Tensor, sigmas: Tensor, text: Tensor, sequence: Sequence | None = None
    ) -> Tensor:
        """Velocity (noise - data) of `[B, C, F, h, w]` at noise levels `[B]` for text `[B, L, D]`.

        `sequence` says which positions this process works on; the answer is whole on every process.
        """
        sequence = sequence or WholeSequence()
        batch, _, frames, height, width = latents.shape
        tokens = latents.flatten(2).transpose(1, 2)
        places = _places(frames, height, width).to(tokens)
        x = self.enter(torch.cat([tokens, places.expand(batch, -1, -1)], dim=-1))
        total = x.shape[1]
        x = sequence.shard(x)
        extent = torch.tensor([math.log2(height / 4), math.log2(width / 4), math.log2(frames / 8)])
        extent = extent.to(sigmas).expand(batch, 3)
        moment = F.silu(self.time(torch.cat([_waves(sigmas, _TIME_FEATURES), extent], -1).to(x.dtype)))
        shared = self.modulation(moment).view(batch, 6, 1, self.width)
        for block in self.blocks:
            text, x = block(text, x, shared, sequence)
        shift, scale = self.final_modulation(moment).unsqueeze(1).chunk(2, dim=-1)
        velocity = sequence.gather(self.leave(self.norm(x) * (1 + scale) + shift), total)
        return velocity.transpose(1, 2).reshape(latents.shape)


class _Block(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.offsets = nn.Parameter(torch.zeros(6, 1, width))
        self.norm = nn.RMSNorm(width, elementwise_affine=False)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.q_norm = nn.RMSNorm(width // heads)
        self.k_norm = nn.RMSNorm(width // heads)
        self.out = nn.Linear(width, width, bias=False)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)

    def forward(self, text: Tensor, x: Tensor, shared: Tensor, sequence: Sequence) -> tuple[Tensor, Tensor]:
        """`text` is whole on every process, `x` is this process's part."""
        scale1, shift1, gate1, scale2, shift2, gate2 = (shared + self.offsets).unbind(1)
        cut = text.shape[1]
        both = torch.cat([text, x], dim=1)
        q, k, v = self._heads(self.norm(both) * (1 + scale1) + shift1)
        mixed = sequence.attend(
            q[:, :, cut:], k[:, :, cut:], v[:, :, cut:], (q[:, :, :cut], k[:, :, :cut], v[:, :, :cut])
        )
        both = both + gate1 * self.out(torch.cat([mixed[1], mixed[0]], dim=2).transpose(1, 2).flatten(2))
        both = both + gate2 * self.down(F.gelu(self.up(self.norm(both) * (1 + scale2) + shift2)))
        return both[:, :cut], both[:, cut:]

    def _heads(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        batch, length, _ = x.shape
        q, k, v = self.qkv(x).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        return self.q_norm(q), self.k_norm(k), v


_TIME_FEATURES = 32
_OCTAVES = 4
_PLACE_FEATURES = 3 * 2 * _OCTAVES


def _waves(values: Tensor, features: int) -> Tensor:
    """`[B]` in 0 to 1 → `[B, features]`."""
    rates = torch.exp(torch.linspace(0, math.log(200), features // 2, device=values.device))
    angles = values.float()[:, None] * rates
    return torch.cat([angles.cos(), angles.sin()], dim=-1)


def _places(frames: int, height: int, width: int) -> Tensor:
    """`[N, 24]`: where a position lies, as a share of the whole, so that other sizes mean the same scene."""

    def axis(count: int) -> Tensor:
        centres = (torch.arange(count, dtype=torch.float32) + 0.5) / count
        angles = centres[:, None] * math.pi * 2.0 ** torch.arange(_OCTAVES)
        return torch.cat([angles.cos(), angles.sin()], dim=-1)

    t, y, x = axis(frames), axis(height), axis(width)
    grid = (frames, height, width, -1)
    parts = [
        t[:, None, None].expand(grid),
        y[None, :, None].expand(grid),
        x[None, None, :].expand(grid),
    ]
    return torch.cat(parts, dim=-1).flatten(0, 2)
