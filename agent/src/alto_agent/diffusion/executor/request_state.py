"""A request between two steps: everything that it needs to go on, in megabytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from alto_agent.contracts.generated.messages import RequestProgress, ServingRequest
from alto_agent.diffusion.models.diffusion_model import Conditioning, DiffusionModel

Stage = Literal["encode", "denoise", "decode"]


@dataclass(eq=False)
class RequestState:
    """`latent` is `[C, F, h, w]`, float32 whatever the model computes in; `None` before the encode."""

    request: ServingRequest
    stage: Stage = "encode"
    steps_done: int = 0
    latent: Tensor | None = None
    conditioning: Conditioning | None = None

    @property
    def key(self) -> tuple[str, int]:
        """Which request, which attempt."""
        return self.request.request_id, self.request.attempt

    def progress(self) -> RequestProgress:
        """As events name it."""
        return RequestProgress(
            request_id=self.request.request_id, attempt=self.request.attempt, steps_done=self.steps_done
        )

    def begin(self, model: DiffusionModel, conditioning: Conditioning) -> None:
        """After the encode: noise that depends on the seed alone, never on the device or the degree."""
        shape = model.latent_shape(self.request.width, self.request.height, self.request.frames)
        seeded = torch.Generator().manual_seed(self.request.seed)
        self.latent = torch.randn(shape, generator=seeded).to(model.device)
        self.conditioning = conditioning
        self.stage = "denoise"

    def move(self, device: torch.device) -> None:
        """Takes it to the GPU, or off it, so that a paused request holds no GPU memory."""
        if self.latent is not None:
            self.latent = self.latent.to(device)
        if self.conditioning is not None:
            self.conditioning = {name: value.to(device) for name, value in self.conditioning.items()}
