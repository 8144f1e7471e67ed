"""What each rank of the parallel tests does; started by ranks.py."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from tests.executor.tiny_models import tiny_model
from tests.parallel.scenario import STEPS, scenario

from alto_agent.tuning.executor.parallel_executor import ParallelExecutor


def main(folder: Path) -> None:
    """Trains the scenario; rank 0's adapters leave in between, and the others are re-balanced."""
    torch.set_num_threads(1)
    dist.init_process_group("gloo")
    mesh = dist.device_mesh.init_device_mesh("cpu", (dist.get_world_size(),))
    store = dist.FileStore(  # pyright: ignore[reportPrivateImportUsage]
        str(folder / "store"), dist.get_world_size()
    )
    executor = ParallelExecutor(tiny_model(), mesh, store)
    for spec, data in scenario():
        executor.join(spec, data)
    owners = [executor.owners]
    losses: dict[str, list[float]] = {}
    for step in range(STEPS):
        if step == STEPS // 2:
            for run_id, rank in executor.owners.items():
                if rank == 0:
                    executor.leave(run_id)
            executor.rebalance()
            owners.append(executor.owners)
        for run_id, taken in executor.step().runs.items():
            losses.setdefault(run_id, []).append(taken.train_loss)
    reports = executor.evaluate()
    without_room = _without_room(executor)
    spoiled = [_spoiled(executor, place) for place in ("forward", "backward", "loss")]
    refused = ""
    try:
        executor.join(
            replace(scenario()[0][0], run_id="x", target_modules=("nothing",)),
            scenario()[0][1],
        )
    except ValueError as error:
        refused = str(error)
    for run_id in list(executor.owners):
        executor.park(run_id, folder / run_id)
    idle = executor.step()
    result = {
        "owners": owners,
        "losses": losses,
        "evaluated": {run_id: report.val_loss for run_id, report in reports.items()},
        "without_room": without_room,
        "spoiled": spoiled,
        "refused": refused,
        "idle": len(idle.runs),
    }
    (folder / f"result-{dist.get_rank()}.json").write_text(json.dumps(result))
    executor.close()
    dist.destroy_process_group()


def _without_room(executor: ParallelExecutor) -> dict[str, list[str]]:
    """One rank has no room for any pass, for one step; the others must not wait for it."""
    tight = executor.owners[min(executor.owners)]
    roomy = executor.local.memory_limit_bytes
    if dist.get_rank() == tight:
        executor.local.memory_limit_bytes = 1
    report = executor.step()
    executor.local.memory_limit_bytes = roomy
    return {
        "tight": sorted(run_id for run_id, rank in executor.owners.items() if rank == tight),
        "stepped": sorted(report.runs),
        "smaller": sorted(report.retried_smaller),
        "faults": sorted(report.faults),
        "after": sorted(executor.step().runs),
    }


def _spoiled(executor: ParallelExecutor, place: str) -> dict[str, list[str]]:
    """One rank's memory gives out in the middle of a pass, once; the others are in the same pass."""
    backbone = executor.local.backbone
    able = [run_id for run_id in executor.owners if executor.fault(run_id) is None]
    rank = executor.owners[able[-1]]
    left = [None] if dist.get_rank() == rank else []

    def give_out(*_: Any) -> None:
        if left and torch.is_grad_enabled():
            left.clear()
            raise torch.OutOfMemoryError("out of memory")

    def later(_module: Any, _inputs: Any, output: torch.Tensor) -> None:
        if left and output.requires_grad:
            output.register_hook(give_out_now)

    def give_out_now(_gradient: torch.Tensor) -> None:
        if left:
            left.clear()
            raise torch.OutOfMemoryError("out of memory")

    original = backbone.head.losses

    def losses(*arguments: Any, **named: Any) -> Any:
        give_out()
        return original(*arguments, **named)

    mlp = backbone.base.layers[1].mlp
    hook = mlp.register_forward_hook(
        give_out if place == "forward" else later if place == "backward" else _no
    )
    if place == "loss":
        backbone.head.losses = losses
    report = executor.step()
    hook.remove()
    backbone.head.losses = original
    return {
        "able": sorted(able),
        "here": sorted(one for one in able if executor.owners[one] == rank),
        "stepped": sorted(report.runs),
        "left": sorted([*report.retried_smaller, *report.faults]),
    }


def _no(*_: Any) -> None:
    return None


if __name__ == "__main__":
    main(Path(sys.argv[1]))
