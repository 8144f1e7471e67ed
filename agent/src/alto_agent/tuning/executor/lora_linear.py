"""Linear layers with the LoRA paths of all adapters of the active pass, for a group with one input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import nn

from alto_agent.tuning.executor.active_pass import active_pass
from alto_agent.tuning.executor.frozen_product import (
    add_frozen_product_back,
    frozen_product,
    frozen_product_back,
)
from alto_agent.tuning.executor.lora_lanes import backward_lanes, forward_lanes
from alto_agent.tuning.executor.packed_pass import PackedPass
from alto_agent.tuning.executor.sites import Site, SiteGroup


class _FrozenLinearWithLora(torch.autograd.Function):
    """All layers of a group at once. `anchor` keeps the graph alive where the input needs no gradient."""

    @staticmethod
    def forward(
        ctx: Any, x: torch.Tensor, anchor: torch.Tensor, group: SiteGroup, packed: PackedPass
    ) -> tuple[torch.Tensor, ...]:
        flat = x.reshape(-1, group.in_features)
        outputs = [_base(site, flat) for site in group.sites]
        kept = forward_lanes(packed, group, flat, outputs)
        ctx.group, ctx.packed, ctx.shape = group, packed, x.shape
        ctx.save_for_backward(flat, *kept)
        return tuple(output.view(*x.shape[:-1], -1) for output in outputs)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[Any, ...]:
        group: SiteGroup = ctx.group
        x, *kept = ctx.saved_tensors
        flats = [gradient.reshape(-1, gradient.shape[-1]) for gradient in gradients]
        x_gradient: torch.Tensor | None = None
        if ctx.needs_input_grad[0]:
            x_gradient = frozen_product_back(flats[0], _weight(group.sites[0]))
            for site, gradient in zip(group.sites[1:], flats[1:], strict=True):
                x_gradient = add_frozen_product_back(x_gradient, gradient, _weight(site))
        backward_lanes(ctx.packed, group, x, kept, flats, x_gradient=x_gradient)
        return None if x_gradient is None else x_gradient.view(ctx.shape), None, None, None


class _LoraOnly(torch.autograd.Function):
    """The LoRA paths on top of what a layer of another kind (a quantised one) has computed by itself."""

    @staticmethod
    def forward(  # noqa: PLR0917 (autograd's signature)
        ctx: Any,
        x: torch.Tensor,
        base: torch.Tensor,
        anchor: torch.Tensor,
        group: SiteGroup,
        packed: PackedPass,
    ) -> torch.Tensor:
        flat = x.reshape(-1, group.in_features)
        output = base.reshape(-1, base.shape[-1]).clone()
        kept = forward_lanes(packed, group, flat, [output])
        ctx.group, ctx.packed, ctx.shape = group, packed, x.shape
        ctx.save_for_backward(flat, *kept)
        return output.view(base.shape)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[Any, ...]:
        x, *kept = ctx.saved_tensors
        gradient = gradients[0]
        flat = gradient.reshape(-1, gradient.shape[-1])
        x_gradient = torch.zeros_like(x) if ctx.needs_input_grad[0] else None
        backward_lanes(ctx.packed, ctx.group, x, kept, [flat], x_gradient=x_gradient)
        return None if x_gradient is None else x_gradient.view(ctx.shape), gradient, None, None, None


def _weight(site: Site) -> torch.Tensor:
    # Looked up each time: a sharded backbone puts the whole weight here just before it is needed.
    return cast(torch.Tensor, site.module.weight)


def _base(site: Site, flat: torch.Tensor) -> torch.Tensor:
    return frozen_product(flat, _weight(site), cast("torch.Tensor | None", site.module.bias))


class PatchedGroup:
    """Replaces `forward` of a group's layers: the first one that is called computes all of them."""

    def __init__(self, group: SiteGroup, device: torch.device) -> None:
        self.group = group
        self._anchor = torch.zeros((), device=device, requires_grad=True)
        self._input: torch.Tensor | None = None
        self._ready: dict[int, torch.Tensor] = {}
        self._originals: list[Callable[..., Any]] = []
        plain = all(type(site.module) is nn.Linear for site in group.sites)
        if not plain and len(group.sites) > 1:
            raise ValueError("layers that are not plain linear ones form groups of one")
        for site in group.sites:
            self._originals.append(site.module.forward)
            site.module.forward = self._with_siblings(site) if plain else self._alone(site)

    def restore(self) -> None:
        """Gives the layers their own `forward` back."""
        for site in self.group.sites:
            vars(site.module).pop("forward", None)

    def forget(self) -> None:
        """Frees outputs that were computed for siblings and never asked for."""
        self._input = None
        self._ready.clear()

    def _with_siblings(self, site: Site) -> Callable[[torch.Tensor], torch.Tensor]:
        group = self.group

        def forward(x: torch.Tensor) -> torch.Tensor:
            if self._input is x and site.index in self._ready:
                return self._take(site)
            packed = _require_pass(site, x)
            outputs = cast(
                "tuple[torch.Tensor, ...]", _FrozenLinearWithLora.apply(x, self._anchor, group, packed)
            )
            self._input = x
            self._ready = {one.index: output for one, output in zip(group.sites, outputs, strict=True)}
            return self._take(site)

        return forward

    def _take(self, site: Site) -> torch.Tensor:
        output = self._ready.pop(site.index)
        if not self._ready:
            self._input = None
        return output

    def _alone(self, site: Site) -> Callable[[torch.Tensor], torch.Tensor]:
        original = self._originals[-1]

        def forward(x: torch.Tensor) -> torch.Tensor:
            packed = _require_pass(site, x)
            return cast(torch.Tensor, _LoraOnly.apply(x, original(x), self._anchor, self.group, packed))

        return forward


def _require_pass(site: Site, x: torch.Tensor) -> PackedPass:
    packed = active_pass()
    if packed is None:
        raise RuntimeError("this model belongs to a training executor; run it through the executor")
    if x.numel() != packed.tokens * site.in_features:
        raise ValueError(
            f"{site.name} does not see every token of the batch in order, so adapters cannot share it; "
            "name other target_modules"
        )
    return packed
