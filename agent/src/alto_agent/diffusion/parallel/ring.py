"""Ring attention: keys and values travel from rank to rank; each block's output is merged by its log-sum-exp.

B batch, H heads, n positions of one rank, L text tokens, E head size.
"""

from __future__ import annotations

import torch
import torch.distributed as dist
from torch import Tensor

from alto_agent.diffusion.parallel.sequence import Qkv


def ring_attention(
    group: dist.ProcessGroup, total: int, own_qkv: Qkv, text: Qkv | None
) -> tuple[Tensor, Tensor]:
    """Outputs for `[B, H, n, E]` and for the text `[B, H, L, E]`, whatever H is."""
    q, k, v = own_qkv
    ranks, own, part = group.size(), group.rank(), q.shape[2]
    cut = 0 if text is None else text[0].shape[2]
    queries = q if text is None else torch.cat([text[0], q], dim=2)
    travelling = torch.stack([k, v])
    output: Tensor | None = None
    weight: Tensor | None = None
    for hop in range(ranks):
        home = (own - hop) % ranks
        arriving, transfers = _pass_on(travelling, group) if hop < ranks - 1 else (travelling, [])
        valid = max(0, min(part, total - home * part))
        keys, values = travelling[0, :, :, :valid], travelling[1, :, :, :valid]
        if hop == 0 and text is not None:
            keys, values = torch.cat([text[1], keys], dim=2), torch.cat([text[2], values], dim=2)
        if keys.shape[2] > 0:
            block, block_weight = _attend(queries, keys, values)
            output, weight = _merge(output, weight, block, block_weight)
        for transfer in transfers:
            transfer.wait()
        travelling = arriving
    if output is None:
        raise ValueError("A sequence without positions has nothing to attend to.")
    output = output.to(q.dtype)
    return output[:, :, cut:], output[:, :, :cut]


def _pass_on(x: Tensor, group: dist.ProcessGroup) -> tuple[Tensor, list[dist.Work]]:
    ranks, own = group.size(), group.rank()
    following = dist.get_global_rank(group, (own + 1) % ranks)
    previous = dist.get_global_rank(group, (own - 1) % ranks)
    arriving = torch.empty_like(x)
    sends = dist.P2POp(dist.isend, x, following, group)
    receives = dist.P2POp(dist.irecv, arriving, previous, group)
    # Both ends of a pair post in opposite order, or two ranks that only send would wait for each other.
    operations = [sends, receives] if own % 2 == 0 else [receives, sends]
    return arriving, dist.batch_isend_irecv(operations)


def _attend(q: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    """Output `[B, H, n, E]` and log-sum-exp `[B, H, n, 1]`, both float32."""
    aten = torch.ops.aten
    if q.device.type == "cpu":
        out, weight = aten._scaled_dot_product_flash_attention_for_cpu(q, k, v)
    elif q.dtype == torch.float32:
        out, weight = aten._scaled_dot_product_efficient_attention(q, k, v, None, True)[:2]
    else:
        out, weight = aten._scaled_dot_product_flash_attention(q, k, v)[:2]
    return out.float(), weight[:, :, : q.shape[2], None].float()


def _merge(
    output: Tensor | None, weight: Tensor | None, block: Tensor, block_weight: Tensor
) -> tuple[Tensor, Tensor]:
    if output is None or weight is None:
        return block, block_weight
    both = torch.logaddexp(weight, block_weight)
    return output * (weight - both).exp() + block * (block_weight - both).exp(), both
