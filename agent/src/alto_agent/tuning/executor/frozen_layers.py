"""The parts of a Llama-type layer that are cheaper when their weights are known to be frozen.

RMS norm and rotary embedding with their backward written out: fewer passes over memory and fewer kernels
than autograd's. Only for classes that are known to compute exactly this; the backbone's own check compares
the result to the untouched model.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import nn

from alto_agent.tuning.executor.packed_attention import attend_packed

_NORMS = ("LlamaRMSNorm", "Qwen2RMSNorm", "MistralRMSNorm")
_ATTENTIONS = ("LlamaAttention", "Qwen2Attention", "MistralAttention")


def patch_frozen_layers(model: nn.Module) -> list[nn.Module]:
    """Replaces `forward` of the layers that are known; returns them."""
    patched: list[nn.Module] = []
    for module in model.modules():
        kind = type(module).__name__
        if kind in _NORMS:
            module.forward = _norm_forward(module)
            patched.append(module)
        elif kind in _ATTENTIONS:
            module.forward = _attention_forward(module)
            patched.append(module)
    return patched


class _FrozenRmsNorm(torch.autograd.Function):
    """`y = weight · x / rms(x)`, computed in fp32, for `x` `[tokens, width]`."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, weight: torch.Tensor, eps: float) -> torch.Tensor:
        wide = x.float()
        size = torch.linalg.vector_norm(wide, dim=-1, keepdim=True)
        inverse = size.square_().div_(x.shape[-1]).add_(eps).rsqrt_()
        ctx.save_for_backward(x, inverse, weight)
        return (wide * inverse).to(x.dtype).mul_(weight)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        x, inverse, weight = ctx.saved_tensors
        wide = x.float()
        scaled = (gradients[0] * weight).float()
        along = (scaled * wide).sum(dim=-1, keepdim=True)
        along.mul_(inverse.pow(3)).div_(-x.shape[-1])
        return scaled.mul_(inverse).addcmul_(wide, along).to(x.dtype), None, None


def _norm_forward(module: Any) -> Callable[[torch.Tensor], torch.Tensor]:
    eps = float(module.variance_epsilon)

    def forward(hidden_states: torch.Tensor) -> torch.Tensor:
        return cast(torch.Tensor, _FrozenRmsNorm.apply(hidden_states, module.weight, eps))

    return forward


class _Rotate(torch.autograd.Function):
    """Rotary embedding of `x` `[tokens, heads, width]` by `cos`, `sin` `[tokens, 1, width]`."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(cos, sin)
        half = x.shape[-1] // 2
        out = x * cos
        out[..., :half].addcmul_(x[..., half:], sin[..., :half], value=-1)
        out[..., half:].addcmul_(x[..., :half], sin[..., half:])
        return out

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        cos, sin = ctx.saved_tensors
        gradient = gradients[0]
        half = gradient.shape[-1] // 2
        out = gradient * cos
        out[..., :half].addcmul_(gradient[..., half:], sin[..., half:])
        out[..., half:].addcmul_(gradient[..., :half], sin[..., :half], value=-1)
        return out, None, None


def _attention_forward(module: Any) -> Callable[..., tuple[torch.Tensor, None]]:
    width = int(module.head_dim)
    window = cast("int | None", getattr(module, "sliding_window", None))
    if window is None and type(module).__name__ == "MistralAttention":
        window = cast("int | None", getattr(module.config, "sliding_window", None))

    def forward(
        hidden_states: torch.Tensor, position_embeddings: tuple[torch.Tensor, torch.Tensor], **_: Any
    ) -> tuple[torch.Tensor, None]:
        cos, sin = (part[0].unsqueeze(1) for part in position_embeddings)
        tokens = hidden_states.shape[1]
        query = module.q_proj(hidden_states).view(tokens, -1, width)
        key = module.k_proj(hidden_states).view(tokens, -1, width)
        value = module.v_proj(hidden_states).view(tokens, -1, width)
        rotated = [cast(torch.Tensor, _Rotate.apply(x, cos, sin)) for x in (query, key)]
        out = attend_packed(rotated[0], rotated[1], value, module.scaling, window)
        return module.o_proj(out.reshape(1, tokens, -1)), None

    return forward
