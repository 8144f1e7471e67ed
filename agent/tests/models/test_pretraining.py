"""The script that made builtin/tiny-llama is the one that ships, and its text gives no answer away."""

from itertools import islice
from pathlib import Path

from alto_agent.tuning.data.builtin.catalogue import BUILTIN_TASKS
from alto_agent.tuning.models.pretrain.__main__ import VOCABULARY
from alto_agent.tuning.models.pretrain.corpus import texts
from alto_agent.tuning.models.pretrain.tokenizer import build_tokenizer
from alto_agent.tuning.models.resolve_model import resolve_model


def test_the_script_builds_the_tokenizer_that_ships(tmp_path: Path) -> None:
    build_tokenizer(islice(texts("vocabulary"), 20_000), VOCABULARY, tmp_path)
    shipped = resolve_model("builtin/tiny-llama", data_dir=tmp_path).path
    assert (tmp_path / "tokenizer.json").read_bytes() == (shipped / "tokenizer.json").read_bytes()


def test_no_question_of_a_task_stands_in_the_pretraining_text() -> None:
    seen = "\n".join(islice(texts("train"), 20_000))
    for name, task in BUILTIN_TASKS.items():
        rows = [row for row in task.generate() if not (name == "arithmetic" and len(row.prompt) < 6)]
        assert not [row.prompt for row in rows[:200] if row.prompt in seen], name
