"""Where artifacts last: the node's own folder, or an S3-compatible store of which the folder is a cache."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from alto_agent.artifacts.folder_store import FolderStore


class ArtifactStore(Protocol):
    """Paths are relative to the store, of a file or a folder, with forward slashes."""

    def keep(self, relative: str) -> None:
        """What was just written into the folder must last; returns when it does. Raises `OSError`."""
        ...

    def fetch(self, relative: str) -> None:
        """What is about to be read is in the folder afterwards, if the store has it. Raises `OSError`."""
        ...

    def fetch_newest(self, relative: str) -> None:
        """The same for a file that other nodes may have replaced since."""
        ...

    def drop(self, relative: str) -> None:
        """Nothing needs it any more."""
        ...


def open_store(folder: Path, where: str | None = None) -> ArtifactStore:
    """The store of `where` (default: `ALTO_ARTIFACTS`): empty for the folder, or `s3://bucket/prefix`.

    Raises `ValueError` with one sentence where it is neither.
    """
    address = os.environ.get("ALTO_ARTIFACTS", "") if where is None else where
    if not address:
        return FolderStore(folder)
    if not address.startswith("s3://"):
        raise ValueError(f"ALTO_ARTIFACTS is {address!r}; leave it empty, or write s3://bucket/prefix.")
    from alto_agent.artifacts.s3_store import S3Store

    bucket, _, prefix = address.removeprefix("s3://").partition("/")
    return S3Store(bucket, prefix.strip("/"), folder)
