"""A whole executor, as the agent speaks to it."""

import socket
from pathlib import Path
from typing import Any

import pytest
import torch
from test_output_samples import ORDER, RUN

from alto_agent.contracts.generated.messages import AttemptEvent, ExecutorEvent, StartRun, StopExecutor
from alto_agent.executors.backbone_source import BackboneSource
from alto_agent.executors.channel import EVENT, ExecutorChannel
from alto_agent.executors.worker import Worker
from alto_agent.tuning.executor.device_loss import DeviceLostError
from alto_agent.tuning.executor.executor import TrainingExecutor

Heard = tuple[list[AttemptEvent], list[ExecutorEvent]]


def work(folder: Path, *orders: StartRun, source: BackboneSource | None = None) -> Heard:
    """Gives an executor these orders at its first step boundary, and then asks it to stop."""
    near, far = socket.socketpair()
    with near, far:
        worker = Worker(ORDER, ExecutorChannel(far), source or BackboneSource(ORDER, folder, "cpu"), folder)
        for order in orders:
            worker.put(order)
        worker.put(StopExecutor(executor_id="x"))
        try:
            worker.run()
        finally:
            far.shutdown(socket.SHUT_WR)
        events = [EVENT.validate_json(line) for line in near.makefile("rb")]
    return (
        [event for event in events if isinstance(event, AttemptEvent)],
        [event for event in events if isinstance(event, ExecutorEvent)],
    )


def run(run_id: str, **config: Any) -> StartRun:
    return RUN.model_copy(update={"run_id": run_id, "config": RUN.config.model_copy(update=config)})


def test_x13_a_run_without_room_is_handed_back_before_it_takes_a_slot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[X13] because of its neighbours it waits; what does not fit alone never will."""
    (started, _), (ready, *_) = work(tmp_path, run("a"))
    assert started.facts is not None
    assert ready.memory is not None
    one = started.facts.memory_bytes
    monkeypatch.setenv(
        "ALTO_EXECUTOR_MEMORY_BYTES", str(int((ready.memory.backbone_bytes + 1.5 * one) / 0.9))
    )
    attempts, _ = work(tmp_path, run("a"), run("b"), run("huge", batch_size=64))
    assert [(event.run_id, event.state, event.reason) for event in attempts if event.state != "parked"] == [
        ("a", "started", None),
        ("b", "failed", "memory"),
        ("huge", "failed", "memory"),
    ]
    refused = attempts[1].admission
    assert refused is not None
    assert refused.beside == 1
    assert refused.requested_bytes == one > refused.available_bytes
    assert "run b needs" in (attempts[1].message or "")
    ((alone,), _) = work(tmp_path, run("huge", batch_size=64))
    assert (alone.state, alone.reason, alone.admission) == ("failed", "out-of-memory", None)


def test_x17_what_cannot_train_says_so_and_the_executor_goes_on(tmp_path: Path) -> None:
    """[X17]"""
    attempts, _ = work(tmp_path, run("wide", rank=500), run("a"))
    assert [(event.run_id, event.state, event.reason) for event in attempts[:2]] == [
        ("wide", "failed", "error"),
        ("a", "started", None),
    ]
    assert "use at most 64" in (attempts[0].message or "")


class _BreakingSource(BackboneSource):
    """Its backbone's device fails in the first pass that trains."""

    def open_executor(self) -> Any:
        executor = super().open_executor()
        assert isinstance(executor, TrainingExecutor)

        def gone(*_: object) -> None:
            if torch.is_grad_enabled():
                raise torch.AcceleratorError("CUDA error: device-side fault")

        executor.probe()
        executor.backbone.base.layers[0].register_forward_hook(gone)
        return executor


def test_x20_without_its_device_an_executor_ends_and_says_nothing_of_its_runs(tmp_path: Path) -> None:
    """[X20] the agent hands them back; a state from a broken device would be worth nothing."""
    near, far = socket.socketpair()
    with near, far:
        source = _BreakingSource(ORDER, tmp_path, "cpu")
        worker = Worker(ORDER, ExecutorChannel(far), source, tmp_path)
        worker.put(run("a"))
        with pytest.raises(DeviceLostError, match="does not answer any more"):
            worker.run()
        far.shutdown(socket.SHUT_WR)
        events = [EVENT.validate_json(line) for line in near.makefile("rb")]
    assert [event.state for event in events if isinstance(event, AttemptEvent)] == ["started"]
