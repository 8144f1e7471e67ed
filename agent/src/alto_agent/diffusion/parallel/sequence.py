"""Who works on which positions of a sequence.

B batch, H heads, N positions of the whole latent, n of this process, L text tokens, E head size.
"""

from __future__ import annotations

from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

Qkv = tuple[Tensor, Tensor, Tensor]


class Sequence(Protocol):
    """How a transformer's positions are spread over processes. Text is whole on each of them."""

    def shard(self, x: Tensor, dim: int = 1) -> Tensor:
        """This process's part of a whole tensor: n of N positions on axis `dim`."""
        ...

    def gather(self, x: Tensor, total: int) -> Tensor:
        """`[B, n, …]` of each process → `[B, total, …]` on every one."""
        ...

    def attend(self, q: Tensor, k: Tensor, v: Tensor, text: Qkv | None = None) -> tuple[Tensor, Tensor]:
        """Attention of `[B, H, n, E]` and of the text `[B, H, L, E]` to all N positions and the text.

        Answers the outputs for the latent part and for the text (empty where there is none).
        """
        ...


class WholeSequence:
    """One process has everything."""

    def shard(self, x: Tensor, dim: int = 1) -> Tensor:
        """`x` itself."""
        return x

    def gather(self, x: Tensor, total: int) -> Tensor:
        """`x` itself."""
        return x

    def attend(self, q: Tensor, k: Tensor, v: Tensor, text: Qkv | None = None) -> tuple[Tensor, Tensor]:
        """Plain attention."""
        if text is None:
            return F.scaled_dot_product_attention(q, k, v), q[:, :, :0]
        cut = text[0].shape[2]
        q, k, v = (torch.cat(two, dim=2) for two in zip(text, (q, k, v), strict=True))
        mixed = F.scaled_dot_product_attention(q, k, v)
        return mixed[:, :, cut:], mixed[:, :, :cut]
