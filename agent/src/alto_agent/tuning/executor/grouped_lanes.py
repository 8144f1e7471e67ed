"""The LoRA path with Triton's grouped kernels: one launch for all adapters of a pass, whatever their widths.

Used on CUDA, for passes whose adapters all have the same targets and no dropout; others go lane by lane.
`ALTO_LORA_KERNELS=triton` asks for it elsewhere (with `TRITON_INTERPRET=1`), `=lanes` forbids it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from alto_agent.tuning.executor.sites import SiteGroup

if TYPE_CHECKING:
    from alto_agent.tuning.executor.lane import Lane
    from alto_agent.tuning.executor.row_layout import RowLayout

_BLOCK_TOKENS = 32


@dataclass(frozen=True)
class GroupedTable:
    """Whose tokens each block of the buffer holds, and where each adapter's matrices lie."""

    layout: RowLayout
    """Of any stack: which layers are targeted is the same for all."""
    adapters: int
    blocks: int
    widest: int
    widths: torch.Tensor
    scalings: torch.Tensor
    starts: torch.Tensor
    ends: torch.Tensor
    block_adapter: torch.Tensor
    block_start: torch.Tensor
    block_end: torch.Tensor
    parameters: torch.Tensor
    """`[matrices, adapters]`, addresses of what the products read."""
    gradients: torch.Tensor
    """`[matrices, adapters]`, addresses in fp32."""
    a_row: dict[int, int]
    """By group, its place among the matrices."""
    b_row: dict[int, int]
    """By site, its place among the matrices."""


def grouped_table(lanes: Sequence[Lane], device: torch.device, *, training: bool) -> GroupedTable | None:
    """The table of a pass, or None where lanes are to be used."""
    wanted = os.environ.get("ALTO_LORA_KERNELS")
    if not lanes or wanted == "lanes" or (device.type != "cuda" and wanted != "triton"):
        return None
    if training and any(lane.stack.key.has_dropout for lane in lanes):
        return None
    if len({lane.stack.key.targets for lane in lanes}) > 1:
        return None
    layout = lanes[0].stack.layout
    a_row = {group: place for place, group in enumerate(layout.a_start)}
    b_row = {site: len(a_row) + place for place, site in enumerate(layout.b_start)}
    parameters: list[np.ndarray] = []
    gradients: list[np.ndarray] = []
    sizes: list[int] = []
    widths: list[int] = []
    for lane in lanes:
        own = lane.stack.layout
        offsets = np.array([*own.a_start.values(), *own.b_start.values()], dtype=np.int64)
        slots = np.arange(lane.first_slot, lane.first_slot + lane.count, dtype=np.int64)
        for rows, found in ((lane.stack.compute, parameters), (lane.stack.gradient, gradients)):
            places = offsets[:, None] + slots[None] * own.numel
            found.append(rows.data_ptr() + places * rows.element_size())
        sizes += [piece.tokens for piece in lane.pieces]
        widths += [own.width] * lane.count
    ends = np.cumsum(sizes)
    starts = ends - np.array(sizes)
    blocks = [
        (adapter, first, int(ends[adapter]))
        for adapter in range(len(sizes))
        for first in range(int(starts[adapter]), int(ends[adapter]), _BLOCK_TOKENS)
    ]

    def tensor(values: object) -> torch.Tensor:
        return torch.from_numpy(np.ascontiguousarray(values)).to(device, non_blocking=True)

    columns = np.array(blocks, dtype=np.int64).T
    return GroupedTable(
        layout=layout,
        adapters=len(sizes),
        blocks=len(blocks),
        widest=max(widths),
        widths=tensor(np.array(widths, dtype=np.int64)),
        scalings=torch.cat([lane.scaling.reshape(-1) for lane in lanes]).float(),
        starts=tensor(starts),
        ends=tensor(ends),
        block_adapter=tensor(columns[0]),
        block_start=tensor(columns[1]),
        block_end=tensor(columns[2]),
        parameters=tensor(np.concatenate(parameters, axis=1)),
        gradients=tensor(np.concatenate(gradients, axis=1)),
        a_row=a_row,
        b_row=b_row,
    )


def forward_grouped(
    table: GroupedTable, group: SiteGroup, x: torch.Tensor, outputs: Sequence[torch.Tensor]
) -> list[torch.Tensor]:
    """As `forward_lanes`; S is `[tokens, m * widest]`, or nothing where no layer of the group is targeted."""
    from alto_agent.tuning.executor.grouped_kernels import expand, shrink

    sites = table.layout.sites.get(group.index)
    if sites is None:
        return []
    s = x.new_empty(x.shape[0], len(sites) * table.widest)
    shrink(x, s, table.parameters[table.a_row[group.index]], table, place=0, factor=len(sites))
    for place, site in enumerate(sites):
        output = outputs[group.sites.index(site)]
        expand(s, output, table.parameters[table.b_row[site.index]], table, place=place, factor=1)
    return [s]


def backward_grouped(
    table: GroupedTable,
    group: SiteGroup,
    x: torch.Tensor,
    s: torch.Tensor,
    gradients: Sequence[torch.Tensor],
    *,
    x_gradient: torch.Tensor | None,
    accumulate: bool,
) -> None:
    """As `backward_lanes`."""
    from alto_agent.tuning.executor.grouped_kernels import expand, outer, shrink

    sites = table.layout.sites[group.index]
    ds = torch.empty_like(s)
    for place, site in enumerate(sites):
        dy = gradients[group.sites.index(site)].contiguous()
        row = table.b_row[site.index]
        shrink(dy, ds, table.parameters[row], table, place=place, factor=1)
        outer(s, dy, table.gradients[row], table, place=place, factor=1, accumulate=accumulate)
    row = table.a_row[group.index]
    outer(ds, x, table.gradients[row], table, place=0, factor=len(sites), accumulate=accumulate)
    if x_gradient is not None:
        expand(ds, x_gradient, table.parameters[row], table, place=0, factor=len(sites))
