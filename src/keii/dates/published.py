"""The article's own date: given, or inferred from its dateline, its headings, its text or its references."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from keii.dates.anchors import Anchor
from keii.dates.expressions import Expression
from keii.dates.find import bias_of, instant, parse_moment, read, when
from keii.model import BlockKind, Document, When

HEADINGS: frozenset[BlockKind] = frozenset({"title", "heading"})
DAYS: frozenset[str] = frozenset({"day", "part", "hour", "minute", "second"})
_STAMP = re.compile("公開|更新|投稿|掲載|配信|作成|発行|[Pp]ublished|[Uu]pdated|[Pp]osted")


def published_of(document: Document) -> When | None:
    """The article's date: given, or from its dateline, its headings, the newest date of the text, or its references."""
    zone = document.article.zone or "Asia/Tokyo"
    if document.article.published:
        return _given(document.article.published, zone)
    for basis, lines in _sources(document):
        told = list(_full_days(document, lines, zone, only_stamps=basis == "dateline"))
        if told and basis == "dateline":
            return replace(told[0][0], basis=basis)
        if told:
            settled = [when_ for when_, planned in told if not planned] or [when_ for when_, _ in told]
            newest = max(settled, key=_last_day)
            newest = _newest(document, lines, newest) if basis == "text" else newest
            return replace(newest, value=_last_day(newest), basis=basis)
    return None


def _full_days(document: Document, lines: list[tuple[int, int]], zone: str, *, only_stamps: bool) -> Iterator[tuple[When, bool]]:
    """The days told in full in some lines, each with whether it is told as a plan."""
    text = document.article.text
    for start, end in lines:
        for expression in read(text[start:end], start)[0]:
            if only_stamps and not _is_dateline(text[start:end], expression):
                continue
            one = when(expression, Anchor(), zone)
            told = one.when
            if one.first and told.basis == "absolute" and told.grain in DAYS and not expression.relation and not told.suspect:
                yield told, _planned(text[expression.end : end])


def _is_dateline(line: str, expression: Expression) -> bool:
    """Whether a line is there for its date: little else stands in it, or it says that it was published."""
    return (expression.end - expression.start) * 2 >= len(line.strip()) or bool(_STAMP.search(line))


def _planned(tail: str) -> bool:
    return bias_of(tail[:60]) == "future"


def _last_day(one: When) -> str:
    return (one.value or "").split("/")[-1]


def _newest(document: Document, lines: list[tuple[int, int]], newest: When) -> When:
    """The newest date of a text whose later dates leave out their year: each at most a hundred days after the one before it,
    a bare day only directly behind it."""
    zone = document.article.zone or "Asia/Tokyo"
    follows = False
    for start, end in lines:
        text = document.article.text
        for expression in read(text[start:end], start)[0]:
            kind = expression.atoms[0].kind
            if kind not in ("date", "day", "year", "month") or expression.relation or _planned(text[expression.end : end]):
                continue
            moment = parse_moment(_last_day(newest)[:10])
            one = when(expression, Anchor(moment, near=moment), zone).when
            if not one.value or one.grain not in DAYS or one.suspect or (kind == "day" and not follows):
                continue
            follows = expression.start == newest.start
            if moment < parse_moment(one.value[:10]) <= moment + timedelta(days=100 if kind == "date" else 25):
                newest, follows = one, True
    return newest


def _sources(document: Document) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    first = [(block.start, block.end) for block in document.blocks if block.kind != "boilerplate"][:4]
    stamps = [
        (block.start, block.end)
        for block in document.blocks
        if block.kind in ("meta", "boilerplate") and block.end - block.start < 60
    ]
    yield "dateline", [(start, end) for start, end in (*stamps, *first) if end - start < 60]
    yield "heading", [(block.start, block.end) for block in document.blocks if block.kind in HEADINGS]
    yield (
        "text",
        [(block.start, block.end) for block in document.blocks if block.kind not in ("boilerplate", "reference", "meta")],
    )
    yield "references", [(block.start, block.end) for block in document.blocks if block.kind == "reference"]


def _given(published: str, zone: str) -> When:
    moment = parse_moment(published)
    value = published.strip().replace(" ", "T")
    plain = re.sub(r"(?<=[\d])(?:Z|[+-]\d{2}:?\d{2})$", "", value) if "T" in value else value
    grain = {4: "year", 7: "month", 10: "day", 13: "hour", 16: "minute"}.get(len(plain), "second")
    width = {"year": 366, "month": 31}.get(grain, 1)
    long = timedelta(days=width) if grain in ("year", "month", "day") else timedelta(minutes=60 if grain == "hour" else 1)
    return When(
        start=0, end=0, value=plain, grain=grain, zone=zone, basis="given",  # type: ignore[arg-type]
        earliest=instant(moment, zone), latest=instant(min(moment, datetime.max - long) + long, zone),
    )  # fmt: skip
