"""The training executor: many adapters take their steps together on one frozen backbone.

Its rules are in docs/spec/executor.md. Everything happens at step boundaries: between two calls of `step`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedModel

from alto_agent.tuning.executor.backbone import Backbone
from alto_agent.tuning.executor.batch import BadRowError, BatchReader
from alto_agent.tuning.executor.checkpoint import SavedRun, read_checkpoint, sweep_partial
from alto_agent.tuning.executor.checkpoint_writer import CheckpointWriter
from alto_agent.tuning.executor.device_loss import noticing_device_loss
from alto_agent.tuning.executor.evaluation import evaluate_runs
from alto_agent.tuning.executor.export_adapter import Which, write_adapter
from alto_agent.tuning.executor.generation import generate
from alto_agent.tuning.executor.initial_adapter import initial_row
from alto_agent.tuning.executor.lack_of_memory import NoRoomError, is_lack_of_memory
from alto_agent.tuning.executor.macro_step import RoomCheck, macro_step
from alto_agent.tuning.executor.memory_model import (
    MemoryModel,
    MemoryTerms,
    MemoryUse,
    device_memory_bytes,
    probe_memory,
)
from alto_agent.tuning.executor.packed_pass import Piece
from alto_agent.tuning.executor.row_layout import RowLayout, width_of
from alto_agent.tuning.executor.run_state import BestSnapshot, RunState
from alto_agent.tuning.executor.run_storage import load_run, save_run
from alto_agent.tuning.executor.sites import check_rank, match_targets
from alto_agent.tuning.executor.slot_stack import SlotStack, StackKey
from alto_agent.tuning.executor.spec import (
    AdapterSpec,
    Admission,
    EvalReport,
    Fault,
    ParkedState,
    RunData,
    StepReport,
    TokenIds,
)

_FP16_FIRST_LOSS_SCALE = 2.0**16


class TrainingExecutor:
    """Holds one backbone and the slots of the adapters that train on it, of one sweep or of several."""

    def __init__(
        self,
        model: PreTrainedModel,
        *,
        device: torch.device | str = "cpu",
        dtype: torch.dtype | None = None,
        max_tokens_per_pass: int | None = None,
        memory_limit_bytes: int | None = None,
        memory_margin: float = 0.1,
        gradient_checkpointing: bool = False,
    ) -> None:
        """Takes over `model` until `close`.

        `dtype` converts the model's floating-point weights first (not for quantised ones); adapters are
        always fp32. `max_tokens_per_pass` bounds a pass; larger macro-steps take several. The memory limit is
        the device's own where none is given, and `memory_margin` of it stays free.
        """
        self.device = torch.device(device)
        if dtype is not None:
            model.to(dtype)  # pyright: ignore[reportArgumentType]
        quantised = getattr(model, "is_quantized", False)
        if not quantised:
            model.to(self.device)  # pyright: ignore[reportArgumentType]
        self.backbone = Backbone(model, device=self.device, gradient_checkpointing=gradient_checkpointing)
        self.max_tokens_per_pass = max_tokens_per_pass
        self.memory_limit_bytes = memory_limit_bytes or device_memory_bytes(self.device)
        self.memory_margin = memory_margin
        self._gradient_checkpointing = gradient_checkpointing
        self._memory: MemoryModel | None = None
        self._runs: dict[str, RunState] = {}
        self._stacks: dict[StackKey, SlotStack] = {}
        self._joins = 0
        self._room_check: RoomCheck | None = None
        self._writer = CheckpointWriter()

    # Slots

    def join(self, spec: AdapterSpec, data: RunData, *, restore: Path | None = None) -> None:
        """Gives the run a slot; it takes part in the next step. With `restore`, it goes on from there.

        Raises ValueError with one sentence where the run cannot train here (NoRoomError where memory lacks);
        nothing has changed then.
        """
        saved = None
        if restore is not None:
            self._writer.wait()
            saved = read_checkpoint(restore)
        self.put_in(spec, data, saved)

    def put_in(self, spec: AdapterSpec, data: RunData, saved: SavedRun | None) -> None:
        """As `join`, with a saved state in memory instead of one on disk."""
        if spec.run_id in self._runs:
            raise ValueError(f"run {spec.run_id} already has a slot in this executor")
        try:
            targets = match_targets(spec.target_modules, self.backbone.sites, self.backbone.name)
            check_rank(spec.rank, targets, self.backbone.sites)
        except ValueError as error:
            raise ValueError(f"run {spec.run_id}: {error}") from error
        reader = BatchReader(spec, data, self.backbone.vocabulary, self.backbone.max_length)
        key = StackKey(width_of(spec.rank, self.device), targets, spec.batch_size, spec.dropout > 0)
        stack = self._stack(key)
        run = RunState(spec, reader, self._joins, stack, -1)
        if self.backbone.dtype == torch.float16:
            run.loss_scale = _FP16_FIRST_LOSS_SCALE
        try:
            stack.append(run, initial_row(spec, stack.layout))
        except RuntimeError as error:
            self._drop_empty(stack)
            if not is_lack_of_memory(error):
                raise
            first = str(error).strip().split("\n")[0]
            raise NoRoomError(
                f"run {spec.run_id}: no memory is left for its slot ({first}); try fewer adapters at once"
            ) from error
        try:
            if saved is not None:
                load_run(run, saved)
        except BaseException:
            stack.remove(run)
            self._drop_empty(stack)
            raise
        self._joins += 1
        self._runs[spec.run_id] = run

    def leave(self, run_id: str) -> None:
        """Frees the run's slot and forgets its state."""
        run = self._run(run_id)
        del self._runs[run_id]
        run.stack.remove(run)
        self._drop_empty(run.stack)

    def take_out(self, run_id: str) -> SavedRun:
        """Frees the run's slot; gives its state, for `put_in` of any executor with the same backbone."""
        saved = save_run(self._run(run_id))
        self.leave(run_id)
        return saved

    def park(self, run_id: str, directory: Path) -> ParkedState:
        """Writes all that the run needs to go on with the same bits, then frees its slot.

        If writing fails, the run keeps its slot and the error is raised.
        """
        run = self._run(run_id)
        size = self.checkpoint(run_id, directory).result()
        self.leave(run_id)
        return ParkedState(run_id=run_id, directory=directory, step=run.step, samples=run.samples, bytes=size)

    def checkpoint(self, run_id: str, directory: Path) -> Future[int]:
        """Writes the same as `park`, in the background; the run goes on. The future gives its bytes."""
        return self.write(directory, self.state(run_id))

    def state(self, run_id: str) -> SavedRun:
        """A copy of all that the run needs to go on; later steps do not change it."""
        return save_run(self._run(run_id))

    def write(self, directory: Path, saved: SavedRun) -> Future[int]:
        """Writes a state of any executor in the background."""
        return self._writer.write(directory, saved)

    @staticmethod
    def clean(directory: Path) -> None:
        """Removes what a killed process left half written in a checkpoint folder."""
        sweep_partial(directory)

    # Training

    def step(self) -> StepReport:
        """One macro-step: each run that is not finished takes one optimizer step of its own [X1].

        A run with a fault takes none, keeps its state from before and takes part in no later step. Raises
        DeviceLostError where the device itself has failed.
        """
        active = [run for run in self._runs.values() if not run.finished and run.fault is None]
        with noticing_device_loss(self.device):
            return macro_step(self.backbone, active, self.max_tokens_per_pass, self._room_check)

    def evaluate(self, run_ids: Sequence[str] | None = None) -> dict[str, EvalReport]:
        """The validation loss of the runs (all without a fault by default); the best adapter is kept.

        A run without validation rows, or with a fault, is left out. A bad validation row is a fault.
        """
        wanted = list(self._runs) if run_ids is None else run_ids
        runs = [run for run in (self._run(one) for one in wanted) if run.fault is None]
        ready: list[RunState] = []
        for run in runs:
            try:
                for number in range(run.reader.validation_rows):
                    run.reader.sample("validation", number)
            except BadRowError as error:
                run.fault = Fault(reason="bad-row", message=str(error), step=run.step)
                continue
            if run.reader.validation_rows:
                ready.append(run)
        if not ready:
            return {}
        start = time.perf_counter()
        with noticing_device_loss(self.device):
            sums, _ = evaluate_runs(self.backbone, ready, self.max_tokens_per_pass or 4096)
        seconds = time.perf_counter() - start
        tokens = sum(one.tokens for one in sums.values())
        reports: dict[str, EvalReport] = {}
        for run, found in sums.items():
            is_best = found.loss == found.loss and (run.best is None or found.loss < run.best.val_loss)
            if is_best:
                row = run.stack.parameters[run.slot].detach().to("cpu", copy=True)
                run.best = BestSnapshot(run.step, run.samples, found.loss, row)
            reports[run.spec.run_id] = EvalReport(
                step=run.step,
                samples=run.samples,
                val_loss=found.loss,
                rows=found.rows,
                tokens=found.tokens,
                seconds=seconds * found.tokens / max(1, tokens),
                is_best=is_best,
            )
        return reports

    # Results

    def export(self, run_id: str, directory: Path, *, base_model_name: str, which: Which = "best") -> None:
        """Writes the adapter as a PEFT folder: at its best validation loss, or as it is now.

        Without an evaluation so far, `best` is the adapter as it is now.
        """
        write_adapter(directory, self._run(run_id).spec, self.adapter(run_id, which), base_model_name)

    def generate(
        self,
        prompts: Sequence[TokenIds],
        *,
        max_new_tokens: int,
        adapter: Path | None = None,
        scaling: float = 1.0,
    ) -> list[list[int]]:
        """The tokens that follow each prompt, by the backbone alone or with the PEFT folder `adapter`."""
        return generate(
            self.backbone, prompts, max_new_tokens=max_new_tokens, adapter=adapter, scaling=scaling
        )

    def adapter(self, run_id: str, which: Which = "last") -> dict[str, torch.Tensor]:
        """A copy of the adapter as it is now, or at its best, by PEFT's names: `<layer>.lora_A.weight`, …"""
        run = self._run(run_id)
        row = run.best.row if which == "best" and run.best else run.stack.parameters[run.slot]
        return run.stack.layout.named(row.detach().to("cpu", copy=True), run.spec.rank)

    def best_val_loss(self, run_id: str) -> float | None:
        """The lowest validation loss so far, also from before it was parked; `None` without an evaluation."""
        best = self._run(run_id).best
        return None if best is None else best.val_loss

    def loss_history(self, run_id: str) -> list[tuple[int, float]]:
        """All (step, training loss) of the run, also those from before it was parked."""
        return self._run(run_id).loss_history.copy()

    @property
    def run_ids(self) -> list[str]:
        """The runs that have a slot, in the order in which they joined."""
        return list(self._runs)

    def fault(self, run_id: str) -> Fault | None:
        """Why the run takes part in no step, if it does not."""
        return self._run(run_id).fault

    def is_finished(self, run_id: str) -> bool:
        """Whether the run has taken all its steps."""
        return self._run(run_id).finished

    # Memory

    def probe(self) -> MemoryModel:
        """Measures what a pass needs on this backbone, by small passes; later admissions use it."""
        self._memory = probe_memory(self.backbone, checkpointing=self._gradient_checkpointing)
        return self._memory

    def memory_terms(self) -> MemoryTerms:
        """The probed model for planning."""
        return self._model().terms()

    def predict_bytes(self, spec: AdapterSpec, tokens: int) -> MemoryUse:
        """What the run adds to the executor's memory if its batches have up to `tokens` tokens."""
        targets = match_targets(spec.target_modules, self.backbone.sites, self.backbone.name)
        layout = RowLayout(self.backbone.groups, targets, width_of(spec.rank, self.device))
        return self._model().of(layout, tokens, dropout=spec.dropout > 0)

    def admit(self, spec: AdapterSpec, tokens: int) -> Admission:
        """Whether the run fits beside those that have a slot, with the margin [X13]."""
        model = self._model()
        present = [
            model.of(run.stack.layout, run.reader.longest_batch(), dropout=run.spec.dropout > 0)
            for run in self._runs.values()
        ]
        wanted = self.predict_bytes(spec, tokens)
        return model.admit(
            spec.run_id,
            wanted,
            present,
            limit=self.memory_limit_bytes,
            margin=self.memory_margin,
            max_tokens=self.max_tokens_per_pass,
        )

    def predict_room(self) -> None:
        """From now on no pass begins that would not fit by prediction [X13], [X14].

        Ranks that share a backbone need it: a rank that gave up in the middle of a pass would leave the
        others waiting for it.
        """
        self._room_check = self._check_room

    def _check_room(self, pieces: Sequence[Piece]) -> None:
        model = self._model()
        tokens = {piece.run: piece.tokens for piece in pieces}
        uses = [
            model.of(run.stack.layout, tokens.get(run, 0), dropout=run.spec.dropout > 0)
            for run in self._runs.values()
        ]
        needed = model.total(uses, None)
        if needed > self.memory_limit_bytes:
            raise torch.OutOfMemoryError(
                f"a pass of {sum(tokens.values())} tokens needs {needed:,} bytes by prediction, "
                f"more than {self.memory_limit_bytes:,}"
            )

    def close(self) -> None:
        """Writes queued checkpoints and gives the model back."""
        self._writer.close()
        self.backbone.close()

    def __enter__(self) -> TrainingExecutor:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def _model(self) -> MemoryModel:
        return self._memory or self.probe()

    def _run(self, run_id: str) -> RunState:
        found = self._runs.get(run_id)
        if found is None:
            raise KeyError(f"run {run_id} has no slot in this executor")
        return found

    def _stack(self, key: StackKey) -> SlotStack:
        found = self._stacks.get(key)
        if found is None:
            layout = RowLayout(self.backbone.groups, key.targets, key.width)
            order = 1 + max((stack.order for stack in self._stacks.values()), default=-1)
            found = SlotStack(key, order, layout, self.device, self.backbone.dtype)
            self._stacks[key] = found
        return found

    def _drop_empty(self, stack: SlotStack) -> None:
        if not stack.members:
            del self._stacks[stack.key]
