"""How well predicted events group claims: MUC, B-cubed, CEAF-e and LEA, as the CoNLL reference scorer counts them.

Each metric gives every entity of one side a share of right and of all. Recall is their ratio summed over the key's
entities against the response, precision the same with the sides exchanged. Mentions of one side only stay in their
entities and match nothing (Pradhan et al. 2014, https://aclanthology.org/P14-2006). Singletons are entities.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from keii.score.counts import PRF

M = TypeVar("M", bound=Hashable)
Entities = Sequence[frozenset[M]]
Shares = list[tuple[float, float]]
"""Right and all of each entity."""


def muc(key: Entities[M], response: Entities[M]) -> Shares:
    """Links of each key entity that the response keeps, of all it has (Vilain et al. 1995)."""
    return [
        (len(entity) - len(parts) - (len(entity) - sum(parts.values())), len(entity) - 1)
        for entity, parts in _parts(key, response)
    ]


def b_cubed(key: Entities[M], response: Entities[M]) -> Shares:
    """Summed over the mentions: how much of the mention's key entity stands with it (Bagga & Baldwin 1998)."""
    return [(sum(n * n for n in parts.values()) / len(entity), len(entity)) for entity, parts in _parts(key, response)]


def ceaf_e(key: Entities[M], response: Entities[M]) -> Shares:
    """Dice overlap φ₄ of each key entity with the response entity that the best one-to-one alignment gives it (Luo 2005).

    Entities without a common mention need no alignment, so it is solved for each connected part on its own.
    """
    shares = [(0.0, 1.0)] * len(key)
    cells = [
        (i, j, 2 * n / (len(key[i]) + len(response[j])))
        for i, (_, parts) in enumerate(_parts(key, response))
        for j, n in parts.items()
    ]
    if not cells:
        return shares
    rows, columns, values = (np.array(column) for column in zip(*cells, strict=True))
    size = len(key) + len(response)
    _, part = connected_components(coo_array((values, (rows, columns + len(key))), shape=(size, size)), directed=False)
    order = np.argsort(part[rows], kind="stable")
    for group in np.split(order, np.flatnonzero(np.diff(part[rows][order])) + 1):
        if len(group) == 1:
            shares[rows[group[0]]] = (float(values[group[0]]), 1.0)
            continue
        ours, at_row = np.unique(rows[group], return_inverse=True)
        theirs, at_column = np.unique(columns[group], return_inverse=True)
        table = np.zeros((len(ours), len(theirs)))
        table[at_row, at_column] = values[group]
        for i, j in zip(*linear_sum_assignment(table, maximize=True), strict=True):
            shares[ours[i]] = (float(table[i, j]), 1.0)
    return shares


def lea(key: Entities[M], response: Entities[M]) -> Shares:
    """Share of each key entity's links that the response has, weighted by its size (Moosavi & Strube 2016).

    A singleton is right where the response has it as a singleton.
    """
    shares: Shares = []
    for entity, parts in _parts(key, response):
        size = len(entity)
        if size == 1:
            shares.append((float(any(len(response[j]) == 1 for j in parts)), 1.0))
        else:
            links = sum(n * (n - 1) / 2 for n in parts.values())
            shares.append((size * links / (size * (size - 1) / 2), size))
    return shares


METRICS: dict[str, Callable[[Entities[str], Entities[str]], Shares]] = {"muc": muc, "b3": b_cubed, "ceafe": ceaf_e, "lea": lea}


def _parts(key: Entities[M], response: Entities[M]) -> list[tuple[frozenset[M], Counter[int]]]:
    """Each key entity with the number of its mentions in each response entity that has any."""
    where = {mention: j for j, entity in enumerate(response) for mention in entity}
    return [(entity, Counter(where[mention] for mention in entity if mention in where)) for entity in key]


def entities(named: Iterable[tuple[M, Hashable]]) -> list[frozenset[M]]:
    """Mentions with the name of their entity, as entities, in order of first mention."""
    groups: defaultdict[Hashable, list[M]] = defaultdict(list)
    for mention, name in named:
        groups[name].append(mention)
    return [frozenset(group) for group in groups.values()]


def count(
    key: Entities[str], response: Entities[str], article: Mapping[str, str], metrics: Iterable[str] = tuple(METRICS)
) -> dict[str, dict[str, PRF]]:
    """The counts of each metric by article: each entity's share is divided evenly among its mentions.

    So the articles' counts add up to the exact score over all, and resampling articles keeps entities whole.
    """
    counts: defaultdict[str, dict[str, PRF]] = defaultdict(lambda: {name: PRF() for name in metrics})
    for name in metrics:
        for of_key, (ours, theirs) in enumerate(((response, key), (key, response))):
            for entity, (right, whole) in zip(ours, METRICS[name](ours, theirs), strict=True):
                share = (right / len(entity), whole / len(entity))
                for mention in entity:
                    counts[article[mention]][name] += PRF(0, 0, *share) if of_key else PRF(*share, 0, 0)
    return dict(counts)
