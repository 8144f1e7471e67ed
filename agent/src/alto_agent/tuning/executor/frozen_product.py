"""Products with frozen weights, by the library that is faster on this kind of processor [X18].

On the CPU, torch multiplies fp32 matrices with MKL, which has no 512-bit code for AMD's processors; oneDNN,
which torch carries too, has, and was measured to be twice as fast there. Which one runs follows from the kind
of processor, never from a clock, so that a run that moves between like machines keeps its bits. In both, a
row's result does not depend on how many rows there are.
"""

from __future__ import annotations

import platform
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import torch

Library = Literal["torch", "onednn"]


def library_for(processor: str, capability: str) -> Library:
    """The library for fp32 on a CPU, by what the system says of its maker and torch of its instructions."""
    return "onednn" if "AuthenticAMD" in processor and capability.startswith("AVX512") else "torch"


def _here() -> Library:
    if not _carried():
        return "torch"
    facts = Path("/proc/cpuinfo")
    processor = facts.read_text(errors="replace")[:4096] if facts.exists() else platform.processor()
    return library_for(processor, torch.backends.cpu.get_cpu_capability())


def _carried() -> bool:
    return torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")


LIBRARIES: tuple[Library, ...] = ("torch", "onednn") if _carried() else ("torch",)
"""What this build of torch carries."""
_chosen: Library = _here()


def chosen_library() -> Library:
    """What fp32 products on the CPU are computed with now."""
    return _chosen


@contextmanager
def using(library: Library) -> Generator[None]:
    """Computes with the given library, for measuring and comparing."""
    global _chosen  # noqa: PLW0603
    before, _chosen = _chosen, library
    try:
        yield
    finally:
        _chosen = before


def frozen_product(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    """`x · weightᵀ + bias`, for `x` `[rows, in]` and `weight` `[out, in]`."""
    if _onednn(x, weight):
        return _linear()(x.contiguous(), weight, bias, "none", [], "")
    return torch.mm(x, weight.t()) if bias is None else torch.addmm(bias, x, weight.t())


def frozen_product_back(gradient: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """`gradient · weight`, for `gradient` `[rows, out]`."""
    if _onednn(gradient, weight):
        return _linear()(gradient.contiguous(), weight.t(), None, "none", [], "")
    return torch.mm(gradient, weight)


def add_frozen_product_back(
    total: torch.Tensor, gradient: torch.Tensor, weight: torch.Tensor
) -> torch.Tensor:
    """`total + gradient · weight`; `total` may be used up."""
    if _onednn(gradient, weight):
        return _linear().binary(gradient.contiguous(), total, weight.t(), None, "add")
    return total.addmm_(gradient, weight)


def _onednn(left: torch.Tensor, weight: torch.Tensor) -> bool:
    return (
        _chosen == "onednn"
        and left.dtype == weight.dtype == torch.float32
        and left.device.type == "cpu"
        and left.shape[0] > 0
    )


def _linear() -> Any:
    return torch.ops.mkldnn._linear_pointwise  # pyright: ignore[reportPrivateUsage]
