"""Attention over a flat buffer of many sequences, as an attention implementation of transformers."""

from __future__ import annotations

from typing import Any, cast

import torch
from torch.autograd.function import FunctionCtx
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, AttentionMaskInterface

from alto_agent.tuning.executor.active_pass import active_pass
from alto_agent.tuning.executor.attention_plan import Bucket

NAME = "alto_packed"


class _ToBucket(torch.autograd.Function):
    """`[tokens, …]` to `[places, …]`. The backward takes the real places only: padding has no gradient."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, bucket: Bucket) -> torch.Tensor:
        ctx.bucket, ctx.tokens = bucket, x.shape[0]
        return x.index_select(0, cast(torch.Tensor, bucket.gather))

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None]:
        bucket, gradient = ctx.bucket, gradients[0]
        out = gradient.new_zeros(ctx.tokens, *gradient.shape[1:])
        out.index_copy_(0, bucket.scatter_to, gradient.index_select(0, bucket.scatter_from))
        return out, None


class _FromBuckets(torch.autograd.Function):
    """The outputs `[places, …]` of all buckets to one `[tokens, …]`."""

    @staticmethod
    def forward(ctx: Any, tokens: int, buckets: tuple[Bucket, ...], *outputs: torch.Tensor) -> torch.Tensor:
        ctx.buckets = buckets
        result = outputs[0].new_empty(tokens, *outputs[0].shape[1:])
        for bucket, output in zip(buckets, outputs, strict=True):
            real = output.index_select(0, cast(torch.Tensor, bucket.scatter_from))
            result.index_copy_(0, cast(torch.Tensor, bucket.scatter_to), real)
        return result

    @staticmethod
    def backward(ctx: FunctionCtx, *gradients: torch.Tensor) -> tuple[Any, ...]:
        gradient = gradients[0]
        back: list[torch.Tensor] = []
        for bucket in cast(Any, ctx).buckets:
            places = bucket.count * bucket.length
            padded = gradient.new_zeros(places, *gradient.shape[1:])
            padded.index_copy_(0, bucket.scatter_from, gradient.index_select(0, bucket.scatter_to))
            back.append(padded)
        return None, None, *back


def _attend(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    *,
    bucket: Bucket,
    scaling: float | None,
    window: int | None,
) -> torch.Tensor:
    """`[count * length, heads, width]` each; returns the same shape as `query`."""

    def batch(x: torch.Tensor) -> torch.Tensor:
        return x.view(bucket.count, bucket.length, *x.shape[1:]).transpose(1, 2)

    mask = None
    if window is not None and bucket.length > window:
        places = torch.arange(bucket.length, device=query.device)
        distance = places[:, None] - places[None, :]
        mask = (distance >= 0) & (distance < window)
    out = scaled_dot_product_attention(
        batch(query),
        batch(key),
        batch(value),
        attn_mask=mask,
        is_causal=mask is None,
        scale=scaling,
        enable_gqa=query.shape[1] != key.shape[1],
    )
    return out.transpose(1, 2).reshape(bucket.count * bucket.length, *query.shape[1:])


def attend_packed(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scaling: float | None, window: int | None
) -> torch.Tensor:
    """Causal attention within each sequence of the active pass; `[tokens, heads, width]` in and out."""
    packed = active_pass()
    if packed is None:
        raise RuntimeError("this model belongs to a training executor; run it through the executor")
    buckets = packed.attention.buckets
    if buckets[0].gather is None:
        return _attend(query, key, value, bucket=buckets[0], scaling=scaling, window=window)
    outputs: list[torch.Tensor] = []
    for bucket in buckets:
        q, k, v = (cast(torch.Tensor, _ToBucket.apply(x, bucket)) for x in (query, key, value))
        outputs.append(_attend(q, k, v, bucket=bucket, scaling=scaling, window=window))
    return cast(torch.Tensor, _FromBuckets.apply(packed.tokens, buckets, *outputs))


def packed_attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    *_: Any,
    scaling: float | None = None,
    sliding_window: int | None = None,
    **__: Any,
) -> tuple[torch.Tensor, None]:
    """transformers' attention interface: `[1, heads, tokens, width]` in, `[1, tokens, heads, width]` out.

    The backbone is frozen and runs without its own attention dropout.
    """
    flat = [x[0].transpose(0, 1) for x in (query, key, value)]
    return attend_packed(flat[0], flat[1], flat[2], scaling, sliding_window)[None], None


def _no_mask(*_: Any, **__: Any) -> None:
    """The plan of the pass replaces the mask."""


AttentionInterface.register(NAME, packed_attention)
AttentionMaskInterface.register(NAME, _no_mask)
