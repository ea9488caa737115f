"""Every figure with its interval: articles are drawn with replacement, and the figure computed again from their counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from keii.model import Figure
from keii.score.counts import KINDS, Count, Numbers

Counts = Mapping[str, Mapping[str, Sequence[float]]]
"""Article to name of the count to its columns; what an article lacks is 0."""


def figures(counts: Counts, *, resamples: int, seed: int) -> dict[str, Figure]:
    """Every rate over all articles, with the 2.5 and 97.5 % quantiles over resampled articles; one article has no interval."""
    totals, resampled = _totals(counts, np.ones((1, len(counts)))), _totals(counts, draws(len(counts), resamples, seed))
    values, spread = rates(totals), rates(resampled)
    found: dict[str, Figure] = {}
    for name, value in values.items():
        count, drawn = _behind(name, totals), _behind(name, resampled)
        if not count.counted[0]:
            found[name] = Figure(value=None, low=None, high=None, n=0)
            continue
        figure = Figure(value=_plain(np.asarray(value)[0]), low=None, high=None, n=int(np.rint(np.asarray(count.n)[0])))
        if len(counts) > 1 and drawn.counted.any():
            low, high = np.quantile(np.asarray(spread[name])[drawn.counted], (0.025, 0.975))
            figure = figure.model_copy(update={"low": _plain(low), "high": _plain(high)})
        found[name] = figure
    return found


class Difference(NamedTuple):
    """A figure of two runs over the same articles, the 95 % interval of B − A, and how often chance alone gives as much."""

    figure: str
    a: float
    b: float
    difference: float
    low: float
    high: float
    p: float


def differences(a: Counts, b: Counts, *, resamples: int, seed: int) -> list[Difference]:
    """Compare two runs figure by figure over the articles that both have, by the paired bootstrap.

    The same articles are drawn for both. `p` is two-sided: twice the smaller share of resamples in which the difference
    is not above, or not below, 0, with one resample added to each so that it is never 0 (Efron & Tibshirani 1993).
    """
    articles = sorted(a.keys() & b.keys())
    a, b = {article: a[article] for article in articles}, {article: b[article] for article in articles}
    weights = np.vstack([np.ones((1, len(articles))), draws(len(articles), resamples, seed)])
    ours, theirs = _totals(a, weights), _totals(b, weights)
    values_a, values_b = rates(ours), rates(theirs)
    found = []
    for name in values_a.keys() & values_b.keys():
        counted = _behind(name, ours).counted & _behind(name, theirs).counted
        if not counted[0]:
            continue
        one, other = np.asarray(values_a[name])[counted], np.asarray(values_b[name])[counted]
        spread = (other - one)[1:]
        low, high = np.quantile(spread, (0.025, 0.975)) if len(spread) else (0.0, 0.0)
        tail = (1 + min(np.sum(spread <= 0), np.sum(spread >= 0))) / (1 + len(spread))
        found.append(
            Difference(
                name,
                _plain(one[0]),
                _plain(other[0]),
                _plain(other[0] - one[0]),
                _plain(low),
                _plain(high),
                min(1.0, 2 * float(tail)),
            )
        )
    order = {name: i for i, name in enumerate(values_a)}
    return sorted(found, key=lambda row: order[row.figure])


def draws(articles: int, resamples: int, seed: int) -> np.ndarray:
    """How often each article (column) is drawn in each resample (row)."""
    generator = np.random.default_rng(seed)
    return (
        generator.multinomial(articles, np.full(articles, 1 / articles), size=resamples).astype(float)
        if articles
        else np.ones((resamples, 0))
    )


def rates(totals: Mapping[str, Count]) -> dict[str, Numbers]:
    """Every rate by its full name; CoNLL's is the mean F1 of MUC, B-cubed and CEAF-e."""
    found = {name + rate: value for name, count in totals.items() for rate, value in count.rates().items()}
    for name in totals:
        if name.endswith(".muc"):
            home = name.removesuffix(".muc")
            found[f"{home}.conll"] = sum(found[f"{home}.{metric}.f1"] for metric in ("muc", "b3", "ceafe")) / 3
    return found


def _behind(name: str, totals: Mapping[str, Count]) -> Count:
    """The count that a rate is of."""
    home, _, last = name.rpartition(".")
    return totals[f"{home}.b3"] if last == "conll" else totals.get(name) or totals[home]


def _totals(counts: Counts, weights: np.ndarray) -> dict[str, Count]:
    """The counts of every name summed over the articles, once for each row of weights."""
    widths = {name: len(columns) for row in counts.values() for name, columns in row.items()}
    totals: dict[str, Count] = {}
    for name, width in widths.items():
        table = np.array([row.get(name, (0.0,) * width) for row in counts.values()], dtype=float)
        totals[name] = KINDS[width](*(weights @ table).T)
    return totals


def _plain(value: float) -> float:
    return round(float(value), 6)
