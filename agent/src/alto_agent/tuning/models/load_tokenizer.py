"""The tokenizer of a model folder."""

from pathlib import Path
from typing import TYPE_CHECKING

from alto_agent.tuning.user_error import UserError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def load_tokenizer(folder: Path) -> "PreTrainedTokenizerBase":
    """Loads the tokenizer without running any code of the model. Raises `UserError("model", …)`."""
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    except Exception as error:
        # Tokenizer files fail in many ways (JSON, Rust parser, no sentencepiece): the first line tells.
        first = (str(error).strip() or type(error).__name__).split("\n")[0][:200]
        raise UserError("model", f"The tokenizer in {folder} cannot be loaded: {first}") from error
