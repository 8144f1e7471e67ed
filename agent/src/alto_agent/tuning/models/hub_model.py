"""Downloads of models from the Hugging Face hub."""

from math import prod
from pathlib import Path

from alto_agent.tuning.models.weight_headers import TensorHeader
from alto_agent.tuning.user_error import UserError

_DESCRIPTION = ["*.json", "*.jinja", "*.txt", "tokenizer.model", "spiece.model"]
_BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}


def fetch_hub_model(
    hub_id: str, cache: Path, *, weights: bool
) -> tuple[Path, dict[str, TensorHeader] | None]:
    """Downloads what tuning needs of a hub model, or takes it from the cache, and returns its folder.

    Without `weights` only config and tokenizer are downloaded, and the headers of the weight files are read
    from the hub. Pickle files and code are never downloaded. Raises `UserError("model", …)`.
    """
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        LocalEntryNotFoundError,
        NotASafetensorsRepoError,
        RepositoryNotFoundError,
    )

    wanted = [*_DESCRIPTION, "*.safetensors"] if weights else _DESCRIPTION
    try:
        folder = Path(snapshot_download(hub_id, cache_dir=cache, allow_patterns=wanted, etag_timeout=10))
        if any(folder.glob("*.safetensors")):
            return folder, None
        if weights:
            raise NotASafetensorsRepoError
        metadata = HfApi().get_safetensors_metadata(hub_id)
    except GatedRepoError as error:
        raise UserError(
            "model",
            f"The hub asks for consent to {hub_id}'s licence. Accept it there and set HF_TOKEN on the node.",
        ) from error
    except RepositoryNotFoundError as error:
        raise UserError(
            "model",
            f"There is no folder {hub_id} here and no model of that name on the hub (or it is private).",
        ) from error
    except LocalEntryNotFoundError as error:
        raise UserError(
            "model",
            f"There is no folder {hub_id} here, and the hub cannot be reached to look for that name.",
        ) from error
    except NotASafetensorsRepoError as error:
        raise UserError(
            "model",
            f"{hub_id} has no weights as safetensors on the hub. Formats that can run code when they are "
            "opened are never read: choose another model or convert this one.",
        ) from error
    except OSError as error:
        raise UserError("model", f"Downloading {hub_id} from the hub failed: {_first_line(error)}") from error
    except Exception as error:
        # The hub's client has errors of several libraries (HTTP, validation, cut-off files).
        raise UserError("model", f"The hub could not give {hub_id}: {_first_line(error)}") from error
    headers = {
        name: TensorHeader(info.dtype, tuple(info.shape), _BYTES.get(info.dtype, 4) * prod(info.shape))
        for file in metadata.files_metadata.values()
        for name, info in file.tensors.items()
    }
    return folder, headers


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).split("\n")[0][:200]
