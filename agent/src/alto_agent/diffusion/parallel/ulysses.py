"""Ulysses: all-to-all turns "all heads of some positions" into "some heads of all positions" and back.

B batch, H heads, N positions, n of this rank, P ranks, L text tokens, E head size.
"""

from __future__ import annotations

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor

from alto_agent.diffusion.parallel.sequence import Qkv


def ulysses_attention(
    group: dist.ProcessGroup, total: int, own_qkv: Qkv, text: Qkv | None
) -> tuple[Tensor, Tensor]:
    """Outputs for `[B, H, n, E]` and for the text `[B, H, L, E]`; H divides by the number of ranks."""
    ranks, own = group.size(), group.rank()
    q, k, v = (_to_heads(one, group)[:, :, :total] for one in own_qkv)
    cut = 0
    if text is not None:
        cut = text[0].shape[2]
        first_q, first_k, first_v = (one.chunk(ranks, dim=1)[own] for one in text)
        q, k, v = (torch.cat(two, dim=2) for two in ((first_q, q), (first_k, k), (first_v, v)))
    mixed = F.scaled_dot_product_attention(q, k, v)
    latent = F.pad(mixed[:, :, cut:], (0, 0, 0, own_qkv[0].shape[2] * ranks - total))
    return _to_positions(latent, group), _gather_heads(mixed[:, :, :cut], group)


def _to_heads(x: Tensor, group: dist.ProcessGroup) -> Tensor:
    """`[B, H, n, E]` → `[B, H/P, P·n, E]`."""
    batch, heads, part, size = x.shape
    ranks = group.size()
    parts = x.reshape(batch, ranks, heads // ranks, part, size).transpose(0, 1).contiguous()
    received = torch.empty_like(parts)
    dist.all_to_all_single(received, parts, group=group)
    return received.permute(1, 2, 0, 3, 4).reshape(batch, heads // ranks, ranks * part, size)


def _to_positions(x: Tensor, group: dist.ProcessGroup) -> Tensor:
    """`[B, H/P, P·n, E]` → `[B, H, n, E]`."""
    batch, heads, length, size = x.shape
    ranks = group.size()
    parts = x.reshape(batch, heads, ranks, length // ranks, size).permute(2, 0, 1, 3, 4).contiguous()
    received = torch.empty_like(parts)
    dist.all_to_all_single(received, parts, group=group)
    return received.transpose(0, 1).reshape(batch, ranks * heads, length // ranks, size)


def _gather_heads(x: Tensor, group: dist.ProcessGroup) -> Tensor:
    """`[B, H/P, L, E]` → `[B, H, L, E]`."""
    if x.shape[2] == 0:
        return x
    x = x.contiguous()
    parts = [torch.empty_like(x) for _ in range(group.size())]
    dist.all_gather(parts, x, group=group)
    return torch.cat(parts, dim=1)
