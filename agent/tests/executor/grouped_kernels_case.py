"""Checks the Triton kernels against plain products; started with TRITON_INTERPRET=1 by its test."""

import os
from types import SimpleNamespace
from typing import Any

import torch
from tests.executor.tiny_models import random_data, spec, tiny_model

from alto_agent.tuning.executor.executor import TrainingExecutor
from alto_agent.tuning.executor.grouped_kernels import BLOCK_TOKENS, expand, outer, shrink


def main() -> None:
    """Three adapters of widths 16, 32 and 16, unequal tokens, matrices at scattered addresses."""
    torch.manual_seed(0)
    widths, tokens, inner, factor = [16, 32, 16], [5, 70, 33], 80, 2
    ends = torch.tensor(tokens).cumsum(0)
    starts = ends - torch.tensor(tokens)
    blocks = [
        (i, first, int(ends[i]))
        for i in range(3)
        for first in range(int(starts[i]), int(ends[i]), BLOCK_TOKENS)
    ]
    scalings = torch.tensor([0.5, 2.0, 1.5])
    table: Any = SimpleNamespace(
        adapters=3, blocks=len(blocks), widest=32, widths=torch.tensor(widths), scalings=scalings,
        starts=starts, ends=ends, block_adapter=torch.tensor([b[0] for b in blocks]),
        block_start=torch.tensor([b[1] for b in blocks]), block_end=torch.tensor([b[2] for b in blocks]),
    )  # fmt: skip
    x = torch.randn(sum(tokens), inner)
    matrices = [torch.randn(factor * width, inner) for width in widths]
    gradients = [torch.full_like(one, 3.0) for one in matrices]
    addresses = torch.tensor([one.data_ptr() for one in matrices])
    s = torch.zeros(sum(tokens), factor * 32)
    shrink(x, s, addresses, table, place=0, factor=factor)
    y = torch.randn(sum(tokens), inner)
    expected_y = y.clone()
    expand(s, y, addresses, table, place=0, factor=factor)
    second = torch.zeros(sum(tokens), inner)
    tops = torch.tensor([one[width:].data_ptr() for one, width in zip(matrices, widths, strict=True)])
    expand(s, second, tops, table, place=1, factor=1)
    targets = torch.tensor([one.data_ptr() for one in gradients])
    outer(s, x, targets, table, place=0, factor=factor, accumulate=False)
    outer(s, x, targets, table, place=0, factor=factor, accumulate=True)
    for i, width in enumerate(widths):
        own = slice(int(starts[i]), int(ends[i]))
        rows = factor * width
        wanted = scalings[i] * x[own] @ matrices[i].t()
        torch.testing.assert_close(s[own, :rows], wanted, rtol=1e-5, atol=1e-4)
        assert s[own, rows:].eq(0).all()
        torch.testing.assert_close(y[own], expected_y[own] + wanted @ matrices[i], rtol=1e-4, atol=1e-2)
        top = wanted[:, width:] @ matrices[i][width:]
        torch.testing.assert_close(second[own], top, rtol=1e-4, atol=1e-2)
        torch.testing.assert_close(gradients[i], 2 * wanted.t() @ x[own], rtol=1e-4, atol=1e-2)
    _whole_executor()
    print("equal")


def _whole_executor() -> None:
    """Training with the kernels gives what training lane by lane gives."""

    def train(kernels: str) -> list[float]:
        os.environ["ALTO_LORA_KERNELS"] = kernels
        losses: list[float] = []
        with TrainingExecutor(tiny_model(), max_tokens_per_pass=48) as executor:
            targets = ("q_proj", "v_proj", "down_proj")
            executor.join(spec("a", target_modules=targets, batch_size=3), random_data(1))
            executor.join(spec("b", target_modules=targets, rank=12), random_data(2))
            for _ in range(3):
                losses += [taken.train_loss for taken in executor.step().runs.values()]
        return losses

    found, expected = train("triton"), train("lanes")
    assert all(abs(a - b) <= 1e-5 * abs(b) for a, b in zip(found, expected, strict=True)), (found, expected)


if __name__ == "__main__":
    main()
