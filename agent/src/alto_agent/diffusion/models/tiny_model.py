"""The models that ship with Alto."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from alto_agent.diffusion.models.diffusion_model import Conditioning
from alto_agent.diffusion.models.guided_velocity import guided_velocity
from alto_agent.diffusion.models.tiny_rules import tiny_rules
from alto_agent.diffusion.parallel.sequence import Sequence
from alto_agent.diffusion.tiny.config import PIXELS_PER_LATENT, TinyConfig
from alto_agent.diffusion.tiny.folder import load_autoencoder, load_text_encoder, load_transformer
from alto_agent.diffusion.tiny.words import token_ids


class TinyModel:
    """Small enough for a few seconds a picture on one core. Always float32."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        config = TinyConfig.load(folder)
        self.rules = tiny_rules(config)
        self.device = device
        self._channels = config.latent_channels
        self._text = load_text_encoder(folder, config).to(device)
        self._transformer = load_transformer(folder, config).to(device)
        self._autoencoder = load_autoencoder(folder).to(device)
        self._nothing = self.encode([""])[0]

    @property
    def weight_bytes(self) -> int:
        """Memory that the weights take."""
        parts = (self._text, self._transformer, self._autoencoder)
        return sum(weight.nbytes for part in parts for weight in part.parameters())

    def encode(self, prompts: list[str]) -> list[Conditioning]:
        """`text` is `[L, D]`."""
        ids = torch.tensor([token_ids(prompt) for prompt in prompts], device=self.device)
        return [{"text": text} for text in self._text(ids)]

    def latent_shape(self, width: int, height: int, frames: int) -> tuple[int, int, int, int]:
        """Every frame has its own latents."""
        return self._channels, frames, height // PIXELS_PER_LATENT, width // PIXELS_PER_LATENT

    def sigmas(self, steps: int, width: int, height: int) -> list[float]:
        """Evenly spaced."""
        return [1 - step / steps for step in range(steps)] + [0.0]

    def velocity(
        self,
        latents: Tensor,
        sigmas: Tensor,
        conditions: list[Conditioning],
        guidance: Tensor,
        sequence: Sequence,
    ) -> Tensor:
        """With text and without in one batch."""

        def predict(latents: Tensor, sigmas: Tensor, conditions: list[Conditioning]) -> Tensor:
            text = torch.stack([one["text"] for one in conditions])
            return self._transformer(latents, sigmas, text, sequence)

        return guided_velocity(predict, latents, sigmas, conditions, nothing=self._nothing, guidance=guidance)

    def decode(self, latent: Tensor) -> Tensor:
        """Frame by frame."""
        return self._autoencoder.decode(latent.transpose(0, 1))
