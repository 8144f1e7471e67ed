"""Token ids of a prompt to the vectors that the transformer reads. B: prompts, L: tokens, D: width."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from alto_agent.diffusion.tiny.words import TEXT_TOKENS, VOCABULARY


class TinyTextEncoder(nn.Module):
    """A small transformer, trained together with the model that reads it."""

    def __init__(self, width: int, heads: int, layers: int) -> None:
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, width)
        # As large as the words: "red left of blue" and "blue left of red" differ in nothing else.
        self.places = nn.Parameter(torch.randn(TEXT_TOKENS, width))
        self.layers = nn.ModuleList(_Layer(width, heads) for _ in range(layers))
        self.norm = nn.RMSNorm(width)

    def forward(self, ids: Tensor) -> Tensor:
        """`[B, L]` → `[B, L, D]`."""
        x = self.words(ids) + self.places
        for layer in self.layers:
            x = layer(x)
        return self.norm(x)


class _Layer(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norms = nn.ModuleList([nn.RMSNorm(width), nn.RMSNorm(width)])
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        batch, length, width = x.shape
        q, k, v = self.qkv(self.norms[0](x)).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, length, width)
        x = x + self.out(mixed)
        return x + self.down(F.gelu(self.up(self.norms[1](x))))
