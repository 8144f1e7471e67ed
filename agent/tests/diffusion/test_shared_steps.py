"""Two and four processes share the steps of a request; the picture is the one that a single process makes."""

import asyncio
import random
from pathlib import Path

import pytest
import torch

from alto_agent.contracts.generated.messages import ServingRequest
from alto_agent.diffusion.executor.parked_state import read_parked

from .a_group import Talk, talking
from .random_models import a_request, alone, loaded, random_folder
from .random_pipelines import sd3, wan

TOLERANCE = 2e-4
"""Of latents with deviation 1 or more: sums in another order differ in their last bits, step after step."""


async def any_way(talk: Talk, request: ServingRequest, seed: int, degrees: list[int], data_dir: Path) -> None:
    """Steps in random portions on random ranks, with pauses in between; then the latent is compared."""
    chance = random.Random(seed)
    count = len(talk.group.order.devices)
    await talk.ended(talk.order([chance.randrange(count)], "encode", request))
    left = request.steps
    while left > 0:
        steps = min(left, chance.randint(1, 3))
        ranks = chance.sample(range(count), chance.choice(degrees))
        await talk.ended(talk.order(ranks, "denoise", request, steps=steps, park_every=100))
        left -= steps
    await talk.until(lambda: any(one.stage == "decode" for one in talk.parked(request.request_id)))


@pytest.mark.parametrize("ranks", [2, 4])
def test_any_schedule_of_pauses_moves_and_degrees_gives_the_same_latent(ranks: int, tmp_path: Path) -> None:
    # Eight heads are shared by Ulysses; two heads among four ranks, and three among two, by ring attention.
    image = random_folder(tmp_path / "image", "image", heads=2 if ranks == 4 else 3)
    video = random_folder(tmp_path / "video", "video")
    # 20 positions do not divide by 8: some ranks carry padding.
    requests = [
        a_request("a", "image", steps=7),
        a_request("b", "video", steps=7, width=40),
        a_request("c", "video", steps=5, frames=8, seed=9),
    ]

    async def scenario() -> None:
        degrees = [1, 2] if ranks == 2 else [1, 2, 4]
        async with talking(tmp_path, image=image, video=video, ranks=ranks) as talk:
            for seed, request in enumerate(requests):
                await any_way(talk, request, seed, degrees, tmp_path)

    asyncio.run(scenario())
    compare(tmp_path, {"image": image, "video": video}, requests)


def test_pipelines_of_diffusers_share_their_steps_too(tmp_path: Path) -> None:
    image, video = sd3(tmp_path / "sd3"), wan(tmp_path / "wan")
    requests = [
        a_request("a", "image", steps=3, width=48, height=64),
        a_request("b", "video", steps=3, width=48, height=32, frames=5),
    ]

    async def scenario() -> None:
        async with talking(tmp_path, image=image, video=video, ranks=2) as talk:
            for request in requests:
                await any_way(talk, request, 3, [2], tmp_path)

    asyncio.run(scenario())
    compare(tmp_path, {"image": image, "video": video}, requests)


def compare(data_dir: Path, models: dict[str, Path], requests: list[ServingRequest]) -> None:
    for request in requests:
        path = data_dir / "artifacts" / "requests" / request.request_id / "parked-1.safetensors"
        reached = read_parked(path, request, torch.device("cpu")).latent
        expected = alone(loaded(models[request.kind]), request).latent
        assert reached is not None
        assert expected is not None
        torch.testing.assert_close(reached, expected, atol=TOLERANCE, rtol=TOLERANCE)
