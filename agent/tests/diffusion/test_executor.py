import asyncio
from pathlib import Path

import pytest
from PIL import Image

from alto_agent.contracts.generated.messages import (
    CancelRequest,
    ExecutorEvent,
    ForgetRequest,
    PauseOrder,
    ProbedShape,
    RequestPreview,
    ServingProfileEvent,
    UnitEnded,
)
from alto_agent.diffusion.executor.step_loop import decode
from alto_agent.diffusion.executor.write_result import write_mp4

from .a_group import Talk, start_order, talking
from .random_models import a_request, alone, loaded, random_folder


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_folder(tmp_path_factory.mktemp("models") / "image", "image")


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_folder(tmp_path_factory.mktemp("models") / "video", "video")


def test_requests_go_through_their_stages_and_everything_asked_for_happens_at_a_boundary(
    image: Path, video: Path, tmp_path: Path
) -> None:
    async def scenario() -> None:
        shapes = [
            ProbedShape(kind="image", width=32, height=40, frames=1, batches=[1, 2], degrees=[1]),
            ProbedShape(kind="video", width=32, height=40, frames=4, batches=[1], degrees=[1]),
        ]
        async with talking(tmp_path, image=image, video=video, probe=shapes) as talk:
            first = next(one for one in talk.events if isinstance(one, ServingProfileEvent))
            assert [(row.resolution, row.batch) for row in first.profile.image] == [
                ("32x40", 1),
                ("32x40", 2),
            ]
            assert [(row.frames, row.sp) for row in first.profile.video] == [(4, 1)]

            # Two images share the steps that both still need; each is a PNG of its size.
            a, b = a_request("a", steps=4), a_request("b", steps=4, seed=6)
            await talk.ended(talk.order([0], "encode", a, b))
            await talk.ended(talk.order([0], "denoise", a, steps=2))
            assert (await talk.ended(talk.order([0], "denoise", a, b, preview_every=1))).reason == "done"
            await talk.ended(talk.order([0], "decode", a, b))
            for name in ("a", "b"):
                result = await talk.outcome(name)
                assert (result.state, result.media_type) == ("done", "image/png")
                with Image.open(tmp_path / "artifacts" / str(result.path)) as picture:
                    assert picture.size == (32, 40)
            assert any(isinstance(one, RequestPreview) for one in talk.events)

            # A video gives way to an image and goes on; its clip is the one that nothing interrupted.
            clip = a_request("v", "video", steps=30)
            await talk.ended(talk.order([0], "encode", clip))
            order = talk.order([0], "denoise", clip)
            image_order = talk.order([0], "encode", a_request("c"))
            assert (await talk.ended(order)).reason == "replaced"
            await talk.ended(image_order)
            await talk.until(lambda: len(talk.parked("v")) == 1)
            parked = talk.parked("v")[0]
            assert (tmp_path / "artifacts" / parked.path).stat().st_size == parked.bytes
            order = talk.order([0], "denoise", clip)
            talk.group.pause_order(PauseOrder(executor_id="x", order_id=order))
            assert (await talk.ended(order)).reason == "paused"
            assert (await talk.ended(talk.order([0], "denoise", clip))).reason == "done"
            await talk.ended(talk.order([0], "decode", clip))
            result = await talk.outcome("v")
            model = loaded(video)
            write_mp4(tmp_path / "alone.mp4", decode(model, alone(model, clip)), model.rules.fps)
            assert (tmp_path / "artifacts" / str(result.path)).read_bytes() == (
                tmp_path / "alone.mp4"
            ).read_bytes()
            await talk.until(lambda: not (tmp_path / "artifacts" / parked.path).exists())

            # Steps of one request are done once each, whatever came between.
            steps = [
                one.requests[0].steps_done
                for one in talk.events
                if isinstance(one, UnitEnded) and one.stage == "denoise" and one.requests[0].request_id == "v"
            ]
            assert steps == list(range(1, 31))

            # What was cancelled is gone: going on with it is refused.
            c = a_request("c")
            talk.group.cancel_request(CancelRequest(executor_id="x", request_id="c", attempt=1))
            assert (await talk.outcome("c")).state == "cancelled"
            assert (await talk.ended(talk.order([0], "denoise", c))).reason == "failed"
            assert (await talk.outcome("c")).reason == "state-lost"

            # An order that crossed the end of its stage on the way changes nothing.
            d = a_request("d", steps=1)
            await talk.ended(talk.order([0], "encode", d))
            await talk.ended(talk.order([0], "denoise", d))
            assert (await talk.ended(talk.order([0], "denoise", d))).reason == "done"

            wrong = a_request("e", width=33)
            assert (await talk.ended(talk.order([0], "encode", wrong))).reason == "failed"
            assert "multiples of 8" in str((await talk.outcome("e")).message)

            # The end parks what is held.
            talk.group.stop()
            assert await talk.running is None
            assert talk.parked("d")

    asyncio.run(scenario())


def test_a_video_whose_executor_died_goes_on_from_its_last_parked_step(video: Path, tmp_path: Path) -> None:
    clip = a_request("v", "video", steps=400)

    async def first_life() -> None:
        async with talking(tmp_path, video=video) as talk:
            await talk.ended(talk.order([0], "encode", clip))
            talk.order([0], "denoise", clip, park_every=2)
            await talk.until(lambda: len(talk.parked("v")) >= 2)
            talk.group.kill()
            assert "killed" in str(await talk.running)
            assert [(one.request_id, one.reason) for one in talk.group.lost("It died.")] == [
                ("v", "executor-died")
            ]
            parked.append(talk.parked("v")[-1].path)

    async def second_life() -> None:
        again = a_request("v", "video", steps=400, attempt=2, restore=parked[0])
        async with talking(tmp_path, video=video) as talk:
            await talk.ended(talk.order([0], "denoise", again, steps=1))
            unit = next(one for one in talk.events if isinstance(one, UnitEnded))
            assert unit.requests[0].steps_done > 2
            assert unit.requests[0].attempt == 2

    parked: list[str] = []
    asyncio.run(first_life())
    asyncio.run(second_life())


def test_what_was_forgotten_goes_on_from_the_newest_state_on_disk(video: Path, tmp_path: Path) -> None:
    asked = a_request("v", "video", steps=9)

    async def scenario() -> None:
        async with talking(tmp_path, video=video) as talk:
            await talk.ended(talk.order([0], "encode", asked))
            await talk.ended(talk.order([0], "denoise", asked, steps=2, park_every=2))
            await talk.until(lambda: bool(talk.parked("v")))
            stored = asked.model_copy(update={"restore": talk.parked("v")[0].path})
            held = await talk.ended(talk.order([0], "denoise", stored, steps=3))
            assert held.requests[0].steps_done == 5
            talk.group.forget_request(ForgetRequest(executor_id="x", request_id="v", attempt=1))
            back = await talk.ended(talk.order([0], "denoise", stored, steps=1))
            assert back.requests[0].steps_done == 3

    asyncio.run(scenario())


def test_a_model_that_does_not_load_ends_the_executor_with_one_sentence(image: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        talk = Talk(start_order(video=image, ranks=2), tmp_path)
        assert await talk.running is None
        ends = [one for one in talk.events if isinstance(one, ExecutorEvent) and one.state == "ended"]
        assert [(one.fault, "makes images" in str(one.message)) for one in ends] == [("bad-input", True)]

    asyncio.run(scenario())
