"""Several ranks give what one rank gives, with a real process group."""

from pathlib import Path

import pytest
from tests.executor.tiny_models import tiny_model

from alto_agent.tuning.executor.executor import TrainingExecutor
from alto_agent.tuning.executor.rank_balance import Move, least_loaded, plan_moves

from .ranks import run_ranks
from .scenario import STEPS, scenario


@pytest.mark.parametrize("ranks", [2, 4])
def test_x14_ranks_with_a_sharded_backbone_give_what_one_rank_gives(ranks: int, tmp_path: Path) -> None:
    """[X14] also while adapters leave, others move to the free rank, and a rank has no adapter at all."""
    results = run_ranks("tests.parallel.one_rank", ranks, tmp_path)
    assert all(result == results[0] for result in results), "all ranks report the same"
    found = results[0]
    before, after = found["owners"]
    assert set(before.values()) == set(range(ranks)), "every rank got adapters"
    gone = {run_id for run_id, rank in before.items() if rank == 0}
    assert gone
    assert set(after) == set(before) - gone
    if ranks == 2:
        assert any(before[run_id] != rank for run_id, rank in after.items()), "one moved to the free rank"
    with TrainingExecutor(tiny_model()) as executor:
        for spec, data in scenario():
            executor.join(spec, data)
        expected: dict[str, list[float]] = {}
        for step in range(STEPS):
            if step == STEPS // 2:
                for run_id in gone:
                    executor.leave(run_id)
            for run_id, taken in executor.step().runs.items():
                expected.setdefault(run_id, []).append(taken.train_loss)
        evaluated = executor.evaluate()
    assert found["losses"].keys() == expected.keys()
    for run_id, losses in expected.items():
        assert found["losses"][run_id] == pytest.approx(losses, rel=1e-6), run_id
    for run_id, report in evaluated.items():
        assert found["evaluated"][run_id] == pytest.approx(report.val_loss, rel=1e-6)
    assert "matches no linear layer" in found["refused"]
    short = found["without_room"]
    assert sorted([*short["smaller"], *short["faults"]]) == short["tight"], "that rank's runs left the step"
    assert sorted([*short["stepped"], *short["tight"]]) == sorted(after), "the other ranks' runs took it"
    assert sorted([*short["after"], *short["faults"]]) == sorted(after), "and then all went on"
    for spoiled in found["spoiled"]:
        assert len(spoiled["left"]) == 1, "the newest of that rank"
        assert spoiled["left"][0] in spoiled["here"]
        assert sorted([*spoiled["stepped"], *spoiled["left"]]) == spoiled["able"], "all others stepped"
    assert found["idle"] == 0


def test_x14_a_new_adapter_goes_to_the_rank_with_the_fewest_tokens() -> None:
    """[X14]"""
    assert least_loaded({"a": 0, "b": 1}, {"a": 5, "b": 3}, 2) == 1
    assert least_loaded({}, {}, 3) == 0


def test_x14_moves_shrink_the_fullest_rank_and_then_stop() -> None:
    """[X14]"""
    owners, loads = {"a": 0, "b": 0, "c": 0, "d": 1}, {"a": 4, "b": 3, "c": 2, "d": 1}
    moves = plan_moves(owners, loads, 2)
    assert moves == [Move("a", 0, 1)]
    assert plan_moves({**owners, "a": 1}, loads, 2) == []
    assert plan_moves({"a": 0}, {"a": 5}, 2) == [], "a single adapter gains nothing from moving"
