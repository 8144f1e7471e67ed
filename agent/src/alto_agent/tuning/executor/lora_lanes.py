"""The LoRA path of one group of layers, lane by lane, with batched products: z adapters with n rows each.

`S = scaling · A Xᵀ` for all layers of the group at once, then `Y += Sᵀ B` for each. S lies with its tokens
inside: narrow adapters then have a long side in every product, which was measured to be up to 1.7 times as
fast. The backward is written out, so that gradients go straight into the adapters' rows and nothing is
computed for the frozen weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch

from alto_agent.tuning.executor.dropout_mask import dropout_mask
from alto_agent.tuning.executor.grouped_lanes import backward_grouped, forward_grouped
from alto_agent.tuning.executor.lane import Lane
from alto_agent.tuning.executor.packed_pass import PackedPass
from alto_agent.tuning.executor.sites import SiteGroup
from alto_agent.tuning.executor.slot_stack import GroupViews

_ONE_BLOCK = 128
"""A product over so few terms is one block: adding it within the product or after it gives the same bits."""


class _Share(NamedTuple):
    """What a lane adds to a flat buffer: `left` `[z, n, k]` · `right` `[z, k, width]`, by `mask` if any."""

    lane: Lane
    left: torch.Tensor
    right: torch.Tensor
    mask: torch.Tensor | None = None


def forward_lanes(
    packed: PackedPass, group: SiteGroup, x: torch.Tensor, outputs: Sequence[torch.Tensor]
) -> list[torch.Tensor]:
    """Adds the LoRA path of `x` `[tokens, in]` to `outputs` `[tokens, out]`, in the group's order of layers.

    Returns S `[z, m * width, n]` of each lane that has targets here, for the backward.
    """
    if packed.grouped is not None:
        return forward_grouped(packed.grouped, group, x, outputs)
    present = _present(packed, group)
    if not present:
        return []
    rows = packed.lane_rows.spread(x)
    kept: list[torch.Tensor] = []
    shares: list[list[_Share]] = [[] for _ in outputs]
    for lane, views in present:
        part = lane.of(rows)
        if packed.training and lane.stack.key.has_dropout:
            masks = _masks(lane, views, group, x)
            narrow = [
                _product(views.a[:, one.rows], (part * mask).transpose(1, 2))
                for one, mask in zip(views.layers, masks, strict=True)
            ]
            s = torch.cat(narrow, dim=1)
        else:
            s = _product(views.a, part.transpose(1, 2))
        kept.append(s.mul_(lane.scaling))
        for one in views.layers:
            shares[one.position].append(_Share(lane, s[:, one.rows].transpose(1, 2), one.b))
    for output, own in zip(outputs, shares, strict=True):
        _add(packed, output, own)
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
    if not kept:
        return
    if packed.grouped is not None:
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
    present = _present(packed, group)
    targeted = {one.position for _, views in present for one in views.layers}
    spread = packed.lane_rows
    dy_rows = {place: spread.spread(gradients[place], clear=True) for place in targeted}
    x_rows = spread.spread(x)
    whole: list[_Share] = []
    by_layer: list[list[_Share]] = [[] for _ in gradients]
    for (lane, views), s in zip(present, kept, strict=True):
        parts: list[torch.Tensor] = []
        for one in views.layers:
            dy = lane.of(dy_rows[one.position])
            parts.append(_product(one.b, dy.transpose(1, 2)))
            _store(packed, one.b_gradient, _product(s[:, one.rows], dy))
        ds = (torch.cat(parts, dim=1) if len(parts) > 1 else parts[0]).mul_(lane.scaling)
        part = lane.of(x_rows)
        if packed.training and lane.stack.key.has_dropout:
            for one, mask in zip(views.layers, _masks(lane, views, group, x), strict=True):
                own = ds[:, one.rows]
                _store(packed, views.a_gradient[:, one.rows], _product(own, part * mask))
                share = _Share(lane, own.transpose(1, 2), views.a[:, one.rows], mask)
                by_layer[one.position].append(share)
            continue
        _store(packed, views.a_gradient, _product(ds, part))
        whole.append(_Share(lane, ds.transpose(1, 2), views.a))
    if x_gradient is not None:
        for shares in (whole, *by_layer):
            _add(packed, x_gradient, shares)


def _present(packed: PackedPass, group: SiteGroup) -> list[tuple[Lane, GroupViews]]:
    """The lanes that have targets in the group."""
    found = ((lane, lane.stack.views(group, lane.first_slot, lane.count)) for lane in packed.lanes)
    return [(lane, views) for lane, views in found if views is not None]


def _product(left: torch.Tensor, right: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
    """A batched product; a single one can use all threads."""
    if left.shape[0] == 1:
        return torch.mm(left[0], right[0], out=None if out is None else out[0])[None]
    return torch.bmm(left, right, out=out)


def _add(packed: PackedPass, flat: torch.Tensor, shares: Sequence[_Share]) -> None:
    """Adds the lanes' shares to a flat buffer `[tokens, width]`; with the same bits, gaps or not."""
    if not shares:
        return
    if packed.lane_rows.gather is None:
        for lane, left, right, mask in shares:
            own = lane.of(flat)
            if mask is not None or left.shape[2] > _ONE_BLOCK:
                value = _product(left, right)
                own.add_(value if mask is None else value.mul_(mask))
            elif lane.count == 1:
                own[0].addmm_(left[0], right[0])
            else:
                own.baddbmm_(left, right)
        return
    shape = (packed.lane_rows.rows, flat.shape[1])
    rows = flat.new_empty(shape) if len(shares) == len(packed.lanes) else flat.new_zeros(shape)
    for lane, left, right, mask in shares:
        value = _product(left, right, lane.of(rows))
        if mask is not None:
            value.mul_(mask)
    packed.lane_rows.add_back(flat, rows)


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
            own = whole[piece.first_token : piece.first_token + piece.tokens]
            rows.append(torch.nn.functional.pad(own, (0, 0, 0, lane.rows - piece.tokens)))
        masks.append(torch.stack(rows).to(x.dtype))
    return masks
