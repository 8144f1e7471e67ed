"""The linear layers of a backbone that a LoRA path can be added to, and which of them share an input."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn


@dataclass(frozen=True, eq=False)
class Site:
    """One linear layer. `index` is its place in the model's own order of modules."""

    index: int
    name: str
    module: nn.Module
    in_features: int
    out_features: int


@dataclass(frozen=True, eq=False)
class SiteGroup:
    """Linear layers that are called with the very same input (q, k and v; gate and up), in call order."""

    index: int
    sites: tuple[Site, ...]
    in_features: int


_OUTPUT_NAMES = ("lm_head", "embed_out", "output_layer")


def find_sites(model: nn.Module) -> list[Site]:
    """All layers with `in_features`, `out_features` and a 2-D weight, except the output layer.

    This takes `nn.Linear` and what bitsandbytes and torchao put in its place.
    """
    head = _output_layer(model)
    found: list[Site] = []
    for name, module in model.named_modules():
        if module is head or any(True for _ in module.children()):
            continue
        sizes = (getattr(module, "in_features", None), getattr(module, "out_features", None))
        if isinstance(sizes[0], int) and isinstance(sizes[1], int) and hasattr(module, "weight"):
            found.append(Site(len(found), name, module, sizes[0], sizes[1]))
    return found


def _output_layer(model: nn.Module) -> nn.Module | None:
    get: Callable[[], nn.Module | None] | None = getattr(model, "get_output_embeddings", None)
    return get() if get is not None else None


def group_sites(sites: Sequence[Site], run_once: Callable[[], Any]) -> list[SiteGroup]:
    """Groups the sites by running the backbone once and watching which layers get the same tensor.

    A layer that is not called in `run_once` is alone in its group.
    """
    calls: list[tuple[Site, torch.Tensor]] = []  # the tensors are kept, so that no id is used twice

    def watch(site: Site) -> Callable[[nn.Module, tuple[Any, ...]], None]:
        def hook(_module: nn.Module, arguments: tuple[Any, ...]) -> None:
            calls.append((site, arguments[0]))

        return hook

    handles = [site.module.register_forward_pre_hook(watch(site)) for site in sites]
    try:
        with torch.no_grad():
            run_once()
    finally:
        for handle in handles:
            handle.remove()

    members: dict[int, list[Site]] = {}
    seen: set[int] = set()
    for site, tensor in calls:
        if site.index not in seen:
            seen.add(site.index)
            members.setdefault(id(tensor), []).append(site)
    lists = [*members.values(), *([site] for site in sites if site.index not in seen)]
    return [SiteGroup(number, tuple(one), one[0].in_features) for number, one in enumerate(lists)]


def check_rank(rank: int, targets: frozenset[int], sites: Sequence[Site]) -> None:
    """Raises ValueError where a targeted matrix has fewer rows or columns than the rank."""
    narrow = min((site for site in sites if site.index in targets), key=_smallest)
    if rank > _smallest(narrow):
        raise ValueError(
            f"rank {rank} is more than {narrow.name} can take, which is {narrow.out_features} by "
            f"{narrow.in_features}; use at most {_smallest(narrow)}, or leave it out of target_modules"
        )


def _smallest(site: Site) -> int:
    return min(site.in_features, site.out_features)


def match_targets(targets: tuple[str, ...] | str, sites: Sequence[Site], model_name: str) -> frozenset[int]:
    """The indices of the sites that `target_modules` names, with PEFT's meaning of it.

    'all-linear' is every site; another string is a regular expression for the whole name; in a list each
    entry is a whole name or its last parts. Raises ValueError, with what there is, where one matches nothing.
    """
    if targets == "all-linear":
        return frozenset(site.index for site in sites)
    if isinstance(targets, str):
        matched = {site.index for site in sites if re.fullmatch(targets, site.name)}
        if not matched:
            raise ValueError(_nothing(targets, sites, model_name))
        return frozenset(matched)
    result: set[int] = set()
    for target in targets:
        if target == "all-linear":
            raise ValueError("target_modules: 'all-linear' stands alone, not in a list with other names")
        matched = {site.index for site in sites if site.name == target or site.name.endswith(f".{target}")}
        if not matched:
            raise ValueError(_nothing(target, sites, model_name))
        result |= matched
    return frozenset(result)


def _nothing(target: str, sites: Sequence[Site], model_name: str) -> str:
    known = sorted({site.name.rsplit(".", 1)[-1] for site in sites})
    if target.rsplit(".", 1)[-1] in _OUTPUT_NAMES:
        return (
            f"target_modules: {target!r} is the output layer of {model_name}, which runs in chunks for all "
            f"adapters at once and takes none; name some of {', '.join(known)}"
        )
    return (
        f"target_modules: {target!r} matches no linear layer of {model_name} that can take an adapter; "
        f"it has {', '.join(known)}"
    )
