"""What is left of a run that trained to its end: the adapter for PEFT and its model card."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from alto_agent.contracts.generated.messages import DurableEvent
from alto_agent.executors.backbone_source import BackboneSource
from alto_agent.executors.model_card import model_card
from alto_agent.executors.run_in_slot import RunInSlot
from alto_agent.session.log import fields, logger_named
from alto_agent.tuning.executor.slot_executor import SlotExecutor

_log = logger_named("executor")


def finish_run(
    executor: SlotExecutor, run: RunInSlot, source: BackboneSource, artifacts: Path
) -> Iterator[DurableEvent]:
    """Exports the best adapter of a run that still has its slot, and lets it write a few texts."""
    folder = artifacts / run.adapter_folder
    executor.export(run.order.run_id, folder, base_model_name=source.folder.name)
    card = model_card(
        run.order.run_id,
        run.spec,
        source.folder.name,
        run.order.data.dataset,
        executor.best_val_loss(run.order.run_id),
        evaluated=(len(run.run_data.validation), len(run.data.data.validation)),
    )
    (folder / "README.md").write_text(card, encoding="utf-8")
    try:
        yield from list(source.outputs.write(executor, run, folder))
    except Exception:
        # Models that cannot generate outside of a pass still give their adapter.
        _log.exception("no texts", extra=fields(run=run.order.run_id))
