"""Trains text encoder and transformer of a built-in model by flow matching.

The computation is in bfloat16, the weights that the optimizers change are float32. Two optimizers: Muon for
the matrices inside blocks, which learns in about half the steps here, AdamW for the rest.
"""

from __future__ import annotations

import copy
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from alto_agent.diffusion.tiny.autoencoder import TinyAutoencoder
from alto_agent.diffusion.tiny.config import TinyConfig
from alto_agent.diffusion.tiny.text_encoder import TinyTextEncoder
from alto_agent.diffusion.tiny.transformer import TinyTransformer
from alto_agent.diffusion.tiny.words import PAD, TEXT_TOKENS, token_ids
from alto_agent.diffusion.train.progress import Progress
from alto_agent.diffusion.train.scenes import SceneSource, draw


class TextAndTransformer(nn.Module):
    """The two parts that learn together."""

    def __init__(self, config: TinyConfig) -> None:
        super().__init__()
        self.text = TinyTextEncoder(config.width, config.heads, config.text_layers)
        self.transformer = TinyTransformer(config.width, config.heads, config.layers, config.latent_channels)
        for name, weight in self.transformer.blocks.named_parameters():
            if name.endswith(("out.weight", "down.weight")):
                nn.init.zeros_(weight)
        nn.init.zeros_(self.transformer.leave.weight)

    def forward(self, latents: Tensor, sigmas: Tensor, ids: Tensor) -> Tensor:
        """Velocity of `[B, C, F, h, w]` at `[B]` for `[B, L]`."""
        return self.transformer(latents, sigmas, self.text(ids))


@dataclass(frozen=True)
class Batch:
    """Size of one kind of batch and how often it comes."""

    count: int
    side: int
    frames: int


BATCHES: dict[str, tuple[Batch, ...]] = {
    # Small pictures teach most for the least; a few large ones teach that the scene only scales.
    "image": (*[Batch(64, 32, 1)] * 6, Batch(40, 48, 1), Batch(24, 64, 1)),
    "video": (*[Batch(24, 32, 4), Batch(16, 32, 8)] * 3, Batch(8, 48, 8), Batch(6, 32, 16), Batch(8, 64, 4)),
}
_MATRIX_LR, _REST_LR, _WEIGHT_DECAY, _EMA, _NO_TEXT = 0.02, 2e-3, 0.01, 0.998, 0.1


def train_transformer(
    config: TinyConfig,
    autoencoder: TinyAutoencoder,
    steps: int,
    *,
    seed: int,
    start: TextAndTransformer | None,
    unfinished: Path,
) -> TextAndTransformer:
    """A moving average of the weights after `steps` steps; `start` are weights to begin with.

    What is learned is kept in the file `unfinished` now and then; a training that finds it goes on there.
    """
    master = start or TextAndTransformer(config)
    working = copy.deepcopy(master).bfloat16()
    average = copy.deepcopy(master)
    optimizers = _optimizers(master)
    progress = Progress(unfinished, (master, average, *optimizers))
    first = progress.load()
    working.load_state_dict(master.state_dict())
    batches = BATCHES[config.kind]
    begun, recent = time.monotonic(), 0.0
    for step in range(first, steps):
        # A seed for each step: a training that was interrupted goes on as if it had not been.
        torch.manual_seed(seed * 1_000_003 + step)
        source = SceneSource(seed * 1_000_003 + step)
        data, ids = _batch(source, autoencoder, config, batches[step % len(batches)])
        sigmas = _sigmas(len(data))
        noise = torch.randn_like(data)
        mixed = torch.lerp(data, noise, sigmas.view(-1, 1, 1, 1, 1))
        with sdpa_kernel(SDPBackend.MATH):
            velocity = working(mixed.bfloat16(), sigmas, ids)
            loss = (velocity.float() - (noise - data)).pow(2).mean()
            loss.backward()
        for own, used in zip(master.parameters(), working.parameters(), strict=True):
            own.grad = None if used.grad is None else used.grad.float()
            used.grad = None
        nn.utils.clip_grad_norm_(master.parameters(), 1.0)
        share = min(1, (step + 1) / 50, 2.5 * (1 - step / steps))
        for optimizer, rate in zip(optimizers, (_MATRIX_LR, _REST_LR), strict=True):
            optimizer.param_groups[0]["lr"] = rate * share
            optimizer.step()
        with torch.no_grad():
            keep = min(_EMA, (1 + step) / (10 + step))
            for own, used, mean in zip(
                master.parameters(), working.parameters(), average.parameters(), strict=True
            ):
                used.copy_(own)
                mean.lerp_(own, 1 - keep)
        recent = loss.item() if step == first else 0.98 * recent + 0.02 * loss.item()
        if step % 100 == 99:
            progress.save(step + 1)
        if step % 50 == 0 or step == steps - 1:
            sys.stderr.write(f"{config.kind} {step} {recent:.4f} {time.monotonic() - begun:.0f} s\n")
    progress.end()
    return average.eval()


def _sigmas(count: int) -> Tensor:
    """Noise levels spread evenly over a distribution that favours high ones, where the layout is decided."""
    even = (torch.arange(count) + torch.rand(count)) / count
    return torch.sigmoid(0.8 + 1.2 * torch.special.ndtri(even.clamp(1e-4, 1 - 1e-4)))


def _optimizers(model: nn.Module) -> list[torch.optim.Optimizer]:
    named = dict(model.named_parameters())
    inside = {name for name, weight in named.items() if weight.ndim == 2 and "blocks." in name}
    rest = [weight for name, weight in named.items() if name not in inside]
    return [
        torch.optim.Muon([named[name] for name in sorted(inside)], lr=_MATRIX_LR, weight_decay=_WEIGHT_DECAY),
        torch.optim.AdamW(rest, lr=_REST_LR, weight_decay=_WEIGHT_DECAY, betas=(0.9, 0.98)),
    ]


@torch.no_grad()
def _batch(
    source: SceneSource, autoencoder: TinyAutoencoder, config: TinyConfig, batch: Batch
) -> tuple[Tensor, Tensor]:
    scenes = [source.clip() if config.kind == "video" else source.picture() for _ in range(batch.count)]
    pixels = torch.cat([draw(scene, batch.side, batch.side, batch.frames) for scene in scenes])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        latents = autoencoder.encode(pixels).float()
    latents = latents.unflatten(0, (batch.count, batch.frames)).transpose(1, 2).contiguous()
    ids = torch.tensor([token_ids(scene.prompt) for scene in scenes])
    ids[torch.rand(batch.count) < _NO_TEXT] = torch.tensor([PAD] * TEXT_TOKENS)
    return latents, ids
