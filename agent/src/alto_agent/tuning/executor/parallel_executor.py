"""Rank-local adapter parallelism: the backbone is sharded over the ranks, each adapter belongs to one rank.

Nothing of an adapter crosses ranks while it trains: no gradient is reduced, no weight is gathered. Every rank
calls the same methods with the same arguments in the same order; results are the same on all ranks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.fsdp import fully_shard
from transformers import PreTrainedModel

from alto_agent.tuning.executor.active_pass import running
from alto_agent.tuning.executor.executor import TrainingExecutor
from alto_agent.tuning.executor.export_adapter import Which
from alto_agent.tuning.executor.lock_step import LockStep, PassKind
from alto_agent.tuning.executor.packed_pass import pack
from alto_agent.tuning.executor.rank_balance import Move, least_loaded, plan_moves
from alto_agent.tuning.executor.spec import (
    AdapterSpec,
    EvalReport,
    Fault,
    ParkedState,
    PreferenceRow,
    RunData,
    RunStep,
    StepReport,
)

_T = TypeVar("_T")


class ParallelExecutor:
    """A training executor over all ranks of a device mesh."""

    def __init__(self, model: PreTrainedModel, mesh: DeviceMesh, **options: Any) -> None:
        """Shards the layers of `model` over `mesh`; embeddings and output layer stay whole on each rank.

        `options` are those of TrainingExecutor. All ranks must have loaded the same weights.
        """
        _shard(model, mesh)
        self._rank, self._ranks = mesh.get_rank(), mesh.size()
        self._control: Any = dist.new_group(backend="gloo")
        self.local = TrainingExecutor(model, **options)
        # Probing runs passes, which all ranks do here together.
        self.local.probe()
        self.local.predict_room()
        self._lock_step = LockStep(self._control, self._fill)
        self.local.backbone.before_pass = self._lock_step.before
        self._owners: dict[str, int] = {}
        self._loads: dict[str, int] = {}
        self._joined: dict[str, tuple[AdapterSpec, RunData]] = {}

    def join(self, spec: AdapterSpec, data: RunData, *, restore: Path | None = None) -> None:
        """Gives the run a slot on the rank with the fewest tokens a step. Raises on all ranks or on none."""
        if spec.run_id in self._owners:
            raise ValueError(f"run {spec.run_id} already has a slot in this executor")
        owner = least_loaded(self._owners, self._loads, self._ranks)
        problem: str | None = None
        if owner == self._rank:
            try:
                self.local.join(spec, data, restore=restore)
            except (ValueError, FileNotFoundError) as error:
                problem = str(error)
        problem = self._from(owner, problem)
        if problem is not None:
            raise ValueError(problem)
        self._owners[spec.run_id] = owner
        self._loads[spec.run_id] = _tokens_a_step(spec, data)
        self._joined[spec.run_id] = (spec, data)

    def leave(self, run_id: str) -> None:
        """Frees the run's slot."""
        owner = self._owner(run_id)
        if owner == self._rank:
            self.local.leave(run_id)
        self._forget(run_id)

    def park(self, run_id: str, directory: Path) -> ParkedState:
        """As `TrainingExecutor.park`, by the rank that owns the run."""
        owner = self._owner(run_id)
        parked = self._by_owner(owner, lambda: self.local.park(run_id, directory))
        self._forget(run_id)
        return parked

    def checkpoint(self, run_id: str, directory: Path) -> int:
        """Writes the run's state; returns its size when it is on the disk."""
        owner = self._owner(run_id)
        return self._by_owner(owner, lambda: self.local.checkpoint(run_id, directory).result())

    def export(self, run_id: str, directory: Path, *, base_model_name: str, which: Which = "best") -> None:
        """As `TrainingExecutor.export`, by the rank that owns the run."""
        owner = self._owner(run_id)

        def write() -> None:
            self.local.export(run_id, directory, base_model_name=base_model_name, which=which)

        self._by_owner(owner, write)

    def step(self) -> StepReport:
        """One macro-step of all ranks; the report has the runs of all of them."""
        start = time.perf_counter()
        own = self.local.step()
        self._lock_step.before(PassKind.NONE)
        reports = self._all(own)
        runs: dict[str, RunStep] = {}
        faults: dict[str, Fault] = {}
        for report in reports:
            runs |= report.runs
            faults |= report.faults
        for run_id in [*faults, *(one for one, taken in runs.items() if taken.finished)]:
            self._loads[run_id] = 0
        return StepReport(
            runs=runs,
            faults=faults,
            retried_smaller=tuple(one for report in reports for one in report.retried_smaller),
            seconds=time.perf_counter() - start,
            tokens=sum(report.tokens for report in reports),
            passes=max(report.passes for report in reports),
        )

    def evaluate(self, run_ids: Sequence[str] | None = None) -> dict[str, EvalReport]:
        """As `TrainingExecutor.evaluate`; each rank evaluates its own runs."""
        wanted = list(self._owners) if run_ids is None else run_ids
        own = self.local.evaluate([one for one in wanted if self._owner(one) == self._rank])
        self._lock_step.before(PassKind.NONE)
        merged: dict[str, EvalReport] = {}
        for report in self._all(own):
            merged |= report
        return merged

    def rebalance(self) -> list[Move]:
        """Moves adapters from full ranks to empty ones, with the same bits; call it after runs have left."""
        moves = plan_moves(self._owners, self._loads, self._ranks)
        for move in moves:
            spec, data = self._joined[move.run_id]
            if self._rank == move.source:
                box: list[Any] = [self.local.take_out(move.run_id)]
                dist.send_object_list(box, dst=move.target, group=self._control)
            elif self._rank == move.target:
                box = [None]
                dist.recv_object_list(box, src=move.source, group=self._control)
                self.local.put_in(spec, data, box[0])
            self._owners[move.run_id] = move.target
        return moves

    @property
    def owners(self) -> dict[str, int]:
        """The rank of each run."""
        return self._owners.copy()

    def close(self) -> None:
        """Ends this rank's executor."""
        self.local.close()

    def _fill(self, kind: PassKind) -> None:
        backbone = self.local.backbone
        packed = pack([], backbone.device, training=False)
        with running(packed):
            if kind is PassKind.TRAIN:
                # The vote may come from within a pass that needs no gradient.
                with torch.enable_grad():
                    hidden = backbone.run(packed)
                    torch.autograd.backward(hidden, torch.zeros_like(hidden))
            else:
                with torch.no_grad():
                    backbone.run(packed)

    def _owner(self, run_id: str) -> int:
        if run_id not in self._owners:
            raise KeyError(f"run {run_id} has no slot in this executor")
        return self._owners[run_id]

    def _forget(self, run_id: str) -> None:
        del self._owners[run_id], self._loads[run_id], self._joined[run_id]

    def _by_owner(self, owner: int, action: Callable[[], _T]) -> _T:
        """Runs `action` on one rank; its result, or its error, on all."""
        result: tuple[_T | None, str | None] = (None, None)
        if owner == self._rank:
            try:
                result = (action(), None)
            except Exception as error:
                result = (None, str(error))
        value, problem = self._from(owner, result)
        if problem is not None:
            raise RuntimeError(problem)
        return value  # pyright: ignore[reportReturnType]

    def _from(self, owner: int, value: _T) -> _T:
        box: list[Any] = [value]
        dist.broadcast_object_list(box, src=owner, group=self._control)
        return box[0]

    def _all(self, value: _T) -> list[_T]:
        boxes: list[Any] = [None] * self._ranks
        dist.all_gather_object(boxes, value, group=self._control)
        return boxes


def _shard(model: PreTrainedModel, mesh: DeviceMesh) -> None:
    model.requires_grad_(False)
    base: Any = getattr(model, model.base_model_prefix)
    # The output layer is used in as many chunks as a rank has tokens, so it cannot be gathered in step;
    # the embeddings may be the same tensor.
    whole = set(base.get_input_embeddings().parameters())
    for layer in base.layers:
        fully_shard(layer, mesh=mesh)
    fully_shard(base, mesh=mesh, ignored_params=whole)


def _tokens_a_step(spec: AdapterSpec, data: RunData) -> int:
    tokens = 0
    for row in data.train:
        parts = (row.chosen, row.rejected) if isinstance(row, PreferenceRow) else (row,)
        tokens += sum(len(part.input_ids) for part in parts)
    return max(1, spec.batch_size * tokens // max(1, len(data.train)))
