"""`python -m alto_agent.diffusion.alignment`: how often the built-in models show what a prompt says.

The last line of standard output is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from pathlib import Path
from typing import Any

import torch

from alto_agent.contracts.generated.messages import ServingRequest
from alto_agent.diffusion.alignment.judge import Claim, image_claims, is_shown, video_claims
from alto_agent.diffusion.executor.request_state import RequestState
from alto_agent.diffusion.executor.step_loop import decode, denoise, encode
from alto_agent.diffusion.models.diffusion_model import DiffusionModel
from alto_agent.diffusion.models.load_model import load_model
from alto_agent.diffusion.models.pipeline_folder import resolve_pipeline
from alto_agent.diffusion.parallel.sequence import WholeSequence
from alto_agent.inventory.devices import cpu_name


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


def main() -> None:
    """Three seeds, three sizes of images, three kinds of clips."""
    parser = argparse.ArgumentParser(prog="python -m alto_agent.diffusion.alignment", description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--image", default="builtin/tiny-image")
    parser.add_argument("--video", default="builtin/tiny-video")
    given = parser.parse_args()
    torch.set_num_threads(1)
    seeds = list(range(given.seeds))
    device = torch.device("cpu")
    cases: list[dict[str, Any]] = []
    image = load_model(resolve_pipeline(given.image, Path()), device, "auto")
    for side in (32, 48, 64):
        cases.append(measure(image, image_claims(), side, 1, seeds))
        sys.stderr.write(f"{cases[-1]}\n")
    video = load_model(resolve_pipeline(given.video, Path()), device, "auto")
    for side, frames in ((32, 8), (32, 4), (48, 8)):
        cases.append(measure(video, video_claims(), side, frames, seeds))
        sys.stderr.write(f"{cases[-1]}\n")
    machine = {
        "cpu": cpu_name(),
        "threads": 1,
        "python": platform.python_version(),
        "torch": torch.__version__,
    }
    print(json.dumps({"name": "diffusion-alignment", "cases": cases, "machine": machine}))


if __name__ == "__main__":
    main()
