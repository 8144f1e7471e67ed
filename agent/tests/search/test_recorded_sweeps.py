"""The recorded sweeps that ship: whole, in the format of `alto replay`, as recordings.py describes them."""

import json
import math
import sys
from pathlib import Path
from typing import Any

import pytest

CURVES = Path(__file__).parents[3] / "bench" / "curves"
sys.path.insert(0, str(CURVES))

from recordings import RECORDINGS, Recording  # noqa: E402  # pyright: ignore[reportMissingImports]

RECORDED = [recording for recording in RECORDINGS if (CURVES / f"{recording.name}.jsonl").exists()]


def read(recording: Recording) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    header, *runs = (CURVES / f"{recording.name}.jsonl").read_text("utf-8").splitlines()
    return json.loads(header), [json.loads(line) for line in runs]


def finite(run: dict[str, Any]) -> list[float]:
    return [point["valLoss"] for point in run["points"] if point["valLoss"] is not None]


def test_every_file_is_one_that_the_script_makes_and_they_stay_small() -> None:
    files = list(CURVES.glob("*.jsonl"))
    assert {file.stem for file in files} == {recording.name for recording in RECORDED}
    assert len(RECORDED) == 8
    assert sum(file.stat().st_size for file in files) < 5_000_000


@pytest.mark.parametrize("recording", RECORDED, ids=lambda recording: recording.name)
def test_a_recorded_sweep_is_whole_and_as_described(recording: Recording) -> None:
    header, runs = read(recording)
    assert header["task"] == recording.task
    assert header["trainSamples"] == recording.train_rows
    assert header["epochs"] == recording.epochs
    assert header["evaluationsPerRun"] == recording.evaluations
    names = ("learning_rate", "rank", "batch_size")
    assert [{name: run["params"][name] for name in names} for run in runs] == recording.configurations()
    assert len(runs) >= 60
    assert len({run["config"] for run in runs}) == len(runs)
    for run in runs:
        points, size = run["points"], run["params"]["batch_size"]
        assert len(points) == recording.evaluations
        assert run["totalSteps"] == points[-1]["step"] == recording.samples // size
        assert points[-1]["samples"] == recording.samples
        assert all(point["samples"] == point["step"] * size for point in points)
        steps = [point["step"] for point in points]
        assert steps == sorted(set(steps))
        losses = [point[name] for point in points for name in ("trainLoss", "valLoss")]
        assert all(loss is None or (loss >= 0 and math.isfinite(loss)) for loss in losses)


@pytest.mark.parametrize("recording", RECORDED, ids=lambda recording: recording.name)
def test_a_recorded_sweep_has_good_and_bad_runs(recording: Recording) -> None:
    _, runs = read(recording)
    best = sorted(min(finite(run), default=math.inf) for run in runs)
    assert best[0] < 0.95 * best[len(best) // 2]
    assert best[-1] > 2 * best[0]


def test_over_all_sweeps_runs_overfit_and_diverge() -> None:
    overfit = diverged = 0
    for recording in RECORDED:
        for run in read(recording)[1]:
            val = [point["valLoss"] or math.inf for point in run["points"]]
            train = [point["trainLoss"] or math.inf for point in run["points"]]
            overfit += val[-1] > 1.2 * min(val) and train[-1] < min(val)
            diverged += val[-1] > 1.1 * min(val) and train[-1] > 1.1 * min(train)
    assert overfit >= 10
    assert diverged >= 10
