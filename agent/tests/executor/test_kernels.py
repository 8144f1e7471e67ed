"""All implementations of the LoRA path give the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from alto_agent.tuning.executor.kernels import batched, grouped, measure, one_by_one


def test_x18_triton_kernels_give_what_lanes_give() -> None:
    """[X18] in Triton's interpreter, alone and in an executor: unequal tokens and widths, several passes."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.executor.grouped_kernels_case"],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        env=os.environ
        | {"TRITON_INTERPRET": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip().endswith("equal")


@pytest.mark.parametrize("tokens", [[24, 24, 24], [3, 40, 17]])
def test_x18_grouped_products_agree(tokens: list[int]) -> None:
    """[X18]"""
    torch.manual_seed(0)
    x, a = torch.randn(sum(tokens), 32), torch.randn(3, 16, 32)
    expected = one_by_one(x, a, tokens)
    torch.testing.assert_close(grouped(x, a, tokens), expected)
    if len(set(tokens)) == 1:
        torch.testing.assert_close(batched(x, a, tokens), expected)


def test_x18_the_table_has_every_method_that_can_do_it() -> None:
    """[X18]"""
    assert set(measure(3, [8, 8, 8], 4, 16, "cpu")) == {"batched", "grouped", "one by one"}
    assert set(measure(3, [8, 9, 8], 4, 16, "cpu")) == {"grouped", "one by one"}
