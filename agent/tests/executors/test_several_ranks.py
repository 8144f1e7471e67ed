"""An executor over two devices, as the agent starts it."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from safetensors.torch import load_file
from test_output_samples import ORDER
from test_worker import run

from alto_agent.contracts.generated.messages import (
    AttemptEvent,
    CheckpointEvent,
    DurableEvent,
    EvaluationEvent,
    ExecutorEvent,
    MemoryFacts,
    MetricsEvent,
    OutputSampleEvent,
    StartExecutor,
    StartRun,
)
from alto_agent.executors.executor_process import ExecutorProcess


def orders() -> list[StartRun]:
    short = {"max_steps": 6, "epochs": None, "evaluations": 2}
    mixed = [run("a"), run("b", rank=8, batch_size=2, dropout=0.1), run("c", batch_size=1)]
    return [one.model_copy(update=short) for one in mixed]


class Heard(list[DurableEvent]):
    """What an executor said, and a way to wait for it."""

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(300):
            while not condition():
                await asyncio.sleep(0.05)

    def ends(self) -> dict[str, AttemptEvent]:
        return {one.run_id: one for one in self if isinstance(one, AttemptEvent) and one.state != "started"}

    def losses(self, run_id: str) -> dict[int, float | None]:
        found: dict[int, float | None] = {}
        for one in self:
            if isinstance(one, MetricsEvent) and one.run_id == run_id:
                found |= dict(zip(one.steps, one.series["train_loss"], strict=True))
        return found

    def evaluations(self, run_id: str) -> list[tuple[int, float | None]]:
        events = [one for one in self if isinstance(one, EvaluationEvent) and one.run_id == run_id]
        return [(one.step, one.val_loss) for one in events]

    def texts(self) -> list[str]:
        return sorted(one.output for one in self if isinstance(one, OutputSampleEvent))

    def memory(self) -> MemoryFacts:
        states = [one for one in self if isinstance(one, ExecutorEvent)]
        return next(one.memory for one in states if one.memory is not None)


def test_x21_ranks_of_two_processes_do_what_one_does_and_end_together(tmp_path: Path) -> None:
    """[X21] [X14] the same losses, evaluations, adapters, texts; a killed rank ends all of them."""
    asyncio.run(_compare(tmp_path))


async def _trained(
    order: StartExecutor, folder: Path
) -> tuple[Heard, ExecutorProcess, asyncio.Task[str | None]]:
    """An executor that has trained all the runs."""
    heard = Heard()
    process = ExecutorProcess(order, folder, "cpu", lease_seconds=3600)
    ended = asyncio.create_task(process.run(heard.append))
    for run_order in orders():
        process.send(run_order)
    await heard.until(lambda: ended.done() or len(heard.ends()) == 3)
    assert {run_id: one.state for run_id, one in heard.ends().items()} == dict.fromkeys("abc", "done")
    return heard, process, ended


async def _compare(folder: Path) -> None:
    alone, single, single_ended = await _trained(ORDER, folder / "alone")
    single.stop()
    assert await asyncio.wait_for(single_ended, 300) is None
    heard, process, ended = await _trained(ORDER.model_copy(update={"devices": [0, 1]}), folder / "two")
    for order in orders():
        run_id = order.run_id
        assert list(heard.losses(run_id)) == [1, 2, 3, 4, 5, 6]
        assert heard.losses(run_id) == pytest.approx(alone.losses(run_id), rel=1e-6)
        found, expected = heard.evaluations(run_id), alone.evaluations(run_id)
        assert [step for step, _ in found] == [step for step, _ in expected]
        assert [loss for _, loss in found] == pytest.approx([loss for _, loss in expected], rel=1e-6)
        path = Path("artifacts/runs") / run_id / "adapter/adapter_model.safetensors"
        ours, theirs = load_file(folder / "two" / path), load_file(folder / "alone" / path)
        assert ours.keys() == theirs.keys()
        assert all(tensor.allclose(theirs[name], atol=1e-6) for name, tensor in ours.items())
    assert heard.texts() == alone.texts() != []
    memory, known = heard.memory(), alone.memory()
    assert memory.bytes_per_rank == known.bytes_per_rank
    assert known.backbone_bytes < memory.backbone_bytes < 2 * known.backbone_bytes, "layers are there once"

    # One more goes on from a checkpoint of a rank; then a rank is killed in the middle.
    state = next(one.path for one in heard if isinstance(one, CheckpointEvent) and one.run_id == "c")
    again = orders()[2].model_copy(update={"attempt": 2, "epoch": 2, "restore": state})
    process.send(again)
    await heard.until(lambda: ended.done() or heard.ends()["c"].attempt == 2)
    assert (heard.ends()["c"].state, heard.ends()["c"].step) == ("done", 6)
    long = run("d", batch_size=1).model_copy(update={"max_steps": 100_000, "epochs": None})
    process.send(long)
    await heard.until(lambda: ended.done() or heard.losses("d"))
    pids = process.pids()
    assert len(pids) == 2
    os.kill(max(pids), signal.SIGKILL)
    assert "was killed" in (await asyncio.wait_for(ended, 300) or "")
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert "d" not in heard.ends(), "the agent says that, when all ranks have ended"
