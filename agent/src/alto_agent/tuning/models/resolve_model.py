"""From a model reference of a sweep file to a folder with facts."""

import re
from pathlib import Path

from alto_agent.tuning.models.describe_folder import describe_folder
from alto_agent.tuning.models.hub_model import fetch_hub_model
from alto_agent.tuning.models.model_folder import ModelFolder
from alto_agent.tuning.user_error import UserError

_BUILTIN_FOLDER = Path(__file__).parent / "builtin"
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")


def builtin_models() -> list[str]:
    """References of the models that ship with Alto."""
    return [f"builtin/{folder.name}" for folder in sorted(_BUILTIN_FOLDER.iterdir()) if folder.is_dir()]


def resolve_model(
    ref: str, *, data_dir: Path, base_dir: Path | None = None, allow_hub: bool = True, weights: bool = True
) -> ModelFolder:
    """The model that `ref` means: `builtin/…`, a folder in Hugging Face format, or a hub id.

    A relative folder is looked up from `base_dir` (default: the current folder). Hub models are kept in
    `data_dir/hub`; with `weights=False` only what describes them is downloaded. Weights are never loaded and
    must be safetensors; code of a model never runs. Every fault is a `UserError("model", sentence)`.
    """
    ref = ref.strip()
    if not ref:
        raise UserError("model", f"Name a base model: {builtin_models()[0]}, a folder, or a hub id.")
    if ref.startswith("builtin/"):
        if ref not in builtin_models():
            raise UserError("model", f"There is no {ref}. Built-in models: {', '.join(builtin_models())}.")
        return describe_folder(ref, _BUILTIN_FOLDER / ref.removeprefix("builtin/"))
    folder = (base_dir or Path()) / Path(ref).expanduser()
    if folder.is_dir():
        return describe_folder(ref, folder.resolve())
    if folder.exists():
        raise UserError(
            "model", f"{folder} is a file. Name the folder that holds config.json and the weights."
        )
    if not _HUB_ID.fullmatch(ref):
        raise UserError("model", f"There is no folder {folder}.")
    if not allow_hub:
        raise UserError(
            "model", f"There is no folder {folder}, and downloads from the hub are switched off here."
        )
    path, headers = fetch_hub_model(ref, data_dir / "hub", weights=weights)
    return describe_folder(ref, path, headers)
