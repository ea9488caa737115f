"""Claims of all articles -> events: what tells of one happening, put together, with what the sources disagree on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from keii import config
from keii.merge.blocks import blocks
from keii.merge.cluster import cluster
from keii.merge.evidence import Model, load_model
from keii.merge.identity import identify
from keii.merge.record import record
from keii.merge.table import Table, own_amounts
from keii.model import Article, Claim, Event

__all__ = ["PairEvidence", "group", "merge", "why"]


def merge(
    claims: Sequence[Claim],
    articles: Mapping[str, Article],
    config: config.Merge,
    previous: Sequence[Event] = (),
    headlines: Mapping[str, str] = {},
) -> tuple[tuple[Claim, ...], tuple[Event, ...]]:
    """Group claims into events: the claims with their `event`, and the events in time order, undated last.

    `previous` are the events of an earlier run: an event keeps the id under which most of its claims stood, and `formerly`
    names every other id that it took claims from. `headlines` tells, by a claim's key, how it would be titled.
    """
    model = load_model()
    if config.threshold is not None:
        model = replace(model, threshold=config.threshold)
    ordered = sorted(claims, key=lambda claim: (claim.article, claim.trigger.start, claim.id))
    groups = group(ordered, model, config.window_days)
    named = identify(groups, previous)
    amounts = own_amounts(ordered)
    events = sorted((record(id, group, amounts, articles, formerly, headlines) for id, group, formerly in named), key=_when)
    of = {key: event.id for event in events for key in event.claims}
    return tuple(claim.model_copy(update={"event": of[claim.key]}) for claim in claims), tuple(events)


def group(claims: Sequence[Claim], model: Model, window_days: int = 3) -> list[list[Claim]]:
    """Partition claims by the happening they tell of."""
    if not claims:
        return []
    table = Table(claims)
    a, b = blocks(table, window_days)
    clusters = cluster(len(claims), a, b, model.score(table, a, b), lambda a, b: model.score(table, a, b), model.threshold)
    return [[claims[i] for i in rows] for rows in clusters]


class PairEvidence(NamedTuple):
    """Two claims by their keys, the log-odds of their being one event, and what each feature adds to them."""

    a: str
    b: str
    total: float
    parts: list[tuple[str, float]]


def why(event: Event, claims: Sequence[Claim]) -> list[PairEvidence]:
    """The evidence for and against of each pair of an event's claims.

    `claims` are all claims of the event's articles: how rare a name or word is, is counted in its article.
    """
    model = load_model()
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
