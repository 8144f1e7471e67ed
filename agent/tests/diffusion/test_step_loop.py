from pathlib import Path

import av
import pytest
import torch
from PIL import Image

from alto_agent.diffusion.executor.parked_state import read_parked, write_parked
from alto_agent.diffusion.executor.request_state import RequestState
from alto_agent.diffusion.executor.step_loop import decode, denoise, encode, glimpse
from alto_agent.diffusion.executor.write_result import write_mp4, write_png
from alto_agent.diffusion.models.diffusion_model import DiffusionModel
from alto_agent.diffusion.parallel.sequence import WholeSequence

from .random_models import a_request, alone, loaded, random_folder

WHOLE = WholeSequence()
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> DiffusionModel:
    return loaded(random_folder(tmp_path_factory.mktemp("models") / "image", "image"))


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> DiffusionModel:
    return loaded(random_folder(tmp_path_factory.mktemp("models") / "video", "video"))


def latent(state: RequestState) -> torch.Tensor:
    assert state.latent is not None
    return state.latent


def test_a_pause_through_the_disk_after_any_step_changes_no_bit(
    video: DiffusionModel, tmp_path: Path
) -> None:
    request = a_request("v", "video", steps=4)
    straight = alone(video, request)
    for pause in range(4):
        state = RequestState(request)
        encode(video, [state])
        for _ in range(pause):
            denoise(video, [state], WHOLE)
        size = write_parked(tmp_path / "parked.safetensors", state)
        assert size == (tmp_path / "parked.safetensors").stat().st_size
        state = read_parked(tmp_path / "parked.safetensors", request, CPU)
        assert (state.stage, state.steps_done) == ("denoise", pause)
        while state.stage == "denoise":
            denoise(video, [state], WHOLE)
        assert torch.equal(latent(state), latent(straight))


def test_requests_that_join_and_leave_a_batch_at_different_steps_get_their_own_picture(
    image: DiffusionModel,
) -> None:
    early, late = a_request("e", seed=1, steps=6), a_request("l", seed=2, steps=4, prompt="a blue square")
    first, second = RequestState(early), RequestState(late)
    encode(image, [first, second])
    denoise(image, [first], WHOLE)
    while first.stage == "denoise" and second.stage == "denoise":
        denoise(image, [first, second], WHOLE)
    for state in (first, second):
        while state.stage == "denoise":
            denoise(image, [state], WHOLE)
    for state, request in ((first, early), (second, late)):
        torch.testing.assert_close(latent(state), latent(alone(image, request)), atol=1e-4, rtol=1e-4)


def test_the_same_seed_gives_the_same_file_and_another_seed_another(
    image: DiffusionModel, tmp_path: Path
) -> None:
    files: list[bytes] = []
    for number, seed in enumerate((3, 3, 4)):
        path = tmp_path / f"{number}.png"
        assert write_png(path, decode(image, alone(image, a_request("i", seed=seed)))[0]) > 0
        files.append(path.read_bytes())
    assert files[0] == files[1] != files[2]
    with Image.open(tmp_path / "0.png") as picture:
        assert picture.size == (32, 40)


def test_a_clip_is_an_mp4_with_every_frame_and_the_same_bytes_each_time(
    video: DiffusionModel, tmp_path: Path
) -> None:
    frames = decode(video, alone(video, a_request("v", "video", frames=8)))
    for name in ("one", "two"):
        write_mp4(tmp_path / f"{name}.mp4", frames, fps=8)
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()
    with av.open(tmp_path / "one.mp4") as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height) == ("h264", 32, 40)
        assert sum(1 for _ in container.decode(video=0)) == 8


def test_tiles_give_the_whole_picture_away_from_their_seams(image: DiffusionModel) -> None:
    state = alone(image, a_request("large", width=128, height=96, steps=1))
    whole, tiled = decode(image, state), decode(image, state, tile=10)
    assert tiled.shape == whole.shape == (1, 96, 128, 3)
    difference = (whole.int() - tiled.int()).abs().float()
    # Random weights make the worst decoder there can be; a trained one differs by less than a grey level.
    assert difference.mean() < 4
    assert difference[:, :16, :32].max() == 0


def test_a_preview_is_small_however_large_the_request(image: DiffusionModel) -> None:
    state = RequestState(a_request("large", width=128, height=64))
    encode(image, [state])
    picture = glimpse(image, denoise(image, [state], WHOLE)[0])
    assert picture.shape == (64, 128, 3)
    state = RequestState(a_request("larger", width=512, height=256))
    encode(image, [state])
    assert glimpse(image, denoise(image, [state], WHOLE)[0]).shape == (64, 128, 3)


def test_a_state_that_is_cut_off_or_another_requests_is_refused_with_a_sentence(
    image: DiffusionModel, tmp_path: Path
) -> None:
    state = RequestState(a_request("mine"))
    encode(image, [state])
    path = tmp_path / "parked.safetensors"
    write_parked(path, state)
    with pytest.raises(ValueError, match="belongs to the request mine"):
        read_parked(path, a_request("yours"), CPU)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match="cannot be read"):
        read_parked(path, a_request("mine"), CPU)
    with pytest.raises(ValueError, match="cannot be read"):
        read_parked(tmp_path / "gone.safetensors", a_request("mine"), CPU)
