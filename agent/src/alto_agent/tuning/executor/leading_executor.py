"""A parallel executor as rank 0 uses it: each call is told to the other ranks, and then made by all."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import torch

from alto_agent.tuning.executor.export_adapter import Which
from alto_agent.tuning.executor.generation import adapter_weights
from alto_agent.tuning.executor.memory_model import MemoryTerms
from alto_agent.tuning.executor.parallel_executor import ParallelExecutor
from alto_agent.tuning.executor.rank_calls import RankCalls
from alto_agent.tuning.executor.spec import (
    AdapterSpec,
    Admission,
    EvalReport,
    Fault,
    RunData,
    StepReport,
    TokenIds,
)


class LeadingExecutor:
    """Has the methods of TrainingExecutor. Rows go to the other ranks once, whatever runs train on them."""

    def __init__(self, parallel: ParallelExecutor, calls: RankCalls) -> None:
        self._parallel = parallel
        self._calls = calls
        self._rows: dict[tuple[int, int], tuple[int, RunData]] = {}

    @property
    def device(self) -> torch.device:
        """Rank 0's."""
        return self._parallel.device

    def memory_terms(self) -> MemoryTerms:
        """See ParallelExecutor."""
        self._calls.say("memory_terms")
        return self._parallel.memory_terms()

    def admit(self, spec: AdapterSpec, tokens: int) -> Admission:
        """See ParallelExecutor."""
        self._calls.say("admit", spec, tokens)
        return self._parallel.admit(spec, tokens)

    def join(self, spec: AdapterSpec, data: RunData, *, restore: Path | None = None) -> None:
        """See ParallelExecutor."""
        self._calls.say("join", spec, self._rows_of(data), restore=restore)
        self._parallel.join(spec, data, restore=restore)

    def leave(self, run_id: str) -> None:
        """See ParallelExecutor."""
        self._calls.say("leave", run_id)
        self._parallel.leave(run_id)

    def checkpoint(self, run_id: str, directory: Path) -> Future[int]:
        """See ParallelExecutor."""
        self._calls.say("checkpoint", run_id, directory)
        return self._parallel.checkpoint(run_id, directory)

    def step(self) -> StepReport:
        """See ParallelExecutor."""
        self._calls.say("step")
        return self._parallel.step()

    def evaluate(self, run_ids: Sequence[str] | None = None) -> dict[str, EvalReport]:
        """See ParallelExecutor."""
        self._calls.say("evaluate", run_ids)
        return self._parallel.evaluate(run_ids)

    def export(self, run_id: str, directory: Path, *, base_model_name: str, which: Which = "best") -> None:
        """See ParallelExecutor."""
        named: dict[str, Any] = {"base_model_name": base_model_name, "which": which}
        self._calls.say("export", run_id, directory, **named)
        self._parallel.export(run_id, directory, **named)

    def generate(
        self,
        prompts: Sequence[TokenIds],
        *,
        max_new_tokens: int,
        adapter: Path | None = None,
        scaling: float = 1.0,
    ) -> list[list[int]]:
        """See ParallelExecutor."""
        # Other ranks may be on nodes that do not have the folder.
        weights = None if adapter is None else adapter_weights(adapter)
        named: dict[str, Any] = {"max_new_tokens": max_new_tokens, "adapter": weights, "scaling": scaling}
        self._calls.say("generate", prompts, **named)
        return self._parallel.generate(prompts, **named)

    def best_val_loss(self, run_id: str) -> float | None:
        """See ParallelExecutor."""
        return self._parallel.best_val_loss(run_id)

    def loss_history(self, run_id: str) -> list[tuple[int, float]]:
        """See ParallelExecutor."""
        return self._parallel.loss_history(run_id)

    def fault(self, run_id: str) -> Fault | None:
        """See ParallelExecutor."""
        return self._parallel.fault(run_id)

    def is_finished(self, run_id: str) -> bool:
        """See ParallelExecutor."""
        return self._parallel.is_finished(run_id)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """The other ranks end with this one; after an error they are ended from outside."""
        if error is None:
            self._calls.say("close")
            self._parallel.close()

    def _rows_of(self, data: RunData) -> int:
        key = (id(data.train), len(data.validation))
        if key not in self._rows:
            # Kept, so that no other rows get this id.
            self._rows[key] = (len(self._rows), data)
            self._calls.say("rows", data)
        return self._rows[key][0]
