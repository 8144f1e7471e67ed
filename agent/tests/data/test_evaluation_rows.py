"""What an evaluation reads."""

from typing import Any

import numpy as np
import pytest

from alto_agent.tuning.data.evaluation_rows import evaluation_rows
from alto_agent.tuning.data.split import split


@pytest.mark.parametrize(
    ("given", "rows"),
    [
        # A fifth of 2 · 2,160 / 12 samples between two evaluations.
        ({"held_out": 240, "train_rows": 2160, "epochs": 2.0, "evaluations": 12}, 72),
        ({"held_out": 240, "train_rows": 860, "epochs": 1.0, "evaluations": 20}, 32),
        ({"held_out": 20, "train_rows": 860, "epochs": 1.0, "evaluations": 20}, 20),
        ({"held_out": 512, "train_rows": 50_000, "epochs": 3.0, "evaluations": 10}, 512),
        ({"held_out": 240, "train_rows": 9, "max_steps": 3000, "evaluations": 10}, 60),
    ],
)
def test_x19_an_evaluation_reads_a_fifth_of_what_is_trained_between_two(
    given: dict[str, Any], rows: int
) -> None:
    """[X19] at least 32 rows where there are so many, never more than are held out."""
    complete: dict[str, Any] = {"epochs": None, "max_steps": None, **given}
    assert evaluation_rows(**complete) == rows


def test_x19_fewer_rows_are_the_same_rows_in_any_order_of_the_file() -> None:
    """[X19] the first rows of a larger held-out part are those of a smaller one."""
    keys = np.random.default_rng(1).permutation(500).astype(np.uint64)
    chosen = {int(keys[place]) for place in split(keys, 100)[1][:40]}
    turned = np.ascontiguousarray(keys[::-1])
    assert {int(turned[place]) for place in split(turned, 200)[1][:40]} == chosen
