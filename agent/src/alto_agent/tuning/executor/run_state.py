"""All that one run is between two steps, beside its rows in the slots."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch

from alto_agent.tuning.executor.batch import BatchReader
from alto_agent.tuning.executor.spec import AdapterSpec, Fault

if TYPE_CHECKING:
    from alto_agent.tuning.executor.slot_stack import SlotStack


@dataclass
class BestSnapshot:
    """The adapter at its lowest validation loss so far."""

    step: int
    samples: int
    val_loss: float
    row: torch.Tensor
    """fp32 on the CPU."""


@dataclass(eq=False)
class RunState:
    """A run in a slot. Reader, stack and slot follow from spec and data; the rest goes into a checkpoint."""

    spec: AdapterSpec
    reader: BatchReader
    joined: int
    """Grows with each join, so the newest adapter is the one with the highest number."""
    stack: SlotStack
    slot: int
    step: int = 0
    samples: int = 0
    attempts: int = 0
    """Macro-steps taken, skipped fp16 updates included; the dropout masks follow this count."""
    loss_scale: float = 1.0
    steps_since_scale_change: int = 0
    loss_history: list[tuple[int, float]] = field(default_factory=list[tuple[int, float]])
    best: BestSnapshot | None = None
    reference_log_probs: OrderedDict[str, tuple[float, float]] = field(
        default_factory=OrderedDict[str, tuple[float, float]]
    )
    """DPO: what the bare backbone gives (chosen, rejected), by `<split>:<row number>`."""
    micro_batch: int | None = None
    """At most this many samples in one pass, after a lack of memory."""
    fault: Fault | None = None

    @property
    def finished(self) -> bool:
        """Whether the run has taken all its steps."""
        return self.step >= self.spec.total_steps
