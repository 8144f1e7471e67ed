"""The slots of all adapters that have the same shape: their rows lie one below the other.

Adapters of one stack share width, targets, batch size and whether they have dropout, so that one batched
product serves all of them. Members are always the first rows: a hole is filled with the last row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch

from alto_agent.tuning.executor.row_layout import RowLayout
from alto_agent.tuning.executor.sites import SiteGroup

if TYPE_CHECKING:
    from alto_agent.tuning.executor.run_state import RunState


class StackKey(NamedTuple):
    """What the adapters of one stack have in common."""

    width: int
    """The rank, rounded up."""
    targets: frozenset[int]
    batch_size: int
    has_dropout: bool


class LayerViews(NamedTuple):
    """The B matrices of some neighbouring slots at one layer."""

    site: int
    position: int
    """The layer's place in its group."""
    rows: slice
    """Its part of the group's rank-wide values."""
    b: torch.Tensor
    """`[z, width, out]`"""
    b_gradient: torch.Tensor


class GroupViews(NamedTuple):
    """The matrices of some neighbouring slots at one group of layers."""

    a: torch.Tensor
    """`[z, m * width, in]`"""
    a_gradient: torch.Tensor
    layers: tuple[LayerViews, ...]


class SlotStack:
    """Rows `[capacity, numel]` of parameters, moments and gradients; fp32, and the parameters in the
    backbone's type as well where that is another."""

    def __init__(
        self, key: StackKey, order: int, layout: RowLayout, device: torch.device, dtype: torch.dtype
    ) -> None:
        self.key = key
        self.order = order
        """Where its adapters' tokens lie in the flat buffer, relative to other stacks."""
        self.layout = layout
        self.members: list[RunState] = []
        self.version = 0
        self._device = device
        self._dtype = dtype
        self._views: dict[tuple[int, int, int], GroupViews] = {}
        self._allocate(0)

    def _allocate(self, capacity: int) -> None:
        def rows() -> torch.Tensor:
            return torch.zeros(capacity, self.layout.numel, device=self._device)

        # All or nothing: where memory lacks, the members keep what they have.
        parameters, exp_avg, exp_avg_sq, gradient = rows(), rows(), rows(), rows()
        compute = parameters if self._dtype == torch.float32 else parameters.to(self._dtype)
        scaling = torch.zeros(capacity, 1, 1, device=self._device, dtype=self._dtype)
        self.parameters, self.exp_avg, self.exp_avg_sq = parameters, exp_avg, exp_avg_sq
        self.gradient, self.compute, self.scaling = gradient, compute, scaling
        self._views.clear()
        self.version += 1

    def _kept(self) -> tuple[torch.Tensor, ...]:
        own = (self.parameters, self.exp_avg, self.exp_avg_sq, self.scaling)
        return own if self.compute is self.parameters else (*own, self.compute)

    def append(self, run: RunState, parameters: torch.Tensor) -> None:
        """Gives `run` the next slot, with the parameters `[numel]` and moments of zero."""
        slot = len(self.members)
        if slot == self.parameters.shape[0]:
            old = self._kept()
            self._allocate(max(1, 2 * slot))
            for new, before in zip(self._kept(), old, strict=True):
                new[:slot] = before
        self.members.append(run)
        run.slot = slot
        self.scaling[slot] = run.spec.scaling
        self.exp_avg[slot].zero_()
        self.exp_avg_sq[slot].zero_()
        self.gradient[slot].zero_()
        self.set_parameters(slot, parameters)

    def set_parameters(self, slot: int, parameters: torch.Tensor) -> None:
        """Replaces one adapter's parameters."""
        self.parameters[slot].copy_(parameters)
        self.sync_compute(slot)

    def sync_compute(self, slot: int) -> None:
        """Brings the copy in the backbone's type up to date after an update."""
        if self.compute is not self.parameters:
            self.compute[slot].copy_(self.parameters[slot])

    def remove(self, run: RunState) -> None:
        """Frees the slot of `run`; the last member moves into it."""
        last = self.members.pop()
        if last is not run:
            for rows in self._kept():
                rows[run.slot].copy_(rows[last.slot])
            last.slot = run.slot
            self.members[run.slot] = last

    def views(self, group: SiteGroup, first: int, count: int) -> GroupViews | None:
        """The matrices of `count` slots from `first` at `group`; None where nothing in it is targeted."""
        key = (group.index, first, count)
        found = self._views.get(key)
        if found is None:
            sites = self.layout.sites.get(group.index)
            if sites is None:
                return None
            rows = slice(first, first + count)
            width = self.layout.width
            places = {site.index: place for place, site in enumerate(group.sites)}
            layers: list[LayerViews] = []
            for place, site in enumerate(sites):
                b = self.layout.b(self.compute[rows], site)
                gradient = self.layout.b(self.gradient[rows], site)
                own = slice(place * width, (place + 1) * width)
                layers.append(LayerViews(site.index, places[site.index], own, b, gradient))
            a = self.layout.a(self.compute[rows], group)
            gradient = self.layout.a(self.gradient[rows], group)
            found = self._views[key] = GroupViews(a, gradient, tuple(layers))
        return found
