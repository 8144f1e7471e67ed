"""Which sequences of the flat buffer attend together: attention never crosses a sequence.

On the CPU, sequences are put into buckets by their own length only, so that what a sequence computes does
not depend on its neighbours; within a bucket they are padded at the end, where the causal mask hides it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch


@dataclass(frozen=True)
class Bucket:
    """Sequences that go through one attention call."""

    count: int
    length: int
    """Padded length."""
    gather: torch.Tensor | None
    """`[count * length]`: the token of each padded place; None if the buffer itself has this shape."""
    scatter_from: torch.Tensor | None
    """The padded places that are tokens, in the order of `scatter_to`."""
    scatter_to: torch.Tensor | None
    """The tokens of this bucket."""


@dataclass(frozen=True)
class AttentionPlan:
    """All buckets of a pass, and the bounds of its sequences for kernels that take them."""

    buckets: tuple[Bucket, ...]
    cumulative_lengths: torch.Tensor
    """`[sequences + 1]`, int32."""
    longest: int
    tokens: int


def bucket_length(length: int) -> int:
    """The padded length of a sequence: the next of 16, 24, 32, 48, 64, 96, 128, …"""
    size = 16
    while size < length:
        if size + size // 2 >= length:
            return size + size // 2
        size *= 2
    return size


def plan_attention(lengths: Sequence[int], device: torch.device) -> AttentionPlan:
    """The plan for sequences of these lengths, one after another in the flat buffer."""
    sizes = np.asarray(lengths, dtype=np.int64)
    starts = np.cumsum(sizes) - sizes
    total = int(sizes.sum())
    cumulative = torch.from_numpy(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)).to(device)
    padded = np.asarray([bucket_length(int(size)) for size in sizes], dtype=np.int64)
    buckets: list[Bucket] = []
    for length in np.unique(padded).tolist():
        members = np.flatnonzero(padded == length)
        own = sizes[members]
        if len(members) == len(sizes) and bool((own == length).all()):
            buckets.append(Bucket(len(members), length, None, None, None))
            break
        offsets = np.arange(length)[None]
        places = starts[members][:, None] + np.minimum(offsets, (own - 1)[:, None])
        real = np.flatnonzero((offsets < own[:, None]).reshape(-1))
        gather = places.reshape(-1)
        buckets.append(
            Bucket(
                len(members),
                length,
                torch.from_numpy(gather).to(device),
                torch.from_numpy(real).to(device),
                torch.from_numpy(gather[real]).to(device),
            )
        )
    return AttentionPlan(tuple(buckets), cumulative, int(sizes.max()), total)
