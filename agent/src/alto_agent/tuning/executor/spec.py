"""What goes into a training executor and what comes out of it: plain values, no tensors.

The rules behind them are in docs/spec/executor.md; the numbers in brackets (X1, X2, …) refer to it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Objective = Literal["sft-completion", "sft-full", "dpo"]
Schedule = Literal["constant", "linear", "cosine"]
FaultReason = Literal["non-finite", "out-of-memory", "bad-row"]
TokenIds = Sequence[int] | NDArray[np.integer]

IGNORED_LABEL = -100
"""A position with this label is not trained, as in transformers."""


@dataclass(frozen=True, kw_only=True)
class AdapterSpec:
    """Everything that defines the training of one run; with its data, the result follows from it alone."""

    run_id: str
    rank: int
    alpha: float
    dropout: float = 0.0
    target_modules: tuple[str, ...] | str = "all-linear"
    learning_rate: float
    weight_decay: float = 0.0
    batch_size: int
    lr_scheduler: Schedule = "constant"
    warmup_ratio: float = 0.0
    total_steps: int
    seed: int
    max_grad_norm: float | None = 1.0
    objective: Objective = "sft-completion"
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    dpo_beta: float = 0.1

    def __post_init__(self) -> None:
        for problem in _problems(self):
            raise ValueError(f"run {self.run_id}: {problem}")

    @property
    def scaling(self) -> float:
        """The factor of the LoRA path, alpha / rank."""
        return self.alpha / self.rank


def _problems(spec: AdapterSpec) -> list[str]:
    """One sentence for each field that no run can train with."""
    checks: list[tuple[bool, str]] = [
        (spec.run_id != "", "run_id is empty; give the run an id"),
        (spec.rank >= 1, f"rank is {spec.rank}; use a whole number of at least 1"),
        (_is_positive(spec.alpha), f"alpha is {spec.alpha}; use a number above 0"),
        (0 <= spec.dropout < 1, f"dropout is {spec.dropout}; use a number from 0 to below 1"),
        (len(spec.target_modules) > 0, "target_modules is empty; name at least one module or 'all-linear'"),
        (_is_positive(spec.learning_rate), f"learning_rate is {spec.learning_rate}; use a number above 0"),
        (
            math.isfinite(spec.weight_decay) and spec.weight_decay >= 0,
            f"weight_decay is {spec.weight_decay}; use 0 or a number above",
        ),
        (spec.batch_size >= 1, f"batch_size is {spec.batch_size}; use a whole number of at least 1"),
        (
            spec.lr_scheduler in ("constant", "linear", "cosine"),
            f"lr_scheduler is {spec.lr_scheduler!r}; use constant, linear or cosine",
        ),
        (0 <= spec.warmup_ratio <= 1, f"warmup_ratio is {spec.warmup_ratio}; use a number from 0 to 1"),
        (spec.total_steps >= 1, f"total_steps is {spec.total_steps}; use a whole number of at least 1"),
        (0 <= spec.seed < 2**63, f"seed is {spec.seed}; use a whole number from 0 to 2^63 - 1"),
        (
            spec.max_grad_norm is None or _is_positive(spec.max_grad_norm),
            f"max_grad_norm is {spec.max_grad_norm}; use a number above 0, or none for no clipping",
        ),
        (
            spec.objective in ("sft-completion", "sft-full", "dpo"),
            f"objective is {spec.objective!r}; use sft-completion, sft-full or dpo",
        ),
        (all(0 <= beta < 1 for beta in spec.betas), f"betas are {spec.betas}; use numbers from 0 to below 1"),
        (_is_positive(spec.eps), f"eps is {spec.eps}; use a number above 0"),
        (_is_positive(spec.dpo_beta), f"dpo_beta is {spec.dpo_beta}; use a number above 0"),
    ]
    return [sentence for holds, sentence in checks if not holds]


def _is_positive(value: float) -> bool:
    return math.isfinite(value) and value > 0


@dataclass(frozen=True)
class Row:
    """One sample of supervised fine-tuning: token ids, and a label a token (-100 where not trained).

    `labels[i]` is the label of `input_ids[i]`, as transformers has it; the shift by one is the executor's.
    """

    input_ids: TokenIds
    labels: TokenIds


@dataclass(frozen=True)
class PreferenceRow:
    """One sample of DPO: the same prompt with the answer that was preferred and the one that was not."""

    chosen: Row
    rejected: Row


@dataclass(frozen=True)
class RunData:
    """A run's samples. Their order comes from the run's seed and is part of its state [X4]."""

    train: Sequence[Row] | Sequence[PreferenceRow]
    validation: Sequence[Row] | Sequence[PreferenceRow] = ()


@dataclass(frozen=True, kw_only=True)
class RunStep:
    """What one run did in one macro-step. `step` counts its own optimizer steps from 1."""

    step: int
    samples: int
    """Samples that the run has consumed since its start."""
    train_loss: float
    learning_rate: float
    """The rate that this step was taken with."""
    grad_norm: float
    """Before clipping."""
    tokens: int
    """Tokens of this step's batch, trained or not."""
    finished: bool
    """Whether the run has now taken `total_steps`."""
    skipped: bool = False
    """fp16 only: the gradient overflowed at this loss scale, so no update was made [X10]."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Why an adapter was taken out of a step. Its state from before the step can be parked or exported."""

    reason: FaultReason
    message: str
    step: int
    """The optimizer steps that its kept state has."""


@dataclass(frozen=True, kw_only=True)
class StepReport:
    """One macro-step: one optimizer step of every run that did not fault [X1]."""

    runs: Mapping[str, RunStep] = field(default_factory=dict[str, RunStep])
    faults: Mapping[str, Fault] = field(default_factory=dict[str, Fault])
    retried_smaller: tuple[str, ...] = ()
    """Runs that left this macro-step for lack of memory and go on in smaller pieces at the next [X13]."""
    seconds: float = 0.0
    tokens: int = 0
    passes: int = 0


@dataclass(frozen=True, kw_only=True)
class EvalReport:
    """The validation loss of one run, and what it cost."""

    step: int
    samples: int
    """Samples that the run had trained on."""
    val_loss: float
    """Mean over the trained tokens of all validation rows; for DPO the mean over its pairs."""
    rows: int
    tokens: int
    seconds: float
    """This run's share, by tokens, of the time of the batched evaluation."""
    is_best: bool


@dataclass(frozen=True, kw_only=True)
class ParkedState:
    """A run that has left its slot; `join(..., restore=directory)` goes on from here with the same bits."""

    run_id: str
    directory: Path
    step: int
    samples: int
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Admission:
    """Whether a run fits beside those that train. `message` is one sentence with the numbers."""

    fits: bool
    message: str
    requested_bytes: int
    available_bytes: int
    beside: int
    """Runs that have a slot."""
