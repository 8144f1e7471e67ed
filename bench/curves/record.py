"""Records the sweeps of recordings.py by training them: `python bench/curves/record.py [NAME …]`.

Writes bench/curves/<task>-<schedule>.jsonl in the input format of `alto replay`: a header, then a line per
run. All runs of a sweep train side by side in the training executor, each to its end. Losses are the measured
ones with five significant digits, null where they are not finite. A sweep takes some minutes of one core.
"""

import argparse
import json
import math
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
from alto_agent.tuning.data.load_run_data import load_run_data
from alto_agent.tuning.executor.executor import TrainingExecutor
from alto_agent.tuning.executor.spec import AdapterSpec, RunData
from alto_agent.tuning.models.load_tokenizer import load_tokenizer
from alto_agent.tuning.models.resolve_model import resolve_model
from recordings import RECORDINGS, Recording
from transformers import AutoModelForCausalLM

HERE = Path(__file__).parent


@dataclass
class Curve:
    """What one run has shown so far. `since` holds the training losses after the last evaluation."""

    spec: AdapterSpec
    marks: list[int]
    points: list[dict[str, float | int | None]] = field(default_factory=list)
    since: list[float] = field(default_factory=list)

    def add(self, step: int, val_loss: float) -> None:
        """An evaluation, with the mean training loss of the steps since the one before."""
        train_loss = sum(self.since) / len(self.since) if self.since else math.nan
        self.points.append(
            {
                "step": step,
                "samples": step * self.spec.batch_size,
                "trainLoss": _rounded(train_loss),
                "valLoss": _rounded(val_loss),
            }
        )
        self.since.clear()


def record(recording: Recording) -> None:
    """Trains one sweep and writes its file when all of it is there."""
    started = time.process_time()
    model = resolve_model("builtin/tiny-llama", data_dir=HERE, allow_hub=False)
    loaded = load_run_data(
        f"builtin/{recording.task}",
        load_tokenizer(model.path),
        base_dir=HERE,
        max_length=128,
        objective=recording.objective,
        held_out=recording.held_out,
    )
    data = RunData(loaded.data.train[: recording.train_rows], loaded.data.validation)
    if len(data.train) != recording.train_rows:
        raise ValueError(
            f"{recording.name}: there are only {len(data.train)} rows to train on"
        )
    curves = {
        spec.run_id: Curve(spec, _marks(spec, recording)) for spec in _specs(recording)
    }
    with TrainingExecutor(AutoModelForCausalLM.from_pretrained(model.path)) as executor:
        for curve in curves.values():
            executor.join(curve.spec, data)
        while executor.run_ids:
            report = executor.step()
            for run_id, fault in report.faults.items():
                for mark in curves[run_id].marks[len(curves[run_id].points) :]:
                    curves[run_id].add(mark, math.nan)
                executor.leave(run_id)
                print(f"{run_id}: {fault.message}", flush=True)
            due = [
                run_id
                for run_id, one in report.runs.items()
                if _note(curves[run_id], one.step, one.train_loss)
            ]
            evaluations = executor.evaluate(due) if due else {}
            for run_id in due:
                curve, step = curves[run_id], report.runs[run_id].step
                curve.add(
                    step,
                    evaluations[run_id].val_loss if run_id in evaluations else math.nan,
                )
                if step == curve.spec.total_steps:
                    executor.leave(run_id)
                    seconds = time.process_time() - started
                    print(
                        f"{recording.name}: {len(executor.run_ids)} runs left, {seconds:.0f} CPU s",
                        flush=True,
                    )
    header = {
        "task": recording.task,
        "trainSamples": recording.train_rows,
        "epochs": recording.epochs,
        "evaluationsPerRun": recording.evaluations,
        "schedule": recording.schedule,
        "method": recording.method,
        "objective": recording.objective,
        "seed": recording.seed,
    }
    text = (
        "\n".join([json.dumps(header), *(_line(curve) for curve in curves.values())])
        + "\n"
    )
    (HERE / f"{recording.name}.jsonl").write_text(text, "utf-8")


def _specs(recording: Recording) -> list[AdapterSpec]:
    return [
        AdapterSpec(
            run_id=f"{recording.name}-{number:02d}",
            rank=params["rank"],
            alpha=2.0 * params["rank"],
            learning_rate=params["learning_rate"],
            batch_size=params["batch_size"],
            lr_scheduler=recording.schedule,
            total_steps=recording.samples // params["batch_size"],
            seed=recording.seed * 1000 + number,
            objective=recording.objective,
        )
        for number, params in enumerate(recording.configurations())
    ]


def _marks(spec: AdapterSpec, recording: Recording) -> list[int]:
    """The steps after which a run is evaluated: equal shares of its training."""
    count = recording.evaluations
    return [round(spec.total_steps * (i + 1) / count) for i in range(count)]


def _note(curve: Curve, step: int, train_loss: float) -> bool:
    """Keeps a step's loss; says whether an evaluation is due."""
    curve.since.append(train_loss)
    return step == curve.marks[len(curve.points)]


def _line(curve: Curve) -> str:
    spec = curve.spec
    params = {
        name: getattr(spec, name)
        for name in ("learning_rate", "rank", "batch_size", "alpha", "lr_scheduler")
    }
    return json.dumps(
        {
            "config": spec.run_id,
            "params": params,
            "totalSteps": spec.total_steps,
            "points": curve.points,
        },
        separators=(",", ":"),
    )


def _rounded(loss: float) -> float | None:
    return float(f"{loss:.5g}") if math.isfinite(loss) else None


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="recordings to make (default: all)")
    wanted = parser.parse_args().names
    unknown = set(wanted) - {recording.name for recording in RECORDINGS}
    if unknown:
        parser.error(f"there is no recording {', '.join(sorted(unknown))}")
    torch.set_num_threads(1)
    for recording in RECORDINGS:
        if not wanted or recording.name in wanted:
            record(recording)


if __name__ == "__main__":
    main()
