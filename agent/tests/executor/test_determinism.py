"""What is drawn for a run comes from its seed alone; what is reported does not depend on how it was made."""

import math
from typing import Any

import pytest
import torch
from transformers import get_scheduler

from alto_agent.tuning.executor.data_order import DataOrder
from alto_agent.tuning.executor.dropout_mask import dropout_mask
from alto_agent.tuning.executor.executor import TrainingExecutor
from alto_agent.tuning.executor.learning_rate import learning_rate

from .tiny_models import random_data, spec, tiny_model


def test_x4_batches_are_full_and_walk_through_shuffled_epochs_without_a_gap() -> None:
    rows, size = 7, 3
    order = DataOrder(seed=5, rows=rows)
    batches = [order.batch(start, size) for start in range(0, 3 * rows, size)]
    assert [len(batch) for batch in batches] == [size] * 7
    stream = [number for batch in batches for number in batch]
    epochs = [stream[start : start + rows] for start in range(0, 3 * rows, rows)]
    assert all(sorted(epoch) == list(range(rows)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) > 1
    again = DataOrder(seed=5, rows=rows)
    assert again.batch(2 * size, size) == batches[2], "the cursor alone is the state"
    assert DataOrder(seed=6, rows=rows).batch(0, rows) != stream[:rows]


def test_x5_an_adapter_starts_from_its_seed_whoever_is_beside_it() -> None:
    def first_weights(*seeds: int) -> dict[str, torch.Tensor]:
        executor = TrainingExecutor(tiny_model())
        for seed in seeds:
            executor.join(spec(f"r{seed}", seed=seed), random_data(seed))
        return executor.adapter("r3")

    alone, beside = first_weights(3), first_weights(1, 2, 3)
    assert alone.keys() == beside.keys()
    for name, weight in alone.items():
        assert torch.equal(weight, beside[name])
        if "lora_B" in name:
            assert not weight.any()
        else:
            bound = 1 / math.sqrt(weight.shape[1])
            assert weight.abs().max() <= bound
            assert weight.abs().max() > 0.5 * bound


@pytest.mark.parametrize("changed", [{"seed": 2}, {"step": 8}, {"site": 4}])
def test_x6_a_dropout_mask_follows_from_seed_step_and_layer(changed: dict[str, int]) -> None:
    def mask(seed: int = 1, step: int = 7, site: int = 3) -> torch.Tensor:
        return dropout_mask(
            seed=seed, step=step, site=site, tokens=64, width=32, probability=0.25, device=torch.device("cpu")
        )

    assert torch.equal(mask(), mask())
    assert not torch.equal(mask(), mask(**changed))
    assert mask().unique().tolist() == pytest.approx([0, 4 / 3])
    assert mask().mean().item() == pytest.approx(1, abs=0.08)


@pytest.mark.parametrize("schedule", ["constant", "linear", "cosine"])
@pytest.mark.parametrize("warmup", [0.0, 0.13])
def test_x7_rates_are_those_of_transformers(schedule: str, warmup: float) -> None:
    one = spec(lr_scheduler=schedule, warmup_ratio=warmup, total_steps=31, learning_rate=2e-3)
    optimizer = torch.optim.AdamW([torch.zeros(1, requires_grad=True)], lr=one.learning_rate)
    name = "constant_with_warmup" if schedule == "constant" else schedule
    scheduler = get_scheduler(name, optimizer, math.ceil(31 * warmup), 31)
    advance: Any = scheduler.step
    for step in range(31):
        assert learning_rate(one, step) == pytest.approx(scheduler.get_last_lr()[0], rel=1e-9, abs=1e-12)
        optimizer.step()
        advance()


def test_x12_a_validation_loss_does_not_depend_on_how_rows_were_put_together() -> None:
    def losses(tokens: int | None) -> dict[str, float]:
        executor = TrainingExecutor(tiny_model(), max_tokens_per_pass=tokens)
        for seed in (1, 2):
            executor.join(spec(f"r{seed}", seed=seed, batch_size=2), random_data(seed, validation=9))
        for _ in range(3):
            executor.step()
        return {run: report.val_loss for run, report in executor.evaluate().items()}

    whole, pieces = losses(None), losses(48)
    for run, loss in whole.items():
        assert pieces[run] == pytest.approx(loss, rel=1e-6)


def test_x12_a_validation_loss_has_the_same_bits_beside_any_neighbours() -> None:
    def loss(neighbours: int) -> float:
        executor = TrainingExecutor(tiny_model(), max_tokens_per_pass=96)
        for seed in range(1, 2 + neighbours):
            executor.join(spec(f"r{seed}", seed=seed, batch_size=2), random_data(seed, validation=23))
        for _ in range(3):
            executor.step()
        return executor.evaluate()["r1"].val_loss

    alone = loss(0)
    assert [loss(neighbours) for neighbours in (1, 2, 3)] == [alone, alone, alone]
