"""Rows of a data set on the Hugging Face hub."""

from collections.abc import Iterator
from typing import Any, cast

from alto_agent.tuning.data.parse_row import parse_row
from alto_agent.tuning.data.row_source import RowSource
from alto_agent.tuning.data.rows import TextRow
from alto_agent.tuning.user_error import UserError


def hub_rows(hub_id: str) -> RowSource:
    """The training split of a hub data set, as a stream; `owner/name:config` names one of several.

    Code of a data set never runs.
    """
    source = RowSource(hub_id, lambda: _read(hub_id, source), remote=True)
    return source


def _read(hub_id: str, source: RowSource) -> Iterator[tuple[int, TextRow]]:
    name, _, config = hub_id.partition(":")
    _check_reachable(name)
    from datasets import load_dataset

    number = 0
    try:
        stream = cast(Any, load_dataset(name, config or None, split="train", streaming=True))
        for value in stream:
            number += 1
            yield number, parse_row(value, source.place(number))
    except UserError:
        raise
    except Exception as error:
        # The hub's client has errors of several libraries (HTTP, file formats, missing configurations).
        first = (str(error).strip() or type(error).__name__).split("\n")[0][:200]
        raise UserError("dataset", f"The hub could not give the rows of {hub_id}: {first}") from error
    if number == 0:
        raise UserError("dataset", f"{hub_id} is empty: its training split has no row.")


def _check_reachable(name: str) -> None:
    """Asks once: the loader of rows would repeat a hopeless request for half a minute."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    try:
        HfApi().dataset_info(name, timeout=10)
    except GatedRepoError as error:
        raise UserError(
            "dataset",
            f"The hub asks for consent to the terms of {name}. Accept them and set HF_TOKEN on the node.",
        ) from error
    except RepositoryNotFoundError as error:
        raise UserError(
            "dataset",
            f"There is no file {name} here and no data set of that name on the hub (or it is private).",
        ) from error
    except Exception as error:
        # Whatever the transport says (no name service, refused, timed out, switched off), it means this.
        raise UserError(
            "dataset", f"There is no file {name} here, and the hub cannot be reached to look for that name."
        ) from error
