"""From a data set reference of a sweep file to rows."""

import re
from pathlib import Path

from alto_agent.tuning.data.builtin.catalogue import BUILTIN_TASKS
from alto_agent.tuning.data.hub_rows import hub_rows
from alto_agent.tuning.data.jsonl_rows import jsonl_rows
from alto_agent.tuning.data.row_source import RowSource
from alto_agent.tuning.user_error import UserError

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*(:[\w.-]+)?")
_FILE_ENDS = (".jsonl", ".json", ".ndjson", ".csv", ".parquet", ".txt")


def load_rows(ref: str, base_dir: Path, *, allow_hub: bool = True) -> RowSource:
    """The data set that `ref` means: `builtin/…`, a .jsonl file (relative to `base_dir`), or a hub id.

    Raises `UserError("dataset", …)` where there is no such thing; faults in rows come when they are read.
    """
    ref = ref.strip()
    if not ref:
        raise UserError("dataset", "Name a data set: builtin/arithmetic, a .jsonl file, or a hub id.")
    if ref.startswith("builtin/"):
        task = BUILTIN_TASKS.get(ref.removeprefix("builtin/"))
        if task is None:
            known = ", ".join(f"builtin/{name}" for name in BUILTIN_TASKS)
            raise UserError("dataset", f"There is no {ref}. Built-in data sets: {known}.")
        return RowSource(ref, lambda: enumerate(task.generate(), 1))
    path = base_dir / Path(ref).expanduser()
    if path.is_file():
        return jsonl_rows(path)
    if path.is_dir():
        raise UserError("dataset", f"{path} is a folder. Name one .jsonl file in it.")
    if path.suffix in _FILE_ENDS or not _HUB_ID.fullmatch(ref):
        raise UserError("dataset", f"There is no file {path}.")
    if not allow_hub:
        raise UserError(
            "dataset", f"There is no file {path}, and downloads from the hub are switched off here."
        )
    return hub_rows(ref)
