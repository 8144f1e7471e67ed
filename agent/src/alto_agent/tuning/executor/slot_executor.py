"""What an executor process asks of its executor, on one GPU or on several."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import torch

from alto_agent.tuning.executor.export_adapter import Which
from alto_agent.tuning.executor.memory_model import MemoryTerms
from alto_agent.tuning.executor.spec import (
    AdapterSpec,
    Admission,
    EvalReport,
    Fault,
    RunData,
    StepReport,
    TokenIds,
)


class SlotExecutor(Protocol):
    """Described with `TrainingExecutor`, whose methods these are."""

    @property
    def device(self) -> torch.device:
        """Of this process."""
        ...

    def memory_terms(self) -> MemoryTerms:
        """The probed model for planning."""
        ...

    def admit(self, spec: AdapterSpec, tokens: int) -> Admission:
        """Whether the run fits beside those that have a slot."""
        ...

    def join(self, spec: AdapterSpec, data: RunData, *, restore: Path | None = None) -> None:
        """Gives the run a slot."""
        ...

    def leave(self, run_id: str) -> None:
        """Frees it."""
        ...

    def checkpoint(self, run_id: str, directory: Path) -> Future[int]:
        """Writes the run's state in the background."""
        ...

    def step(self) -> StepReport:
        """One macro-step."""
        ...

    def evaluate(self, run_ids: Sequence[str] | None = None) -> dict[str, EvalReport]:
        """The validation losses of the runs."""
        ...

    def export(self, run_id: str, directory: Path, *, base_model_name: str, which: Which = "best") -> None:
        """Writes the adapter as a PEFT folder."""
        ...

    def generate(
        self,
        prompts: Sequence[TokenIds],
        *,
        max_new_tokens: int,
        adapter: Path | None = None,
        scaling: float = 1.0,
    ) -> list[list[int]]:
        """The tokens that follow each prompt."""
        ...

    def best_val_loss(self, run_id: str) -> float | None:
        """The lowest validation loss so far."""
        ...

    def loss_history(self, run_id: str) -> list[tuple[int, float]]:
        """All (step, training loss) of the run."""
        ...

    def fault(self, run_id: str) -> Fault | None:
        """Why the run takes part in no step, if it does not."""
        ...

    def is_finished(self, run_id: str) -> bool:
        """Whether the run has taken all its steps."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None, /
    ) -> None: ...
