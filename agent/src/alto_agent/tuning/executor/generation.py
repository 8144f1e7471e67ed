"""What an adapter writes: greedy text from the executor's own backbone, between two steps."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from alto_agent.tuning.executor.backbone import Backbone
from alto_agent.tuning.executor.spec import TokenIds

_PREFIX = "base_model.model."


def generate(
    backbone: Backbone,
    prompts: Sequence[TokenIds],
    *,
    max_new_tokens: int,
    adapter: Path | Mapping[str, torch.Tensor] | None = None,
    scaling: float = 1.0,
    together: bool = False,
) -> list[list[int]]:
    """The tokens that follow each prompt, by the backbone alone or with a PEFT folder or its weights on it.

    `together`: all ranks of a sharded backbone write the same text, and end with the last of them.
    """
    weights = adapter_weights(adapter) if isinstance(adapter, Path) else adapter or {}
    written: list[list[int]] = []
    with torch.no_grad(), backbone.as_it_was() as model, _with_adapter(model, weights, scaling):
        for prompt in prompts:
            ids = torch.tensor([[int(token) for token in prompt]], device=backbone.device)
            output = model.generate(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                do_sample=False,
                max_new_tokens=max_new_tokens,
                pad_token_id=model.config.eos_token_id or 0,
                synced_gpus=together,
            )
            written.append(output[0, ids.shape[1] :].tolist())
    return written


def adapter_weights(folder: Path) -> dict[str, torch.Tensor]:
    """The weights of a PEFT folder by their names in it."""
    return load_file(folder / "adapter_model.safetensors")


@contextmanager
def _with_adapter(model: Any, weights: Mapping[str, torch.Tensor], scaling: float) -> Generator[None]:
    hooks: list[Any] = []
    try:
        for name in weights:
            if not name.endswith(".lora_A.weight"):
                continue
            layer = name.removeprefix(_PREFIX).removesuffix(".lora_A.weight")
            module = model.get_submodule(layer)
            down = weights[name].to(module.weight.device)
            up = weights[name.replace(".lora_A.", ".lora_B.")].to(module.weight.device) * scaling
            hooks.append(module.register_forward_hook(_lora_hook(down, up)))
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _lora_hook(down: torch.Tensor, up: torch.Tensor) -> Any:
    def add(_module: Any, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> torch.Tensor:
        path = inputs[0].to(down.dtype) @ down.t() @ up.t()
        return output + path.to(output.dtype)

    return add
