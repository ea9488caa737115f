"""Which pairs of claims are compared at all: near-linear, by keys that claims of one event are likely to share.

Claims that share a key are sorted by date and each is compared with the next few (sorted neighbourhood, Hernández &
Stolfo 1995, https://doi.org/10.1145/568271.223807), so that a name in every second claim costs no more than a rare one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from keii.merge.table import DAY, DEALS, Bools, Ints, Table
from keii.merge.words import paraphrases

WINDOW = 24
"""How many of the following claims under a key one is compared with."""
ARTICLE_WINDOW = 150
"""The same inside one article."""
YEAR = 366 * DAY
RARE = 12
"""A word that stands in the evidence of so many claims at most is a key."""


def blocks(table: Table, window_days: int) -> tuple[Ints, Ints]:
    """The pairs to compare as two arrays of rows, each pair once, first row before second, in order."""
    pairs = [_neighbours(table.article, table.at, np.arange(len(table.claims)), ARTICLE_WINDOW)]
    middle = np.where(table.dated, np.where(table.closed, table.low, np.minimum(np.abs(table.low), np.abs(table.high))), -1)
    keys, rows = _keys(table)
    pairs.append(_neighbours(keys, middle[rows], rows, WINDOW))
    n = len(table.claims)
    codes = np.unique(np.concatenate([np.minimum(a, b) * n + np.maximum(a, b) for a, b in pairs]))
    a, b = codes // n, codes % n
    kept = (a != b) & _in_time(table, a, b, window_days)
    return a[kept], b[kept]


def _keys(table: Table) -> tuple[Ints, Ints]:
    """Keys as numbers, and the rows that have them."""
    numbers: dict[tuple[str, ...], int] = {}
    keys: list[int] = []
    rows: list[int] = []
    seen = Counter(word for words in table.content for word in words)
    for row, claim in enumerate(table.claims):
        classes = sorted(paraphrases(claim.trigger.text))
        for key in _keys_of(row, table, classes, seen):
            keys.append(numbers.setdefault(key, len(numbers)))
            rows.append(row)
    return np.array(keys, dtype=np.int64), np.array(rows, dtype=np.int64)


def _keys_of(row: int, table: Table, classes: list[str], seen: Counter[str]) -> Iterator[tuple[str, ...]]:
    claim = table.claims[row]
    day = str(table.low[row] // DAY) if table.dated[row] else ""
    names = sorted({who.name for who in claim.participants})
    yield from (("name", name, claim.type) for name in names)
    yield from (("name, day", name, day) for name in names if day)
    yield from (("name, class", name, kind) for name in names for kind in classes)
    yield from (("class, day", kind, day) for kind in classes if day)
    if not names and day:
        yield ("type, day", claim.type, day)
    yield from (("word", word) for word in sorted(table.content[row]) if 1 < seen[word] <= RARE)


def _neighbours(keys: Ints, order: Ints, rows: Ints, window: int) -> tuple[Ints, Ints]:
    """Pairs of rows with one key, not more than `window` apart in `order`."""
    at = np.lexsort((rows, order, keys))
    keys, rows = keys[at], rows[at]
    left: list[Ints] = [np.empty(0, dtype=np.int64)]
    right: list[Ints] = [np.empty(0, dtype=np.int64)]
    for step in range(1, window + 1):
        same = np.flatnonzero(keys[:-step] == keys[step:])
        if not len(same):
            break
        left.append(rows[same])
        right.append(rows[same + step])
    return np.concatenate(left), np.concatenate(right)


def _in_time(table: Table, a: Ints, b: Ints, window_days: int) -> Bools:
    """Whether two claims may tell of one time: of one article, undated, coarse, or not further apart than the window.

    A deal takes months from its offer to its end.
    """
    gap = np.maximum(table.low[a], table.low[b]) - np.minimum(table.high[a], table.high[b])
    longest = np.maximum(table.high[a] - table.low[a], table.high[b] - table.low[b])
    allowed = np.maximum(window_days * DAY, np.minimum(longest, YEAR))
    deal = np.isin(table.type[a], DEALS) & (table.type[a] == table.type[b]) & (gap <= YEAR)
    near: Bools = (table.article[a] == table.article[b]) | ~(table.dated[a] & table.dated[b]) | (gap <= allowed) | deal
    return near
