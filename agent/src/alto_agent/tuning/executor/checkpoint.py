"""A run on disk: safetensors and JSON, written whole or not at all.

A checkpoint folder holds numbered states, `state-00000012`, each complete: a state is written under another
name, flushed to the disk, and renamed. Readers take the highest number. So a process killed at any
instant leaves the state from before or the state from after.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import torch
from safetensors.torch import load_file, save_file

from alto_agent.tuning.executor.spec import AdapterSpec

FORMAT = 1
_STATE = "state-"
_PARTIAL = ".partial-"


@dataclass(frozen=True)
class SavedRun:
    """The content of a checkpoint. Tensors are fp32 on the CPU, named `<part>/<layer>.lora_A.weight`."""

    spec: AdapterSpec
    progress: Mapping[str, Any]
    """Step, samples, loss scale, loss history, best loss: all of RunState that is not a tensor."""
    tensors: Mapping[str, torch.Tensor]
    """Parts: `parameters`, `exp_avg`, `exp_avg_sq`, and `best` if there is one."""

    def part(self, name: str) -> dict[str, torch.Tensor]:
        """The tensors of one part, by PEFT's names."""
        prefix = f"{name}/"
        return {key[len(prefix) :]: value for key, value in self.tensors.items() if key.startswith(prefix)}


def write_checkpoint(directory: Path, saved: SavedRun) -> int:
    """Adds a state to `directory` and then drops older ones. Returns its size in bytes."""
    directory.mkdir(parents=True, exist_ok=True)
    partial = directory / f"{_PARTIAL}{uuid4().hex}"
    partial.mkdir()
    try:
        save_file(
            {key: value.contiguous() for key, value in saved.tensors.items()}, partial / "tensors.safetensors"
        )
        record = {"format": FORMAT, "spec": asdict(saved.spec), "progress": dict(saved.progress)}
        (partial / "run.json").write_text(json.dumps(record), encoding="utf-8")
        for file in ("tensors.safetensors", "run.json"):
            _flush(partial / file)
        _flush(partial)
        size = sum(file.stat().st_size for file in partial.iterdir())
        older = _states(directory)
        number = int(older[-1].name[len(_STATE) :]) + 1 if older else 0
        partial.rename(directory / f"{_STATE}{number:08d}")
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    _flush(directory)
    for state in older:
        shutil.rmtree(state, ignore_errors=True)
    return size


def read_checkpoint(directory: Path) -> SavedRun:
    """The newest state in `directory`. Raises FileNotFoundError or ValueError with a sentence."""
    states = _states(directory) if directory.is_dir() else []
    if not states:
        raise FileNotFoundError(f"{directory} holds no complete checkpoint of a run")
    state = states[-1]
    try:
        record: dict[str, Any] = json.loads((state / "run.json").read_text("utf-8"))
        tensors = load_file(state / "tensors.safetensors")
    except Exception as error:
        raise ValueError(f"{state} cannot be read as a checkpoint: {error}") from error
    if record.get("format") != FORMAT:
        raise ValueError(
            f"{state} has checkpoint format {record.get('format')}, but this program reads format {FORMAT}"
        )
    fields = cast("dict[str, Any]", record["spec"])
    targets = fields["target_modules"]
    fields["target_modules"] = targets if isinstance(targets, str) else tuple(targets)
    fields["betas"] = tuple(fields["betas"])
    return SavedRun(AdapterSpec(**fields), record["progress"], tensors)


def sweep_partial(directory: Path) -> None:
    """Removes what a killed writer left behind. Only while no writer is at work there."""
    if directory.is_dir():
        for left in directory.glob(f"{_PARTIAL}*"):
            shutil.rmtree(left, ignore_errors=True)


def _states(directory: Path) -> list[Path]:
    return sorted(directory.glob(f"{_STATE}*"))


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
