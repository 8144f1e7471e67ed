"""What a deployment form must know of a model before any weight is loaded."""

from __future__ import annotations

from alto_agent.diffusion.models.pipeline_folder import PipelineFolder, tiny_config
from alto_agent.diffusion.models.shape_rules import ShapeRules
from alto_agent.diffusion.models.tiny_rules import tiny_rules


def describe_pipeline(folder: PipelineFolder) -> ShapeRules:
    """Raises `UserError` where a part's description is missing."""
    match folder.family:
        case "tiny":
            return tiny_rules(tiny_config(folder))
        case "sd3":
            return _sd3_rules(folder)
        case "wan":
            return _wan_rules(folder)


def _sd3_rules(folder: PipelineFolder) -> ShapeRules:
    vae, transformer = folder.config("vae"), folder.config("transformer")
    multiple = 2 ** (len(vae["block_out_channels"]) - 1) * transformer["patch_size"]
    side = transformer["sample_size"] * multiple // transformer["patch_size"]
    return ShapeRules(
        kind="image",
        size_multiple=multiple,
        min_size=multiple,
        # Its table of positions ends there.
        max_size=transformer["pos_embed_max_size"] * multiple,
        frame_multiple=1,
        frame_offset=0,
        max_frames=1,
        default_steps=28,
        default_guidance=7.0,
        sizes=_around(side, multiple, transformer["pos_embed_max_size"] * multiple),
        frames=(1,),
        fps=1,
    )


def _wan_rules(folder: PipelineFolder) -> ShapeRules:
    vae, transformer = folder.config("vae"), folder.config("transformer")
    multiple = vae.get("scale_factor_spatial", 8) * transformer["patch_size"][1]
    temporal = vae.get("scale_factor_temporal", 4)
    return ShapeRules(
        kind="video",
        size_multiple=multiple,
        min_size=multiple,
        max_size=1920 // multiple * multiple,
        frame_multiple=temporal,
        frame_offset=1,
        max_frames=30 * temporal + 1,
        default_steps=50,
        default_guidance=5.0,
        sizes=tuple(
            (width // multiple * multiple, height // multiple * multiple)
            for width, height in ((416, 240), (832, 480), (1280, 720))
        ),
        frames=(4 * temporal + 1, 8 * temporal + 1, 20 * temporal + 1),
        fps=16,
    )


def _around(side: int, multiple: int, most: int) -> tuple[tuple[int, int], ...]:
    sides = sorted({max(multiple, side * share // 4 // multiple * multiple) for share in (2, 3, 4)})
    return tuple((one, one) for one in sides if one <= most)
