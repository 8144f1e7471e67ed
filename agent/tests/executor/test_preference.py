"""DPO against TRL's own trainer on the same batch."""

from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset
from peft import LoraConfig, set_peft_model_state_dict
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl.trainer.dpo_config import DPOConfig
from trl.trainer.dpo_trainer import DPOTrainer

from alto_agent.tuning.executor.executor import TrainingExecutor
from alto_agent.tuning.executor.spec import PreferenceRow, Row, RunData

from .tiny_models import spec

MODEL = Path(__file__).parents[2] / "src/alto_agent/tuning/models/builtin/tiny-llama"


def test_x2_dpo_loss_is_that_of_trl(tmp_path: Path) -> None:
    """[X2] after some steps, so that the adapter differs from the reference."""
    texts = [
        ("2 + 3 =", " 5", " 7"),
        ("sort: b a", " a b", " b a"),
        ("say:", " yes", " no and no"),
        ("x", " y", " z"),
    ]
    rows = [{"prompt": p, "chosen": c, "rejected": r} for p, c, r in texts]
    options: Any = {
        "output_dir": str(tmp_path), "per_device_train_batch_size": len(rows), "beta": 0.3, "use_cpu": True,
        "bf16": False, "report_to": [], "gradient_checkpointing": False,
    }  # fmt: skip
    trainer: Any = DPOTrainer(
        model=AutoModelForCausalLM.from_pretrained(MODEL),
        args=DPOConfig(**options),
        train_dataset=Dataset.from_list(rows),
        processing_class=AutoTokenizer.from_pretrained(MODEL),
        peft_config=LoraConfig(r=8, lora_alpha=16, target_modules="all-linear", task_type="CAUSAL_LM"),
    )
    batch = next(iter(trainer.get_train_dataloader()))
    real = batch["attention_mask"].bool()
    sequences: list[Row] = []
    for ids, mask, trained in zip(batch["input_ids"], real, batch["completion_mask"].bool(), strict=True):
        labels = torch.where(trained, ids, -100)
        sequences.append(Row(tuple(ids[mask].tolist()), tuple(labels[mask].tolist())))
    half = len(rows)
    pairs = [PreferenceRow(c, r) for c, r in zip(sequences[:half], sequences[half:], strict=True)]
    one = spec("r", objective="dpo", dpo_beta=0.3, rank=8, alpha=16, batch_size=half, learning_rate=3e-3)
    with TrainingExecutor(AutoModelForCausalLM.from_pretrained(MODEL)) as executor:
        executor.join(one, RunData(pairs))
        for _ in range(5):
            executor.step()
        weights = {f"base_model.model.{name}": tensor for name, tensor in executor.adapter("r").items()}
        found = executor.step().runs["r"].train_loss
    set_peft_model_state_dict(trainer.model, weights)
    trainer.model.eval()
    with torch.no_grad():
        expected = trainer.compute_loss(trainer.model, batch).item()
    assert expected < 0.6, "the adapter has learned something by now"
    assert found == pytest.approx(expected, rel=1e-5)
