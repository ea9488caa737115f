"""Claims into clusters by average link: two clusters join where their pairs speak for it on average, so nothing chains.

Pairs that speak for joining span components; inside one, all pairs are compared, those outside the blocks too.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from keii.merge.table import Floats, Ints

LARGEST = 400
"""A component with more claims is cut where its links are weakest."""


def components(rows: Ints, a: Ints, b: Ints, evidence: Floats, threshold: float) -> Iterator[Ints]:
    """What hangs together by links above the threshold, which rises while a component is too large."""
    linked = evidence > threshold
    a, b, evidence = a[linked], b[linked], evidence[linked]
    a_at, b_at = np.searchsorted(rows, a), np.searchsorted(rows, b)
    graph = coo_array((np.ones(len(a)), (a_at, b_at)), shape=(len(rows), len(rows)))
    _, label = connected_components(graph, directed=False)
    order = np.argsort(label, kind="stable")
    of_pair = label[a_at]
    by_pair = np.argsort(of_pair, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(label[order])) + 1):
        if len(members) <= LARGEST:
            yield rows[members]
            continue
        first, last = np.searchsorted(of_pair[by_pair], [label[members[0]], label[members[0]] + 1])
        inside = by_pair[first:last]
        yield from components(rows[members], a[inside], b[inside], evidence[inside], _higher(evidence[inside], threshold))


def _higher(evidence: Floats, threshold: float) -> float:
    return max(threshold + 0.5, float(np.quantile(evidence, 0.25)))


def average_link(n: int, evidence: Floats, threshold: float) -> list[list[int]]:
    """Join the two clusters with the highest mean evidence until none is above the threshold.

    `evidence` is the upper triangle of the pairs of `0…n-1`, row by row.
    """
    i, j = np.triu_indices(n, 1)
    total = np.zeros((n, n))
    total[i, j] = total[j, i] = evidence
    mean = total.copy()
    np.fill_diagonal(mean, -np.inf)
    size = np.ones(n)
    members: dict[int, list[int]] = {k: [k] for k in range(n)}
    while len(members) > 1:
        p, q = sorted(divmod(int(np.argmax(mean)), n))
        if mean[p, q] <= threshold:
            break
        members[p] += members.pop(q)
        total[p] += total[q]
        total[:, p] = total[p]
        size[p] += size[q]
        gone = [k for k in range(n) if k not in members]
        mean[p] = total[p] / (size[p] * size)
        mean[p, [p, *gone]] = -np.inf
        mean[:, p] = mean[p]
        mean[q] = mean[:, q] = -np.inf
    return [sorted(group) for group in members.values()]
