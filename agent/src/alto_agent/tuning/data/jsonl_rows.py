"""Rows of a .jsonl file, read as a stream."""

import json
from collections.abc import Iterator
from pathlib import Path

from alto_agent.tuning.data.describe_json_error import describe_json_error
from alto_agent.tuning.data.parse_row import parse_row
from alto_agent.tuning.data.row_source import RowSource
from alto_agent.tuning.data.rows import TextRow
from alto_agent.tuning.user_error import UserError

LONGEST_LINE = 16 * 2**20
"""Bytes; a longer line is a file of another kind, not a training example."""


def jsonl_rows(path: Path) -> RowSource:
    """The rows of a file, one JSON object a line; empty lines are skipped. Faults are named by line."""
    source = RowSource(path.name, lambda: _read(path, source))
    return source


def _read(path: Path, source: RowSource) -> Iterator[tuple[int, TextRow]]:
    found = False
    try:
        with path.open("rb") as stream:
            number = 0
            while raw := stream.readline(LONGEST_LINE + 1):
                number += 1
                if len(raw) > LONGEST_LINE:
                    raise UserError("dataset", f"{source.place(number)} is longer than 16 MiB.")
                line = _decode(raw, number, source)
                if line.strip():
                    found = True
                    yield number, parse_row(_parse(line, number, source), source.place(number))
    except OSError as error:
        raise UserError("dataset", f"{path} cannot be read: {error.strerror}.") from error
    if not found:
        raise UserError("dataset", f"{source.name} is empty: it has no row.")


def _decode(raw: bytes, number: int, source: RowSource) -> str:
    try:
        return raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise UserError(
            "dataset",
            f"{source.place(number)} is not UTF-8 text: byte {error.start + 1:,} of the line is "
            f"0x{raw[error.start]:02x}. Save the file as UTF-8.",
        ) from error


def _parse(line: str, number: int, source: RowSource) -> object:
    try:
        return json.loads(line.rstrip("\r\n"))
    except json.JSONDecodeError as error:
        if number == 1 and line.strip() == "[":
            raise UserError(
                "dataset",
                f"{source.name} is one JSON list. Write each row as an object on a line of its own.",
            ) from error
        cut = "" if line.endswith("\n") else " The file may be cut off here."
        why = describe_json_error(line, error)
        raise UserError("dataset", f"{source.place(number)} is not JSON: {why}.{cut}") from error
    except (ValueError, RecursionError) as error:
        raise UserError("dataset", f"{source.place(number)} is not usable JSON: {error}.") from error
