"""Small random models of the three families, and random rows for them."""

import random
from typing import Any

import torch
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    PreTrainedModel,
    Qwen2Config,
    Qwen2ForCausalLM,
)

from alto_agent.tuning.executor.spec import AdapterSpec, PreferenceRow, Row, RunData

VOCABULARY = 96


def tiny_model(family: str = "llama", dtype: torch.dtype = torch.float32, seed: int = 0) -> PreTrainedModel:
    """Two layers, hidden 32, two key heads for four query heads, weights large enough to matter."""
    torch.manual_seed(seed)
    common: dict[str, Any] = {
        "vocab_size": VOCABULARY,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 256,
        "initializer_range": 0.2,
    }
    if family == "llama":
        model: PreTrainedModel = LlamaForCausalLM(LlamaConfig(**common))
    elif family == "qwen2":
        model = Qwen2ForCausalLM(Qwen2Config(**common))
    else:
        model = MistralForCausalLM(MistralConfig(**common, sliding_window=12))
    torch.nn.Module.to(model, dtype=dtype)
    return model


def random_row(rng: random.Random, shortest: int, longest: int) -> Row:
    """A row whose first part is a prompt that is not trained."""
    length = rng.randint(shortest, longest)
    ids = [rng.randrange(VOCABULARY) for _ in range(length)]
    prompt = rng.randint(1, max(1, length - 2))
    return Row(tuple(ids), tuple([-100] * prompt + ids[prompt:]))


def random_data(
    seed: int, rows: int = 24, shortest: int = 4, longest: int = 20, validation: int = 4
) -> RunData:
    """Rows of mixed lengths."""
    rng = random.Random(seed)
    return RunData(
        [random_row(rng, shortest, longest) for _ in range(rows)],
        [random_row(rng, shortest, longest) for _ in range(validation)],
    )


def random_pairs(seed: int, rows: int = 12, validation: int = 3) -> RunData:
    """Preference pairs with a shared prompt."""
    rng = random.Random(seed)

    def pair() -> PreferenceRow:
        prompt = [rng.randrange(VOCABULARY) for _ in range(rng.randint(2, 6))]

        def answer() -> Row:
            ids = [rng.randrange(VOCABULARY) for _ in range(rng.randint(2, 9))]
            return Row(tuple(prompt + ids), tuple([-100] * len(prompt) + ids))

        return PreferenceRow(answer(), answer())

    return RunData([pair() for _ in range(rows)], [pair() for _ in range(validation)])


def spec(run_id: str = "r", **changes: Any) -> AdapterSpec:
    """A spec with ordinary values, and the given ones."""
    values: dict[str, Any] = {
        "run_id": run_id,
        "rank": 4,
        "alpha": 8,
        "learning_rate": 2e-3,
        "batch_size": 2,
        "total_steps": 100,
        "seed": 1,
    }
    return AdapterSpec(**(values | changes))
