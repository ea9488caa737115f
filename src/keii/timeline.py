"""The page to read: events by day, the sources behind each, the evidence in its article one click away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from keii.model import Analysis, Claim, Event, EventType, Factuality
from keii.page import labels, render

_TOP = 40
"""How many people and organisations the filters offer, the most frequent first."""


def timeline(events: Sequence[Event], claims: Sequence[Claim], analyses: Sequence[Analysis]) -> str:
    """Render the page: HTML that loads nothing, Japanese and English by a switch."""
    words = labels("timeline")
    places = {claim.key: number for number, claim in enumerate(claims)}
    data = {
        "articles": {analysis.id: _article(analysis) for analysis in analyses},
        "claims": [_claim(claim) for claim in claims],
        "events": [_event(event, places) for event in events],
        "labels": words,
    }
    people = Counter(one.name for event in events for one in event.participants)
    outlets = Counter(outlet for event in events for outlet in event.outlets)
    return render(
        "timeline",
        data,
        words,
        events=len(events),
        claims=len(claims),
        articles=len(analyses),
        conflicts=sum(bool(event.conflicts) for event in events),
        days=_days(events),
        types=[kind for kind in get_args(EventType) if any(event.type == kind for event in events)],
        factualities=get_args(Factuality),
        people=[name for name, _ in sorted(people.items(), key=lambda item: (-item[1], item[0]))[:_TOP]],
        outlets=[name for name, _ in sorted(outlets.items(), key=lambda item: (-item[1], item[0]))[:_TOP]],
    )


def _days(events: Sequence[Event]) -> tuple[str, str] | None:
    days = sorted(day for event in events if event.date for day in [_day(event.date.value)] if day)
    return (days[0], days[-1]) if days else None


def _day(value: str) -> str:
    """The first day that a value names, "" if none: what events are placed by."""
    first, _, last = value.partition("/")
    return (last if first == ".." else first)[:10]


def _article(analysis: Analysis) -> dict[str, Any]:
    return {
        "title": analysis.title or analysis.id,
        "outlet": analysis.outlet,
        "published": analysis.published,
        "text": analysis.text,
    }


def _claim(claim: Claim) -> dict[str, Any]:
    date = claim.date
    return {
        "article": claim.article,
        "id": claim.id,
        "evidence": [claim.evidence.start, claim.evidence.end],
        "trigger": [claim.trigger.start, claim.trigger.end],
        "date": [date.start, date.end] if date and date.start is not None else None,
        "people": [[one.start, one.end] for one in claim.participants if one.start is not None],
        "citation": [claim.citation.start, claim.citation.end] if claim.citation else None,
        "when": date.value if date else None,
        "zone": date.zone if date else None,
        "factuality": claim.factuality,
        "outlets": claim.outlets,
        "speakers": claim.speakers,
        "suspect": [f"{one.field}: {one.why}" for one in claim.suspect],
        "confidence": claim.confidence,
    }


def _event(event: Event, places: Mapping[str, int]) -> dict[str, Any]:
    return {
        "id": event.id,
        "title": event.title,
        "titleEn": event.title_en,
        "day": _day(event.date.value) if event.date else "",
        "when": event.date.value if event.date else None,
        "zone": event.date.zone if event.date else None,
        "type": event.type,
        "people": [[one.name, one.role] for one in event.participants],
        "place": event.place,
        "amounts": event.amounts,
        "outlets": event.outlets,
        "independent": event.independent_outlets,
        "articles": event.articles,
        "claims": [places[key] for key in event.claims if key in places],
        "factuality": event.factuality,
        "history": [[entry.at, entry.factuality] for entry in event.history],
        "conflicts": [
            [conflict.field, [[value.value, value.claims, value.support] for value in conflict.values]]
            for conflict in event.conflicts
        ],
        "confidence": event.confidence,
    }
