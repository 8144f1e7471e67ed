"""All implementations of the LoRA path give the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from alto_agent.tuning.executor import frozen_product
from alto_agent.tuning.executor.kernels import batched, grouped, measure, measure_frozen, one_by_one


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


@pytest.mark.parametrize("library", frozen_product.LIBRARIES)
def test_x18_a_rows_product_with_frozen_weights_keeps_its_bits_among_any_number_of_rows(
    library: frozen_product.Library,
) -> None:
    """[X18] and every library gives the same within rounding."""
    torch.manual_seed(0)
    x, weight, bias = torch.randn(257, 96), torch.randn(48, 96), torch.randn(48)
    gradient, total = torch.randn(257, 48), torch.randn(257, 96)
    with frozen_product.using(library):

        def products(rows: slice) -> list[torch.Tensor]:
            return [
                frozen_product.frozen_product(x[rows], weight, bias),
                frozen_product.frozen_product_back(gradient[rows], weight),
                frozen_product.add_frozen_product_back(total[rows].clone(), gradient[rows], weight),
            ]

        whole = products(slice(0, 257))
        for rows in (slice(0, 16), slice(40, 57), slice(100, 228)):
            assert all(torch.equal(a, b[rows]) for a, b in zip(products(rows), whole, strict=True))
    torch.testing.assert_close(whole[0], x @ weight.t() + bias)
    torch.testing.assert_close(whole[2], total + gradient @ weight)


def test_x18_the_library_follows_from_the_kind_of_processor() -> None:
    """[X18]"""
    assert frozen_product.library_for("vendor_id : AuthenticAMD", "AVX512") == "onednn"
    assert frozen_product.library_for("vendor_id : AuthenticAMD", "AVX2") == "torch"
    assert frozen_product.library_for("vendor_id : GenuineIntel", "AVX512") == "torch"
    assert set(measure_frozen(64, 32, 32)) == set(frozen_product.LIBRARIES)
