"""`python -m alto_agent.executors.answer`: questions in, answers out, a line of JSON each."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any, assert_never

from pydantic import TypeAdapter

from alto_agent.artifacts.store import open_store
from alto_agent.contracts.generated.messages import (
    DescribeModel,
    DescribePipeline,
    ExportAdapter,
    PreviewDataset,
    Question,
    Suggest,
)
from alto_agent.diffusion.models.describe_pipeline import describe_pipeline
from alto_agent.diffusion.models.pipeline_folder import resolve_pipeline
from alto_agent.executors.model_card import model_card
from alto_agent.tuning.data.preview import preview
from alto_agent.tuning.models.resolve_model import resolve_model
from alto_agent.tuning.search.__main__ import ask
from alto_agent.tuning.user_error import UserError

_QUESTION: TypeAdapter[Question] = TypeAdapter(Question)


def answer(question: Question, data_dir: Path) -> Any:
    """The answer as a value for JSON. Raises `UserError` where the person must change something."""
    artifacts = data_dir / "artifacts"
    match question:
        case PreviewDataset():
            model = resolve_model(question.model, data_dir=data_dir, base_dir=artifacts, weights=False)
            if question.dataset.startswith("datasets/"):
                open_store(artifacts).fetch(question.dataset)
            return preview(question.dataset, model, question.max_length, base_dir=artifacts)
        case DescribeModel():
            model = resolve_model(question.model, data_dir=data_dir, base_dir=artifacts, weights=False)
            return model.as_json()
        case DescribePipeline():
            return describe_pipeline(resolve_pipeline(question.model, data_dir, weights=False)).as_json()
        case Suggest():
            return ask(
                {
                    "space": question.space,
                    "n": question.count,
                    "seed": question.seed,
                    "told": [told.model_dump() for told in question.told],
                    "pending": question.pending,
                }
            )
        case ExportAdapter():
            return _export(question, artifacts)
        case _:
            assert_never(question)


def _export(question: ExportAdapter, artifacts: Path) -> dict[str, str]:
    from alto_agent.tuning.executor.checkpoint import read_checkpoint
    from alto_agent.tuning.executor.export_adapter import export_checkpoint

    source = (artifacts / question.checkpoint).resolve()
    if not source.is_relative_to(artifacts.resolve()):
        raise UserError("checkpoint", "The checkpoint is not in the artifact store.")
    folder = artifacts / "runs" / question.run_id / "adapter"
    store = open_store(artifacts)
    try:
        store.fetch(question.checkpoint)
        saved = read_checkpoint(source)
        export_checkpoint(source, folder, base_model_name=question.model)
    except (OSError, ValueError) as problem:
        raise UserError("checkpoint", f"The run's state cannot be read: {problem}.") from problem
    best = saved.progress.get("best")
    card = model_card(question.run_id, saved.spec, question.model, None, best["val_loss"] if best else None)
    (folder / "README.md").write_text(card, encoding="utf-8")
    relative = folder.relative_to(artifacts).as_posix()
    try:
        store.keep(relative)
    except OSError as problem:
        raise UserError("checkpoint", f"The adapter cannot be stored: {problem}.") from problem
    return {"path": relative}


def main() -> int:
    """Answers until its input ends. What libraries print goes to standard error; output carries answers."""
    parser = argparse.ArgumentParser(prog="python -m alto_agent.executors.answer", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    given = parser.parse_args()
    with os.fdopen(os.dup(1), "w") as out:
        os.dup2(2, 1)
        for line in sys.stdin:
            question = _QUESTION.validate_json(line)
            try:
                reply: dict[str, Any] = {"result": answer(question, given.data_dir)}
            except UserError as problem:
                reply = problem.as_json()
            out.write(f"{json.dumps(reply)}\n")
            out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
