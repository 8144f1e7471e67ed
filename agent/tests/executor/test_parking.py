"""Parking, checkpoints and export."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel

from alto_agent.tuning.executor.checkpoint import read_checkpoint, write_checkpoint
from alto_agent.tuning.executor.executor import TrainingExecutor
from alto_agent.tuning.executor.export_adapter import export_checkpoint

from .tiny_models import random_data, random_pairs, spec, tiny_model


def state(executor: TrainingExecutor, run_id: str) -> dict[str, Any]:
    """Everything of a run that must survive, comparable with ==."""
    run = executor._runs[run_id]  # pyright: ignore[reportPrivateUsage]
    stack = run.stack
    rows = (stack.parameters, stack.exp_avg, stack.exp_avg_sq)
    return {
        "rows": [rows_[run.slot].view(torch.int32).tolist() for rows_ in rows],
        "step": run.step,
        "samples": run.samples,
        "attempts": run.attempts,
        "history": run.loss_history.copy(),
        "best": None if run.best is None else (run.best.step, run.best.val_loss, run.best.row.tolist()),
    }


@pytest.mark.parametrize("objective", ["sft-completion", "dpo"])
def test_x9_parked_ten_times_ends_with_the_same_bits(objective: str, tmp_path: Path) -> None:
    """[X9] between two executors and beside changing neighbours, against one that was never parked."""
    data = random_pairs(3) if objective == "dpo" else random_data(3)
    one = spec(
        "r", objective=objective, rank=6, dropout=0.2, lr_scheduler="cosine", warmup_ratio=0.1, total_steps=30
    )
    with TrainingExecutor(tiny_model()) as executor:
        executor.join(one, data)
        for step in range(24):
            executor.step()
            if step % 5 == 4:
                executor.evaluate()
        expected = state(executor, "r")
    first, second = TrainingExecutor(tiny_model()), TrainingExecutor(tiny_model())
    second.join(spec("neighbour", rank=6, dropout=0.2, seed=9), random_data(9))
    first.join(one, data)
    here, there = first, second
    parks = 0
    for step in range(24):
        here.step()
        if step % 5 == 4:
            here.evaluate(["r"])
        if step % 2 == 1 and parks < 10:
            parked = here.park("r", tmp_path / "r")
            assert parked.step == step + 1
            assert "r" not in here.run_ids
            here, there = there, here
            here.join(one, data, restore=parked.directory)
            parks += 1
    assert parks == 10
    assert state(here, "r") == expected
    first.close()
    second.close()


def test_x9_a_background_checkpoint_is_the_state_of_its_step(tmp_path: Path) -> None:
    """[X9] steps that follow at once do not reach into it."""
    one, data = spec("r"), random_data(1)
    with TrainingExecutor(tiny_model()) as executor:
        executor.join(one, data)
        for _ in range(3):
            executor.step()
        expected = state(executor, "r")
        written = executor.checkpoint("r", tmp_path / "r")
        for _ in range(3):
            executor.step()
        assert written.result() > 0
        executor.leave("r")
        executor.join(one, data, restore=tmp_path / "r")
        assert state(executor, "r") == expected


def test_x9_what_does_not_fit_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    """[X9]"""
    one, data = spec("r"), random_data(1)
    with TrainingExecutor(tiny_model()) as executor:
        executor.join(one, data)
        executor.step()
        executor.park("r", tmp_path / "r")
        with pytest.raises(ValueError, match="made with another learning_rate"):
            executor.join(spec("r", learning_rate=1.0), data, restore=tmp_path / "r")
        with pytest.raises(FileNotFoundError, match="no complete checkpoint"):
            executor.join(one, data, restore=tmp_path / "nowhere")
        newest = max((tmp_path / "r").glob("state-*"))
        (newest / "tensors.safetensors").write_bytes(b"not tensors")
        with pytest.raises(ValueError, match="cannot be read as a checkpoint"):
            executor.join(one, data, restore=tmp_path / "r")
        assert executor.run_ids == []
        executor.join(one, data)
        assert executor.step().runs["r"].step == 1


_KILLED_WRITERS = """
import json, os, random, signal, sys, time
from pathlib import Path
import torch
from alto_agent.tuning.executor.checkpoint import SavedRun, read_checkpoint, write_checkpoint
from tests.executor.tiny_models import spec

folder, number = Path(sys.argv[1]), 0
rng = random.Random(0)
for attempt in range(25):
    heard, told = os.pipe()
    writer = os.fork()
    if writer == 0:
        while True:
            number += 1
            tensors = {f"parameters/{name}": torch.full((20000,), float(number)) for name in "abcdef"}
            write_checkpoint(folder, SavedRun(spec("r"), {"step": number}, tensors))
            os.write(told, f"{number} ".encode())
    os.close(told)
    reported = os.read(heard, 100)
    time.sleep(rng.random() * 0.02)
    os.kill(writer, signal.SIGKILL)
    while more := os.read(heard, 100):
        reported += more
    os.waitpid(writer, 0)
    saved = read_checkpoint(folder)
    values = sorted({float(value) for tensor in saved.tensors.values() for value in tensor.unique()})
    number = saved.progress["step"]
    print(json.dumps({"reported": int(reported.split()[-1]), "step": number, "values": values}))
"""


def test_x9_a_checkpoint_survives_kill_9_at_any_instant(tmp_path: Path) -> None:
    """[X9] after each kill there is one whole state, not older than the last that was reported."""
    folder = tmp_path / "r"
    done = subprocess.run(
        [sys.executable, "-c", _KILLED_WRITERS, str(folder)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == 25
    for line in lines:
        assert line["step"] >= line["reported"]
        assert line["values"] == [float(line["step"])]
    TrainingExecutor.clean(folder)
    assert [entry.name for entry in folder.iterdir() if entry.name.startswith(".")] == []


def test_x9_a_failed_write_leaves_the_state_before_it(tmp_path: Path) -> None:
    """[X9]"""
    with TrainingExecutor(tiny_model()) as executor:
        executor.join(spec("r"), random_data(1))
        executor.step()
        saved = executor.take_out("r")
    write_checkpoint(tmp_path, saved)
    broken = type(saved)(saved.spec, {"step": object()}, saved.tensors)
    with pytest.raises(TypeError):
        write_checkpoint(tmp_path, broken)
    assert read_checkpoint(tmp_path).progress["step"] == 1
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("family", ["llama", "qwen2", "mistral"])
def test_x11_an_exported_adapter_gives_equal_logits_in_peft(family: str, tmp_path: Path) -> None:
    """[X11] the best one and the last one, from a slot and from a parked run."""
    one, data = spec("r", learning_rate=5e-3, target_modules=("q_proj", "o_proj", "up_proj")), random_data(1)
    ids = torch.tensor([list(data.train[0].input_ids)])  # pyright: ignore
    with TrainingExecutor(tiny_model(family)) as executor:
        executor.join(one, data)
        for _ in range(4):
            executor.step()
        assert executor.evaluate()["r"].is_best
        best = executor.adapter("r")
        for _ in range(4):
            executor.step()
        last = executor.adapter("r")
        executor.export("r", tmp_path / "best", base_model_name="tiny")
        executor.export("r", tmp_path / "last", base_model_name="tiny", which="last")
        executor.park("r", tmp_path / "parked")
    export_checkpoint(tmp_path / "parked", tmp_path / "later", base_model_name="tiny")
    for folder, expected in (("best", best), ("last", last), ("later", best)):
        model = PeftModel.from_pretrained(tiny_model(family), tmp_path / folder)
        found = {
            name.removeprefix("base_model.model.").replace(".default", ""): tensor
            for name, tensor in model.state_dict().items()
            if ".lora_" in name
        }
        assert found.keys() == expected.keys()
        assert all(torch.equal(found[name], expected[name]) for name in expected)
        config = json.loads((tmp_path / folder / "adapter_config.json").read_text())
        assert config["base_model_name_or_path"] == "tiny"
        plain = tiny_model(family)
        with torch.no_grad():
            for name, module in plain.named_modules():
                a = expected.get(f"{name}.lora_A.weight")
                if a is not None:
                    weight: Any = module.weight
                    weight += one.scaling * expected[f"{name}.lora_B.weight"] @ a
            merged = plain(input_ids=ids).logits
            assert torch.allclose(model(input_ids=ids).logits, merged, atol=1e-4)
