"""The page to read: events by day and over time, the sources behind each, the evidence in its article one click away."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from keii.model import Analysis, Claim, Event, Text
from keii.page import render

_TEXTS = 15_000_000
"""Bytes of article text that one page holds; beyond it only what surrounds each claim is embedded."""
_AROUND = 300
"""How many code points that is, on either side."""
_DAY = re.compile(r"[0-9]{4}(?:-[0-9]{2}){0,2}")


def timeline(events: Sequence[Event], claims: Sequence[Claim], analyses: Sequence[Analysis], *, limit: int = _TEXTS) -> str:
    """Render the page: HTML that loads nothing, Japanese and English by a switch.

    Events stand by the day, month or year that they are told for (an open interval by the end that is known), undated last.
    Where the texts together exceed `limit` bytes, the page holds only what surrounds each claim, and says so.
    """
    places = {claim.key: number for number, claim in enumerate(claims)}
    cut = sum(len(analysis.text.encode()) for analysis in analyses) > limit
    spans: dict[str, list[tuple[int, int]]] = {}
    for claim in claims:
        spans.setdefault(claim.article, []).append(_reach(claim))
    rows = sorted((_event(event, places) for event in events), key=lambda row: (not row["day"], row["day"]))
    days = sorted(day for event in events if event.date for day in _DAY.findall(event.date.value))
    period = (days[0], days[-1]) if days else None
    data = {
        "articles": {one.id: _article(one, spans[one.id] if cut else None) for one in analyses if one.id in spans},
        "claims": [_claim(claim) for claim in claims],
        "events": rows,
        "period": period,
        "persons": _persons(analyses, {one.name for event in events for one in event.participants}),
    }
    return render(
        "timeline",
        data,
        parts=("chart",),
        events=len(events),
        claims=len(claims),
        articles=len(analyses),
        conflicts=sum(bool(event.conflicts) for event in events),
        period=period,
        cut=cut,
    )


def _persons(analyses: Iterable[Analysis], names: set[str]) -> list[str]:
    """Which of the names are mostly labelled as a person's."""
    labels: dict[str, Counter[str]] = {}
    for analysis in analyses:
        for mention in analysis.mentions:
            if mention.name in names:
                labels.setdefault(mention.name, Counter())[mention.label] += 1
    return sorted(name for name, counts in labels.items() if counts["PERSON"] * 2 > counts.total())


# --- rows that the script reads -----------------------------------------------------------------------------------


def _day(value: str) -> str:
    """The day, month or year that a date stands by, "" if it names none."""
    found = _DAY.search(value)
    return found[0] if found else ""


def _article(analysis: Analysis, spans: Sequence[tuple[int, int]] | None) -> dict[str, Any]:
    text = analysis.text
    told = {
        "title": analysis.title or analysis.id,
        "outlet": analysis.outlet,
        "published": analysis.published,
        "url": analysis.url if analysis.url and analysis.url.startswith(("https://", "http://")) else None,
    }
    if spans is None:
        return told | {"text": text, "body": analysis.body_start}
    return told | {"size": len(text), "pieces": [(start, text[start:end]) for start, end in _joined(spans, len(text))]}


def _joined(spans: Sequence[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    """The spans with what surrounds them, in order; those that touch are one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted((max(0, start - _AROUND), min(size, end + _AROUND)) for start, end in spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _reach(claim: Claim) -> tuple[int, int]:
    """From the first to the last code point that the claim points at."""
    parts = [claim.evidence, claim.trigger, claim.citation, claim.date, *claim.participants]
    spans = [(part.start, part.end) for part in parts if part and part.start is not None and part.end is not None]
    return min(start for start, _ in spans), max(end for _, end in spans)


def _claim(claim: Claim) -> dict[str, Any]:
    date = claim.date
    return {
        "article": claim.article,
        "id": claim.id,
        "evidence": _span(claim.evidence),
        "trigger": _span(claim.trigger),
        "date": (date.start, date.end) if date and date.start is not None else None,
        "people": [(one.start, one.end) for one in claim.participants if one.start is not None],
        "citation": _span(claim.citation),
        "when": date.value if date else None,
        "from": date.from_ if date else None,
        "zone": date.zone if date else None,
        "factuality": claim.factuality,
        "outlets": claim.outlets,
        "speakers": claim.speakers,
        "suspect": [(one.field, one.why) for one in claim.suspect],
    }


def _span(span: Text | None) -> tuple[int, int] | None:
    return (span.start, span.end) if span else None


def _event(event: Event, places: Mapping[str, int]) -> dict[str, Any]:
    return {
        "id": event.id,
        "title": event.title,
        "titleEn": event.title_en,
        "day": _day(event.date.value) if event.date else "",
        "when": event.date.value if event.date else None,
        "zone": event.date.zone if event.date else None,
        "type": event.type,
        "people": [(one.name, one.role) for one in event.participants],
        "place": event.place,
        "amounts": event.amounts,
        "outlets": event.outlets,
        "independent": event.independent_outlets,
        "first": event.first_told_by,
        "articles": event.articles,
        "claims": [places[key] for key in event.claims if key in places],
        "factuality": event.factuality,
        "history": [(entry.at, entry.factuality, places.get(entry.claim)) for entry in event.history],
        "conflicts": [
            (
                conflict.field,
                [(one.value, [places[key] for key in one.claims if key in places], one.support) for one in conflict.values],
            )
            for conflict in event.conflicts
        ],
        "confidence": event.confidence,
        "formerly": event.formerly,
    }
