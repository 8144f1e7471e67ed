"""The LoRA path of one group of layers, lane by lane, with batched products: z adapters with n tokens each.

`S = scaling · X Aᵀ` for all layers of the group at once, then `Y += S Bᵀ` for each. The backward is written
out, so that gradients go straight into the adapters' rows and nothing is computed for the frozen weights.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from alto_agent.tuning.executor.dropout_mask import dropout_mask
from alto_agent.tuning.executor.grouped_lanes import backward_grouped, forward_grouped
from alto_agent.tuning.executor.packed_pass import Lane, PackedPass
from alto_agent.tuning.executor.sites import SiteGroup
from alto_agent.tuning.executor.slot_stack import GroupViews


def forward_lanes(
    packed: PackedPass, group: SiteGroup, x: torch.Tensor, outputs: Sequence[torch.Tensor]
) -> list[torch.Tensor]:
    """Adds the LoRA path of `x` `[tokens, in]` to `outputs` `[tokens, out]`, in the group's order of layers.

    Returns S `[z, n, m * width]` of each lane that has targets here, for the backward.
    """
    if packed.grouped is not None:
        return forward_grouped(packed.grouped, group, x, outputs)
    kept: list[torch.Tensor] = []
    for lane in packed.lanes:
        views = lane.stack.views(group, lane.first_slot, lane.count)
        if views is None:
            continue
        part = _of(x, lane)
        if packed.training and lane.stack.key.has_dropout:
            masks = _masks(lane, views, group, x)
            narrow = [
                _product(part * mask, views.a[:, one.columns].transpose(1, 2))
                for one, mask in zip(views.layers, masks, strict=True)
            ]
            s = torch.cat(narrow, dim=2)
        else:
            s = _product(part, views.a_transposed)
        s.mul_(lane.scaling)
        kept.append(s)
        for one in views.layers:
            _add_product(_of(outputs[one.position], lane), s[:, :, one.columns], one.b)
    return kept


def backward_lanes(
    packed: PackedPass,
    group: SiteGroup,
    x: torch.Tensor,
    kept: Sequence[torch.Tensor],
    gradients: Sequence[torch.Tensor],
    *,
    x_gradient: torch.Tensor | None,
) -> None:
    """Puts the gradients of A and B into the rows, and adds the path's share to `x_gradient` `[tokens, in]`.

    `gradients` are those of the outputs; `kept` is what `forward_lanes` returned.
    """
    if packed.grouped is not None:
        if kept:
            backward_grouped(
                packed.grouped,
                group,
                x,
                kept[0],
                gradients,
                x_gradient=x_gradient,
                accumulate=packed.accumulate,
            )
        return
    remaining = iter(kept)
    for lane in packed.lanes:
        views = lane.stack.views(group, lane.first_slot, lane.count)
        if views is None:
            continue
        s_transposed = next(remaining).transpose(1, 2)
        parts: list[torch.Tensor] = []
        for one in views.layers:
            dy = _of(gradients[one.position], lane)
            parts.append(_product(dy, one.b_transposed))
            _store(packed, one.b_gradient, _product(s_transposed[:, one.columns], dy))
        ds = (torch.cat(parts, dim=2) if len(parts) > 1 else parts[0]).mul_(lane.scaling)
        part = _of(x, lane)
        if packed.training and lane.stack.key.has_dropout:
            for one, mask in zip(views.layers, _masks(lane, views, group, x), strict=True):
                own = ds[:, :, one.columns]
                da = _product(own.transpose(1, 2), part * mask)
                _store(packed, views.a_gradient[:, one.columns], da)
                if x_gradient is not None:
                    _of(x_gradient, lane).addcmul_(_product(own, views.a[:, one.columns]), mask)
            continue
        _store(packed, views.a_gradient, _product(ds.transpose(1, 2), part))
        if x_gradient is not None:
            _add_product(_of(x_gradient, lane), ds, views.a)


def _of(flat: torch.Tensor, lane: Lane) -> torch.Tensor:
    """The lane's part `[z, n, width]` of a flat buffer."""
    if lane.whole:
        return flat.view(lane.count, lane.tokens, -1)
    return flat[lane.start : lane.end].view(lane.count, lane.tokens, -1)


def _product(left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """A batched product; a single one can use all threads."""
    if left.shape[0] == 1:
        return torch.mm(left[0], right[0])[None]
    return torch.bmm(left, right)


def _add_product(out: torch.Tensor, left: torch.Tensor, right: torch.Tensor) -> None:
    if left.shape[0] == 1:
        out[0].addmm_(left[0], right[0])
    else:
        out.baddbmm_(left, right)


def _store(packed: PackedPass, gradient: torch.Tensor, value: torch.Tensor) -> None:
    if packed.accumulate:
        gradient.add_(value)
    else:
        gradient.copy_(value)


def _masks(lane: Lane, views: GroupViews, group: SiteGroup, x: torch.Tensor) -> list[torch.Tensor]:
    """The dropout factors `[z, n, in]` of each targeted layer; the backward makes them again."""
    masks: list[torch.Tensor] = []
    for one in views.layers:
        rows: list[torch.Tensor] = []
        for piece in lane.pieces:
            spec = piece.run.spec
            whole = dropout_mask(
                seed=spec.seed,
                step=piece.run.attempts,
                site=one.site,
                tokens=piece.batch_tokens,
                width=group.in_features,
                probability=spec.dropout,
                device=x.device,
            )
            rows.append(whole[piece.first_token : piece.first_token + lane.tokens])
        masks.append(torch.stack(rows).to(x.dtype))
    return masks
