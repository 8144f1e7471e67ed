"""How often a model shows what its prompts say."""

from __future__ import annotations

import time
from typing import Any

import torch

from alto_agent.contracts.generated.messages import ServingRequest
from alto_agent.diffusion.alignment.judge import Claim, is_shown
from alto_agent.diffusion.executor.request_state import RequestState
from alto_agent.diffusion.executor.step_loop import decode, denoise, encode
from alto_agent.diffusion.models.diffusion_model import DiffusionModel
from alto_agent.diffusion.parallel.sequence import WholeSequence


def measure(
    model: DiffusionModel, claims: list[Claim], side: int, frames: int, seeds: list[int]
) -> dict[str, Any]:
    """Shares of prompts that are shown, over all seeds, and seconds a picture."""
    missed: list[str] = []
    begun = time.perf_counter()
    for seed in seeds:
        for claim in claims:
            if not is_shown(claim, generate(model, claim.prompt, side, frames, seed)):
                missed.append(claim.prompt)
    total = len(seeds) * len(claims)
    return {
        "kind": model.rules.kind,
        "size": f"{side}x{side}",
        "frames": frames,
        "steps": model.rules.default_steps,
        "prompts": len(claims),
        "seeds": len(seeds),
        "aligned": round(1 - len(missed) / total, 4),
        "secondsEach": round((time.perf_counter() - begun) / total, 3),
        "missed": sorted(set(missed)),
    }


def generate(model: DiffusionModel, prompt: str, side: int, frames: int, seed: int) -> torch.Tensor:
    """`[T, H, W, 3]`, uint8, by the step loop of the executor."""
    request = ServingRequest(
        request_id="alignment",
        attempt=1,
        kind=model.rules.kind,
        prompt=prompt,
        width=side,
        height=side,
        frames=frames,
        steps=model.rules.default_steps,
        guidance=None,
        seed=seed,
        restore=None,
    )
    state = RequestState(request)
    encode(model, [state])
    while state.stage == "denoise":
        denoise(model, [state], WholeSequence())
    return decode(model, state)
