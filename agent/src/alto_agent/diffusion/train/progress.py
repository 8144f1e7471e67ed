"""An unfinished training on disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import torch


class Stateful(Protocol):
    """A module or an optimizer."""

    def state_dict(self) -> dict[str, Any]:
        """Everything that it has learned."""
        ...

    def load_state_dict(self, state_dict: dict[str, Any]) -> Any:
        """Takes it back."""
        ...


class Progress:
    """One file that is complete or not there."""

    def __init__(self, path: Path, parts: Sequence[Stateful]) -> None:
        self._path = path
        self._parts = parts

    def load(self) -> int:
        """Steps that were done before; 0 where there is no file."""
        if not self._path.exists():
            return 0
        saved = torch.load(self._path, weights_only=True)
        for part, state in zip(self._parts, saved["parts"], strict=True):
            part.load_state_dict(state)
        return int(saved["steps"])

    def save(self, steps: int) -> None:
        """After so many steps."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._path.with_suffix(".tmp")
        torch.save({"steps": steps, "parts": [part.state_dict() for part in self._parts]}, unfinished)
        unfinished.replace(self._path)

    def end(self) -> None:
        """The training is over."""
        self._path.unlink(missing_ok=True)
