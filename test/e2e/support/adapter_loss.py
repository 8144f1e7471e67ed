"""Loss of an exported adapter, by PEFT and transformers alone: `adapter_loss.py FOLDER MODEL DATASET LENGTH ROWS`.

Only the rows come from Alto, since the held-out split is part of what is claimed: its first ROWS, as the model card says.
"""

import json
import sys
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

from alto_agent.tuning.data.load_run_data import load_run_data
from alto_agent.tuning.models.resolve_model import resolve_model

folder, model_ref, dataset, max_length, count = sys.argv[1:6]
base = resolve_model(model_ref, data_dir=Path(folder), base_dir=Path(folder))
tokenizer = AutoTokenizer.from_pretrained(base.path)
rows = load_run_data(
    dataset, tokenizer, base_dir=Path(folder), max_length=int(max_length)
).data.validation[: int(count)]
model = PeftModel.from_pretrained(
    AutoModelForCausalLM.from_pretrained(base.path), folder
).eval()
total, tokens = 0.0, 0
with torch.no_grad():
    for row in rows:
        ids = torch.as_tensor(row.input_ids, dtype=torch.long)[None]
        labels = torch.as_tensor(row.labels, dtype=torch.long)
        logits = model(input_ids=ids).logits[0, :-1].float()
        total += float(
            torch.nn.functional.cross_entropy(
                logits, labels[1:], reduction="sum", ignore_index=-100
            )
        )
        tokens += int((labels[1:] != -100).sum())
print(json.dumps({"valLoss": total / tokens, "tokens": tokens}))
