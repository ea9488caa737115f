"""Date expressions of a text, resolved: from characters to `When`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from keii.dates.anchors import Anchor, Bias, State, span_value, value_of
from keii.dates.atoms import Atom
from keii.dates.calendars import Unresolvable
from keii.dates.expressions import Expression, expressions
from keii.dates.resolve import resolve
from keii.dates.unanchored import partial, recurrence, write_length
from keii.model import KeiiError, When
from keii.text import Folded, fold

_ODD = re.compile("[‐‑‒–—―−﹣〜∼˜\u200b-\u200f\u2060\ufeff\u00ad\ufe0e\ufe0f\u202a-\u202e]")
_FUTURE = re.compile(
    r"予定|見通し|見込(?!まれていた)|方針|計画|つもり|(?:しよう|ましょう|たい)|だろう|でしょう|期限|まで(?:に)?(?:は)?[^。]{0,12}(?:する|なければ)|これから|今後|控え"
    r"|(?:[うくすつぬむるぐぶ])(?:[。」』)]|と(?:発表|表明|述べ|して|した|い)|こと(?:を|が|に)(?:発表|決|明ら|分か|わか|な))|ます(?:[。」』)]|$)|[一-龠]へ(?:[。」』)]|$)"
)
_PAST = re.compile(r"(?:[っいしたきれえげべめせけてちじみりび]た|[んい]だ|なった|った)(?![いくらちりめ])|ました|だった|でした")


class Reading(NamedTuple):
    """One expression read: its `When`, the expression (offsets in the text as it stands) and the states behind it."""

    when: When
    expression: Expression
    first: State | None
    last: State | None


def parse_moment(value: str) -> datetime:
    """The local moment of an ISO 8601 date or datetime (`2023`, `2023-11`, `2023-11-20T09:00+09:00`).

    Raises KeiiError if it is neither.
    """
    match = re.fullmatch(
        r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[T ](\d{2})(?::(\d{2})(?::(\d{2}))?)?(?:\.\d+)?)?[ ]?(?:Z|[+-]\d{2}:?\d{2})?",
        value.strip(),
    )
    try:
        if not match:
            raise ValueError
        year, month, day, hour, minute, second = (int(part) if part else None for part in match.groups())
        return datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, second or 0)
    except ValueError as error:
        raise KeiiError(f"not an ISO 8601 date or datetime: {value!r}") from error


@cache
def zone_info(name: str) -> tzinfo:
    """The zone of an IANA name or an offset (`+09:00`); raises KeiiError for another."""
    try:
        if match := re.fullmatch(r"([+±-])(\d{2}):?(\d{2})", name):
            offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
            return timezone(-offset if match[1] == "-" else offset)
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise KeiiError(f"unknown time zone: {name!r}") from error


@lru_cache(maxsize=4096)
def instant(moment: datetime, zone: str | None) -> str | None:
    """The UTC instant of a local moment, None outside the years 1 to 9999."""
    try:
        return moment.replace(tzinfo=zone_info(zone or "Asia/Tokyo")).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20)
    except (OverflowError, ValueError):
        return None


def bias_of(tail: str) -> Bias | None:
    """Which way the words behind a date point, to the end of its sentence: `future` (予定), `past` (〜した) or neither."""
    tail = re.split("[。\n]", tail, maxsplit=1)[0] + "。"
    ahead, past = _FUTURE.search(tail), _PAST.search(tail)
    if ahead and (not past or ahead.start() < past.start()):
        return "future"
    return "past" if past else None


def read(text: str, offset: int = 0) -> tuple[tuple[Expression, ...], str]:
    """The expressions of a text, their atoms and spans in the text's own offsets (plus `offset`), and the folded text."""
    if unicodedata.is_normalized("NFKC", text) and not _ODD.search(text):
        found = tuple(expressions(text))
        if offset:
            found = tuple(_moved(expression, lambda start, end: (start + offset, end + offset)) for expression in found)
        return found, text
    folded: Folded = fold(text, offset)
    return tuple(_moved(expression, folded.span) for expression in expressions(folded.text)), folded.text


def _moved(expression: Expression, span: object) -> Expression:
    assert callable(span)

    def move(atom: Atom) -> Atom:
        start, end = span(atom.start, atom.end)
        return replace(atom, start=start, end=end)

    start, end = span(expression.start, expression.end)
    return replace(
        expression, start=start, end=end, atoms=tuple(map(move, expression.atoms)), until=tuple(map(move, expression.until))
    )


def _made(
    expression: Expression,
    value: str | None,
    grain: str,
    kind: str = "date",
    zone: str | None = None,
    basis: str = "absolute",
    suspect: str | None = None,
    earliest: str | None = None,
    latest: str | None = None,
) -> When:
    return When(
        start=expression.start, end=expression.end, value=value, grain=grain, kind=kind, zone=zone,  # type: ignore[arg-type]
        earliest=earliest, latest=latest, basis=basis, suspect=suspect,
    )  # fmt: skip


def when(expression: Expression, anchor: Anchor, zone: str | None) -> Reading:
    """Read one expression against its anchor; `zone` is what it is told in if it names none."""
    head = expression.atoms[0]
    own = None if expression.zone == "local" else expression.zone
    if head.kind in ("duration", "set"):
        grain = (
            head.unit
            if head.unit in ("year", "month", "week", "day", "hour", "minute", "second", "quarter", "season", "weekend", "part")
            else "day"
        )
        kind = "set" if head.kind == "set" else "duration"
        value = recurrence(expression) if kind == "set" else write_length(head)
        return Reading(_made(expression, value, grain, kind, own), expression, None, None)
    if anchor.reference is None and anchor.context is None and not _absolute(expression):
        return Reading(_made(expression, *partial(expression), own, "none"), expression, None, None)
    try:
        first, last = resolve(expression, anchor)
    except Unresolvable:
        return Reading(_made(expression, None, "day", zone=own, basis="none", suspect="no such date"), expression, None, None)
    value = span_value(first, last) if last else value_of(first)
    low, high = first.start, (last or first).end
    if expression.relation == "since":
        value, earliest, latest = f"{value.split('/')[0]}/..", instant(low, own or zone), None
    elif expression.relation == "until":
        value, earliest, latest = f"../{value.split('/')[-1]}", None, instant(high, own or zone)
    else:
        earliest, latest = instant(low, own or zone), instant(high, own or zone)
    suspect = first.suspect or (last.suspect if last else None)
    if first.start == datetime.min:
        earliest = latest = None
    fine = (last or first).grain
    kind = "time" if first.clock or fine in ("hour", "minute", "second") else "date"
    made = _made(expression, value, fine, kind, own, first.basis, suspect, earliest, latest)
    return Reading(made, expression, first, last)


def _absolute(expression: Expression) -> bool:
    for atoms in (expression.atoms, expression.until):
        if atoms and (atoms[0].kind in ("year", "bc", "century", "decade")):
            return True
        if atoms and atoms[0].kind == "date" and atoms[0].values[0] is not None:
            return True
        if atoms and atoms[0].kind == "pair" and atoms[0].unit == "year":
            return True
    return False


def find_dates(text: str, reference: str | None = None, zone: str | None = None, *, bias: Bias | None = None) -> tuple[When, ...]:
    """Find every date or time expression of a text and resolve it against a reference date.

    `reference` is an ISO 8601 date or datetime (without it only what is told in full is resolved; the rest is written with
    unspecified digits, `XXXX-11-17`). `zone` is the IANA zone of the telling. `bias` says whether a bare day, weekday or
    month looks back or ahead; without it the words of the clause do (予定, 〜する), and else it looks back.

    >>> [(when.value, when.grain) for when in find_dates("来月5日の午後3時半から", "2023-11-20")]
    [('2023-12-05T15:30/..', 'minute')]
    """
    moment = parse_moment(reference) if reference else None
    exact = bool(reference and ("T" in reference or ":" in reference))
    force: State | None = None
    end = 0
    whens = []
    found = read(text)[0]
    for at, expression in enumerate(found):
        limit = found[at + 1].start if at + 1 < len(found) else len(text)
        tail = text[expression.end : max(limit, expression.end + 40)]
        same_sentence = force is not None and not re.search("[。\n]", text[end : expression.start])
        anchor = Anchor(
            reference=moment,
            exact=exact,
            context=force.start if force else moment,
            fine=force.grain if force else "second" if exact else "day",
            year=force.start if force and force.basis == "absolute" and same_sentence else None,
            near=force.start if force and same_sentence and force.grain in ("day", "month", "part", "hour", "minute") else None,
            close=True,
            bias=bias or bias_of(tail),
            strict=bias is not None,
            half=force.half if force and same_sentence else "",
            context_basis="context" if force else "article",
        )
        reading = when(expression, anchor, zone)
        whens.append(reading.when)
        if datable(reading):
            force, end = reading.first, expression.end
    return tuple(whens)


def datable(reading: Reading) -> bool:
    """Whether a reading puts a date in force for what follows."""
    told = reading.first
    return bool(
        told
        and reading.when.kind in ("date", "time")
        and reading.when.value
        and told.start != datetime.min
        and told.grain not in ("century", "decade")
    )
