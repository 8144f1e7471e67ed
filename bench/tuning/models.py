"""The models that the benchmark trains on."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

BUILT_IN = Path(__file__).parents[2] / "agent/src/alto_agent/tuning/models/builtin/tiny-llama"
SHAPES = {
    "llama-3.2-1b": (2048, 8192, 16, 32, 8, 128256),
    "llama-3.1-8b": (4096, 14336, 32, 32, 8, 128256),
}


def load_model(arguments: argparse.Namespace) -> Any:
    """The built-in model, or a random Llama of the shape or width that was asked for, on the device."""
    torch.manual_seed(0)
    if arguments.shape is None and arguments.hidden is None:
        model = AutoModelForCausalLM.from_pretrained(BUILT_IN)
    else:
        shape = SHAPES.get(arguments.shape or "")
        width = arguments.hidden
        hidden, inner, layers, heads, key_heads, vocabulary = shape or (
            width, width * 11 // 4, arguments.layers, width // 32, width // 64, 512,
        )  # fmt: skip
        config = LlamaConfig(
            hidden_size=hidden,
            intermediate_size=inner,
            num_hidden_layers=layers,
            num_attention_heads=heads,
            num_key_value_heads=key_heads,
            vocab_size=vocabulary,
            max_position_embeddings=2048,
        )
        dtype = torch.bfloat16 if arguments.device == "cuda" else torch.float32
        with torch.device(arguments.device):
            torch.set_default_dtype(dtype)
            model = LlamaForCausalLM(config)
            torch.set_default_dtype(torch.float32)
    return model.to(arguments.device)


def model_words(arguments: argparse.Namespace) -> str:
    """The same in words."""
    if arguments.shape is not None:
        return f"{arguments.shape} shape, random weights"
    if arguments.hidden is not None:
        return f"random Llama, {arguments.layers} layers, hidden {arguments.hidden}"
    return "builtin/tiny-llama"
