"""Text-to-video pipelines of the Wan type, in diffusers' format.

B requests, C latent channels, F latent frames, h, w latent sides, T frames, N positions, L text tokens
D width.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from alto_agent.diffusion.models.describe_pipeline import describe_pipeline
from alto_agent.diffusion.models.diffusion_model import Conditioning
from alto_agent.diffusion.models.flow_sigmas import flow_sigmas
from alto_agent.diffusion.models.guided_velocity import guided_velocity
from alto_agent.diffusion.models.pipeline_folder import PipelineFolder
from alto_agent.diffusion.models.split_over_ranks import CurrentSequence, split_over_ranks
from alto_agent.diffusion.parallel.sequence import Sequence
from alto_agent.tuning.user_error import UserError

_TEXT_TOKENS = 512


class WanModel:
    """The parts of the pipeline, driven by our own step loop."""

    def __init__(self, folder: PipelineFolder, device: torch.device, dtype: torch.dtype) -> None:
        from diffusers.pipelines.wan.pipeline_wan import WanPipeline

        if (folder.path / "transformer_2").is_dir():
            raise UserError("model", f"{folder.ref} has two transformers; Alto serves models with one.")
        self.rules = describe_pipeline(folder)
        self.device = device
        pipe: Any = WanPipeline.from_pretrained(
            folder.path, torch_dtype=dtype, local_files_only=True, use_safetensors=True
        )
        self._pipe = pipe.to(device)
        # In half precision this decoder flickers.
        self._pipe.vae.to(torch.float32)
        self._scheduler = folder.config_file("scheduler", "scheduler_config.json")
        self._current = CurrentSequence()
        transformer = self._pipe.transformer
        split_over_ranks(self._current, transformer.blocks[0], transformer.proj_out)
        transformer.rope.register_forward_hook(self._own_positions)
        for block in transformer.blocks:
            block.attn1.processor = _SelfAttention(self._current)
        with torch.no_grad():
            self._nothing = self.encode([""])[0]

    @property
    def weight_bytes(self) -> int:
        """Memory that the weights take."""
        modules = [one for one in self._pipe.components.values() if isinstance(one, nn.Module)]
        return sum(weight.nbytes for module in modules for weight in module.parameters())

    def encode(self, prompts: list[str]) -> list[Conditioning]:
        """`text` is `[L, D]`."""
        text, _ = self._pipe.encode_prompt(
            prompts, do_classifier_free_guidance=False, max_sequence_length=_TEXT_TOKENS, device=self.device
        )
        return [{"text": one} for one in text]

    def latent_shape(self, width: int, height: int, frames: int) -> tuple[int, int, int, int]:
        """The first frame has latents of its own, the others share."""
        time, space = self._pipe.vae_scale_factor_temporal, self._pipe.vae_scale_factor_spatial
        channels = self._pipe.transformer.config.in_channels
        return channels, (frames - 1) // time + 1, height // space, width // space

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
            hidden_states=latents.to(weights.dtype),
            timestep=sigmas * 1000,
            encoder_hidden_states=torch.stack([one["text"] for one in conditions]).to(weights.dtype),
            return_dict=False,
        )[0]
        return predicted.float()

    def decode(self, latent: Tensor) -> Tensor:
        """`[C, F, h, w]` → `[T, 3, H, W]`."""
        vae = self._pipe.vae
        mean = torch.tensor(vae.config.latents_mean, device=latent.device).view(-1, 1, 1, 1)
        deviation = torch.tensor(vae.config.latents_std, device=latent.device).view(-1, 1, 1, 1)
        pixels = vae.decode((latent * deviation + mean)[None].to(vae.dtype), return_dict=False)[0]
        return pixels[0].transpose(0, 1)

    def _own_positions(self, _: nn.Module, __: Any, output: tuple[Tensor, Tensor]) -> tuple[Tensor, ...]:
        """Rotations `[1, N, 1, E]` of the positions that this rank has."""
        return tuple(self._current.sequence.shard(one) for one in output)


class _SelfAttention:
    """Attention among latent positions, which may lie on several ranks. Text is attended to elsewhere."""

    def __init__(self, current: CurrentSequence) -> None:
        self._current = current

    def __call__(
        self,
        attn: Any,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        rotary_emb: tuple[Tensor, Tensor] | None = None,
        **_: Any,
    ) -> Tensor:
        q = attn.norm_q(attn.to_q(hidden_states)).unflatten(2, (attn.heads, -1))
        k = attn.norm_k(attn.to_k(hidden_states)).unflatten(2, (attn.heads, -1))
        v = attn.to_v(hidden_states).unflatten(2, (attn.heads, -1))
        if rotary_emb is not None:
            q, k = _rotate(q, *rotary_emb), _rotate(k, *rotary_emb)
        mixed, _text = self._current.sequence.attend(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2))
        return attn.to_out[1](attn.to_out[0](mixed.transpose(1, 2).flatten(2).type_as(hidden_states)))


def _rotate(x: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    """Pairs of neighbouring features turn by the angle of their position."""
    first, second = x.unflatten(-1, (-1, 2)).unbind(-1)
    cos, sin = cosines[..., 0::2], sines[..., 1::2]
    turned = torch.stack([first * cos - second * sin, first * sin + second * cos], dim=-1)
    return turned.flatten(-2).type_as(x)
