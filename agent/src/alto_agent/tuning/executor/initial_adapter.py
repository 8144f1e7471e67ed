"""The weights that an adapter starts with: a function of the run's seed alone, on any device."""

from __future__ import annotations

import math

import torch

from alto_agent.tuning.executor.row_layout import RowLayout
from alto_agent.tuning.executor.spec import AdapterSpec


def initial_row(spec: AdapterSpec, layout: RowLayout) -> torch.Tensor:
    """The row `[numel]` (fp32, CPU) that `spec` starts from [X5].

    As in PEFT, A is Kaiming-uniform with a = sqrt(5), which is uniform within 1 / sqrt(in), and B is zero.
    The layers are drawn in the model's own order from one generator with the run's seed.
    """
    generator = torch.Generator().manual_seed(spec.seed)
    row = torch.zeros(layout.numel)
    for name, view in layout.named(row, spec.rank).items():
        if name.endswith(".lora_A.weight"):
            bound = 1 / math.sqrt(view.shape[1])
            view.copy_(torch.empty(view.shape).uniform_(-bound, bound, generator=generator))
    return row
