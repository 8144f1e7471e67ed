"""The base model and the data sets that an executor works with, each read once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from alto_agent.artifacts.store import open_store
from alto_agent.contracts.generated.messages import RunDataRef, StartExecutor
from alto_agent.executors.output_samples import OutputSamples
from alto_agent.tuning.data.load_run_data import LoadedData, load_run_data
from alto_agent.tuning.executor.executor import TrainingExecutor
from alto_agent.tuning.models.load_tokenizer import load_tokenizer
from alto_agent.tuning.models.resolve_model import resolve_model
from alto_agent.tuning.user_error import UserError


class BackboneSource:
    """Loads the model of an order; tokenises data sets with its tokenizer and keeps them."""

    def __init__(self, order: StartExecutor, data_dir: Path, device: str) -> None:
        """Raises `UserError` where the model cannot be found or read."""
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

    def open_executor(self) -> TrainingExecutor:
        """The backbone on its device, with no run in it yet."""
        from transformers import AutoModelForCausalLM

        try:
            model = AutoModelForCausalLM.from_pretrained(
                self.folder.path,
                dtype=self._dtype,
                trust_remote_code=False,
                use_safetensors=True,
                local_files_only=True,
            )
            return TrainingExecutor(model, device=self.device, memory_limit_bytes=self._memory_limit)
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
