"""One adapter's trouble is its own: neighbours keep the very bits that they would have had."""

import random
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alto_agent.tuning.executor.device_loss import DeviceLostError, is_device_loss
from alto_agent.tuning.executor.executor import TrainingExecutor
from alto_agent.tuning.executor.lack_of_memory import NoRoomError
from alto_agent.tuning.executor.spec import AdapterSpec, Row, RunData

from .tiny_models import random_data, random_pairs, spec, tiny_model

Bits = dict[str, list[torch.Tensor]]


def weights(executor: TrainingExecutor, run_id: str) -> torch.Tensor:
    """All weights of a run in one vector."""
    return torch.cat([one.reshape(-1) for one in executor.adapter(run_id).values()])


def poison(executor: TrainingExecutor, run_id: str) -> None:
    """Puts a NaN into one weight of a run."""
    run = executor._runs[run_id]  # pyright: ignore[reportPrivateUsage]
    run.stack.parameters[run.slot, 0] = float("nan")


def alone(one: AdapterSpec, data: RunData, steps: int) -> tuple[list[float], torch.Tensor]:
    """The losses and final weights of a run that has the executor to itself."""
    with TrainingExecutor(tiny_model()) as executor:
        executor.join(one, data)
        losses = [executor.step().runs[one.run_id].train_loss for _ in range(steps)]
        return losses, weights(executor, one.run_id)


def test_x8_neighbours_of_a_run_that_turns_nan_keep_their_bits() -> None:
    """[X8] the run with the NaN is reported and takes no more steps; the others do not notice."""
    runs = [(spec(f"r{place}", rank=4 * place + 1, seed=place), random_data(place)) for place in range(3)]
    with TrainingExecutor(tiny_model()) as executor:
        for one, data in runs:
            executor.join(one, data)
        losses: dict[str, list[float]] = {}
        for step in range(8):
            if step == 3:
                poison(executor, "r1")
            report = executor.step()
            assert set(report.faults) == ({"r1"} if step == 3 else set())
            for run_id, taken in report.runs.items():
                losses.setdefault(run_id, []).append(taken.train_loss)
        fault = executor.fault("r1")
        assert fault is not None
        assert fault.reason == "non-finite"
        assert fault.step == 3
        assert "its loss is nan at step 4" in fault.message
        final = {run_id: weights(executor, run_id) for run_id in ("r0", "r2")}
    assert len(losses["r1"]) == 3
    for one, data in (runs[0], runs[2]):
        expected, weight = alone(one, data, 8)
        assert losses[one.run_id] == expected
        assert torch.equal(final[one.run_id], weight)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([Row((1, 2, 3), (-100, 2))], "training row 0 has 3 tokens but 2 labels"),
        ([Row((1, 500), (1, 500))], "training row 0 has a token id outside the vocabulary of 96"),
        ([Row((1, 2), (-100, 777))], "training row 0 has a label outside the vocabulary of 96"),
        ([Row((), ())], "training row 0 has no tokens"),
        ([Row(tuple([1] * 300), tuple([1] * 300))], "training row 0 has 300 tokens, more than the 256"),
        ([Row((1, 2, 3), (-100, -100, -100))], "no token of training row 0, 0 counts in the loss"),
        ([Row(np.array([1.5, "x"], dtype=object), (1, 2))], "a token id that is not a whole number"),
    ],
)
def test_x8_a_bad_row_takes_its_run_out_with_a_sentence(rows: list[Row], sentence: str) -> None:
    """[X8] and the neighbour steps on, in the same macro-step."""
    good, data = spec("good"), random_data(1)
    with TrainingExecutor(tiny_model()) as executor:
        executor.join(good, data)
        executor.join(spec("bad"), RunData(rows))
        report = executor.step()
        assert report.faults["bad"].reason == "bad-row"
        assert sentence in report.faults["bad"].message
        assert report.runs["good"].train_loss == alone(good, data, 1)[0][0]
        assert not executor.step().faults, "a fault is reported once"


def test_x8_dpo_and_fine_tuning_rows_are_not_mixed_up() -> None:
    """[X8]"""
    with TrainingExecutor(tiny_model()) as executor:
        executor.join(spec("a", objective="dpo"), random_data(1))
        executor.join(spec("b"), random_pairs(1))
        faults = executor.step().faults
        assert "DPO needs a chosen and a rejected one" in faults["a"].message
        assert "which only DPO can train on" in faults["b"].message


@pytest.mark.parametrize("place", ["embeddings", "attention", "backward"])
def test_x13_without_memory_the_newest_run_goes_on_in_smaller_pieces(place: str) -> None:
    """[X13] older runs step as if nothing had been; the newest gives the same loss one step later.

    However far the pass had come, and whatever it had written; nothing of it stays in memory.
    """
    old, new = spec("old", batch_size=2), spec("new", batch_size=4, seed=2)
    data = {"old": random_data(1), "new": random_data(2)}
    with TrainingExecutor(tiny_model()) as executor:
        limit = _OutOfMemoryAbove(executor, tokens=80, place=place)
        executor.join(old, data["old"])
        first = executor.step()
        executor.join(new, data["new"])
        limit.tokens = 50
        reports = [executor.step() for _ in range(6)]
        assert limit.hits > 0
        assert limit.held() == 0
    assert "old" in first.runs
    assert all("old" in report.runs for report in reports)
    assert any(report.retried_smaller == ("new",) for report in reports)
    taken = [report.runs["new"].train_loss for report in reports if "new" in report.runs]
    assert taken
    assert taken == pytest.approx(alone(new, data["new"], len(taken))[0], rel=1e-5)
    losses = [report.runs["old"].train_loss for report in (first, *reports)]
    assert losses == alone(old, data["old"], 7)[0]


def test_x13_without_memory_an_evaluation_takes_smaller_passes() -> None:
    """[X13] with the same losses; only a run of which not one row fits gets a fault."""
    data = [random_data(1, longest=16), random_data(2, longest=16), random_data(3, shortest=40, longest=50)]
    runs = [spec(f"r{place}", seed=place) for place in range(3)]
    with TrainingExecutor(tiny_model()) as executor:
        for one, own in zip(runs, data, strict=True):
            executor.join(one, RunData(own.train, own.train))
        expected = executor.evaluate()
        limit = _OutOfMemoryAbove(executor, tokens=32)
        found = executor.evaluate()
        assert limit.hits > 0
        assert {run_id: one.val_loss for run_id, one in found.items()} == {
            run_id: expected[run_id].val_loss for run_id in ("r0", "r1")
        }
        fault = executor.fault("r2")
        assert fault is not None
        assert "one validation row does not fit" in fault.message
        assert executor.fault("r0") is None


def test_x13_a_slot_without_memory_is_refused_and_nobody_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    """[X13]"""
    one, data = spec("old"), random_data(1)
    zeros = torch.zeros
    with TrainingExecutor(tiny_model()) as executor:
        executor.join(one, data)
        losses = [executor.step().runs["old"].train_loss for _ in range(2)]

        def full(*size: int, **options: Any) -> torch.Tensor:
            if len(size) == 3 and size[0] > 0:
                raise torch.OutOfMemoryError("out of memory: tried to allocate more than the device has")
            return zeros(*size, **options)

        with monkeypatch.context() as device:
            device.setattr(torch, "zeros", full)
            with pytest.raises(NoRoomError, match="no memory is left for its slot"):
                executor.join(spec("beside"), data)
            with pytest.raises(NoRoomError, match="no memory is left for its slot"):
                executor.join(spec("wide", rank=16), data)
        assert executor.run_ids == ["old"]
        losses += [executor.step().runs["old"].train_loss for _ in range(2)]
        executor.join(spec("beside"), data)
        losses += [executor.step().runs["old"].train_loss for _ in range(2)]
    assert losses == alone(one, data, 6)[0]


def test_x13_a_run_that_never_fits_is_taken_out_and_nobody_else() -> None:
    """[X13]"""
    with TrainingExecutor(tiny_model()) as executor:
        executor.join(spec("old", batch_size=1), random_data(1, longest=16))
        limit = _OutOfMemoryAbove(executor, tokens=32)
        executor.join(spec("huge", batch_size=1), random_data(2, shortest=40, longest=50))
        report = executor.step()
        assert limit.hits > 0
        assert report.faults["huge"].reason == "out-of-memory"
        assert "one sample at a time does not fit" in report.faults["huge"].message
        assert "old" in report.runs


def test_x20_a_device_that_is_gone_ends_the_executor_and_blames_no_run(tmp_path: Path) -> None:
    """[X20] the driver's own error within a pass; checkpoints from before go on with the same bits."""
    one, data = spec("a"), random_data(1)
    with TrainingExecutor(tiny_model()) as executor:
        executor.join(one, data)
        for _ in range(3):
            executor.step()
        executor.checkpoint("a", tmp_path).result()

        def gone(*_: object) -> None:
            raise torch.AcceleratorError(
                "CUDA error: unspecified launch failure\nCUDA kernel errors might be …"
            )

        executor.backbone.base.layers[1].register_forward_hook(gone)
        for act in (executor.step, executor.evaluate):
            with pytest.raises(
                DeviceLostError, match=r"does not answer any more .CUDA error: unspecified launch"
            ):
                act()
        assert executor.fault("a") is None
    with TrainingExecutor(tiny_model()) as executor:
        executor.join(one, data, restore=tmp_path)
        found = [executor.step().runs["a"].train_loss for _ in range(3)]
    assert found == alone(one, data, 6)[0][3:]


def test_x20_a_faulty_program_is_no_lost_device() -> None:
    """[X20]"""
    assert not is_device_loss(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    assert not is_device_loss(torch.OutOfMemoryError("CUDA out of memory"))
    assert is_device_loss(RuntimeError("CUDA error: an illegal memory access was encountered"))


class _OutOfMemoryAbove:
    """A device that has memory for so many tokens in one pass: the allocator's own error above it."""

    def __init__(self, executor: TrainingExecutor, tokens: int, place: str = "embeddings") -> None:
        self.tokens, self.hits = tokens, 0
        self._inputs: list[weakref.ref[torch.Tensor]] = []
        base = executor.backbone.base
        if place == "embeddings":
            base.get_input_embeddings().register_forward_hook(self._hook)
        elif place == "attention":
            # Before its siblings with the same input, which are computed together, have been asked for.
            base.layers[1].self_attn.q_proj.register_forward_hook(self._hook)
        else:
            base.layers[0].mlp.register_forward_hook(self._hook_back)

    def held(self) -> int:
        """Inputs of failed passes that still lie in memory."""
        return sum(one() is not None for one in self._inputs)

    def _hook(self, _module: object, arguments: tuple[torch.Tensor], output: torch.Tensor) -> None:
        if output.shape[1] > self.tokens:
            self._inputs.append(weakref.ref(arguments[0]))
            self._fail(output)

    def _hook_back(self, _module: object, arguments: tuple[torch.Tensor], output: torch.Tensor) -> None:
        if output.shape[1] > self.tokens and output.requires_grad:
            self._inputs.append(weakref.ref(arguments[0]))
            output.register_hook(self._fail)

    def _fail(self, _tensor: torch.Tensor) -> None:
        self.hits += 1
        raise torch.OutOfMemoryError("out of memory: tried to allocate more than the device has")


@st.composite
def mixes(draw: st.DrawFn) -> list[tuple[AdapterSpec, RunData]]:
    """Up to five runs with any mix of everything."""
    runs: list[tuple[AdapterSpec, RunData]] = []
    for place in range(draw(st.integers(1, 5))):
        objective = draw(st.sampled_from(["sft-completion", "sft-full", "dpo"]))
        one = spec(
            f"r{place}",
            rank=draw(st.sampled_from([1, 3, 8, 13, 16])),
            alpha=draw(st.sampled_from([1, 8, 32])),
            dropout=draw(st.sampled_from([0.0, 0.0, 0.4])),
            batch_size=draw(st.integers(1, 4)),
            learning_rate=draw(st.sampled_from([1e-4, 1e-3])),
            weight_decay=draw(st.sampled_from([0.0, 0.1])),
            lr_scheduler=draw(st.sampled_from(["constant", "linear", "cosine"])),
            warmup_ratio=draw(st.sampled_from([0.0, 0.3])),
            target_modules=draw(st.sampled_from(["all-linear", ("q_proj", "v_proj"), ("down_proj",)])),
            seed=draw(st.integers(0, 9)),
            objective=objective,
            max_grad_norm=draw(st.sampled_from([None, 0.1, 1.0])),
        )
        seed = draw(st.integers(0, 99))
        longest = draw(st.sampled_from([5, 17, 40]))
        data = random_pairs(seed) if objective == "dpo" else random_data(seed, longest=longest)
        runs.append((one, data))
    return runs


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(mixes(), st.integers(0, 1000))
def test_x3_any_mix_with_joins_and_leaves_gives_each_run_its_own_losses(
    runs: list[tuple[AdapterSpec, RunData]], seed: int
) -> None:
    """[X3] random mixes, joined and left at random steps, to the last bit."""
    rng = random.Random(seed)
    losses: dict[str, list[float]] = {}
    with TrainingExecutor(tiny_model()) as executor:
        waiting = list(runs)
        for _ in range(6):
            if waiting and rng.random() < 0.7:
                executor.join(*waiting.pop())
            if len(executor.run_ids) > 1 and rng.random() < 0.3:
                executor.leave(rng.choice(executor.run_ids))
            for run_id, taken in executor.step().runs.items():
                losses.setdefault(run_id, []).append(taken.train_loss)
    for one, data in runs:
        if one.run_id in losses:
            own = losses[one.run_id]
            assert own == alone(one, data, len(own))[0]
