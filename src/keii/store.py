"""What was done already: one SQLite file in the output folder, keyed by what the result depends on.

Each analysed article is committed as soon as it is done, so that a run that was killed goes on where it stopped.
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from keii.model import Analysis, KeiiError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS analysis (key TEXT PRIMARY KEY, article TEXT NOT NULL, result TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS member (article TEXT PRIMARY KEY, key TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Store:
    """Results of earlier runs by key."""

    def __init__(self, path: Path) -> None:
        try:
            self._connection = sqlite3.connect(path)
            self._connection.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            raise KeiiError(f"{path}: not a state of keii ({error}): remove it to start anew") from error

    def get(self, key: str) -> Analysis | None:
        row = self._connection.execute("SELECT result FROM analysis WHERE key = ?", (key,)).fetchone()
        return Analysis.model_validate_json(row[0]) if row else None

    def known(self, keys: Iterable[str]) -> set[str]:
        return {key for key in keys if self._connection.execute("SELECT 1 FROM analysis WHERE key = ?", (key,)).fetchone()}

    def put(self, results: Iterable[tuple[str, Analysis]]) -> None:
        """Add results, all or none."""
        with self._connection:
            self._connection.executemany(
                "INSERT OR REPLACE INTO analysis VALUES (?, ?, ?)",
                [(key, result.id, result.model_dump_json(by_alias=True)) for key, result in results],
            )

    def members(self) -> dict[str, str]:
        """The key of each article that belongs to the output folder."""
        return dict(self._connection.execute("SELECT article, key FROM member ORDER BY article"))

    def join(self, keys: Mapping[str, str]) -> None:
        """Let articles belong to the output folder, in place of earlier versions of theirs."""
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO member VALUES (?, ?)", sorted(keys.items()))

    def state(self, name: str) -> str | None:
        row = self._connection.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def set_state(self, name: str, value: str) -> None:
        with self._connection:
            self._connection.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, value))

    def close(self) -> None:
        self._connection.close()


@contextmanager
def opened(out: Path, *, fresh: bool = False) -> Iterator[Store]:
    """The state of an output folder, for one run at a time; the lock goes with the process."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = (out / ".keii.lock").open("w")
    except OSError as error:
        raise KeiiError(f"{out}: cannot be written: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise KeiiError(f"{out}: another run is writing there") from error
        if fresh:
            (out / "keii.sqlite").unlink(missing_ok=True)
        store = Store(out / "keii.sqlite")
        try:
            yield store
        finally:
            store.close()
