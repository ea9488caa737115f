"""The record of an event: what its claims tell together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from keii.merge.conflicts import conflicts
from keii.merge.places import place
from keii.merge.table import moment
from keii.merge.tellers import independent, published
from keii.merge.title import english, title
from keii.merge.words import Amount
from keii.model import Article, Claim, Event, EventDate, EventParticipant, HistoryEntry

_T = TypeVar("_T")
_GRAINS = {4: "year", 7: "month", 10: "day", 13: "hour", 16: "minute", 19: "second"}
_TRUST = {"sentence": 1.0, "heading": 1.0, "context": 0.7, "document": 0.3}


def record(
    id: str,
    claims: Sequence[Claim],
    amounts: Mapping[str, Sequence[Amount]],
    articles: Mapping[str, Article],
    formerly: tuple[str, ...] = (),
    headlines: Mapping[str, str] = {},
) -> Event:
    """Make the event of a group of claims; by its key, `amounts` are those that each tells, `headlines` how it would be titled.

    It is told first, and its factuality last, by articles in order of publication; those of unknown date come last.
    """
    told = sorted(claims, key=lambda claim: (published(claim, articles) or "~", claim.article, claim.trigger.start))
    participants = _participants(told)
    kind = Counter(claim.type for claim in told).most_common(1)[0][0]
    return Event(
        id=id,
        title=title(told, kind, headlines),
        title_en=english(kind, participants),
        date=_date(told),
        type=kind,
        participants=participants,
        place=_most(found for found in map(place, told) if found),
        amounts=_amounts(told, amounts),
        outlets=tuple(sorted({outlet for claim in told for outlet in claim.outlets})),
        independent_outlets=len(independent(told, articles)),
        first_told_by=told[0].article,
        articles=tuple(dict.fromkeys(claim.article for claim in told)),
        claims=tuple(claim.key for claim in told),
        factuality=told[-1].factuality,
        history=_history(told, articles),
        conflicts=conflicts(told, amounts, articles),
        confidence=round(max(claim.confidence for claim in told), 4),
        formerly=formerly,
    )


# --- fields -------------------------------------------------------------------------------------------------------


def _date(claims: Sequence[Claim]) -> EventDate | None:
    """The date that most of the telling supports: one inside another supports it too; the finest among equals."""
    support: defaultdict[str, float] = defaultdict(float)
    dated = [(claim, when) for claim in claims if claim.date and (when := moment(claim))]
    for claim, when in dated:
        assert claim.date is not None
        for other, outer in dated:
            assert other.date is not None
            if outer.low <= when.low and when.high <= outer.high:
                support[claim.date.value] += _TRUST[other.date.from_] * (1.0 if other.factuality == "fact" else 0.6)
    if not support:
        return None
    best = max(support, key=lambda value: (round(support[value], 6), len(value), value))
    date = next(claim.date for claim, _ in dated if claim.date and claim.date.value == best)
    return EventDate(value=best, earliest=date.earliest, latest=date.latest, zone=date.zone, grain=_GRAINS.get(len(best)))


def _participants(claims: Sequence[Claim]) -> tuple[EventParticipant, ...]:
    """Everybody named, each in the role most often told; the most told first."""
    roles: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for claim in claims:
        for who in claim.participants:
            roles[who.name][who.role] += 1
    ranked = sorted(roles.items(), key=lambda item: -item[1].total())
    return tuple(EventParticipant.model_validate({"name": name, "role": told.most_common(1)[0][0]}) for name, told in ranked)


def _amounts(claims: Sequence[Claim], amounts: Mapping[str, Sequence[Amount]]) -> tuple[str, ...]:
    told = {(a.unit, a.low, a.high): a.text for claim in reversed(claims) for a in amounts[claim.key]}
    return tuple(reversed(told.values()))


def _history(claims: Sequence[Claim], articles: Mapping[str, Article]) -> tuple[HistoryEntry, ...]:
    """Each change of factuality as it was told; one entry where it never changed."""
    entries: list[HistoryEntry] = []
    for claim in claims:
        if not entries or entries[-1].factuality != claim.factuality:
            entries.append(HistoryEntry(at=published(claim, articles) or None, factuality=claim.factuality, claim=claim.key))
    return tuple(entries)


def _most(values: Iterable[_T]) -> _T | None:
    """The most frequent value, the first among equals."""
    return next((value for value, _ in Counter(values).most_common(1)), None)
