"""How often the built-in image and video models show what a prompt says, by a detector of shapes and colours.

A fixed list of prompts, three seeds, several sizes and numbers of frames, one thread. The last line of standard
output is one JSON object; `--out FILE` writes it too.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from pathlib import Path
from typing import Any

import torch
from alto_agent.diffusion.alignment.judge import image_claims, video_claims
from alto_agent.diffusion.alignment.measure import measure
from alto_agent.diffusion.models.load_model import load_model
from alto_agent.diffusion.models.pipeline_folder import resolve_pipeline
from alto_agent.inventory.devices import cpu_name

CASES = (
    ("image", 32, 1),
    ("image", 48, 1),
    ("image", 64, 1),
    ("video", 32, 8),
    ("video", 32, 4),
    ("video", 48, 8),
)


def main() -> None:
    """Every case with every seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    torch.set_num_threads(1)
    models = {
        kind: load_model(
            resolve_pipeline(f"builtin/tiny-{kind}", Path()),
            torch.device("cpu"),
            "auto",
        )
        for kind in ("image", "video")
    }
    cases: list[dict[str, Any]] = []
    for kind, side, frames in CASES:
        claims = image_claims() if kind == "image" else video_claims()
        cases.append(
            measure(models[kind], claims, side, frames, list(range(given.seeds)))
        )
        sys.stderr.write(
            f"{kind} {side} x {side}, {frames} frames: {cases[-1]['aligned']}\n"
        )
    machine = {
        "cpu": cpu_name(),
        "threads": 1,
        "python": platform.python_version(),
        "torch": torch.__version__,
    }
    report = json.dumps(
        {"name": "diffusion-alignment", "cases": cases, "machine": machine}
    )
    if given.out:
        given.out.write_text(f"{report}\n", encoding="utf-8")
    print(report)


if __name__ == "__main__":
    main()
