"""Where each matrix of one adapter lies in its row: an adapter is one flat row of numbers.

A row holds, for each group of layers with one input, the A matrices of the layers in it that are targeted,
one below the other as `[m * rank, in]`, and then their B matrices, each `[out, rank]`. So the path through
A is one product for the whole group, and parking, moving and the optimizer handle one row.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from alto_agent.tuning.executor.sites import Site, SiteGroup


class RowLayout:
    """The layout of all adapters with one rank and one set of targets."""

    def __init__(self, groups: Sequence[SiteGroup], targets: frozenset[int], rank: int) -> None:
        self.rank = rank
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
            position += len(chosen) * rank * group.in_features
            for site in chosen:
                self.b_start[site.index] = position
                position += site.out_features * rank
        self.numel = position

    def a(self, rows: torch.Tensor, group: SiteGroup) -> torch.Tensor:
        """The group's A matrices of `rows` `[z, numel]`, as a view `[z, m * rank, in]`."""
        height = len(self.sites[group.index]) * self.rank
        start = self.a_start[group.index]
        return rows[:, start : start + height * group.in_features].view(-1, height, group.in_features)

    def b(self, rows: torch.Tensor, site: Site) -> torch.Tensor:
        """The site's B matrices of `rows` `[z, numel]`, as a view `[z, out, rank]`."""
        start = self.b_start[site.index]
        return rows[:, start : start + site.out_features * self.rank].view(-1, site.out_features, self.rank)

    def named(self, row: torch.Tensor) -> dict[str, torch.Tensor]:
        """Views into one row `[numel]`, named as in PEFT: `<layer>.lora_A.weight`, `<layer>.lora_B.weight`."""
        views: dict[int, tuple[str, torch.Tensor, torch.Tensor]] = {}
        for group_index, sites in self.sites.items():
            width = sites[0].in_features
            start = self.a_start[group_index]
            for place, site in enumerate(sites):
                first = start + place * self.rank * width
                a = row[first : first + self.rank * width].view(self.rank, width)
                first = self.b_start[site.index]
                b = row[first : first + site.out_features * self.rank].view(site.out_features, self.rank)
                views[site.index] = (site.name, a, b)
        named: dict[str, torch.Tensor] = {}
        for index in sorted(views):
            name, a, b = views[index]
            named[f"{name}.lora_A.weight"] = a
            named[f"{name}.lora_B.weight"] = b
        return named
