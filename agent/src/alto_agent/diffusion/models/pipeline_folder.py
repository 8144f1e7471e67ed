"""From a model reference of a deployment to a folder and the kind of pipeline in it. Loads no weights."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from alto_agent.diffusion.tiny.config import PIPELINE_NAME, TinyConfig
from alto_agent.tuning.user_error import UserError

BUILTIN = Path(__file__).parent.parent / "builtin"
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_WANTED = ["*.json", "*.safetensors", "*.model", "*.txt"]
Family = Literal["tiny", "sd3", "wan"]
_FAMILIES: dict[str, Family] = {
    "StableDiffusion3Pipeline": "sd3",
    "WanPipeline": "wan",
    PIPELINE_NAME: "tiny",
}


@dataclass(frozen=True)
class PipelineFolder:
    """A folder whose `model_index.json` (or, of ours, `config.json`) was understood."""

    ref: str
    path: Path
    family: Family

    def config(self, part: str) -> dict[str, Any]:
        """`config.json` of one part, such as `transformer`. Raises `UserError` where it is missing."""
        return self.config_file(part, "config.json")

    def config_file(self, part: str, name: str) -> dict[str, Any]:
        """The same of another file."""
        return _read_json(self.ref, self.path / part / name)

    @property
    def weight_bytes(self) -> int:
        """Of all weight files as they lie on disk."""
        return sum(file.stat().st_size for file in self.path.rglob("*.safetensors"))


def resolve_pipeline(ref: str, data_dir: Path, *, weights: bool = True) -> PipelineFolder:
    """The folder that `ref` means: `builtin/…`, a folder in diffusers' format, or a hub id.

    Hub models are kept in `data_dir/hub`; without `weights` only descriptions are downloaded. Weights must be
    safetensors, and code of a model never runs. Every fault is a `UserError("model", sentence)`.
    """
    ref = ref.strip()
    if not ref:
        raise UserError("model", f"Name a model: {_offered()}, a folder with model_index.json, or a hub id.")
    if ref.startswith("builtin/"):
        folder = BUILTIN / ref.removeprefix("builtin/")
        if not folder.is_dir() or folder.parent != BUILTIN:
            raise UserError("model", f"There is no {ref}. Built-in models: {_offered()}.")
        return PipelineFolder(ref, folder, "tiny")
    folder = Path(ref).expanduser()
    if not folder.is_dir():
        if not _HUB_ID.fullmatch(ref):
            raise UserError("model", f"There is no folder {folder}.")
        folder = _fetch(ref, data_dir / "hub", weights=weights)
    if not (folder / "model_index.json").is_file():
        raise UserError("model", f"{ref} has no model_index.json, so it is no pipeline in diffusers' format.")
    name = _read_json(ref, folder / "model_index.json").get("_class_name")
    family = _FAMILIES.get(str(name))
    if family is None:
        raise UserError("model", f"{ref} is a {name}; Alto serves {' and '.join(_FAMILIES)}.")
    return PipelineFolder(ref, folder, family)


def tiny_config(folder: PipelineFolder) -> TinyConfig:
    """Of a built-in model."""
    return TinyConfig.load(folder.path)


def _offered() -> str:
    return " and ".join(sorted(f"builtin/{path.name}" for path in BUILTIN.iterdir() if path.is_dir()))


def _read_json(ref: str, path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise UserError("model", f"{ref}: {path.parent.name}/{path.name} cannot be read.") from problem
    if not isinstance(value, dict):
        raise UserError("model", f"{ref}: {path.parent.name}/{path.name} is not a JSON object.")
    return value


def _fetch(hub_id: str, cache: Path, *, weights: bool) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import GatedRepoError, LocalEntryNotFoundError, RepositoryNotFoundError

    wanted = _WANTED if weights else [one for one in _WANTED if one != "*.safetensors"]
    try:
        return Path(snapshot_download(hub_id, cache_dir=cache, allow_patterns=wanted, etag_timeout=10))
    except GatedRepoError as problem:
        sentence = (
            f"The hub asks for consent to {hub_id}'s licence. Accept it there and set HF_TOKEN on the node."
        )
        raise UserError("model", sentence) from problem
    except RepositoryNotFoundError as problem:
        sentence = (
            f"There is no folder {hub_id} here and no model of that name on the hub (or it is private)."
        )
        raise UserError("model", sentence) from problem
    except LocalEntryNotFoundError as problem:
        sentence = f"There is no folder {hub_id} here, and the hub cannot be reached to look for that name."
        raise UserError("model", sentence) from problem
    except Exception as problem:
        # The hub's client has errors of several libraries (HTTP, validation, cut-off files).
        first = (str(problem).strip() or type(problem).__name__).split("\n")[0][:200]
        raise UserError("model", f"The hub could not give {hub_id}: {first}") from problem
