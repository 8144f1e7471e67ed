"""Training beside others gives what training alone gives: against PEFT and torch's AdamW, fp32 on the CPU."""

from typing import Any

import pytest

from alto_agent.tuning.executor.executor import TrainingExecutor
from alto_agent.tuning.executor.spec import AdapterSpec, RunData

from .tiny_models import random_data, random_pairs, spec, tiny_model
from .trained_alone import TrainedAlone

STEPS = 100
RELATIVE = 1e-5


def train_together(
    executor: TrainingExecutor, runs: dict[str, tuple[AdapterSpec, RunData]], steps: int
) -> tuple[dict[str, list[float]], dict[str, Any]]:
    """All losses, and the weights that each run began with."""
    for one, data in runs.values():
        executor.join(one, data)
    starts = {run_id: executor.adapter(run_id) for run_id in runs}
    losses: dict[str, list[float]] = {run_id: [] for run_id in runs}
    for _ in range(steps):
        for run_id, taken in executor.step().runs.items():
            losses[run_id].append(taken.train_loss)
    return losses, starts


MIXED = {
    "plain": {},
    "wide": {"rank": 16, "alpha": 16, "batch_size": 4, "learning_rate": 1e-3},
    "dropped": {"rank": 8, "dropout": 0.3, "seed": 5, "warmup_ratio": 0.1, "lr_scheduler": "linear"},
    "dropped-too": {"rank": 8, "dropout": 0.1, "seed": 6},
    "two-layers": {"target_modules": ("q_proj", "v_proj"), "lr_scheduler": "cosine", "batch_size": 1},
    "full-loss": {"objective": "sft-full", "weight_decay": 0.1, "seed": 9, "max_grad_norm": None},
    "clipped": {"max_grad_norm": 0.05, "batch_size": 3, "rank": 1, "alpha": 2},
    "by-pattern": {"target_modules": r".*layers\.1\..*(down|up)_proj", "rank": 5},
    "preference": {"objective": "dpo", "rank": 8},
}


@pytest.mark.parametrize("family", ["llama", "qwen2", "mistral"])
def test_x3_every_loss_of_a_mix_is_that_of_training_alone(family: str) -> None:
    """[X3] mixed ranks, batches, dropout, targets, schedules, objectives and lengths."""
    steps = STEPS if family == "llama" else 30
    runs = {
        name: (
            spec(name, **changes),
            random_pairs(place) if changes.get("objective") == "dpo" else random_data(place),
        )
        for place, (name, changes) in enumerate(MIXED.items())
    }
    with TrainingExecutor(tiny_model(family)) as executor:
        losses, starts = train_together(executor, runs, steps)
        reports = executor.evaluate()
    for name, (one, data) in runs.items():
        alone = TrainedAlone(tiny_model(family), one, data, starts[name])
        expected = [alone.step() for _ in range(steps)]
        assert losses[name] == pytest.approx(expected, rel=RELATIVE), name
        assert reports[name].val_loss == pytest.approx(alone.validation_loss(), rel=RELATIVE), name
