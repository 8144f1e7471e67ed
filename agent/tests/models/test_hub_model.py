"""Hub models, from a hub on this machine, in processes of their own (the hub's address is read at import)."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from local_hub import local_hub

from alto_agent.tuning.models.resolve_model import resolve_model

RESOLVE = """
import json, sys
from pathlib import Path
from alto_agent.tuning.models.resolve_model import resolve_model
from alto_agent.tuning.user_error import UserError
for ref, what in json.loads(sys.argv[1]):
    try:
        model = resolve_model(ref, data_dir=Path(sys.argv[2]), weights=what == "weights")
        print(json.dumps(model.as_json() | {"files": sorted(file.name for file in model.path.iterdir())}))
    except UserError as error:
        print(json.dumps(error.as_json()))
"""


def resolve(hub: str, data_dir: Path, *wanted: tuple[str, str]) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-c", RESOLVE, json.dumps(wanted), str(data_dir)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"HF_ENDPOINT": hub, "HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_XET": "1"},
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built-in model with a pickle file and a program beside it, as hub models have them."""
    folder = tmp_path_factory.mktemp("hub") / "model"
    shutil.copytree(resolve_model("builtin/tiny-llama", data_dir=folder).path, folder)
    (folder / "pytorch_model.bin").write_bytes(b"never downloaded")
    (folder / "modeling_mine.py").write_text("raise SystemExit('never run')")
    return folder


def test_a_hub_model_is_described_without_its_weights_then_downloaded_once(
    served: Path, tmp_path: Path
) -> None:
    with local_hub("someone/small", served) as hub:
        described, whole = resolve(hub, tmp_path, ("someone/small", "facts"), ("someone/small", "weights"))
    assert "model.safetensors" not in described["files"]
    assert "model.safetensors" in whole["files"]
    for answer in (described, whole):
        assert (answer["parameters"], answer["maxRank"], answer["weightBytes"]) == (574_336, 64, 2_297_344)
        assert not {"pytorch_model.bin", "modeling_mine.py"} & set(answer["files"])
    # The hub is gone now: the copy in the data folder still serves.
    assert resolve(hub, tmp_path, ("someone/small", "weights")) == [whole]


def test_a_hub_model_without_safetensors_or_of_another_name_is_refused(served: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(served, tmp_path / "pickled"))
    (folder / "model.safetensors").unlink()
    with local_hub("someone/pickled", folder) as hub:
        wanted = [("someone/pickled", "facts"), ("someone/pickled", "weights"), ("someone/else", "weights")]
        messages = [answer["error"]["message"] for answer in resolve(hub, tmp_path, *wanted)]
    for message in messages[:2]:
        assert message.startswith("someone/pickled has no weights as safetensors on the hub.")
    assert messages[2] == (
        "There is no folder someone/else here and no model of that name on the hub (or it is private)."
    )
