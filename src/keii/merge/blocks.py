"""Which pairs of claims are compared at all: near-linear, by keys that claims of one event are likely to share.

Claims that share a key are sorted by date and each is compared with the next few (sorted neighbourhood, Hernández &
Stolfo 1995, https://doi.org/10.1145/568271.223807), so that a name in every second claim costs no more than a rare one.
Claims sorted so are cut into blocks, each of which can be compared wherever its rows are taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from keii.merge.table import DAY, DEALS, Bools, Ints, Table, rows_of

WINDOW = 24
"""How many of the following claims under a key one is compared with."""
ARTICLE_WINDOW = 150
"""The same inside one article."""
YEAR = 366 * DAY
RARE = 12
"""A word that stands in the evidence of so many claims at most is a key."""


class Block(NamedTuple):
    """Claims in order of key and date; each of the first `own` is compared with the next `window` that share its key."""

    table: Table
    """The rows that are needed."""
    rows: Ints
    """Where they stand in the whole table."""
    keys: Ints
    at: Ints
    """The row of `table` that bears each of `keys`."""
    own: int
    window: int


def blocks(table: Table, size: int) -> Iterator[Block]:
    """All blocks, with `size` claims of their own each: by article, then by what claims of several articles share."""
    rows = np.lexsort((table.place, table.article))
    yield from _cut(table, table.article[rows], rows, ARTICLE_WINDOW, size)
    keys, rows = _keys(table)
    yield from _cut(table, keys, rows, WINDOW, size)


def pairs(block: Block, window_days: int) -> tuple[Ints, Ints]:
    """The pairs to compare as rows of the block's table, each pair once, first row before second, in order."""
    left: list[Ints] = [np.empty(0, dtype=np.int64)]
    right: list[Ints] = [np.empty(0, dtype=np.int64)]
    for step in range(1, block.window + 1):
        same = np.flatnonzero(block.keys[:-step] == block.keys[step:])
        if not len(same):
            break
        same = same[same < block.own]
        left.append(block.at[same])
        right.append(block.at[same + step])
    one, other = np.concatenate(left), np.concatenate(right)
    n = len(block.rows)
    codes = np.unique(np.minimum(one, other) * n + np.maximum(one, other))
    a, b = codes // n, codes % n
    kept = (a != b) & _in_time(block.table, a, b, window_days)
    if block.window < ARTICLE_WINDOW:
        kept &= ~_near(block.table, a, b)
    return a[kept], b[kept]


def _cut(table: Table, keys: Ints, rows: Ints, window: int, size: int) -> Iterator[Block]:
    """Blocks of claims that are in order; the claims that those at a block's end are compared with come with it."""
    for start in range(0, len(rows), size):
        part = slice(start, start + size + window)
        needed, at = np.unique(rows[part], return_inverse=True)
        yield Block(table.take(needed), needed, keys[part], at, size, window)


def _keys(table: Table) -> tuple[Ints, Ints]:
    """Keys and the rows that bear them: by the first row that bears a key, so that a block's keys share claims, then by date."""
    _, place, count = np.unique(table.words.matrix.indices, return_inverse=True, return_counts=True)
    rare = ((count > 1) & (count <= RARE))[place]
    keys = np.concatenate([table.keys.matrix.indices, table.words.matrix.indices[rare]])
    rows = np.concatenate([rows_of(table.keys.matrix), rows_of(table.words.matrix)[rare]])
    middle = np.where(table.dated, np.where(table.closed, table.low, np.minimum(np.abs(table.low), np.abs(table.high))), -1)
    order = np.lexsort((rows, middle[rows], keys))
    keys, rows = keys[order], rows[order]
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    first = np.repeat(np.minimum.reduceat(rows, starts), np.diff(starts, append=len(keys))) if len(keys) else rows
    order = np.argsort(first, kind="stable")
    return keys[order], rows[order]


def _near(table: Table, a: Ints, b: Ints) -> Bools:
    """Whether two claims stand so near in an article that they are compared anyway."""
    near: Bools = (table.article[a] == table.article[b]) & (np.abs(table.place[a] - table.place[b]) <= ARTICLE_WINDOW)
    return near


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
