"""Claims of all articles -> events: what tells of one happening, put together, with what the sources disagree on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np

from keii import config
from keii.merge.batches import Each, by_articles, joined, link, partition, tied
from keii.merge.blocks import blocks
from keii.merge.cluster import components
from keii.merge.evidence import Model, load_model
from keii.merge.identity import identify
from keii.merge.record import record
from keii.merge.suspects import contradicted
from keii.merge.table import Table, own_amounts
from keii.model import Article, Claim, Event

__all__ = ["BATCH", "Each", "PairEvidence", "group", "merge", "why"]

BATCH = 4_000
"""So many claims a batch holds: some megabytes, and a fraction of a second of work."""


def merge(
    claims: Sequence[Claim],
    articles: Mapping[str, Article],
    config: config.Merge,
    previous: Sequence[Event] = (),
    headlines: Mapping[str, str] = {},
    *,
    models: Path | None = None,
    each: Each = map,
) -> tuple[tuple[Claim, ...], tuple[Event, ...]]:
    """Group claims into events: the claims with their `event`, and the events in time order, undated last.

    `previous` are the events of an earlier run: an event keeps the id under which most of its claims stood, and `formerly`
    names every other id that it took claims from. `headlines` tells, by a claim's key, how it would be titled. `models` is a
    folder of one's own. `each` does the work on batches of claims: here, or on workers.
    """
    model = load_model(models)
    if config.threshold is not None:
        model = replace(model, threshold=config.threshold)
    groups = group(claims, model, config.window_days, each=each)
    named = identify(groups, previous)
    amounts = own_amounts(claims)
    events = sorted((record(id, group, amounts, articles, formerly, headlines) for id, group, formerly in named), key=_when)
    of = {key: event.id for event in events for key in event.claims}
    doubted = contradicted(groups, amounts)
    return tuple(
        claim.model_copy(update={"event": of[claim.key], "suspect": claim.suspect + doubted.get(claim.key, ())})
        for claim in claims
    ), tuple(events)


def group(
    claims: Sequence[Claim], model: Model, window_days: int = 3, *, each: Each = map, batch: int = BATCH
) -> list[list[Claim]]:
    """Partition claims by the happening they tell of.

    The work on claims, on pairs and on clusters is cut into batches that hold about `batch` claims; `each` does it.
    """
    if not claims:
        return []
    ordered = sorted(claims, key=lambda claim: (claim.article, claim.trigger.start, claim.id))
    table = Table.join(list(each(Table, by_articles(ordered, batch))))
    links = joined(each(partial(link, model=model, window_days=window_days), blocks(table, batch)))
    found = list(components(np.arange(len(table)), *links, model.threshold))
    larger = tied(table, (rows for rows in found if len(rows) > 1), batch)
    clusters = [rows.tolist() for rows in found if len(rows) == 1]
    clusters += chain.from_iterable(each(partial(partition, model=model), larger))
    return [[ordered[i] for i in rows] for rows in sorted(clusters)]


class PairEvidence(NamedTuple):
    """Two claims by their keys, the log-odds of their being one event, and what each feature adds to them."""

    a: str
    b: str
    total: float
    parts: list[tuple[str, float]]


def why(event: Event, claims: Sequence[Claim], models: Path | None = None) -> list[PairEvidence]:
    """The evidence for and against of each pair of an event's claims.

    `claims` are all claims of the event's articles: how rare a name or word is, is counted in its article.
    """
    model = load_model(models)
    table = Table(claims)
    rows = [i for i, claim in enumerate(claims) if claim.key in set(event.claims)]
    pairs = []
    for k, a in enumerate(rows):
        for b in rows[k + 1 :]:
            parts = model.explain(table, a, b)
            total = sum(part for _, part in parts)
            pairs.append(PairEvidence(claims[a].key, claims[b].key, round(total, 2), parts))
    return pairs


def _when(event: Event) -> tuple[bool, str, str]:
    return event.date is None, (event.date.earliest or event.date.value.removeprefix("../")) if event.date else "", event.id
