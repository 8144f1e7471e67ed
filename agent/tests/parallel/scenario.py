"""The runs of the parallel tests."""

from tests.executor.tiny_models import random_data, random_pairs, spec

from alto_agent.tuning.executor.spec import AdapterSpec, RunData

STEPS = 12


def scenario() -> list[tuple[AdapterSpec, RunData]]:
    """Five runs of mixed sizes, one of them DPO."""
    return [
        (spec("a", rank=8, seed=1), random_data(1)),
        (spec("b", rank=4, seed=2, batch_size=3, dropout=0.2), random_data(2)),
        (spec("c", rank=16, seed=3, batch_size=1, objective="dpo"), random_pairs(3)),
        (spec("d", rank=2, seed=4, target_modules=("q_proj", "down_proj")), random_data(4)),
        (spec("e", rank=4, seed=5, batch_size=4), random_data(5)),
    ]
