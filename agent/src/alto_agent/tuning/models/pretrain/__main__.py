"""Makes builtin/tiny-llama in about two minutes on two cores.

`python -m alto_agent.tuning.models.pretrain --out DIR`
"""

import argparse
import math
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

from alto_agent.tuning.models.pretrain.corpus import texts
from alto_agent.tuning.models.pretrain.tokenizer import build_tokenizer

VOCABULARY = 512
CONTEXT = 64
BATCH = 48


def _blocks(tokenizer: Any, seed: str) -> Iterator[torch.Tensor]:
    """Endless batches [BATCH, CONTEXT] of texts put end to end."""
    stream = texts(seed)
    buffer: list[int] = []
    while True:
        while len(buffer) < BATCH * CONTEXT:
            for ids in tokenizer(list(islice(stream, 512)))["input_ids"]:
                buffer += [*ids, tokenizer.eos_token_id]
        yield torch.tensor(buffer[: BATCH * CONTEXT]).view(BATCH, CONTEXT)
        del buffer[: BATCH * CONTEXT]


def pretrain(out: Path, steps: int, peak_rate: float) -> None:
    """Writes config, tokenizer and weights to `out`; prints the held-out loss in nats per token."""
    torch.manual_seed(0)
    out.mkdir(parents=True, exist_ok=True)
    build_tokenizer(islice(texts("vocabulary"), 20_000), VOCABULARY, out)
    tokenizer = AutoTokenizer.from_pretrained(out)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=VOCABULARY,
            hidden_size=128,
            intermediate_size=256,
            num_hidden_layers=3,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=512,
            tie_word_embeddings=False,
            pad_token_id=tokenizer.pad_token_id,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
        )
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=peak_rate, betas=(0.9, 0.98), weight_decay=0.05)
    blocks, started = _blocks(tokenizer, "train"), time.monotonic()
    for step in range(steps):
        share = step / steps
        optimizer.param_groups[0]["lr"] = (
            peak_rate * min(1.0, step / 50) * 0.5 * (1 + math.cos(math.pi * share))
        )
        batch = next(blocks)
        loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if step % 100 == 0:
            print(f"step {step} loss {loss.item():.4f} {time.monotonic() - started:.0f} s", flush=True)
    with torch.no_grad():
        held_out = [
            model(input_ids=b, labels=b).loss.item() for b in islice(_blocks(tokenizer, "held-out"), 10)
        ]
    print(f"held-out loss {sum(held_out) / len(held_out):.4f}")
    model.save_pretrained(out)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--peak-rate", type=float, default=4e-3)
    arguments = parser.parse_args()
    pretrain(arguments.out, arguments.steps, arguments.peak_rate)


if __name__ == "__main__":
    main()
