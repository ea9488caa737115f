"""What was done already: one SQLite file in the output folder, keyed by what the result depends on.

Analysed articles are committed batch by batch, so that a run that was killed goes on where it stopped. `state` remembers
the last run that ended: what it was made from, the events it set out from and ended with, the files it wrote; and which
articles were under way when one died.
"""

from __future__ import annotations

import fcntl
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from keii.model import Analysis, KeiiError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS analysis (key TEXT PRIMARY KEY, result TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS member (article TEXT PRIMARY KEY, key TEXT NOT NULL, path TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
PRAGMA user_version = 1;
"""


class Member(NamedTuple):
    """An article of the output folder: the key of its analysis, and the file it was last read from."""

    article: str
    key: str
    path: str


class Store:
    """Results of earlier runs by key."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)
        if self._connection.execute("PRAGMA user_version").fetchone()[0] != 1:
            self._connection.executescript(_SCHEMA)

    def get(self, key: str) -> Analysis | None:
        row = self._connection.execute("SELECT result FROM analysis WHERE key = ?", (key,)).fetchone()
        return Analysis.model_validate_json(row[0]) if row else None

    def known(self, keys: Iterable[str]) -> set[str]:
        return {key for key in keys if self._connection.execute("SELECT 1 FROM analysis WHERE key = ?", (key,)).fetchone()}

    def put(self, results: Iterable[tuple[str, Analysis]]) -> None:
        """Add results, all or none."""
        rows = [(key, result.model_dump_json(by_alias=True)) for key, result in results]
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO analysis VALUES (?, ?)", rows)

    def members(self) -> list[Member]:
        """The articles that belong to the output folder, in order."""
        return [Member(*row) for row in self._connection.execute("SELECT article, key, path FROM member ORDER BY article")]

    def join(self, members: Iterable[Member], leaving: Iterable[str] = ()) -> None:
        """Let articles belong to the output folder in place of earlier versions of theirs, others leave; forget old analyses."""
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO member VALUES (?, ?, ?)", sorted(members))
            self._connection.executemany("DELETE FROM member WHERE article = ?", [(article,) for article in leaving])
            self._connection.execute("DELETE FROM analysis WHERE key NOT IN (SELECT key FROM member)")

    def begin(self, articles: Iterable[str]) -> None:
        """Remember the articles that this process may die of, in place of those before."""
        self.set_state({"begun": json.dumps(sorted(articles))})

    def begun(self) -> set[str]:
        """The articles that were under way when a run died, or that killed a worker, and that nobody analysed since."""
        return set(json.loads(self.state("begun") or "[]"))

    def state(self, name: str) -> str | None:
        row = self._connection.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def set_state(self, values: Mapping[str, str]) -> None:
        """Remember values by name, all or none."""
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", values.items())

    def close(self) -> None:
        self._connection.close()


@contextmanager
def opened(out: Path, *, fresh: bool = False) -> Iterator[Store]:
    """The state of an output folder, for one run at a time; the lock goes with the process."""
    path = out / "keii.sqlite"
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = (out / ".keii.lock").open("w")
    except OSError as error:
        raise KeiiError(f"{out}: cannot be written: {error.strerror}") from error
    if (out / "articles").is_symlink():
        raise KeiiError(f"{out / 'articles'}: a link: a run writes into its own folder alone")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise KeiiError(f"{out}: another run is writing there") from error
        try:
            if fresh:
                _forget(path)
            with closing(Store(path)) as store:
                yield store
        except sqlite3.OperationalError as error:  # a full disk, a folder that may not be written
            raise KeiiError(f"{path}: cannot be written: {error}") from error
        except sqlite3.DatabaseError as error:
            raise KeiiError(f"{path}: not a state of keii ({error}): run with --fresh to start anew") from error


def _forget(path: Path) -> None:
    """Forget everything but which files the last run wrote: what the next one does not write has to go."""
    files = None
    with suppress(sqlite3.DatabaseError), closing(Store(path)) as store:
        files = store.state("files")
    path.unlink(missing_ok=True)
    if files:
        with closing(Store(path)) as store:
            store.set_state({"files": files})
