"""Text-to-image pipelines of the Stable Diffusion 3 type, in diffusers' format.

B requests, C latent channels, h, w latent sides, N image positions, L text tokens, D width, H heads.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from alto_agent.diffusion.models.describe_pipeline import describe_pipeline
from alto_agent.diffusion.models.diffusion_model import Conditioning
from alto_agent.diffusion.models.flow_sigmas import flow_sigmas
from alto_agent.diffusion.models.guided_velocity import guided_velocity
from alto_agent.diffusion.models.pipeline_folder import PipelineFolder
from alto_agent.diffusion.models.split_over_ranks import CurrentSequence, split_over_ranks
from alto_agent.diffusion.parallel.sequence import Sequence


class Sd3Model:
    """The parts of the pipeline, driven by our own step loop."""

    def __init__(self, folder: PipelineFolder, device: torch.device, dtype: torch.dtype) -> None:
        from diffusers.pipelines.stable_diffusion_3.pipeline_stable_diffusion_3 import (
            StableDiffusion3Pipeline,
        )

        self.rules = describe_pipeline(folder)
        self.device = device
        pipe: Any = StableDiffusion3Pipeline.from_pretrained(
            folder.path, torch_dtype=dtype, local_files_only=True, use_safetensors=True
        )
        self._pipe = pipe.to(device)
        self._scheduler = folder.config_file("scheduler", "scheduler_config.json")
        self._current = CurrentSequence()
        transformer = self._pipe.transformer
        split_over_ranks(self._current, transformer.transformer_blocks[0], transformer.proj_out)
        for block in transformer.transformer_blocks:
            block.attn.processor = _JointAttention(self._current)
            if block.attn2 is not None:
                block.attn2.processor = _JointAttention(self._current)
        with torch.no_grad():
            self._nothing = self.encode([""])[0]

    @property
    def weight_bytes(self) -> int:
        """Memory that the weights take."""
        modules = [one for one in self._pipe.components.values() if isinstance(one, torch.nn.Module)]
        return sum(weight.nbytes for module in modules for weight in module.parameters())

    def encode(self, prompts: list[str]) -> list[Conditioning]:
        """`text` is `[L, D]`, `pooled` a vector."""
        text, _, pooled, _ = self._pipe.encode_prompt(
            prompts, prompts, prompts, device=self.device, do_classifier_free_guidance=False
        )
        return [{"text": one, "pooled": other} for one, other in zip(text, pooled, strict=True)]

    def latent_shape(self, width: int, height: int, frames: int) -> tuple[int, int, int, int]:
        """One frame."""
        factor = self._pipe.vae_scale_factor
        return self._pipe.transformer.config.in_channels, 1, height // factor, width // factor

    def sigmas(self, steps: int, width: int, height: int) -> list[float]:
        """As its scheduler's file says."""
        positions = (width // self.rules.size_multiple) * (height // self.rules.size_multiple)
        return flow_sigmas(self._scheduler, steps, positions)

    def velocity(
        self,
        latents: Tensor,
        sigmas: Tensor,
        conditions: list[Conditioning],
        guidance: Tensor,
        sequence: Sequence,
    ) -> Tensor:
        """With text and without in one batch."""
        self._current.sequence = sequence
        return guided_velocity(
            self._predict, latents, sigmas, conditions, nothing=self._nothing, guidance=guidance
        )

    def _predict(self, latents: Tensor, sigmas: Tensor, conditions: list[Conditioning]) -> Tensor:
        weights = self._pipe.transformer
        predicted: Tensor = weights(
            hidden_states=latents.squeeze(2).to(weights.dtype),
            timestep=sigmas * 1000,
            encoder_hidden_states=torch.stack([one["text"] for one in conditions]).to(weights.dtype),
            pooled_projections=torch.stack([one["pooled"] for one in conditions]).to(weights.dtype),
            return_dict=False,
        )[0]
        return predicted.float().unsqueeze(2)

    def decode(self, latent: Tensor) -> Tensor:
        """`[C, 1, h, w]` → `[1, 3, H, W]`."""
        vae = self._pipe.vae
        scaled = latent.transpose(0, 1) / vae.config.scaling_factor + (vae.config.shift_factor or 0.0)
        return vae.decode(scaled.to(vae.dtype), return_dict=False)[0]


class _JointAttention:
    """Attention of image and text together; image positions may lie on several ranks."""

    def __init__(self, current: CurrentSequence) -> None:
        self._current = current

    def __call__(
        self, attn: Any, hidden_states: Tensor, encoder_hidden_states: Tensor | None = None, **_: Any
    ) -> Any:
        own = _heads(attn, (attn.to_q, attn.to_k, attn.to_v), hidden_states, (attn.norm_q, attn.norm_k))
        if encoder_hidden_states is None:
            return _leave(attn.to_out, self._current.sequence.attend(*own)[0])
        text = _heads(
            attn,
            (attn.add_q_proj, attn.add_k_proj, attn.add_v_proj),
            encoder_hidden_states,
            (attn.norm_added_q, attn.norm_added_k),
        )
        mixed, mixed_text = self._current.sequence.attend(*own, text)
        if attn.context_pre_only:
            return _leave(attn.to_out, mixed), mixed_text.transpose(1, 2).flatten(2)
        return _leave(attn.to_out, mixed), attn.to_add_out(mixed_text.transpose(1, 2).flatten(2))


def _heads(
    attn: Any, projections: tuple[Any, Any, Any], x: Tensor, norms: tuple[Any, Any]
) -> tuple[Tensor, Tensor, Tensor]:
    """`[B, n, D]` → three of `[B, H, n, E]`."""
    q, k, v = (one(x).unflatten(2, (attn.heads, -1)).transpose(1, 2) for one in projections)
    q_norm, k_norm = norms
    return q if q_norm is None else q_norm(q), k if k_norm is None else k_norm(k), v


def _leave(to_out: Any, mixed: Tensor) -> Tensor:
    return to_out[1](to_out[0](mixed.transpose(1, 2).flatten(2)))
