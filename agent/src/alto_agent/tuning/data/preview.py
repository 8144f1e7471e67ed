"""What a person sees of a data set before a sweep starts."""

from array import array
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from alto_agent.tuning.data.encode_row import Encoded, RowEncoder
from alto_agent.tuning.data.load_rows import load_rows
from alto_agent.tuning.data.row_source import RowSource
from alto_agent.tuning.data.rows import PreferenceText, PromptText, TextRow
from alto_agent.tuning.data.split import default_held_out, row_key
from alto_agent.tuning.models.load_tokenizer import load_tokenizer
from alto_agent.tuning.models.model_folder import ModelFolder

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

SHOWN_ROWS = 8
TOKENISED_ROWS = 10_000
"""Lengths are measured on so many rows; later rows of a file are only checked."""
_BARS = 20


def preview(
    ref: str, model: ModelFolder, max_length: int, *, base_dir: Path = Path(), allow_hub: bool = True
) -> dict[str, Any]:
    """First rows as pieces of text, counts and lengths in tokens; a value for JSON.

    Reads a file to its end, so that a fault in any row is found. `cut` counts rows longer than `max_length`,
    `refused` those whose prompt alone fills it (training would refuse the data set). Of a hub data set only
    the first rows are read: `complete` is then false. Raises `UserError` as `load_run_data` does.
    """
    source = load_rows(ref, base_dir, allow_hub=allow_hub)
    tokenizer = load_tokenizer(model.path)
    lengths, prompts, keys = array("q"), array("q"), array("Q")
    first: list[dict[str, Any]] = []
    kinds: set[str] = set()
    reading = iter(source.read())
    for number, row, sequences in RowEncoder(tokenizer, source).encode(islice(reading, TOKENISED_ROWS)):
        kinds.add(_kind(row))
        keys.append(row_key(row))
        lengths.append(max(len(sequence.ids) for sequence in sequences))
        prompts.append(max(sequence.prompt_length for sequence in sequences))
        if len(first) < SHOWN_ROWS:
            first.append(_shown(number, sequences, tokenizer, max_length))
    complete = not source.remote or len(keys) < TOKENISED_ROWS
    for _, row in reading if complete else ():
        kinds.add(_kind(row))
        keys.append(row_key(row))
    different = len(np.unique(np.frombuffer(keys, np.uint64)))
    return {
        "dataset": ref,
        "model": model.name,
        "kinds": sorted(kinds),
        "maxLength": max_length,
        "rows": len(keys),
        "complete": complete,
        "differentRows": different,
        "heldOutRows": default_held_out(different),
        "first": first,
        **_lengths(np.frombuffer(lengths, np.int64), np.frombuffer(prompts, np.int64), max_length),
        "warnings": _warnings(source, kinds, different, np.frombuffer(prompts, np.int64), max_length),
    }


def _kind(row: TextRow) -> str:
    return (
        "prompt"
        if isinstance(row, PromptText)
        else "preference"
        if isinstance(row, PreferenceText)
        else "chat"
    )


def _shown(
    number: int, sequences: list[Encoded], tokenizer: "PreTrainedTokenizerBase", max_length: int
) -> dict[str, Any]:
    """A row as pieces; of a preference pair the chosen and the rejected sequence."""
    named = (
        {"tokens": sequences[0]}
        if len(sequences) == 1
        else dict(zip(("tokens", "rejected"), sequences, strict=True))
    )
    return {"row": number, "length": max(len(sequence.ids) for sequence in sequences)} | {
        name: [
            {
                "text": _piece(tokenizer, token),
                "part": "cut" if i >= max_length else "completion" if sequence.answer[i] else "prompt",
            }
            for i, token in enumerate(sequence.ids[: 4 * max_length])
        ]
        for name, sequence in named.items()
    }


def _piece(tokenizer: "PreTrainedTokenizerBase", token: int) -> str:
    text = str(tokenizer.decode([token]))
    # A token that holds part of a character has no text of its own: show its name.
    return text if text and "\ufffd" not in text else str(tokenizer.convert_ids_to_tokens(token))


def _lengths(lengths: np.ndarray, prompts: np.ndarray, max_length: int) -> dict[str, Any]:
    longest = int(lengths.max())
    width = max(1, -(-longest // _BARS))
    counts = np.bincount((lengths - 1) // width)
    return {
        "tokens": {
            "rows": len(lengths),
            "total": int(lengths.sum()),
            "mean": round(float(lengths.mean()), 1),
            "p50": int(np.percentile(lengths, 50)),
            "p95": int(np.percentile(lengths, 95)),
            "max": longest,
            "histogram": [
                {"from": i * width + 1, "to": (i + 1) * width, "rows": int(count)}
                for i, count in enumerate(counts)
            ],
        },
        "cut": int((lengths > max_length).sum()),
        "refused": int((prompts >= max_length).sum()),
    }


def _warnings(
    source: RowSource, kinds: set[str], different: int, prompts: np.ndarray, max_length: int
) -> list[str]:
    warnings: list[str] = []
    if refused := int((prompts >= max_length).sum()):
        warnings.append(
            f"{refused:,} rows have a prompt that fills max_length alone, so nothing "
            f"of their answers is learned. Use more than {int(prompts.max()):,}."
        )
    if different < 2:
        warnings.append(
            f"{source.name} has only one row that is different from the others; training needs 2."
        )
    if "preference" in kinds and len(kinds) > 1:
        warnings.append("Preference pairs and other rows are mixed; no objective can train on both.")
    return warnings
