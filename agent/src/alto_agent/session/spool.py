"""Events on disk until the control plane has stored them.

Each has a number that grows by one for the life of the spool. It is written with fsync before it is sent, so
that a killed agent or a lost machine sends it again; the control plane takes each number once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS event (seq INTEGER PRIMARY KEY, expendable INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS counter (id INTEGER PRIMARY KEY CHECK (id = 1), last_seq INTEGER NOT NULL);
INSERT OR IGNORE INTO counter VALUES (1, 0);
"""


@dataclass(frozen=True)
class Spooled:
    """One event with its number; `body` is its JSON."""

    seq: int
    body: str


class Spool:
    """An SQLite file. When it holds more than `max_events`, the oldest expendable ones (metrics) give way."""

    def __init__(self, path: Path, max_events: int = 500_000) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._max_events = max_events
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_SCHEMA)
        self.last_seq: int = self._db.execute("SELECT last_seq FROM counter").fetchone()[0]
        self._count: int = self._db.execute("SELECT count(*) FROM event").fetchone()[0]
        self.dropped = 0

    def append(self, bodies: Sequence[tuple[str, bool]]) -> None:
        """Stores events, `(json, expendable)` each, in one transaction.

        Raises `sqlite3.OperationalError` on a full disk; nothing is stored then.
        """
        first = self.last_seq + 1
        rows = [(first + i, int(expendable), body) for i, (body, expendable) in enumerate(bodies)]
        with _transaction(self._db):
            self._db.executemany("INSERT INTO event VALUES (?, ?, ?)", rows)
            self._db.execute("UPDATE counter SET last_seq = ?", (self.last_seq + len(rows),))
        self.last_seq += len(rows)
        self._count += len(rows)
        if self._count > self._max_events:
            self._make_room()

    def _make_room(self) -> None:
        surplus = self._count - self._max_events * 9 // 10
        with _transaction(self._db):
            dropped = self._db.execute(
                "DELETE FROM event WHERE seq IN "
                "(SELECT seq FROM event WHERE expendable = 1 ORDER BY seq LIMIT ?)",
                (surplus,),
            ).rowcount
        self._count -= dropped
        self.dropped += dropped

    def after(self, seq: int, max_events: int, max_bytes: int) -> list[Spooled]:
        """The next events after `seq`, in order: at least one where there is one, else within both bounds."""
        batch: list[Spooled] = []
        size = 0
        query = "SELECT seq, body FROM event WHERE seq > ? ORDER BY seq LIMIT ?"
        for number, body in self._db.execute(query, (seq, max_events)):
            size += len(body)
            if batch and size > max_bytes:
                break
            batch.append(Spooled(number, body))
        return batch

    def acknowledge(self, seq: int) -> None:
        """The control plane has stored everything up to `seq`."""
        with _transaction(self._db):
            self._count -= self._db.execute("DELETE FROM event WHERE seq <= ?", (seq,)).rowcount

    def continue_after(self, seq: int) -> None:
        """Numbers go on above `seq`: the control plane has seen it from an earlier spool of this node."""
        if seq <= self.last_seq:
            return
        with _transaction(self._db):
            self._db.execute("UPDATE event SET seq = -seq")
            self._db.execute("UPDATE event SET seq = ? - seq", (seq,))
            pending = self._db.execute("SELECT max(seq) FROM event").fetchone()[0]
            self.last_seq = max(seq, pending or 0)
            self._db.execute("UPDATE counter SET last_seq = ?", (self.last_seq,))

    def close(self) -> None:
        """Writes the log back into the file."""
        self._db.close()


@contextmanager
def _transaction(db: sqlite3.Connection) -> Generator[None]:
    """`BEGIN IMMEDIATE … COMMIT`, rolled back on an error."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
