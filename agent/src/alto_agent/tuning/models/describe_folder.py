"""Facts about a model folder from its config and its weights' headers; no weight is loaded."""

import json
from math import prod
from pathlib import Path
from typing import Any

from alto_agent.tuning.models.model_folder import LinearModule, ModelFolder
from alto_agent.tuning.models.weight_headers import TensorHeader, read_weight_headers
from alto_agent.tuning.user_error import UserError

_TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt", "spiece.model")


def describe_folder(name: str, folder: Path, headers: dict[str, TensorHeader] | None = None) -> ModelFolder:
    """Checks that the folder holds a whole causal language model with a tokenizer, and says what it is.

    `headers` replaces the folder's weight files where those were not downloaded.
    Raises `UserError("model", …)`.
    """
    config = _read_config(folder)
    if not any((folder / file).is_file() for file in _TOKENIZERS):
        raise UserError("model", f"{folder} has no tokenizer: tokenizer.json is missing.")
    if headers is None:
        headers = read_weight_headers(folder)
    skeleton = _skeleton(folder, config)
    _compare(folder, {key: tuple(value.shape) for key, value in skeleton.named_parameters()}, headers)
    text = skeleton.config.get_text_config()
    dtypes = sorted({header.dtype for header in headers.values()}, key=lambda d: -_bytes_of(d, headers))
    return ModelFolder(
        name=name,
        path=folder,
        architecture=type(skeleton).__name__,
        parameters=sum(prod(header.shape) for header in headers.values()),
        layers=int(text.num_hidden_layers),
        hidden=int(text.hidden_size),
        vocab=int(text.vocab_size),
        max_positions=getattr(text, "max_position_embeddings", None),
        dtype=dtypes[0] if dtypes else "F32",
        weight_bytes=sum(header.size_bytes for header in headers.values()),
        linear_modules=_linear_modules(skeleton),
    )


def _bytes_of(dtype: str, headers: dict[str, TensorHeader]) -> int:
    return sum(header.size_bytes for header in headers.values() if header.dtype == dtype)


def _read_config(folder: Path) -> dict[str, Any]:
    file = folder / "config.json"
    if not file.is_file():
        if (folder / "adapter_config.json").is_file():
            raise UserError(
                "model", f"{folder} is an adapter, not a base model. Name the model it was made from."
            )
        if (folder / "model_index.json").is_file():
            raise UserError("model", f"{folder} is a diffusion model. Tuning needs a causal language model.")
        raise UserError("model", f"{folder} is not a model folder: it has no config.json.")
    try:
        config = json.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise UserError("model", f"{file} is not valid JSON: {error}.") from error
    if not isinstance(config, dict) or not isinstance(config.get("model_type"), str):
        raise UserError("model", f"{file} does not say which kind of model it is: model_type is missing.")
    return config


def _skeleton(folder: Path, config: dict[str, Any]) -> Any:
    """The model with shapes and no storage."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    kind = config["model_type"]
    if kind not in CONFIG_MAPPING and "auto_map" in config:
        raise UserError(
            "model",
            f"{folder} needs code of its own to run (auto_map in config.json). "
            "Alto never runs a model's code.",
        )
    if kind not in CONFIG_MAPPING:
        raise UserError("model", f"{folder} is of a kind that is not known here: model_type {kind}.")
    try:
        loaded = AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
        with torch.device("meta"):
            return AutoModelForCausalLM.from_config(loaded, trust_remote_code=False)
    except Exception as error:
        # Each architecture refuses a bad config in its own way; the person needs its first line.
        first = str(error).strip().split("\n")[0][:200]
        raise UserError(
            "model", f"{folder} cannot be used as a causal language model (model_type {kind}): {first}"
        ) from error


def _compare(folder: Path, wanted: dict[str, tuple[int, ...]], headers: dict[str, TensorHeader]) -> None:
    """Weights must have the model's names (with or without the bare model's prefix) and its shapes."""
    found = {key: header.shape for key, header in headers.items()}
    if not any(key in found for key in wanted):
        # Saved from the bare model without its head: the same names without the first part.
        found = {
            f"{key.split('.', 1)[0]}.{rest}": shape for key in wanted for rest, shape in found.items()
        } | found
    for key, shape in wanted.items():
        if key in found and found[key] != shape:
            raise UserError(
                "model",
                f"{folder} does not match its config.json: {key} is {_shape(found[key])} "
                f"and should be {_shape(shape)}.",
            )
    # Experts are stored one by one and fused on loading, so their names differ by design.
    missing = [key for key in wanted if key not in found and "expert" not in key]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise UserError("model", f"{folder} lacks weights that its config.json asks for: {missing[0]}{more}.")


def _shape(shape: tuple[int, ...]) -> str:
    return " by ".join(map(str, shape))


def _linear_modules(skeleton: Any) -> tuple[LinearModule, ...]:
    import torch
    from transformers.pytorch_utils import Conv1D

    head = skeleton.get_output_embeddings()
    modules: list[LinearModule] = []
    for name, module in skeleton.named_modules():
        if module is head:
            continue
        if isinstance(module, torch.nn.Linear):
            modules.append(LinearModule(name, module.in_features, module.out_features))
        elif isinstance(module, Conv1D):
            modules.append(LinearModule(name, module.nx, module.nf))
    return tuple(modules)
