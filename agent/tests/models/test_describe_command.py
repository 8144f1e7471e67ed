"""The command line that the session calls, so that it never imports torch itself."""

import json
import os
import subprocess
import sys
from pathlib import Path


def describe(*arguments: str, **environment: str) -> tuple[int, dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-m", "alto_agent.tuning.models", "describe", *arguments, "--json"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
    )
    assert len(done.stdout.splitlines()) == 1, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_describe_prints_facts(tmp_path: Path) -> None:
    code, facts = describe("--model", "builtin/tiny-llama", "--data-dir", str(tmp_path))
    assert code == 0
    assert facts["parameters"] == 574_336
    assert facts["maxRank"] == 64


def test_an_unreachable_hub_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    code, answer = describe(
        "--model",
        "someone/some-model",
        "--data-dir",
        str(tmp_path),
        HF_ENDPOINT="http://127.0.0.1:9",
        HF_HUB_OFFLINE="0",
    )
    assert code == 2
    assert answer == {
        "error": {
            "field": "model",
            "message": "There is no folder someone/some-model here, "
            "and the hub cannot be reached to look for that name.",
        }
    }


def test_the_modules_that_the_session_imports_do_not_import_torch() -> None:
    code = (
        "import sys, alto_agent.tuning.models.resolve_model, alto_agent.tuning.data.preview, "
        "alto_agent.tuning.data.load_run_data, alto_agent.tuning.search.tpe\n"
        "heavy = {'torch', 'transformers', 'datasets', 'optuna'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
