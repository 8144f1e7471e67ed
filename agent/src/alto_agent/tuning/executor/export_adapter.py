"""A run's adapter as the folder that `PeftModel.from_pretrained` loads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file

from alto_agent.tuning.executor.checkpoint import read_checkpoint
from alto_agent.tuning.executor.spec import AdapterSpec

Which = Literal["best", "last"]


def write_adapter(
    directory: Path, spec: AdapterSpec, tensors: Mapping[str, torch.Tensor], base_model_name: str
) -> None:
    """Writes `adapter_config.json` and `adapter_model.safetensors`. `tensors` have PEFT's names of layers."""
    directory.mkdir(parents=True, exist_ok=True)
    targets = sorted({name.rsplit(".lora_", 1)[0] for name in tensors})
    config: dict[str, Any] = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": base_model_name,
        "r": spec.rank,
        "lora_alpha": spec.alpha,
        "lora_dropout": spec.dropout,
        "target_modules": _short(targets, spec),
        "bias": "none",
        "fan_in_fan_out": False,
        "inference_mode": True,
        "init_lora_weights": True,
        "modules_to_save": None,
        "use_rslora": False,
        "use_dora": False,
    }
    named = {f"base_model.model.{name}": tensor.contiguous() for name, tensor in tensors.items()}
    try:
        save_file(named, directory / "adapter_model.safetensors", metadata={"format": "pt"})
    except SafetensorError as problem:
        # A full disk, as everything else that writes tells it.
        raise OSError(str(problem)) from problem
    (directory / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def export_checkpoint(
    checkpoint: Path, directory: Path, *, base_model_name: str, which: Which = "best"
) -> None:
    """Exports the adapter of a parked run, without any model or executor.

    `best` is the adapter at the lowest validation loss, or the last one where none was evaluated.
    """
    saved = read_checkpoint(checkpoint)
    best = saved.part("best")
    tensors = best if which == "best" and best else saved.part("parameters")
    write_adapter(directory, saved.spec, tensors, base_model_name)


def _short(layers: list[str], spec: AdapterSpec) -> list[str] | str:
    # As the run named them where it gave a list; else each layer by its whole name.
    return layers if isinstance(spec.target_modules, str) else list(spec.target_modules)
