"""`python -m alto_agent.diffusion.train {autoencoder,image,video}`: the built-in models, from nothing.

In this order; all three together take about half an hour on one core.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from alto_agent.diffusion.tiny.config import TinyConfig
from alto_agent.diffusion.tiny.folder import (
    BUILTIN,
    load_autoencoder,
    load_text_encoder,
    load_transformer,
    save_part,
)
from alto_agent.diffusion.train.train_autoencoder import train_autoencoder
from alto_agent.diffusion.train.train_transformer import TextAndTransformer, train_transformer

_STEPS = {"autoencoder": 3000, "image": 3200, "video": 900}


def main() -> None:
    """Writes into the package, or into `--out`."""
    parser = argparse.ArgumentParser(prog="python -m alto_agent.diffusion.train", description=__doc__)
    parser.add_argument("part", choices=list(_STEPS))
    parser.add_argument("--steps", type=int, default=None)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=BUILTIN)
    given = parser.parse_args()
    torch.set_num_threads(1)
    steps = given.steps or _STEPS[given.part]
    image, video = given.out / "tiny-image", given.out / "tiny-video"
    if given.part == "autoencoder":
        trained = train_autoencoder(steps, given.seed)
        for folder in (image, video):
            save_part(trained, folder / "autoencoder.safetensors")
        return
    start = None
    if given.part == "image":
        folder, config = image, TinyConfig("image")
    else:
        folder, config = video, TinyConfig("video")
        # A clip is many pictures: colours, shapes and words are known already.
        start = TextAndTransformer(config)
        start.text = load_text_encoder(image, config)
        start.transformer = load_transformer(image, config)
    model = train_transformer(
        config,
        load_autoencoder(folder),
        steps,
        seed=given.seed,
        start=start,
        unfinished=folder / "training.pt",
    )
    config.save(folder)
    save_part(model.text, folder / "text_encoder.safetensors")
    save_part(model.transformer, folder / "transformer.safetensors")


if __name__ == "__main__":
    main()
