"""Records the sweeps of recordings.py by training them: `python bench/curves/record.py [NAME …]`.

Writes bench/curves/<task>-<schedule>.jsonl in the input format of `alto replay`: a header, then a line per
run. Losses are the measured ones with five significant digits, null where they are not finite.
"""

import argparse
import json
import math
import os
import time
from collections import defaultdict
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
from alto_agent.tuning.data.load_run_data import load_run_data
from alto_agent.tuning.executor.spec import AdapterSpec
from alto_agent.tuning.models.load_tokenizer import load_tokenizer
from alto_agent.tuning.models.resolve_model import resolve_model
from batched_trainer import BatchedTrainer, Point
from recordings import RECORDINGS, Recording

HERE = Path(__file__).parent
ROWS_AT_ONCE = 96


def record(recording: Recording) -> None:
    """Trains one sweep and writes its file when all of it is there."""
    started = time.process_time()
    model = resolve_model("builtin/tiny-llama", data_dir=HERE, allow_hub=False)
    loaded = load_run_data(
        f"builtin/{recording.task}",
        load_tokenizer(model.path),
        base_dir=HERE,
        max_length=128,
        held_out=recording.held_out,
    )
    train, validation = loaded.data.train[: recording.train_rows], loaded.data.validation
    assert len(train) == recording.train_rows
    groups: dict[tuple[int, bool], list[AdapterSpec]] = defaultdict(list)
    for number, params in enumerate(recording.configurations()):
        size = int(params["batch_size"])
        # Padding a small rank to 32 costs more than a group of its own.
        groups[size, params["rank"] > 8].append(
            AdapterSpec(
                run_id=f"{recording.name}-{number:02d}",
                rank=int(params["rank"]),
                alpha=2.0 * params["rank"],
                learning_rate=params["learning_rate"],
                batch_size=size,
                lr_scheduler=recording.schedule,  # type: ignore[arg-type]
                total_steps=recording.samples // size,
                seed=recording.seed * 1000 + number,
            )
        )
    lines: list[tuple[str, str]] = []
    for (size, _), specs in sorted(groups.items()):
        at_once = max(1, ROWS_AT_ONCE // size)
        for start in range(0, len(specs), at_once):
            part = specs[start : start + at_once]
            curves = BatchedTrainer(model.path, part).train(train, validation, recording.evaluations)
            lines += [(spec.run_id, _line(spec, curve)) for spec, curve in zip(part, curves, strict=True)]
            print(
                f"{recording.name}: {len(lines)} runs, {time.process_time() - started:.0f} CPU s", flush=True
            )
    header = {
        "task": recording.task,
        "trainSamples": recording.train_rows,
        "epochs": recording.epochs,
        "evaluationsPerRun": recording.evaluations,
        "schedule": recording.schedule,
        "method": recording.method,
        "seed": recording.seed,
    }
    text = "\n".join([json.dumps(header), *(line for _, line in sorted(lines))]) + "\n"
    (HERE / f"{recording.name}.jsonl").write_text(text, "utf-8")


def _line(spec: AdapterSpec, curve: list[Point]) -> str:
    return json.dumps(
        {
            "config": spec.run_id,
            "params": {
                "learning_rate": spec.learning_rate,
                "rank": spec.rank,
                "batch_size": spec.batch_size,
                "alpha": spec.alpha,
                "lr_scheduler": spec.lr_scheduler,
                "seed": spec.seed,
            },
            "totalSteps": spec.total_steps,
            "points": [
                {
                    "step": point.step,
                    "samples": point.samples,
                    "trainLoss": _rounded(point.train_loss),
                    "valLoss": _rounded(point.val_loss),
                }
                for point in curve
            ],
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
