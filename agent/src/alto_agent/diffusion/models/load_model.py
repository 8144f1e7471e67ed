"""A model in memory, ready for steps."""

from __future__ import annotations

from typing import Literal

import psutil
import torch
from safetensors import SafetensorError

from alto_agent.diffusion.models.diffusion_model import DiffusionModel
from alto_agent.diffusion.models.pipeline_folder import PipelineFolder
from alto_agent.tuning.user_error import UserError

DtypeChoice = Literal["auto", "float32", "bfloat16", "float16"]
_ROOM = 1.1
"""Weights need this much more than their size: buffers, and the largest tensor twice while loading."""


def load_model(folder: PipelineFolder, device: torch.device, dtype: DtypeChoice) -> DiffusionModel:
    """Raises `UserError` with one sentence where it cannot be loaded or does not fit."""
    _check_room(folder, device)
    try:
        if folder.family == "tiny":
            from alto_agent.diffusion.models.tiny_model import TinyModel

            return TinyModel(folder.path, device)
        if folder.family == "sd3":
            from alto_agent.diffusion.models.sd3_model import Sd3Model

            return Sd3Model(folder, device, _dtype(dtype, device))
        from alto_agent.diffusion.models.wan_model import WanModel

        return WanModel(folder, device, _dtype(dtype, device))
    except torch.OutOfMemoryError as problem:
        raise UserError("model", f"{folder.ref} does not fit into the memory of {device}.") from problem
    except (OSError, RuntimeError, ValueError, TypeError, KeyError, SafetensorError) as problem:
        first = (str(problem).strip() or type(problem).__name__).splitlines()[0][:300]
        raise UserError("model", f"{folder.ref} cannot be loaded: {first}") from problem


def _dtype(choice: DtypeChoice, device: torch.device) -> torch.dtype:
    if choice == "auto":
        return torch.bfloat16 if device.type == "cuda" else torch.float32
    return {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}[choice]


def _check_room(folder: PipelineFolder, device: torch.device) -> None:
    free = torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else psutil.virtual_memory().available
    needed = int(folder.weight_bytes * _ROOM)
    if needed > free:
        raise UserError(
            "model",
            f"{folder.ref} needs about {needed / 1e9:.1f} GB and {free / 1e9:.1f} GB are free on {device}. "
            "Choose a smaller model or another GPU.",
        )
