"""What the built-in models show is what their prompts say; the detector is tried on drawings first."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from alto_agent.diffusion.alignment.judge import Claim, image_claims, is_shown, video_claims
from alto_agent.diffusion.alignment.measure import generate
from alto_agent.diffusion.models.load_model import load_model
from alto_agent.diffusion.models.pipeline_folder import BUILTIN, resolve_pipeline
from alto_agent.diffusion.train.scenes import DIRECTIONS, RELATIONS, Scene, SceneSource, draw

MOST_BYTES = 10_000_000


def drawn(scene: Scene, side: int, frames: int) -> Tensor:
    pixels = ((draw(scene, side, side, frames) + 1) * 127.5).round().to(torch.uint8)
    return pixels.permute(0, 2, 3, 1)


def claim_of(scene: Scene) -> Claim:
    words = f" {scene.prompt} "
    relation = next((one for one in RELATIONS if f" {one} " in words), None)
    moves = next((one for one in DIRECTIONS if words.endswith(f"moving {one} ")), None)
    things = tuple((thing.colour, thing.shape) for thing in scene.things)
    return Claim(scene.prompt, things, moves or relation)


@pytest.mark.parametrize("side", [32, 48, 64])
def test_the_detector_sees_what_was_drawn_and_nothing_else(side: int) -> None:
    source = SceneSource(side)
    for draws, frames in ((source.picture, 1), (source.clip, 4)):
        scenes = [draws() for _ in range(40)]
        claims = [claim_of(scene) for scene in scenes]
        pictures = [drawn(scene, side, frames) for scene in scenes]
        for claim, picture in zip(claims, pictures, strict=True):
            assert is_shown(claim, picture), claim.prompt
        for claim, same, other in zip(
            claims, claims[1:] + claims[:1], pictures[1:] + pictures[:1], strict=True
        ):
            means_the_same = (claim.things, claim.relation) == (same.things, same.relation)
            assert is_shown(claim, other) == means_the_same, f"{claim.prompt} / {same.prompt}"


def test_the_weights_of_both_models_are_small() -> None:
    assert sum(file.stat().st_size for file in BUILTIN.rglob("*.safetensors")) <= MOST_BYTES


@pytest.mark.parametrize(("kind", "frames", "count"), [("image", 1, 10), ("video", 4, 5)])
def test_built_in_models_show_what_a_prompt_says(kind: str, frames: int, count: int) -> None:
    """A sample of the list that `npm run bench:diffusion-alignment` measures, with a fixed seed."""
    model = load_model(resolve_pipeline(f"builtin/tiny-{kind}", Path()), torch.device("cpu"), "auto")
    claims = image_claims() if kind == "image" else video_claims()
    sample = claims[:: len(claims) // count][:count]
    missed = [one.prompt for one in sample if not is_shown(one, generate(model, one.prompt, 32, frames, 1))]
    assert len(missed) <= len(sample) // 5, missed
