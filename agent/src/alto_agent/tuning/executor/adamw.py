"""AdamW on one adapter's row, equal to `torch.optim.AdamW` on its matrices."""

from __future__ import annotations

import torch

from alto_agent.tuning.executor.spec import AdapterSpec


def adamw_(
    spec: AdapterSpec,
    *,
    parameters: torch.Tensor,
    gradient: torch.Tensor,
    exp_avg: torch.Tensor,
    exp_avg_sq: torch.Tensor,
    step: int,
    learning_rate: float,
    gradient_divisor: float,
) -> None:
    """Takes update number `step` (from 1) on the rows `[numel]`, in place, in one pass over memory.

    The gradient is divided by `gradient_divisor` first, which undoes the loss scale and clips.
    """
    device = parameters.device
    torch._fused_adamw_(  # pyright: ignore[reportPrivateUsage, reportPrivateImportUsage]
        [parameters],
        [gradient],
        [exp_avg],
        [exp_avg_sq],
        [],
        [torch.tensor(float(step), device=device)],
        lr=learning_rate,
        beta1=spec.betas[0],
        beta2=spec.betas[1],
        weight_decay=spec.weight_decay,
        eps=spec.eps,
        amsgrad=False,
        maximize=False,
        grad_scale=None if gradient_divisor == 1.0 else torch.tensor(gradient_divisor, device=device),
        found_inf=None,
    )


def clip_divisor(norm: float, max_norm: float | None) -> float:
    """What `torch.nn.utils.clip_grad_norm_` divides a gradient of this norm by; 1 where it does nothing."""
    if max_norm is None:
        return 1.0
    return max(1.0, (norm + 1e-6) / max_norm)
