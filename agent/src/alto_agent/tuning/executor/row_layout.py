"""Where each matrix of one adapter lies in its row: an adapter is one flat row of numbers.

A row holds, for each group of layers with one input, the A matrices of the layers in it that are targeted,
one below the other as `[m * width, in]`, and then their B matrices transposed, each `[width, out]`. So the
path through A is one product for the whole group, every product has its long side inside, and parking,
moving and the optimizer handle one row.

`width` is the rank rounded up to a multiple of 8, or of 16 on CUDA, where matrix units have that width. The
rows and columns beyond the rank are zero and stay zero: their gradients are products with zeros. What narrow
adapters cost is in `python -m alto_agent.tuning.executor.kernels --table`.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from alto_agent.tuning.executor.sites import Site, SiteGroup

_STEPS = {"cuda": 16}
_STEP_ELSEWHERE = 8


def width_of(rank: int, device: torch.device) -> int:
    """The rank rounded up to what slots hold."""
    step = _STEPS.get(device.type, _STEP_ELSEWHERE)
    return -(-rank // step) * step


class RowLayout:
    """The layout of all adapters with one width and one set of targets."""

    def __init__(self, groups: Sequence[SiteGroup], targets: frozenset[int], width: int) -> None:
        self.width = width
        self.targets = targets
        self.sites: dict[int, tuple[Site, ...]] = {}
        """The targeted sites of each group that has any, in the order of their A matrices."""
        self.a_start: dict[int, int] = {}
        self.b_start: dict[int, int] = {}
        position = 0
        for group in groups:
            chosen = tuple(site for site in group.sites if site.index in targets)
            if not chosen:
                continue
            self.sites[group.index] = chosen
            self.a_start[group.index] = position
            position += len(chosen) * width * group.in_features
            for site in chosen:
                self.b_start[site.index] = position
                position += site.out_features * width
        self.numel = position

    def a(self, rows: torch.Tensor, group: SiteGroup) -> torch.Tensor:
        """The group's A matrices of `rows` `[z, numel]`, as a view `[z, m * width, in]`."""
        height = len(self.sites[group.index]) * self.width
        start = self.a_start[group.index]
        return rows[:, start : start + height * group.in_features].view(-1, height, group.in_features)

    def b(self, rows: torch.Tensor, site: Site) -> torch.Tensor:
        """The site's B matrices of `rows` `[z, numel]`, transposed, as a view `[z, width, out]`."""
        start = self.b_start[site.index]
        return rows[:, start : start + site.out_features * self.width].view(-1, self.width, site.out_features)

    def named(self, row: torch.Tensor, rank: int) -> dict[str, torch.Tensor]:
        """Views into one row: `<layer>.lora_A.weight` `[rank, in]`, `<layer>.lora_B.weight` `[out, rank]`.

        In the model's own order of layers.
        """
        views: dict[int, tuple[str, torch.Tensor, torch.Tensor]] = {}
        for group_index, sites in self.sites.items():
            inner = sites[0].in_features
            for place, site in enumerate(sites):
                first = self.a_start[group_index] + place * self.width * inner
                a = row[first : first + rank * inner].view(rank, inner)
                first = self.b_start[site.index]
                b = row[first : first + rank * site.out_features].view(rank, site.out_features).t()
                views[site.index] = (site.name, a, b)
        named: dict[str, torch.Tensor] = {}
        for index in sorted(views):
            name, a, b = views[index]
            named[f"{name}.lora_A.weight"] = a
            named[f"{name}.lora_B.weight"] = b
        return named
