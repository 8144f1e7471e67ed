from typing import Any, Literal

import pytest

from alto_agent.contracts.generated.messages import (
    ImageTimes,
    MeasuredProfile,
    RequestProgress,
    RunRequests,
    UnitEnded,
    VideoTimes,
)
from alto_agent.executors.learned_profile import REPORT_SECONDS, LearnedProfile

from .random_models import a_request

Stage = Literal["encode", "denoise", "decode"]
PROBED = MeasuredProfile(
    image=[ImageTimes(resolution="32x40", batch=1, step_ms=100, encode_ms=10, decode_ms=20)],
    video=[
        VideoTimes(resolution="32x40", frames=4, sp=1, step_ms=200, encode_ms=10, decode_ms=40),
        VideoTimes(resolution="32x40", frames=4, sp=2, step_ms=120, encode_ms=10, decode_ms=40),
    ],
    switch_ms=3,
    resume_ms=4,
)


def unit(
    kind: Any, stage: Stage, took: float, ranks: int = 1, batch: int = 1
) -> tuple[RunRequests, UnitEnded]:
    requests = [a_request(f"r{number}", kind) for number in range(batch)]
    order = RunRequests(
        executor_id="x",
        order_id="o",
        ranks=list(range(ranks)),
        stage=stage,
        steps=None,
        requests=requests,
        preview_every=0,
        park_every=0,
    )
    progress = [RequestProgress(request_id=one.request_id, attempt=1, steps_done=1) for one in requests]
    ended = UnitEnded(
        order_id="o", stage=stage, ranks=order.ranks, requests=progress, start_ms=0, end_ms=took
    )
    return order, ended


def test_real_steps_move_the_row_of_their_width_and_no_other() -> None:
    learned = LearnedProfile()
    learned.begin(PROBED)
    for _ in range(200):
        learned.learn(*unit("video", "denoise", 150, ranks=2))
    profile = learned.profile()
    assert [row.step_ms for row in profile.video] == [200, pytest.approx(150, rel=0.01)]
    assert profile.image == PROBED.image
    assert (profile.switch_ms, profile.resume_ms) == (3, 4)


def test_the_decode_of_a_video_counts_for_all_its_degrees() -> None:
    learned = LearnedProfile()
    learned.begin(PROBED)
    learned.learn(*unit("video", "decode", 50))
    assert {row.decode_ms for row in learned.profile().video} == {41}


def test_one_pause_of_the_machine_teaches_little() -> None:
    learned = LearnedProfile()
    learned.begin(PROBED)
    learned.learn(*unit("image", "denoise", 1_000_000))
    assert learned.profile().image[0].step_ms == pytest.approx(110)


def test_a_shape_that_nobody_probed_has_a_row_once_all_its_stages_were_seen() -> None:
    learned = LearnedProfile()
    stages: list[Stage] = ["encode", "denoise", "decode"]
    for stage in stages:
        assert learned.profile().image == []
        learned.learn(*unit("image", stage, 7, batch=2))
    assert [(row.batch, row.step_ms) for row in learned.profile().image] == [(2, 7)]


def test_it_is_told_now_and_then_and_only_when_there_is_something_new() -> None:
    learned = LearnedProfile()
    learned.begin(PROBED)
    assert learned.due(1000) is None
    learned.learn(*unit("image", "denoise", 90))
    assert learned.due(1000) is not None
    learned.learn(*unit("image", "denoise", 90))
    assert learned.due(1000 + REPORT_SECONDS - 1) is None
    assert learned.due(1000 + REPORT_SECONDS) is not None
    assert learned.due(1000 + 2 * REPORT_SECONDS) is None
