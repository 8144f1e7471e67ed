"""Built-in architectures with random weights: quick, and every weight matters to the picture."""

from pathlib import Path
from typing import Literal

import torch

from alto_agent.contracts.generated.messages import ServingRequest
from alto_agent.diffusion.executor.request_state import RequestState
from alto_agent.diffusion.executor.step_loop import denoise, encode
from alto_agent.diffusion.models.diffusion_model import DiffusionModel
from alto_agent.diffusion.models.load_model import load_model
from alto_agent.diffusion.models.pipeline_folder import resolve_pipeline
from alto_agent.diffusion.parallel.sequence import WholeSequence
from alto_agent.diffusion.tiny.autoencoder import TinyAutoencoder
from alto_agent.diffusion.tiny.config import TinyConfig
from alto_agent.diffusion.tiny.folder import save_part
from alto_agent.diffusion.tiny.text_encoder import TinyTextEncoder
from alto_agent.diffusion.tiny.transformer import TinyTransformer

Kind = Literal["image", "video"]


def random_folder(folder: Path, kind: Kind, heads: int = 8) -> Path:
    """A model of two blocks."""
    torch.manual_seed(1)
    config = TinyConfig(kind, width=48, heads=heads, layers=2)
    transformer = TinyTransformer(config.width, heads, config.layers, config.latent_channels)
    for weight in transformer.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    folder.mkdir(parents=True)
    config.save(folder)
    save_part(transformer, folder / "transformer.safetensors")
    save_part(TinyTextEncoder(config.width, heads, 1), folder / "text_encoder.safetensors")
    save_part(TinyAutoencoder(), folder / "autoencoder.safetensors")
    return folder


def loaded(folder: Path) -> DiffusionModel:
    return load_model(resolve_pipeline(str(folder), folder), torch.device("cpu"), "auto")


def a_request(name: str, kind: Kind = "image", **changes: object) -> ServingRequest:
    fields: dict[str, object] = {
        "request_id": name,
        "attempt": 1,
        "kind": kind,
        "prompt": "a red circle moving right",
        "width": 32,
        "height": 40,
        "frames": 1 if kind == "image" else 4,
        "steps": 8,
        "guidance": None,
        "seed": 5,
        "restore": None,
    }
    return ServingRequest.model_validate(fields | changes)


def alone(model: DiffusionModel, request: ServingRequest) -> RequestState:
    """All steps in one go by one process: what every other way must come to."""
    state = RequestState(request)
    encode(model, [state])
    while state.stage == "denoise":
        denoise(model, [state], WholeSequence())
    return state
