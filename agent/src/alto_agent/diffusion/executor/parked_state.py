"""The state of a request on disk: one safetensors file, complete or not there at all."""

from __future__ import annotations

import json
import os
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from alto_agent.contracts.generated.messages import ServingRequest
from alto_agent.diffusion.executor.request_state import RequestState

_LATENT, _TEXT = "latent", "text."


def parked_path(request_id: str, attempt: int) -> str:
    """Where it lies, relative to the artifact store."""
    return f"requests/{request_id}/parked-{attempt}.safetensors"


def write_parked(path: Path, state: RequestState) -> int:
    """Answers the size in bytes. A reader sees the old file or the new one, after a loss of power too."""
    if state.latent is None or state.conditioning is None:
        raise ValueError("A request that was not encoded has nothing to park.")
    tensors = {_LATENT: state.latent.cpu().contiguous()}
    tensors |= {_TEXT + name: value.cpu().contiguous() for name, value in state.conditioning.items()}
    about = {"stage": state.stage, "stepsDone": state.steps_done, "request": state.request.request_id}
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}.tmp")
    save_file(tensors, unfinished, metadata={"alto": json.dumps(about)})
    with unfinished.open("rb") as file:
        os.fsync(file.fileno())
        size = os.fstat(file.fileno()).st_size
    unfinished.replace(path)
    return size


def read_parked(path: Path, request: ServingRequest, device: torch.device) -> RequestState:
    """Raises `ValueError` with one sentence where the file is gone, cut off or of another request."""
    try:
        with safe_open(path, framework="pt", device=str(device)) as file:
            about = json.loads((file.metadata() or {})["alto"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if about["request"] != request.request_id:
            raise ValueError(f"The parked state {path.name} belongs to the request {about['request']}.")
        return RequestState(
            request=request,
            stage=about["stage"],
            steps_done=about["stepsDone"],
            latent=tensors.pop(_LATENT),
            conditioning={name.removeprefix(_TEXT): value for name, value in tensors.items()},
        )
    except (OSError, SafetensorError, KeyError, TypeError) as problem:
        raise ValueError(f"The parked state {path.name} cannot be read: {problem}.") from problem
