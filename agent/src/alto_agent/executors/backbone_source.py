"""The base model and the data sets that an executor works with, each read once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from alto_agent.artifacts.store import open_store
from alto_agent.contracts.generated.messages import RunDataRef, StartExecutor
from alto_agent.executors.output_samples import OutputSamples
from alto_agent.tuning.data.load_run_data import LoadedData, load_run_data
from alto_agent.tuning.executor.device_loss import noticing_device_loss
from alto_agent.tuning.executor.executor import TrainingExecutor
from alto_agent.tuning.executor.leading_executor import LeadingExecutor
from alto_agent.tuning.executor.parallel_executor import ParallelExecutor
from alto_agent.tuning.executor.rank_calls import RankCalls
from alto_agent.tuning.executor.rank_team import RankTeam
from alto_agent.tuning.executor.slot_executor import SlotExecutor
from alto_agent.tuning.models.load_tokenizer import load_tokenizer
from alto_agent.tuning.models.resolve_model import resolve_model
from alto_agent.tuning.user_error import UserError

_T = TypeVar("_T")


class BackboneSource:
    """Loads the model of an order; tokenises data sets with its tokenizer and keeps them."""

    def __init__(
        self, order: StartExecutor, data_dir: Path, device: str, team: RankTeam | None = None
    ) -> None:
        """`team` where the executor has several ranks. Raises `UserError` where the model cannot be read."""
        self._team = team
        self._artifacts = data_dir / "artifacts"
        self._store = open_store(self._artifacts)
        self.folder = resolve_model(order.model, data_dir=data_dir, base_dir=self._artifacts)
        self.tokenizer: Any = load_tokenizer(self.folder.path)
        self.device = device
        # All of the device by default.
        self._memory_limit = int(os.environ.get("ALTO_EXECUTOR_MEMORY_BYTES", "0")) or None
        self._dtype = order.dtype if order.dtype != "auto" else ("float32" if device == "cpu" else "bfloat16")
        self.outputs = OutputSamples(self.tokenizer)
        self._loaded: dict[tuple[str, int, str], LoadedData] = {}

    def open_executor(self) -> SlotExecutor:
        """The backbone on its device, or on those of all ranks, with no run in it yet."""
        if self._team is None:
            return self._refusing(lambda: TrainingExecutor(self._model(), **self._options()))
        return LeadingExecutor(self._open_parallel(self._team), RankCalls(self._team.control))

    def follow(self, team: RankTeam) -> None:
        """Any rank but the first: does what that one says until it ends."""
        parallel = self._open_parallel(team)
        with noticing_device_loss(parallel.device):
            RankCalls(team.control).follow(parallel)

    def _open_parallel(self, team: RankTeam) -> ParallelExecutor:
        model: Any = None
        problem: tuple[str, str] | None = None
        try:
            model = self._refusing(self._model)
        except UserError as error:
            problem = (error.field, error.message)
        team.agree(problem)
        near = team.seat.near
        options = self._options()
        return self._refusing(lambda: ParallelExecutor(model, team.mesh, team.store, near=near, **options))

    def _model(self) -> Any:
        from transformers import AutoModelForCausalLM

        return AutoModelForCausalLM.from_pretrained(
            self.folder.path,
            dtype=self._dtype,
            trust_remote_code=False,
            use_safetensors=True,
            local_files_only=True,
        )

    def _options(self) -> dict[str, Any]:
        return {"device": self.device, "memory_limit_bytes": self._memory_limit}

    def _refusing(self, make: Callable[[], _T]) -> _T:
        try:
            return make()
        except (OSError, ValueError, KeyError) as problem:
            first = (str(problem).strip() or type(problem).__name__).split("\n")[0][:300]
            raise UserError("model", f"The model {self.folder.name} cannot be loaded: {first}") from problem

    def data(self, ref: RunDataRef) -> LoadedData:
        """The rows of a data set. Raises `UserError` with the line that is wrong."""
        key = (ref.dataset, ref.max_length, ref.training)
        found = self._loaded.get(key)
        if found is None:
            if ref.dataset.startswith("datasets/"):
                self._store.fetch(ref.dataset)
            found = load_run_data(
                ref.dataset,
                self.tokenizer,
                base_dir=self._artifacts,
                max_length=ref.max_length,
                objective=ref.training,
            )
            self._loaded[key] = found
        return found
