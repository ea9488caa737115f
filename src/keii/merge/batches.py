"""Merging in batches of bounded size: rows of claims, links between them, clusters of what is linked.

A batch brings all that its work needs and can be done anywhere; what comes of it does not depend on how the batches are cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple, Protocol, TypeVar

import numpy as np

from keii.merge.blocks import Block, pairs
from keii.merge.cluster import average_link
from keii.merge.evidence import Model
from keii.merge.table import Floats, Ints, Table
from keii.model import Claim

_Batch = TypeVar("_Batch")
_Result = TypeVar("_Result")


class Each(Protocol):
    """Does the work on each batch and tells the results in order, as `map` does."""

    def __call__(self, work: Callable[[_Batch], _Result], batches: Iterable[_Batch], /) -> Iterator[_Result]: ...


def by_articles(claims: Iterable[Claim], size: int) -> Iterator[list[Claim]]:
    """Claims of whole articles, which stand together: `size` at most, or those of one article."""
    batch: list[Claim] = []
    for _, members in groupby(claims, key=lambda claim: claim.article):
        article = list(members)
        if batch and len(batch) + len(article) > size:
            yield batch
            batch = []
        batch += article
    if batch:
        yield batch


class Links(NamedTuple):
    """Pairs of rows whose evidence speaks for their being one event."""

    a: Ints
    b: Ints
    evidence: Floats


def link(block: Block, *, model: Model, window_days: int) -> Links:
    """Compare the pairs of a block and keep what speaks for joining."""
    a, b = pairs(block, window_days)
    evidence = model.score(block.table, a, b)
    linked = evidence > model.threshold
    return Links(block.rows[a[linked]], block.rows[b[linked]], evidence[linked])


def joined(found: Iterable[Links]) -> Links:
    """The links of all blocks, each pair once, in order."""
    a, b, evidence = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((b, a))
    a, b, evidence = a[order], b[order], evidence[order]
    new = np.append(True, (a[1:] != a[:-1]) | (b[1:] != b[:-1]))[: len(a)]
    return Links(a[new], b[new], evidence[new])


class Tied(NamedTuple):
    """Components of what is linked, with the rows of theirs alone."""

    table: Table
    rows: Ints
    """Where they stand in the whole table, component by component."""
    sizes: list[int]


def tied(table: Table, components: Iterable[Ints], size: int) -> Iterator[Tied]:
    """Components with `size` claims at most, or a single one."""
    batch: list[Ints] = []
    for rows in components:
        if batch and sum(map(len, batch)) + len(rows) > size:
            yield _tied(table, batch)
            batch = []
        batch.append(rows)
    if batch:
        yield _tied(table, batch)


def _tied(table: Table, components: Sequence[Ints]) -> Tied:
    rows = np.concatenate(components)
    return Tied(table.take(rows), rows, [len(of) for of in components])


def partition(part: Tied, *, model: Model) -> list[list[int]]:
    """The clusters of each component, by the evidence of all its pairs, also of those outside the blocks."""
    ends = np.cumsum(part.sizes)
    places = [np.arange(end - size, end) for size, end in zip(part.sizes, ends, strict=True)]
    pairs = [rows[np.stack(np.triu_indices(len(rows), 1))] for rows in places]
    evidence = model.score(part.table, *np.concatenate(pairs, axis=1))
    scores = np.split(evidence, np.cumsum([of.shape[1] for of in pairs])[:-1])
    return [
        part.rows[rows[members]].tolist()
        for rows, of in zip(places, scores, strict=True)
        for members in average_link(len(rows), of, model.threshold)
    ]
