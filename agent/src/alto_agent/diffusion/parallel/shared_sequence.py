"""A sequence whose positions lie on several ranks."""

from __future__ import annotations

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor

from alto_agent.diffusion.parallel.ring import ring_attention
from alto_agent.diffusion.parallel.sequence import Qkv
from alto_agent.diffusion.parallel.ulysses import ulysses_attention


class SharedSequence:
    """Each rank has an equal part; where N does not divide, the last carry padding that nobody attends to.

    Ulysses where the heads can be split among the ranks, else ring attention.
    """

    def __init__(self, group: dist.ProcessGroup) -> None:
        self._group = group
        self._total = 0

    def shard(self, x: Tensor, dim: int = 1) -> Tensor:
        """This rank's part of `x`; all whole tensors of one step are equally long on `dim`."""
        self._total = x.shape[dim]
        part = self._part(self._total)
        start = self._group.rank() * part
        own = x.narrow(dim, min(start, self._total), max(0, min(part, self._total - start)))
        missing = part - own.shape[dim]
        if missing:
            own = F.pad(own, (0, 0) * (x.ndim - dim - 1) + (0, missing))
        return own.contiguous()

    def gather(self, x: Tensor, total: int) -> Tensor:
        """`[B, n, …]` → `[B, total, …]`."""
        x = x.contiguous()
        parts = [torch.empty_like(x) for _ in range(self._group.size())]
        dist.all_gather(parts, x, group=self._group)
        return torch.cat(parts, dim=1)[:, :total]

    def attend(self, q: Tensor, k: Tensor, v: Tensor, text: Qkv | None = None) -> tuple[Tensor, Tensor]:
        """As `Sequence.attend` says."""
        attention = ulysses_attention if q.shape[1] % self._group.size() == 0 else ring_attention
        return attention(self._group, self._total, (q, k, v), text)

    def _part(self, total: int) -> int:
        return -(-total // self._group.size())
