"""The token that this node signs in with, and where it is kept."""

from __future__ import annotations

import os
from pathlib import Path

TOKEN_VARIABLE = "ALTO_NODE_TOKEN"


class Identity:
    """A node identity on disk, readable by its owner only, or the token that the process was given."""

    def __init__(self, path: Path, given: str | None, old_path: Path | None = None) -> None:
        """`given` is an invitation or an identity from the environment; stored ones are tried first."""
        self._path = path
        self._refused = 0
        stored = [
            place.read_text(encoding="utf-8").strip()
            for place in (path, old_path)
            if place is not None and place.exists()
        ]
        self._tokens = [token for token in (*stored, given) if token]

    @classmethod
    def load(cls, path: Path, old_path: Path | None = None) -> Identity:
        """Takes the token out of the environment too, so that no child process inherits it."""
        return cls(path, os.environ.pop(TOKEN_VARIABLE, None), old_path)

    @property
    def token(self) -> str | None:
        """The token to sign in with now, `None` where there is none at all."""
        return self._tokens[self._refused % len(self._tokens)] if self._tokens else None

    def refused(self) -> None:
        """The control plane did not take the present token: the next attempt tries another one."""
        self._refused += 1

    def store(self, token: str) -> None:
        """Keeps the identity that the control plane gave in answer to an invitation."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(token)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self._path)
        self._tokens = [token]
        self._refused = 0
