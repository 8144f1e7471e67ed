"""What the built-in models take."""

from __future__ import annotations

from alto_agent.diffusion.models.shape_rules import ShapeRules
from alto_agent.diffusion.tiny.config import PIXELS_PER_LATENT, TinyConfig


def tiny_rules(config: TinyConfig) -> ShapeRules:
    """Sizes that it was trained on, and some around them that it only has to fill."""
    video = config.kind == "video"
    return ShapeRules(
        kind=config.kind,
        size_multiple=PIXELS_PER_LATENT,
        min_size=32,
        max_size=128,
        frame_multiple=4 if video else 1,
        frame_offset=0,
        max_frames=32 if video else 1,
        default_steps=config.steps,
        default_guidance=config.guidance,
        sizes=((32, 32), (48, 48), (64, 64)),
        frames=(4, 8, 16) if video else (1,),
        fps=config.fps,
    )
