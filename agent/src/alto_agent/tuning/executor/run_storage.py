"""Between a run in its slot and its saved form."""

from __future__ import annotations

from typing import Any

import torch

from alto_agent.tuning.executor.checkpoint import SavedRun
from alto_agent.tuning.executor.row_layout import RowLayout
from alto_agent.tuning.executor.run_state import BestSnapshot, RunState
from alto_agent.tuning.executor.spec import AdapterSpec


def save_run(run: RunState) -> SavedRun:
    """A copy of all that `run` needs to go on with the same bits; later steps do not change it."""
    stack, slot = run.stack, run.slot
    rows = {
        "parameters": stack.parameters[slot],
        "exp_avg": stack.exp_avg[slot],
        "exp_avg_sq": stack.exp_avg_sq[slot],
    }
    if run.best is not None:
        rows["best"] = run.best.row
    tensors: dict[str, torch.Tensor] = {}
    for part, row in rows.items():
        copy = row.detach().to("cpu", copy=True)
        tensors.update(
            {f"{part}/{name}": view for name, view in stack.layout.named(copy, run.spec.rank).items()}
        )
    progress: dict[str, Any] = {
        "step": run.step,
        "samples": run.samples,
        "attempts": run.attempts,
        "loss_scale": run.loss_scale,
        "steps_since_scale_change": run.steps_since_scale_change,
        "loss_history": run.loss_history.copy(),
        "micro_batch": run.micro_batch,
        "reference_log_probs": {key: list(value) for key, value in run.reference_log_probs.items()},
        "best": None
        if run.best is None
        else {"step": run.best.step, "samples": run.best.samples, "val_loss": run.best.val_loss},
    }
    return SavedRun(run.spec, progress, tensors)


def load_run(run: RunState, saved: SavedRun) -> None:
    """Puts a saved state into `run`, which has a slot. Raises ValueError where they do not fit."""
    if saved.spec != run.spec:
        names = [name for name in vars(run.spec) if getattr(saved.spec, name) != getattr(run.spec, name)]
        raise ValueError(
            f"run {run.spec.run_id}: its checkpoint was made with another {', '.join(names)}; "
            "go on with the same values, or start a new run"
        )
    layout, stack = run.stack.layout, run.stack
    stack.set_parameters(run.slot, _row(saved, "parameters", layout, run.spec))
    stack.exp_avg[run.slot].copy_(_row(saved, "exp_avg", layout, run.spec))
    stack.exp_avg_sq[run.slot].copy_(_row(saved, "exp_avg_sq", layout, run.spec))
    progress = saved.progress
    run.step = int(progress["step"])
    run.samples = int(progress["samples"])
    run.attempts = int(progress["attempts"])
    run.loss_scale = float(progress["loss_scale"])
    run.steps_since_scale_change = int(progress["steps_since_scale_change"])
    run.loss_history = [(int(step), float(loss)) for step, loss in progress["loss_history"]]
    run.micro_batch = progress["micro_batch"]
    run.reference_log_probs.clear()
    for key, (chosen, rejected) in progress["reference_log_probs"].items():
        run.reference_log_probs[key] = (float(chosen), float(rejected))
    best = progress["best"]
    if best is not None:
        row = _row(saved, "best", layout, run.spec)
        run.best = BestSnapshot(int(best["step"]), int(best["samples"]), float(best["val_loss"]), row)


def _row(saved: SavedRun, part: str, layout: RowLayout, spec: AdapterSpec) -> torch.Tensor:
    run_id = spec.run_id
    row = torch.zeros(layout.numel)
    tensors = saved.part(part)
    views = layout.named(row, spec.rank)
    if tensors.keys() != views.keys():
        odd = sorted(tensors.keys() ^ views.keys())
        raise ValueError(
            f"run {run_id}: its checkpoint is of another base model; {odd[0]} is in only one of the two"
        )
    for name, view in views.items():
        if tensors[name].shape != view.shape:
            raise ValueError(
                f"run {run_id}: its checkpoint is of another base model; {name} is "
                f"{tuple(tensors[name].shape)} there and {tuple(view.shape)} here"
            )
        view.copy_(tensors[name])
    return row
