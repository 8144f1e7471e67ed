from hypothesis import given
from hypothesis import strategies as st

from alto_agent.executors.evaluation_steps import evaluation_steps


def test_equal_fractions_with_one_early_point() -> None:
    assert sorted(evaluation_steps(100, 5)) == [5, 20, 40, 60, 80, 100]
    assert sorted(evaluation_steps(12, 4)) == [3, 6, 9, 12]


@given(st.integers(1, 5000), st.integers(1, 200))
def test_the_end_is_always_evaluated_and_no_step_is_out_of_range(total: int, evaluations: int) -> None:
    steps = evaluation_steps(total, evaluations)
    assert total in steps
    assert all(1 <= step <= total for step in steps)
    assert min(evaluations, total) <= len(steps) <= min(evaluations, total) + 1


@given(st.integers(1, 100), st.integers(1, 20), st.integers(1, 8))
def test_runs_of_other_batch_sizes_are_evaluated_at_the_same_fractions(
    quarter: int, evaluations: int, factor: int
) -> None:
    steps = 4 * quarter * evaluations
    small = evaluation_steps(steps * factor, evaluations)
    large = evaluation_steps(steps, evaluations)
    assert {step * factor for step in large} == small
