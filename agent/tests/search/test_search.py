"""From a search space to configurations."""

import json
import math
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alto_agent.tuning.search.expand_grid import expand_grid
from alto_agent.tuning.search.sample_random import sample_random
from alto_agent.tuning.search.search_space import Choice, Params, Range, parse_space, space_size
from alto_agent.tuning.search.tpe import Told, ask_tpe
from alto_agent.tuning.user_error import UserError

SPACE = {
    "learning_rate": {"min": 1e-5, "max": 1e-1, "distribution": "log_uniform"},
    "rank": {"values": [4, 8, 16]},
    "batch_size": 2,
}


def test_a_space_is_read_as_the_sweep_file_writes_it() -> None:
    space = parse_space(SPACE | {"target_modules": {"values": ["all-linear", ["q_proj", "v_proj"]]}})
    assert space["learning_rate"] == Range(1e-5, 1e-1, log=True, whole=False)
    assert space["rank"] == Choice((4, 8, 16))
    assert space["batch_size"] == Choice((2,))
    assert space["target_modules"] == Choice(("all-linear", ["q_proj", "v_proj"]))
    assert space_size(space) is None
    assert space_size(parse_space({"rank": {"min": 2, "max": 5}, "alpha": [1, 1, 2]})) == 8


@pytest.mark.parametrize(
    ("space", "field", "sentence"),
    [
        ({}, "parameters", "is empty"),
        ({"rank": {"values": []}}, "parameters.rank", "rank has no values"),
        ({"rank": {"min": 1}}, "parameters.rank", "needs values, or min and max"),
        ({"alpha": {"min": 2, "max": 2}}, "parameters.alpha", "not above its start 2"),
        ({"alpha": {"min": "a", "max": 2}}, "parameters.alpha", "needs two numbers"),
        ({"alpha": {"min": 0, "max": 2, "distribution": "log_uniform"}}, "parameters.alpha", "start above 0"),
        (
            {"alpha": {"min": 0, "max": 2, "distribution": "normal"}},
            "parameters.alpha",
            "'normal'; use uniform",
        ),
    ],
)
def test_a_bad_space_is_refused_beside_its_field(space: dict[str, Any], field: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence) as caught:
        parse_space(space)
    assert caught.value.field == field


def test_a_grid_is_the_full_product_in_a_stable_order() -> None:
    space = parse_space({"learning_rate": [1, 2, 3], "rank": [4, 8]})
    grid = expand_grid(space)
    assert [tuple(params.values()) for params in grid] == [(1, 4), (1, 8), (2, 4), (2, 8), (3, 4), (3, 8)]
    ordered = expand_grid(space, best_guesses_first=True)
    assert [tuple(params.values()) for params in ordered[:2]] == [(2, 4), (2, 8)]
    assert sorted(map(str, ordered)) == sorted(map(str, grid))


def test_a_grid_of_a_range_or_of_a_million_points_is_refused() -> None:
    with pytest.raises(UserError, match="learning_rate is a range") as caught:
        expand_grid(parse_space(SPACE))
    assert caught.value.field == "parameters.learning_rate"
    many = {name: list(range(100)) for name in ("learning_rate", "alpha", "dropout")}
    with pytest.raises(UserError, match="1,000,000 configurations; at most 2,000"):
        expand_grid(parse_space(many))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 40))
def test_random_draws_are_different_inside_of_the_space_and_the_same_for_a_seed(seed: int, runs: int) -> None:
    space = parse_space(SPACE)
    drawn = sample_random(space, runs, seed)
    assert drawn == sample_random(space, runs, seed)
    assert len(drawn) == runs == len({json.dumps(params) for params in drawn})
    for params in drawn:
        assert 1e-5 <= params["learning_rate"] <= 1e-1
        assert params["rank"] in (4, 8, 16)
        assert params["batch_size"] == 2


def test_a_small_space_is_drawn_to_its_end_and_no_further() -> None:
    space = parse_space({"rank": {"min": 1, "max": 30}, "alpha": [1, 2]})
    drawn = sample_random(space, 1000, 7)
    assert len(drawn) == 60
    assert len({json.dumps(params) for params in drawn}) == 60


def loss(params: Params) -> float:
    """A bowl whose lowest point is a learning rate of 1e-3 with rank 16."""
    return (math.log10(params["learning_rate"]) + 3) ** 2 + (16 - params["rank"]) / 16


def search(seed: int, runs: int) -> list[Told]:
    told: list[Told] = []
    for _ in range(runs):
        (params,) = ask_tpe(parse_space(SPACE), 1, seed, told)
        told.append(Told(params, None if params["learning_rate"] > 3e-2 else loss(params)))
    return told


def test_tpe_finds_better_configurations_than_chance_and_goes_on_after_a_restart() -> None:
    def best(values: list[float | None]) -> float:
        return min(value for value in values if value is not None)

    guided = [search(seed, 40) for seed in range(4)]
    chance = [[loss(params) for params in sample_random(parse_space(SPACE), 40, seed)] for seed in range(4)]
    late = [told.value for run in guided for told in run[20:] if told.value is not None]
    assert sum(late) / len(late) < 0.5 * sum(map(sum, chance)) / 160
    assert sum(best([told.value for told in run]) for run in guided) < sum(map(min, chance))
    # Every call builds its study from what it is told, so a second process gives the same next answer.
    assert ask_tpe(parse_space(SPACE), 2, 3, guided[3][:15]) == ask_tpe(
        parse_space(SPACE), 2, 3, guided[3][:15]
    )
    assert ask_tpe(parse_space(SPACE), 1, 3, guided[3][:15])[0] == guided[3][15].params


def test_tpe_never_repeats_a_configuration_and_ends_with_the_space() -> None:
    space = parse_space({"rank": [2, 4], "lr_scheduler": ["constant", "linear"]})
    told = [Told({"rank": 2, "lr_scheduler": "linear"}, 1.0)]
    pending = [{"rank": 4, "lr_scheduler": "linear"}]
    asked = ask_tpe(space, 10, 0, told, pending)
    assert sorted(map(str, asked)) == [
        "{'rank': 2, 'lr_scheduler': 'constant'}",
        "{'rank': 4, 'lr_scheduler': 'constant'}",
    ]


def test_runs_outside_of_the_space_teach_nothing() -> None:
    space = parse_space(SPACE)
    strange = [Told({"learning_rate": 5.0, "rank": 4, "batch_size": 2}, 0.0), Told({"rank": 3}, 0.1)]
    assert len(ask_tpe(space, 3, 0, strange)) == 3


def command(request: str) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "alto_agent.tuning.search", "ask"],
        input=request,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, json.loads(done.stdout)


def test_the_command_answers_as_the_function() -> None:
    told = [{"params": {"learning_rate": 1e-3, "rank": 4, "batch_size": 2}, "value": None}]
    code, answer = command(json.dumps({"space": SPACE, "n": 3, "seed": 5, "told": told}))
    assert code == 0
    expected = ask_tpe(parse_space(SPACE), 3, 5, [Told(told[0]["params"], None)])  # pyright: ignore
    assert answer == {"params": expected}


@pytest.mark.parametrize(
    "request_text", ['{"space": {}}', "nonsense", '{"space": {"rank": 2}, "n": 0}', "[]"]
)
def test_a_bad_request_is_one_json_object_and_exit_code_2(request_text: str) -> None:
    code, answer = command(request_text)
    assert code == 2
    assert set(answer["error"]) == {"field", "message"}
