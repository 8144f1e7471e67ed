"""Rank-local adapter parallelism: the backbone is sharded over the ranks, each adapter belongs to one rank.

Nothing of an adapter crosses ranks while it trains: no gradient is reduced, no weight is gathered. Every rank
calls the same methods with the same arguments in the same order; results are the same on all ranks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.distributed_c10d import Store
from transformers import PreTrainedModel

from alto_agent.tuning.executor.active_pass import running
from alto_agent.tuning.executor.checkpoint import SavedRun, read_checkpoint
from alto_agent.tuning.executor.executor import TrainingExecutor
from alto_agent.tuning.executor.export_adapter import Which, write_adapter
from alto_agent.tuning.executor.generation import generate
from alto_agent.tuning.executor.lock_step import LockStep, PassKind
from alto_agent.tuning.executor.memory_model import MemoryTerms, device_memory_bytes
from alto_agent.tuning.executor.packed_pass import pack
from alto_agent.tuning.executor.pass_guard import PassGuard
from alto_agent.tuning.executor.rank_balance import Move, least_loaded, plan_moves
from alto_agent.tuning.executor.receipts import Receipts
from alto_agent.tuning.executor.run_load import longest_batch, tokens_a_step
from alto_agent.tuning.executor.shard_backbone import shard_backbone
from alto_agent.tuning.executor.spec import (
    AdapterSpec,
    Admission,
    EvalReport,
    Fault,
    ParkedState,
    RunData,
    RunStep,
    StepReport,
    TokenIds,
)

_T = TypeVar("_T")


@dataclass
class _Member:
    """What every rank knows of a run, wherever it trains."""

    owner: int
    spec: AdapterSpec
    data: RunData
    load: int
    """Tokens a step; 0 when it trains no more."""
    history: list[tuple[int, float]] = field(default_factory=list[tuple[int, float]])
    best: float | None = None
    fault: Fault | None = None
    finished: bool = False


class ParallelExecutor:
    """A training executor over all ranks of a device mesh."""

    def __init__(
        self,
        model: PreTrainedModel,
        mesh: DeviceMesh,
        store: Store,
        *,
        near: int | None = None,
        **options: Any,
    ) -> None:
        """Shards `model` over `mesh`. `options` are those of TrainingExecutor.

        `store` is this rank's connection to a store of all ranks. All must have loaded the same weights.
        A memory limit is that of all ranks together; on the CPU they share its memory. The first `near` ranks
        (default: all) are on the node of rank 0 and share its files; for the others it reads and writes.
        """
        limit: int | None = options.pop("memory_limit_bytes", None)
        if limit is None and mesh.device_type == "cpu":
            limit = device_memory_bytes(torch.device("cpu"))
        own_limit = None if limit is None else limit // mesh.size()
        shard_backbone(model, mesh)
        self._rank, self._ranks = mesh.get_rank(), mesh.size()
        self._near = near or self._ranks
        self._control: Any = dist.new_group(backend="gloo")
        self._receipts = Receipts(store)
        self.local = TrainingExecutor(model, memory_limit_bytes=own_limit, **options)
        # Probing runs passes, which all ranks do here together.
        self.local.probe()
        self.local.predict_room()
        self._lock_step = LockStep(self._control, self._fill)
        backbone = self.local.backbone
        backbone.before_pass = self._lock_step.before
        backbone.guard = PassGuard()
        for layer in backbone.base.layers:
            backbone.guard.watch(layer)
        if hasattr(backbone.base, "norm"):
            backbone.guard.watch(backbone.base.norm)
        self._members: dict[str, _Member] = {}
        self._chosen: dict[str, int] = {}
        self._left = False

    @property
    def device(self) -> torch.device:
        """This rank's."""
        return self.local.device

    # Slots

    def admit(self, spec: AdapterSpec, tokens: int) -> Admission:
        """Whether a rank has room for the run; `join` takes the one with the fewest tokens of those [X14].

        A refusal has the numbers of the rank with most room, beside all runs of the group.
        """
        found = self._all(self.local.admit(spec, tokens))
        roomy = [rank for rank, one in enumerate(found) if one.fits]
        if roomy:
            owner = least_loaded(self.owners, self._loads(), self._ranks, among=roomy)
            self._chosen[spec.run_id] = owner
            return replace(found[owner], beside=len(self._members))
        # On a rank without any run it would fit alone if it ever did.
        alone = [one for one in found if one.beside == 0]
        best = max(alone or found, key=lambda one: one.available_bytes)
        return replace(best, beside=0 if alone else len(self._members))

    def join(self, spec: AdapterSpec, data: RunData, *, restore: Path | None = None) -> None:
        """Gives the run a slot on the rank that `admit` found, else on the one with the fewest tokens a step.

        Raises on all ranks or on none.
        """
        run_id = spec.run_id
        if run_id in self._members:
            raise ValueError(f"run {run_id} already has a slot in this executor")
        owner = self._chosen.pop(run_id, None)
        if owner is None:
            owner = least_loaded(self.owners, self._loads(), self._ranks)

        saved: SavedRun | None = None
        if restore is not None and owner >= self._near:
            saved = self._carry(0, owner, lambda: read_checkpoint(restore))

        def enter() -> tuple[list[tuple[int, float]], float | None, bool]:
            local = self.local
            if saved is None:
                local.join(spec, data, restore=restore)
            else:
                local.put_in(spec, data, saved)
            return local.loss_history(run_id), local.best_val_loss(run_id), local.is_finished(run_id)

        history, best, finished = self._by_owner(owner, enter)
        load = 0 if finished else tokens_a_step(spec, data)
        self._members[run_id] = _Member(owner, spec, data, load, history, best, None, finished)

    def leave(self, run_id: str) -> None:
        """Frees the run's slot."""
        if self._member(run_id).owner == self._rank:
            self.local.leave(run_id)
        self._forget(run_id)

    def park(self, run_id: str, directory: Path) -> ParkedState:
        """As `TrainingExecutor.park`, by the rank that owns the run."""
        parked = self._by_owner(self._member(run_id).owner, lambda: self.local.park(run_id, directory))
        self._forget(run_id)
        return parked

    def checkpoint(self, run_id: str, directory: Path) -> Future[int]:
        """As `TrainingExecutor.checkpoint`; the future is settled on rank 0 and on the rank of the run."""
        ticket, owner = self._receipts.ticket(), self._member(run_id).owner
        if owner >= self._near:
            saved = self._carry(owner, 0, lambda: self.local.state(run_id))
            return Future() if saved is None else self.local.write(directory, saved)
        if owner == self._rank:
            future = self.local.checkpoint(run_id, directory)
            if owner != 0:
                future.add_done_callback(lambda done: self._receipts.send(ticket, done))
            return future
        return self._receipts.expect(ticket) if self._rank == 0 else Future()

    def rebalance(self) -> list[Move]:
        """Moves adapters from full ranks to empty ones, with the same bits; `step` does so after a leave."""
        moves: list[Move] = []
        for move in plan_moves(self.owners, self._loads(), self._ranks):
            if not self._move(move):
                break
            moves.append(move)
        return moves

    # Training

    def step(self) -> StepReport:
        """One macro-step of all ranks; the report has the runs of all of them."""
        if self._left:
            self._left = False
            self.rebalance()
        start = time.perf_counter()
        own = self.local.step()
        self._lock_step.before(PassKind.NONE)
        reports = self._all(own)
        runs: dict[str, RunStep] = {}
        faults: dict[str, Fault] = {}
        for report in reports:
            runs |= report.runs
            faults |= report.faults
        for run_id, taken in runs.items():
            member = self._members[run_id]
            if not taken.skipped:
                member.history.append((taken.step, taken.train_loss))
            if taken.finished:
                member.finished, member.load = True, 0
        self._note(faults)
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
        wanted = list(self._members) if run_ids is None else run_ids
        mine = [one for one in wanted if self._member(one).owner == self._rank]
        own = self.local.evaluate(mine)
        self._lock_step.before(PassKind.NONE)
        faults = {one: fault for one in mine if (fault := self.local.fault(one)) is not None}
        merged: dict[str, EvalReport] = {}
        for reports, found in self._all((own, faults)):
            merged |= reports
            self._note(found)
        for run_id, report in merged.items():
            if report.is_best:
                self._members[run_id].best = report.val_loss
        return merged

    # Results

    def export(self, run_id: str, directory: Path, *, base_model_name: str, which: Which = "best") -> None:
        """As `TrainingExecutor.export`, by the rank that owns the run."""

        member = self._member(run_id)
        writer = member.owner if member.owner < self._near else 0
        weights = self._carry(member.owner, writer, lambda: self.local.adapter(run_id, which))

        def write() -> None:
            assert weights is not None
            write_adapter(directory, member.spec, weights, base_model_name)

        self._by_owner(writer, write)

    def generate(
        self,
        prompts: Sequence[TokenIds],
        *,
        max_new_tokens: int,
        adapter: Mapping[str, torch.Tensor] | None = None,
        scaling: float = 1.0,
    ) -> list[list[int]]:
        """As `TrainingExecutor.generate`; all ranks write the same text together.

        What is wrong with the model is wrong on all ranks. A lack of memory is one rank's own, while the
        others are in the middle of the text: it ends this process, and so the group.
        """
        try:
            return generate(
                self.local.backbone,
                prompts,
                max_new_tokens=max_new_tokens,
                adapter=adapter,
                scaling=scaling,
                together=True,
            )
        except torch.OutOfMemoryError as error:
            raise SystemExit(f"No memory was left for a text: {error}") from error

    def best_val_loss(self, run_id: str) -> float | None:
        """The lowest validation loss so far; `None` without an evaluation."""
        return self._member(run_id).best

    def loss_history(self, run_id: str) -> list[tuple[int, float]]:
        """All (step, training loss) of the run, also those from before it was parked."""
        return self._member(run_id).history.copy()

    def fault(self, run_id: str) -> Fault | None:
        """Why the run takes part in no step, if it does not."""
        return self._member(run_id).fault

    def is_finished(self, run_id: str) -> bool:
        """Whether the run has taken all its steps."""
        return self._member(run_id).finished

    @property
    def owners(self) -> dict[str, int]:
        """The rank of each run."""
        return {run_id: member.owner for run_id, member in self._members.items()}

    def memory_terms(self) -> MemoryTerms:
        """The probed model for planning: what does not depend on runs is there once a rank."""
        terms = self._all(self.local.memory_terms())
        return replace(terms[0], backbone_bytes=sum(one.backbone_bytes for one in terms))

    def close(self) -> None:
        """Ends this rank's executor when all that was to be written is on the disk."""
        self.local.close()
        self._receipts.close()
        # The store lives in rank 0.
        dist.barrier(group=self._control)

    def _fill(self, kind: PassKind) -> None:
        backbone = self.local.backbone
        packed = pack([], backbone.device, training=False)
        # The vote may come from within a pass that needs no gradient. An empty pass has nothing to lose:
        # where even that lacks memory, its gathers are joined all the same.
        with (
            running(packed),
            suppress(torch.OutOfMemoryError),
            torch.set_grad_enabled(kind is PassKind.TRAIN),
        ):
            hidden = backbone.run(packed)
            if kind is PassKind.TRAIN:
                backbone.backward(hidden, torch.zeros_like(hidden))

    def _move(self, move: Move) -> bool:
        """Whether it was made: the other rank may have no room."""
        member = self._members[move.run_id]
        spec, data = member.spec, member.data
        has_room = self._rank == move.target and self.local.admit(spec, longest_batch(spec, data)).fits
        if not self._from(move.target, has_room):
            return False
        saved = self._carry(move.source, move.target, lambda: self.local.take_out(move.run_id))
        if saved is not None:
            self.local.put_in(spec, data, saved)
        member.owner = move.target
        return True

    def _loads(self) -> dict[str, int]:
        return {run_id: member.load for run_id, member in self._members.items()}

    def _note(self, faults: dict[str, Fault]) -> None:
        for run_id, fault in faults.items():
            member = self._members[run_id]
            member.fault, member.load = fault, 0

    def _member(self, run_id: str) -> _Member:
        if run_id not in self._members:
            raise KeyError(f"run {run_id} has no slot in this executor")
        return self._members[run_id]

    def _forget(self, run_id: str) -> None:
        del self._members[run_id]
        self._left = True

    def _by_owner(self, owner: int, action: Callable[[], _T]) -> _T:
        """Runs `action` on one rank; its result, or what it found wrong, on all."""
        result: tuple[_T | None, type[Exception], str | None] = (None, OSError, None)
        if owner == self._rank:
            try:
                result = (action(), OSError, None)
            except OSError as error:
                result = (None, OSError, str(error))
            except ValueError as error:
                result = (None, ValueError, str(error))
        value, kind, problem = self._from(owner, result)
        if problem is not None:
            raise kind(problem)
        return value  # pyright: ignore[reportReturnType]

    def _carry(self, source: int, target: int, make: Callable[[], _T]) -> _T | None:
        """What `make` gives on one rank, on another one alone; what it found wrong, on all."""
        made: list[_T] = []
        self._by_owner(source, lambda: made.append(make()))
        if source == target:
            return made[0] if made else None
        if self._rank == source:
            dist.send_object_list(made, dst=target, group=self._control)
        if self._rank != target:
            return None
        box: list[Any] = [None]
        dist.recv_object_list(box, src=source, group=self._control)
        return box[0]

    def _from(self, owner: int, value: _T) -> _T:
        box: list[Any] = [value]
        dist.broadcast_object_list(box, src=owner, group=self._control)
        return box[0]

    def _all(self, value: _T) -> list[_T]:
        boxes: list[Any] = [None] * self._ranks
        dist.all_gather_object(boxes, value, group=self._control)
        return boxes
