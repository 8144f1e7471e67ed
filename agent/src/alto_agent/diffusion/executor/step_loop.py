"""The three stages of a request. Everything that anybody decides happens between two calls of these.

B requests of one size in a batch; latents `[B, C, F, h, w]`.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from alto_agent.diffusion.executor.request_state import RequestState
from alto_agent.diffusion.models.decode_in_tiles import decode_in_tiles
from alto_agent.diffusion.models.diffusion_model import DiffusionModel
from alto_agent.diffusion.models.preview import preview
from alto_agent.diffusion.parallel.sequence import Sequence

TILE = 64
"""Latent positions: larger latents are decoded in tiles."""


@torch.no_grad()
def encode(model: DiffusionModel, states: list[RequestState]) -> None:
    """Prompts become conditioning, seeds become noise."""
    conditions = model.encode([state.request.prompt for state in states])
    for state, condition in zip(states, conditions, strict=True):
        state.begin(model, condition)


@torch.no_grad()
def denoise(model: DiffusionModel, states: list[RequestState], sequence: Sequence) -> Tensor:
    """One Euler step of each request, which may stand at different steps. Answers estimates without noise.

    Euler keeps nothing between steps but the latent, so a pause anywhere changes nothing. Every rank of a
    group does this with equal latents and gets equal latents.
    """
    latents = torch.stack([_latent(state) for state in states])
    ladders = [_sigmas(model, state) for state in states]
    now = torch.tensor([ladder[state.steps_done] for ladder, state in zip(ladders, states, strict=True)])
    then = torch.tensor([ladder[state.steps_done + 1] for ladder, state in zip(ladders, states, strict=True)])
    guidance = [state.request.guidance for state in states]
    weights = torch.tensor([model.rules.default_guidance if one is None else one for one in guidance])
    # As in diffusers: guidance of 1 or less means the text alone.
    weights = weights.clamp(min=1.0)
    conditions = [state.conditioning or {} for state in states]
    now, then, weights = (values.to(model.device) for values in (now, then, weights))
    velocity = model.velocity(latents, now, conditions, weights, sequence).float()
    stepped = latents + (then - now).view(-1, 1, 1, 1, 1) * velocity
    for state, latent in zip(states, stepped, strict=True):
        state.latent = latent.clone()
        state.steps_done += 1
        if state.steps_done == state.request.steps:
            state.stage = "decode"
    return latents - now.view(-1, 1, 1, 1, 1) * velocity


@torch.no_grad()
def decode(model: DiffusionModel, state: RequestState, tile: int = TILE) -> Tensor:
    """Frames `[T, H, W, 3]`, uint8, on the CPU."""
    return _bytes(decode_in_tiles(model.decode, _latent(state), tile)).permute(0, 2, 3, 1).contiguous()


@torch.no_grad()
def glimpse(model: DiffusionModel, estimate: Tensor) -> Tensor:
    """A small picture `[H, W, 3]`, uint8, of an estimate `[C, F, h, w]`."""
    return _bytes(preview(model, estimate)).permute(1, 2, 0).contiguous()


def _bytes(pixels: Tensor) -> Tensor:
    return ((pixels.float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).cpu()


def _latent(state: RequestState) -> Tensor:
    if state.latent is None:
        raise ValueError(f"The request {state.request.request_id} has not been encoded.")
    return state.latent


def _sigmas(model: DiffusionModel, state: RequestState) -> list[float]:
    return _ladder(model, state.request.steps, state.request.width, state.request.height)


@lru_cache(maxsize=256)
def _ladder(model: DiffusionModel, steps: int, width: int, height: int) -> list[float]:
    return model.sigmas(steps, width, height)
