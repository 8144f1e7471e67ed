"""What an adapter adds to memory, known before it is used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import psutil
import torch
from torch.distributed.tensor import DTensor

from alto_agent.tuning.executor.active_pass import running
from alto_agent.tuning.executor.backbone import Backbone
from alto_agent.tuning.executor.row_layout import RowLayout, width_of
from alto_agent.tuning.executor.spec import Admission


@dataclass(frozen=True)
class MemoryUse:
    """One run's bytes: what stays with its slot, and what a pass over its tokens takes."""

    state: int
    """Parameters, gradient and the two moments in fp32, and the copy in the backbone's type."""
    activations: int
    """Kept from forward to backward by the backbone for its tokens."""
    lora: int
    """S, the rank-wide values of its LoRA path, and the masks of dropout."""

    @property
    def pass_bytes(self) -> int:
        """What is free again after the pass."""
        return self.activations + self.lora


@dataclass(frozen=True)
class MemoryTerms:
    """The same model as a few numbers for planning, for adapters on all linear layers without dropout."""

    backbone_bytes: int
    """All that is there without any run, the chunk of logits and the fixed part of a pass included."""
    bytes_per_rank: float
    """Slot state for each unit of rank."""
    bytes_per_token: float
    bytes_per_logit: float
    """0: logits exist only chunk by chunk."""
    vocabulary: int


@dataclass(frozen=True)
class MemoryModel:
    """Bytes = fixed + logits chunk + Σ runs (state + tokens · (per token + per token and rank))."""

    backbone_bytes: int
    logits_bytes: int
    """The largest chunk of logits, its gradient and the selected hidden states."""
    bytes_per_token: float
    fixed_pass_bytes: float
    element_bytes: int
    backbone: Backbone

    def of(self, layout: RowLayout, tokens: int, *, dropout: bool) -> MemoryUse:
        """What one run needs with batches of up to `tokens` tokens."""
        copies = 4 * 4 + (self.element_bytes if self.element_bytes != 4 else 0)
        ranks = sum(len(sites) for sites in layout.sites.values()) * layout.width
        lora = tokens * ranks * self.element_bytes
        if dropout:
            widest = max(sites[0].in_features * len(sites) for sites in layout.sites.values())
            lora += 2 * tokens * widest * self.element_bytes
        return MemoryUse(layout.numel * copies, round(tokens * self.bytes_per_token), lora)

    def terms(self) -> MemoryTerms:
        """What planning needs."""
        everywhere = frozenset(site.index for site in self.backbone.sites)
        width = width_of(1, self.backbone.device)
        layout = RowLayout(self.backbone.groups, everywhere, width)
        one = self.of(layout, 1, dropout=False)
        return MemoryTerms(
            backbone_bytes=self.total([], None),
            bytes_per_rank=one.state / width,
            bytes_per_token=float(one.pass_bytes),
            bytes_per_logit=0.0,
            vocabulary=self.backbone.vocabulary,
        )

    def total(self, uses: Sequence[MemoryUse], max_tokens: int | None) -> int:
        """Bytes of an executor with these runs, at the height of its largest pass."""
        passes = sum(use.pass_bytes for use in uses)
        if max_tokens is not None and uses:
            most = max(use.pass_bytes for use in uses)
            passes = min(passes, max(most, round(max_tokens * self.bytes_per_token * 1.25)))
        fixed = self.backbone_bytes + self.logits_bytes + round(self.fixed_pass_bytes)
        return fixed + passes + sum(use.state for use in uses)

    def admit(
        self,
        run_id: str,
        wanted: MemoryUse,
        present: Sequence[MemoryUse],
        *,
        limit: int,
        margin: float,
        max_tokens: int | None,
    ) -> Admission:
        """Whether `wanted` fits beside `present` within `limit` bytes less the margin."""
        usable = int(limit * (1 - margin))
        before = self.total(present, max_tokens)
        after = self.total([*present, wanted], max_tokens)
        needed, available = after - before, usable - before
        fits = after <= usable
        words = (
            f"run {run_id} needs {_words(needed)} (slot {_words(wanted.state)}, "
            f"pass {_words(wanted.pass_bytes)}) and {_words(max(0, available))} of {_words(limit)} "
            f"{'are' if fits else 'is all that is'} free beside {len(present)} runs "
            f"and a margin of {margin:.0%}"
        )
        return Admission(
            fits=fits,
            message=words,
            requested_bytes=needed,
            available_bytes=max(0, available),
            beside=len(present),
        )


def probe_memory(backbone: Backbone, *, checkpointing: bool) -> MemoryModel:
    """Measures the bytes that passes of two lengths need; on CUDA by the allocator, else by what is kept."""
    small, large = 256, 1024
    limit = backbone.max_length or large
    measured = [_pass_bytes(backbone, tokens, min(limit, 256)) for tokens in (small, large)]
    slope = (measured[1] - measured[0]) / (large - small)
    own = [_own_part(parameter) for parameter in backbone.model.parameters()]
    weights = {part.data_ptr(): part.numel() * part.element_size() for part in own}
    return MemoryModel(
        backbone_bytes=sum(weights.values()),
        logits_bytes=3 * backbone.head.chunk_bytes,
        bytes_per_token=slope,
        fixed_pass_bytes=max(0.0, measured[0] - slope * small),
        element_bytes=torch.empty(0, dtype=backbone.dtype).element_size(),
        backbone=backbone,
    )


def _pass_bytes(backbone: Backbone, tokens: int, length: int) -> int:
    packed = backbone.bare_pass(tokens, length)
    kept: dict[int, int] = {}
    weights = {_own_part(p).untyped_storage().data_ptr() for p in backbone.model.parameters()}

    def count(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    cuda = backbone.device.type == "cuda"
    if cuda:
        torch.cuda.synchronize(backbone.device)
        torch.cuda.reset_peak_memory_stats(backbone.device)
        before = torch.cuda.memory_allocated(backbone.device)
    else:
        before = 0
    with running(packed), torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
        hidden = backbone.run(packed, gradient_to_embeddings=True)
        torch.autograd.backward(hidden, torch.zeros_like(hidden))
    if cuda:
        return torch.cuda.max_memory_allocated(backbone.device) - before
    return sum(kept.values())


def _own_part(parameter: torch.Tensor) -> torch.Tensor:
    """What this rank holds of a parameter that may be sharded."""
    return parameter.to_local() if isinstance(parameter, DTensor) else parameter


def device_memory_bytes(device: torch.device) -> int:
    """All memory of the device."""
    if device.type == "cuda":
        return int(torch.cuda.get_device_properties(device).total_memory)
    return psutil.virtual_memory().total


def _words(size: int) -> str:
    value = float(size)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024 or unit == "GiB":
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    raise AssertionError
