"""A built-in model on disk: `config.json` and three files of half-precision weights."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from alto_agent.diffusion.tiny.autoencoder import TinyAutoencoder
from alto_agent.diffusion.tiny.config import TinyConfig
from alto_agent.diffusion.tiny.text_encoder import TinyTextEncoder
from alto_agent.diffusion.tiny.transformer import TinyTransformer

Part = TypeVar("Part", bound=nn.Module)
BUILTIN = Path(__file__).parent.parent / "builtin"


def save_part(part: nn.Module, path: Path) -> None:
    """Writes the weights of one part as float16 safetensors."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: value.half().contiguous() for name, value in part.state_dict().items()}, path)


def load_part(part: Part, path: Path) -> Part:
    """Reads them again, as float32. Raises `OSError`, or `RuntimeError` where they do not fit."""
    part.load_state_dict({name: value.float() for name, value in load_file(path).items()})
    return part.eval()


def load_autoencoder(folder: Path) -> TinyAutoencoder:
    """The decoder stage of a built-in model."""
    return load_part(TinyAutoencoder(), folder / "autoencoder.safetensors")


def load_text_encoder(folder: Path, config: TinyConfig) -> TinyTextEncoder:
    """The encode stage."""
    encoder = TinyTextEncoder(config.width, config.heads, config.text_layers)
    return load_part(encoder, folder / "text_encoder.safetensors")


def load_transformer(folder: Path, config: TinyConfig) -> TinyTransformer:
    """What does the steps."""
    with torch.device("cpu"):
        model = TinyTransformer(config.width, config.heads, config.layers, config.latent_channels)
    return load_part(model, folder / "transformer.safetensors")
