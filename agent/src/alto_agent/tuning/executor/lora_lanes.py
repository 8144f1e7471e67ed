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

    place: int
    """Of the lane in the pass."""
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
    spread = packed.lane_rows
    x_parts = spread.by_lane(spread.spread(x))
    kept: list[torch.Tensor] = []
    shares: list[list[_Share]] = [[] for _ in outputs]
    for place, lane, views in present:
        part = x_parts[place]
        if packed.training and lane.stack.key.has_dropout:
            masks = _masks(lane, views, group, x)
            narrow = [
                _product(views.a[:, one.rows], (part * mask).mT)
                for one, mask in zip(views.layers, masks, strict=True)
            ]
            s = torch.cat(narrow, dim=1)
        else:
            s = _product(views.a, part.mT)
        kept.append(s.mul_(lane.scaling))
        for one, own in zip(views.layers, _by_layer(s, views), strict=True):
            shares[one.position].append(_Share(place, own.mT, one.b))
    for output, added in zip(outputs, shares, strict=True):
        _add(packed, output, added)
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
    targeted = {one.position for _, _, views in present for one in views.layers}
    spread = packed.lane_rows
    dy_parts = {at: spread.by_lane(spread.spread(gradients[at], clear=True)) for at in targeted}
    x_parts = spread.by_lane(spread.spread(x))
    whole: list[_Share] = []
    by_layer: list[list[_Share]] = [[] for _ in gradients]
    for (place, lane, views), s in zip(present, kept, strict=True):
        parts: list[torch.Tensor] = []
        for one, own in zip(views.layers, _by_layer(s, views), strict=True):
            dy = dy_parts[one.position][place]
            parts.append(_product(one.b, dy.mT))
            _store(packed, one.b_gradient, _product(own, dy))
        ds = (torch.cat(parts, dim=1) if len(parts) > 1 else parts[0]).mul_(lane.scaling)
        part = x_parts[place]
        if packed.training and lane.stack.key.has_dropout:
            for one, mask in zip(views.layers, _masks(lane, views, group, x), strict=True):
                own = ds[:, one.rows]
                _store(packed, views.a_gradient[:, one.rows], _product(own, part * mask))
                by_layer[one.position].append(_Share(place, own.mT, views.a[:, one.rows], mask))
            continue
        _store(packed, views.a_gradient, _product(ds, part))
        whole.append(_Share(place, ds.mT, views.a))
    if x_gradient is not None:
        for shares in (whole, *by_layer):
            _add(packed, x_gradient, shares)


def _present(packed: PackedPass, group: SiteGroup) -> list[tuple[int, Lane, GroupViews]]:
    """The lanes that have targets in the group, with their place in the pass."""
    found: list[tuple[int, Lane, GroupViews]] = []
    for place, lane in enumerate(packed.lanes):
        views = lane.stack.views(group, lane.first_slot, lane.count)
        if views is not None:
            found.append((place, lane, views))
    return found


def _by_layer(s: torch.Tensor, views: GroupViews) -> Sequence[torch.Tensor]:
    """The parts `[z, width, n]` of rank-wide values `[z, m * width, n]`."""
    count = len(views.layers)
    return (s,) if count == 1 else s.chunk(count, dim=1)


def _product(left: torch.Tensor, right: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
    """A batched product; a single one can use all threads."""
    if left.shape[0] == 1:
        return torch.mm(left[0], right[0], out=None if out is None else out[0])[None]
    return torch.bmm(left, right) if out is None else torch.bmm(left, right, out=out)


def _add(packed: PackedPass, flat: torch.Tensor, shares: Sequence[_Share]) -> None:
    """Adds the lanes' shares to a flat buffer `[tokens, width]`; with the same bits, gaps or not."""
    if not shares:
        return
    spread = packed.lane_rows
    if spread.gather is None:
        parts = spread.by_lane(flat)
        for place, left, right, mask in shares:
            own = parts[place]
            if mask is not None or left.shape[2] > _ONE_BLOCK:
                value = _product(left, right)
                own.add_(value if mask is None else value.mul_(mask))
            elif left.shape[0] == 1:
                own[0].addmm_(left[0], right[0])
            else:
                own.baddbmm_(left, right)
        return
    shape = (spread.rows, flat.shape[1])
    rows = flat.new_empty(shape) if len(shares) == len(packed.lanes) else flat.new_zeros(shape)
    parts = spread.by_lane(rows)
    for place, left, right, mask in shares:
        value = _product(left, right, parts[place])
        if mask is not None:
            value.mul_(mask)
    spread.add_back(flat, rows)


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
