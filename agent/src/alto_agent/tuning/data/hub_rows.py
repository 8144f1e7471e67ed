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
    from datasets import load_dataset

    name, _, config = hub_id.partition(":")
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
        raise UserError(
            "dataset",
            f"There is no file {name} here, and the hub could not give a data set of that name: {first}",
        ) from error
    if number == 0:
        raise UserError("dataset", f"{hub_id} is empty: its training split has no row.")
