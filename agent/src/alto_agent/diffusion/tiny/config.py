"""Sizes of a built-in model; `config.json` in its folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

PIPELINE_NAME = "AltoTinyPipeline"


@dataclass(frozen=True)
class TinyConfig:
    """`heads` divides by 8, so that every SP degree up to 8 can split them."""

    kind: Literal["image", "video"]
    width: int = 128
    heads: int = 8
    layers: int = 7
    text_layers: int = 1
    latent_channels: int = 16
    guidance: float = 3.0
    steps: int = 20
    fps: int = 8

    def save(self, folder: Path) -> None:
        """Writes `config.json`, and the file by which a pipeline is known."""
        index = {"_class_name": PIPELINE_NAME}
        for name, content in (("config.json", asdict(self)), ("model_index.json", index)):
            (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")

    @staticmethod
    def load(folder: Path) -> TinyConfig:
        """Raises `OSError`, `ValueError` or `TypeError` where the file is not one of ours."""
        return TinyConfig(**json.loads((folder / "config.json").read_text(encoding="utf-8")))


PIXELS_PER_LATENT = 8
"""Side of the square of pixels that one latent position stands for."""
