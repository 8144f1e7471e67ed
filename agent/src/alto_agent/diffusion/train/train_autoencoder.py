"""Trains the autoencoder that both built-in models share."""

from __future__ import annotations

import sys
import time

import torch
import torch.nn.functional as F
from torch import Tensor

from alto_agent.diffusion.tiny.autoencoder import TinyAutoencoder
from alto_agent.diffusion.train.scenes import BACKGROUND, Scene, SceneSource, draw

_SIDES = (32, 48, 64, 48)
_BATCH = 32


def train_autoencoder(steps: int, seed: int) -> TinyAutoencoder:
    """Mean absolute error on pictures and single frames, with a little noise on the latents."""
    torch.manual_seed(seed)
    source = SceneSource(seed)
    model = TinyAutoencoder().to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-4, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps, pct_start=0.05)
    begun = time.monotonic()
    for step in range(steps):
        pixels = _frames(source, _SIDES[step % len(_SIDES)])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            latents = model.encoder(pixels)
            # The size of the latents must mean something, or the noise would be answered by larger latents.
            size = latents.float().pow(2).mean()
            restored = model.decoder(latents + 0.05 * torch.randn_like(latents))
        loss = ((restored.float() - pixels).abs() * _importance(pixels)).mean() + 1e-3 * size
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 100 == 0 or step == steps - 1:
            sys.stderr.write(f"autoencoder {step} {loss.item():.4f} {time.monotonic() - begun:.0f} s\n")
    _normalise(model, source)
    return model.eval()


def _importance(pixels: Tensor) -> Tensor:
    """Shapes and a rim around them count five times: most of a picture is background."""
    empty = torch.tensor(BACKGROUND)[:, None, None] * 2 - 1
    painted = ((pixels - empty).abs().amax(dim=1, keepdim=True) > 0.05).float()
    return 1 + 4 * F.max_pool2d(painted, 5, stride=1, padding=2)


@torch.no_grad()
def _normalise(model: TinyAutoencoder, source: SceneSource) -> None:
    raw = torch.cat([model.encoder(_frames(source, side)).flatten(2) for side in (32, 48, 64)], dim=2)
    model.mean.copy_(raw.mean(dim=(0, 2)))
    model.deviation.copy_(raw.std(dim=(0, 2)))


def _frames(source: SceneSource, side: int) -> Tensor:
    half = [draw(source.picture(), side, side, 1)[0] for _ in range(_BATCH // 2)]
    clips = [source.clip() for _ in range(_BATCH // 2)]
    return torch.stack([*half, *(_moment(scene, side, i / len(clips)) for i, scene in enumerate(clips))])


def _moment(scene: Scene, side: int, share: float) -> Tensor:
    return draw(scene, side, side, 5)[round(4 * share)]
