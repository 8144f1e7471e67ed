"""What safetensors files say about the weights in them, read without loading any weight."""

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alto_agent.tuning.user_error import UserError

_LONGEST_HEADER = 100_000_000
_PICKLE = (".bin", ".pt", ".pth", ".ckpt", ".pkl")


@dataclass(frozen=True, slots=True)
class TensorHeader:
    """Type as safetensors writes it (`F32`, `BF16`), shape and size of one tensor."""

    dtype: str
    shape: tuple[int, ...]
    size_bytes: int


def read_weight_headers(folder: Path) -> dict[str, TensorHeader]:
    """All tensors of a model folder by name.

    Raises `UserError` where weights are missing, cut off, or only there as pickle files, which can run code
    when they are opened and are never read.
    """
    tensors: dict[str, TensorHeader] = {}
    for file in _weight_files(folder):
        tensors |= _read_header(file)
    return tensors


def _weight_files(folder: Path) -> list[Path]:
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        try:
            named = sorted(set(json.loads(index.read_text("utf-8"))["weight_map"].values()))
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise UserError("model", f"{index} is broken: it has no readable weight_map.") from error
        files = [folder / str(name) for name in named]
        missing = [file.name for file in files if not file.is_file()]
        if missing:
            raise UserError(
                "model",
                f"{folder} lacks {len(missing)} of its {len(files)} weight files, first {missing[0]}. "
                "Copy or download the folder again.",
            )
        return files
    single = folder / "model.safetensors"
    if single.is_file():
        return [single]
    pickles = sorted(file.name for file in folder.iterdir() if file.suffix in _PICKLE)
    if pickles:
        raise UserError(
            "model",
            f"{folder} has its weights only in {pickles[0]}, a format that can run code when it is opened. "
            "Alto reads safetensors only: convert the model with save_pretrained.",
        )
    raise UserError("model", f"{folder} has no weights: there is no model.safetensors in it.")


def _read_header(file: Path) -> dict[str, TensorHeader]:
    size = file.stat().st_size
    with file.open("rb") as stream:
        start = stream.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 2 <= length <= min(_LONGEST_HEADER, size - 8):
            raise UserError("model", f"{file} is not a whole safetensors file. Copy or download it again.")
        raw = stream.read(length)
    try:
        entries: dict[str, Any] = json.loads(raw)
        entries.pop("__metadata__", None)
        tensors = {
            name: TensorHeader(
                entry["dtype"], tuple(entry["shape"]), entry["data_offsets"][1] - entry["data_offsets"][0]
            )
            for name, entry in entries.items()
        }
        end = max((entry["data_offsets"][1] for entry in entries.values()), default=0)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise UserError("model", f"{file} has a broken header. Copy or download it again.") from error
    if 8 + length + end != size:
        raise UserError(
            "model",
            f"{file} is cut off: it has {size:,} bytes and should have {8 + length + end:,}. "
            "Copy or download it again.",
        )
    return tensors
