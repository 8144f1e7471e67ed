"""Pipelines of diffusers through our step loop make what diffusers makes."""

from pathlib import Path
from typing import Any

import pytest
import torch

from alto_agent.diffusion.executor.request_state import RequestState
from alto_agent.diffusion.executor.step_loop import decode, denoise, encode
from alto_agent.diffusion.models.describe_pipeline import describe_pipeline
from alto_agent.diffusion.models.pipeline_folder import resolve_pipeline
from alto_agent.diffusion.parallel.sequence import WholeSequence

from .random_models import Kind, a_request, loaded
from .random_pipelines import class_of, sd3, wan

GREY_LEVELS = 1
"""Of 255: both round to bytes."""


@pytest.mark.parametrize("kind", ["image", "video"])
def test_the_picture_is_that_of_diffusers_own_loop(kind: Kind, tmp_path: Path) -> None:
    import diffusers

    folder = (sd3 if kind == "image" else wan)(tmp_path / "pipeline")
    frames = 1 if kind == "image" else 5
    request = a_request("r", kind, width=48, height=64, frames=frames, steps=4, guidance=4.0)
    model = loaded(folder)
    state = RequestState(request)
    encode(model, [state])
    noise = state.latent
    assert noise is not None
    while state.stage == "denoise":
        denoise(model, [state], WholeSequence())
    ours = decode(model, state)

    pipe: Any = getattr(diffusers, class_of(folder)).from_pretrained(folder)
    asked: dict[str, Any] = {
        "prompt": request.prompt,
        "width": 48,
        "height": 64,
        "num_inference_steps": 4,
        "guidance_scale": 4.0,
        "output_type": "pt",
    }
    if kind == "image":
        theirs = pipe(**asked, latents=noise.squeeze(1)[None]).images
    else:
        theirs = pipe(**asked, num_frames=frames, latents=noise[None], negative_prompt="").frames[0]
    theirs = (theirs * 255).round().permute(0, 2, 3, 1)
    assert theirs.shape == ours.shape
    assert (theirs - ours).abs().max() <= GREY_LEVELS
    assert theirs.std() > 10


def test_a_batch_of_pictures_is_that_of_single_ones(tmp_path: Path) -> None:
    model = loaded(sd3(tmp_path / "pipeline"))
    requests = [a_request(f"r{seed}", width=64, height=64, steps=3, seed=seed) for seed in range(2)]
    together = [RequestState(request) for request in requests]
    encode(model, together)
    for _ in range(3):
        denoise(model, together, WholeSequence())
    for state in together:
        single = RequestState(state.request)
        encode(model, [single])
        while single.stage == "denoise":
            denoise(model, [single], WholeSequence())
        assert single.latent is not None
        torch.testing.assert_close(state.latent, single.latent, atol=1e-4, rtol=1e-4)


def test_what_a_pipeline_takes_is_known_without_its_weights(tmp_path: Path) -> None:
    rules = describe_pipeline(resolve_pipeline(str(sd3(tmp_path / "sd3")), tmp_path))
    assert (rules.kind, rules.size_multiple, rules.max_size) == ("image", 16, 256)
    rules = describe_pipeline(resolve_pipeline(str(wan(tmp_path / "wan")), tmp_path))
    assert (rules.kind, rules.size_multiple, rules.frame_multiple, rules.frame_offset) == ("video", 16, 4, 1)
