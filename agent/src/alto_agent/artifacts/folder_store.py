"""Artifacts in the node's own folder."""

from __future__ import annotations

import shutil
from pathlib import Path


class FolderStore:
    """The folder itself: of one machine, or of all through a network file system."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, relative: str) -> None:
        """It is there already."""

    def fetch(self, relative: str) -> None:
        """It is there already, or nowhere."""

    def fetch_newest(self, relative: str) -> None:
        """The file itself is what others replace."""

    def drop(self, relative: str) -> None:
        """Deletes the file or folder."""
        path = self._folder / relative
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
