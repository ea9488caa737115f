"""Dates of an article: each expression read against what is in force where it stands."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from keii.dates.anchors import Anchor, State
from keii.dates.atoms import zones
from keii.dates.calendars import DAY, write
from keii.dates.events import Mark, is_event, marks
from keii.dates.expressions import Expression
from keii.dates.find import bias_of, datable, instant, parse_moment, read, when, zone_info
from keii.dates.published import DAYS, HEADINGS, published_of
from keii.model import BlockKind, DateFrom, Document, Grain, Sentence, When

_SILENT: frozenset[BlockKind] = frozenset({"boilerplate", "reference", "note", "meta", "embed"})
"""Kinds of block whose dates are read but never in force for what follows."""
_STATUS = re.compile(r"(?:twitter|x)\.com/\w{1,30}/status(?:es)?/(\d{1,20})")
_SNOWFLAKE_EPOCH = 1288834974657
_FIRST_SNOWFLAKE = 29_700_859_247
_ADDITION = re.compile("追記|更新|続報|訂正")
_RUN = re.compile("[一-龠々ァ-ヴー]{2,12}")
_COUNTS = re.compile("(?:さ?れ)?の?(?:た?直後|た?直前|た?後|前|から|てから|に先立|を前|た?翌|た?当日)")
_MOST_DAYS = 16
_QUOTE = 300
_LOOK_BACK = 8
_STEP_BACK = re.compile("(?:前[日夜週月年]の|先立つ)$")
_EVENT = re.compile(r"([一-龠々ァ-ヴー]{2,8})(?:(?:さ?れ)?(?:た|する|した|て)?(?:から|日の)?|[のと]|から(?:の)?|発生の)$")
_ZONE_WORD = re.compile(
    "|".join(re.escape(word) for word in sorted(zones(), key=len, reverse=True) if not word.isascii() and word != "現地")
)


def post_instant(post: str) -> datetime | None:
    """The UTC instant at which a post of X (Twitter) was made, from its link or status id; None for ids older than November 2010.

    A status id ("snowflake") holds milliseconds since 2010-11-04T01:42:54.657Z above its lowest 22 bits.

    >>> post_instant("https://x.com/a/status/1212092628029698048").isoformat(timespec="seconds")
    '2019-12-31T19:26:16+00:00'
    """
    match = _STATUS.search(post)
    digits = match[1] if match else post if post.isdecimal() and len(post) <= 20 else ""
    if not digits or not _FIRST_SNOWFLAKE <= int(digits) < 2**63:
        return None
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=(int(digits) >> 22) + _SNOWFLAKE_EPOCH)


@dataclass(slots=True)
class _Force:
    """What is in force at one place: the last date, the last day that is not ahead, the day of the list entry above, the year
    of the heading, the last date that told its month, and the article's date or that of the addition."""

    date: State | None = None
    day: State | None = None
    entry: State | None = None
    year: State | None = None
    frame: State | None = None
    zone: str | None = None
    reference: datetime | None = None
    basis: str = "article"


@dataclass(slots=True)
class _Reading:
    """One pass over a document: what is in force in each section, and the days that event words were told with."""

    document: Document
    reference: datetime | None
    exact: bool
    zone: str
    sections: dict[int, _Force] = field(default_factory=dict)
    events: dict[str, dict[datetime, tuple[int, int, State]]] = field(default_factory=dict)
    day: State | None = None

    def force(self, section: int) -> _Force:
        """What is in force in a section, at its begin that of the section it lies in."""
        if section not in self.sections:
            parent = self.document.sections[section].parent if self.document.sections else None
            outer = self.force(parent) if parent is not None else _Force(zone=self.zone, reference=self.reference)
            heading = outer.entry
            self.sections[section] = _Force(
                date=heading,
                day=heading,
                entry=heading,
                year=outer.year,
                zone=outer.zone,
                reference=outer.reference,
                basis="heading" if heading else "article",
            )
        return self.sections[section]

    def event(self, word: str) -> State | None:
        """The date that an event was told with most often before; of several a day before a month or year, and the first told."""
        days = next((self.events[name] for name in _names(word) if name in self.events), None)
        return max(days.values(), key=lambda one: (one[0], one[2].grain in DAYS, -one[1]))[2] if days else None

    def note_events(self, text: str, start: int, told: list[tuple[When, State | None]]) -> None:
        """Remember the words of a sentence with the date last told before each, else the first of the sentence."""
        states = [(when.start - start, state) for when, state in told if state]
        if not states:
            return
        places = [at for at, _ in states]
        for run in _RUN.finditer(text):
            state = states[max(0, bisect_left(places, run.start()) - 1)][1]
            if _COUNTS.match(text, run.end()):
                continue
            word = run[0]
            for name in {word, word[:2], *_names(word)}:
                days = self.events.setdefault(name, {})
                if state.start in days or len(days) < _MOST_DAYS:
                    count = days[state.start][0] if state.start in days else 0
                    days[state.start] = (count + 1, run.start() + start, state)


def dates(document: Document) -> Document:
    """Read all dates of a document (`whens`) and find the article's own (`published`).

    Every block but boilerplate and front matter is read; the dates of notes and reference entries stand in `whens` too
    but are never in force for other text.
    """
    published = published_of(document)
    told = published.value if published and published.value else None
    zone = document.article.zone or "Asia/Tokyo"
    reading = _Reading(document, parse_moment(told) if told else None, bool(told and "T" in told), zone)
    whens = [
        one
        for sentence in document.sentences
        if sentence.kind not in ("boilerplate", "meta")
        for one in _read_sentence(reading, sentence)
    ]
    return replace(document, whens=tuple(sorted(whens, key=lambda one: one.start)), published=published)


def _read_sentence(reading: _Reading, sentence: Sentence) -> Iterator[When]:
    text = reading.document.article.text[sentence.start : sentence.end]
    force = reading.force(sentence.section)
    if sentence.kind in HEADINGS and (match := _ZONE_WORD.search(text)) and zones()[match[0]] != "local":
        force.zone = zones()[match[0]]
    found = read(text, sentence.start)[0]
    inside: list[State] = []
    main: list[State] = []
    told: list[tuple[When, State | None]] = []
    for at, expression in enumerate(found):
        event = _event_before(reading, sentence, expression, told)
        limit = found[at + 1].start if at + 1 < len(found) else sentence.end
        tail = reading.document.article.text[expression.end : max(limit, min(expression.end + 40, sentence.end))]
        anchor = _anchor(reading, force, sentence, expression, inside, tail, event[1] if event else None)
        one = when(replace(expression, start=event[0]) if event else expression, anchor, force.zone)
        told.append((one.when, one.first if one.first and datable(one) else None))
        if one.first and datable(one):
            inside.append(one.first)
            if not _aside(reading, sentence, expression):
                main.append(one.first)
            if sentence.kind not in _SILENT and any(atom.kind in ("month", "date") for atom in expression.atoms):
                force.frame = one.first
    yield from (one for one, _ in told)
    yield from _from_events(reading, force, sentence, text, told)
    yield from _posts(reading.document, sentence)
    if sentence.kind not in _SILENT:
        reading.note_events(text, sentence.start, told)
    _put_in_force(reading, force, sentence, text, found, main or ([] if force.day else inside))


def _from_events(
    reading: _Reading, force: _Force, sentence: Sentence, text: str, told: list[tuple[When, State | None]]
) -> Iterator[When]:
    """The expressions of a sentence that count from an event or from what was told last, where that has a day."""
    if sentence.kind in _SILENT | HEADINGS:
        return
    ends = [one.end for one, _ in told]
    for mark in marks(text):
        start, end = sentence.start + mark.start, sentence.start + mark.end
        at = bisect_right(ends, start)
        if at < len(told) and told[at][0].start < end:
            continue
        before = next((state for _, state in reversed(told[max(0, at - _LOOK_BACK) : at]) if state), None)
        state = None
        if mark.event:
            state = _told_here(reading.document, sentence, mark.event, start, told) or reading.event(mark.event)
        state = state or before or force.day or force.date or reading.day
        if mark.bound == "now":
            state = State(reading.reference, reading.reference, reading.reference + DAY, "day") if reading.reference else None
        if state:
            yield _bounded(mark._replace(start=start, end=end), state, force.zone)


def _bounded(mark: Mark, state: State, zone: str | None) -> When:
    grain: Grain = "day" if state.grain in DAYS else state.grain if state.grain in ("year", "month") else "day"
    value = write(state.start, grain)
    open_start = mark.bound != "at"
    return When(
        start=mark.start, end=mark.end, value=f"../{value}" if open_start else value, grain=grain, basis="event",
        earliest=None if open_start else instant(state.start, zone), latest=instant(state.end, zone),
    )  # fmt: skip


def _put_in_force(
    reading: _Reading, force: _Force, sentence: Sentence, text: str, found: tuple[Expression, ...], inside: list[State]
) -> None:
    """Let the dates of a sentence stand for what follows it."""
    if sentence.kind in _SILENT or not inside:
        return
    force.date, force.basis = inside[-1], "context"
    if sentence.kind == "heading" and inside[0].fixed == "day" and _ADDITION.search(text):
        force.reference = inside[0].start
    days = [state for state in inside if state.fixed in ("day", "part", "clock") and not _ahead(state, force.reference)]
    if days:
        force.day = days[0]
        reading.day = reading.day if sentence.kind == "quote" else days[0]
        if sentence.kind in HEADINGS or (
            sentence.kind == "entry" and found[0].start - sentence.start < _LEAD and days[0] is inside[0]
        ):
            force.entry = days[0]
    if sentence.kind in HEADINGS:
        force.basis = "heading"
        if sentence.kind == "heading" and (found[0].end - found[0].start) * 2 >= sentence.end - sentence.start:
            force.year = next((state for state in inside if state.fixed == "year" and state.basis == "absolute"), force.year)


def _aside(reading: _Reading, sentence: Sentence, expression: Expression) -> bool:
    """Whether a date leads nowhere: it is in a quotation, or only steps back (前日, 前日の3日)."""
    head = expression.atoms[0]
    back = head.kind in ("same", "offset") and (head.values[0] or 0) < 0
    back = back or bool(
        _STEP_BACK.search(reading.document.article.text, max(sentence.start, expression.start - 4), expression.start)
    )
    return sentence.kind != "quote" and (back or _quoted(reading.document, sentence, expression))


def _ahead(state: State, reference: datetime | None) -> bool:
    return reference is not None and state.start > reference + timedelta(days=2)


_LEAD = 4
"""Within so many characters of its begin a date is the label of a list entry."""
_DAY_GRAINS = ("day", "month", "part", "hour", "minute", "second")


def _anchor(
    reading: _Reading,
    force: _Force,
    sentence: Sentence,
    expression: Expression,
    inside: list[State],
    tail: str,
    event: State | None,
) -> Anchor:
    """What an expression of a sentence is read against: the nearest source that fits what it asks for."""
    last = inside[-1] if inside else None
    days = [state for state in inside[-_LOOK_BACK:] if state.fixed in ("day", "part", "clock")]
    context, basis = (event, "event") if event else _context(reading, force, sentence, expression, last, days)
    reference = force.reference
    spoken = days[-1] if days else force.day or (reading.day if sentence.kind == "quote" else None)
    if spoken and expression.atoms[0].kind == "shift" and _quoted(reading.document, sentence, expression):
        reference = spoken.start  # 「明日」 counts from the day it was said
    near = last if last and last.grain in _DAY_GRAINS else None
    if last is None:
        near = next((one for one in (force.date, force.day, reading.day) if one and _near(one, reading.reference)), None)
    frame = force.frame if force.frame and _near(force.frame, reading.reference) else None
    return Anchor(
        reference=reference,
        exact=reading.exact and reference is reading.reference,
        context=context.start if context else reading.reference,
        fine=context.grain if context else "day",
        year=last.start if last and last.basis == "absolute" else force.year.start if force.year and not last else None,
        near=near.start if near else None,
        close=last is not None,
        frame=frame.start if frame else None,
        bias=bias_of(tail),
        half=last.half if last else "",
        context_basis=basis if context else "article",
    )


def _context(
    reading: _Reading, force: _Force, sentence: Sentence, expression: Expression, last: State | None, days: list[State]
) -> tuple[State | None, str]:
    """What anaphors and bare clock times of a sentence count from, and where that is from."""
    head = expression.atoms[0]
    clock = head.kind in ("clock", "part")
    if clock and sentence.kind == "entry" and expression.start - sentence.start < _LEAD:
        return force.entry or force.day or reading.day, "heading"
    if clock and sentence.kind in HEADINGS:
        return reading.day or force.day, "context"
    if head.unit == "echo" and expression.atoms[1:] and expression.atoms[1].kind == "day" and (last or force.date):
        return last or force.date, "context" if last else force.basis
    if clock or head.unit in ("day", "next", "echo", "hour", "minute", "second"):
        if days:
            return days[-1], "context"
        return force.day or reading.day, force.basis if force.day else "context"
    return last or force.date or reading.day, "context" if last else force.basis


def _quoted(document: Document, sentence: Sentence, expression: Expression) -> bool:
    text, span = document.article.text, (max(sentence.start, expression.start - _QUOTE), expression.start)
    return sentence.kind == "quote" or text.rfind("「", *span) > text.rfind("」", *span)


def _near(state: State, reference: datetime | None) -> bool:
    """Whether a bare day can be near to a date: a day or month that is no background, more than a year from the article's."""
    return state.grain in _DAY_GRAINS and (reference is None or abs((state.start - reference).days) <= 400)


def _names(word: str) -> list[str]:
    """What an event word may have been told as: itself, its last characters (取締役解任: 解任)."""
    return [word, *(word[-length:] for length in (4, 3, 2) if len(word) > length)]


def _told_here(
    document: Document, sentence: Sentence, word: str, end: int, told: list[tuple[When, State | None]]
) -> State | None:
    """The date that the sentence itself tells an event with, before it counts from it at `end`."""
    begin = max(sentence.start, end - _QUOTE)
    earlier = document.article.text[begin : end - len(word)]
    for name in _names(word):
        if (at := earlier.find(name)) >= 0:
            return next((state for one, state in reversed(told[-_LOOK_BACK:]) if state and one.end <= begin + at), None)
    return None


def _event_before(
    reading: _Reading, sentence: Sentence, expression: Expression, told: list[tuple[When, State | None]]
) -> tuple[int, State] | None:
    """The event that the expression counts from (解任の翌日, 発表から3日後): where its words begin, and its date."""
    head = expression.atoms[0]
    if head.kind not in ("same", "offset") or (head.kind == "same" and head.unit in ("next", "echo")):
        return None
    before = reading.document.article.text[max(sentence.start, expression.start - 20) : expression.start]
    match = _EVENT.search(before)
    if not match and head.kind == "same" and head.unit == "day":
        match = re.search("([一-龠々]{2,6})$", before)
    if not match:
        return None
    place = expression.start - len(before) + match.start()
    state = _told_here(reading.document, sentence, match[1], place, told) or reading.event(match[1])
    if state is None and head.kind == "offset" and is_event(match[1]):
        day = (
            next((one for _, one in reversed(told[-_LOOK_BACK:]) if one), None)
            or reading.force(sentence.section).day
            or reading.day
        )
        state = replace(day, grain="day", fixed="day", clock=False) if day else None
    return (expression.start - len(before) + match.start(), state) if state else None


def _posts(document: Document, sentence: Sentence) -> Iterator[When]:
    """The instants of the posts that a sentence links to, in the article's zone."""
    text = document.article.text[sentence.start : sentence.end]
    zone = document.article.zone or "Asia/Tokyo"
    for match in _STATUS.finditer(text):
        if moment := post_instant(match[0]):
            second = moment.replace(microsecond=0)
            yield When(
                start=sentence.start + match.start(), end=sentence.start + match.end(), kind="time", grain="second", zone=zone,
                value=second.astimezone(zone_info(zone)).strftime("%Y-%m-%dT%H:%M:%S"), basis="post",
                earliest=f"{second:%Y-%m-%dT%H:%M:%SZ}", latest=f"{second + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}",
            )  # fmt: skip


# --- the date in force at a place ---------------------------------------------------------------------------------


def context_date(document: Document, position: int, *, own: bool = True) -> tuple[When, DateFrom] | None:
    """The date in force at a position of the text, and where it is from; the nearest source wins.

    In this order: the sentence (the last date before the position, else the first behind it; skipped if not `own`), the
    sentences before in the section (their last day that is not ahead of the article, else their last coarser date), the
    heading over it and the headings over that, the article. None where nothing is dated.
    """
    usable = [one for one in document.whens if one.value and one.kind in ("date", "time") and one.basis not in ("none", "post")]
    sentence = next((one for one in document.sentences if one.start <= position < one.end), None)
    if sentence is None:
        return (document.published, "document") if document.published else None
    here = [one for one in usable if sentence.start <= one.start < sentence.end]
    if here and own:
        before = [one for one in here if one.end <= position]
        return (before[-1] if before else here[0]), "sentence"
    if earlier := _before(document, sentence, usable):
        return earlier, "context"
    at: int | None = sentence.section
    while at is not None and document.sections:
        heading = document.sections[at].heading
        under = [one for one in usable if heading and heading.start <= one.start < heading.end]
        if under:
            return under[0], "heading"
        at = document.sections[at].parent
    return (document.published, "document") if document.published else None


def _before(document: Document, sentence: Sentence, usable: list[When]) -> When | None:
    """The date that the sentences before in the section leave in force: of the nearest dated one its first day, else date."""
    published = (document.published.value or "9999")[:10] if document.published else "9999"
    coarse: When | None = None
    for other in reversed(document.sentences):
        if (
            other.end > sentence.start
            or other.section != sentence.section
            or other.kind in _SILENT | HEADINGS | {"embed", "caption"}
        ):
            continue
        told = [one for one in usable if other.start <= one.start < other.end]
        day = next(
            (one for one in told if one.grain in DAYS and ".." not in (one.value or "") and (one.value or "")[:10] <= published),
            None,
        )
        if day:
            return day
        coarse = coarse or (told[0] if told else None)
    return coarse
