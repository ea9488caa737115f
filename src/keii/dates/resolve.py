"""Expressions -> what they say: a small algebra of narrowing steps over an anchor."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Literal

from keii.dates.expressions import Expression
from keii.dates.atoms import Atom, Part, outside_era, parts, words
from keii.model import Grain

Bias = Literal["past", "future"]

_WEEKDAYS = "月火水木金土日"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Anchor:
    """What an expression is read against.

    `reference` is the article's moment (`exact` if its time of day is told), `context` the moment in force where the
    expression stands (for 同日, 翌日, a bare clock time), `fine` its grain; `year` the date just told with its year, for
    dates told without; `near` the date in force, which bare days and months are near to (`close` if it stands in the same
    sentence). `bias` is where bare dates look, always if `strict`, else where the words of the clause point.
    """

    reference: datetime | None = None
    exact: bool = False
    context: datetime | None = None
    fine: str = "day"
    year: datetime | None = None
    near: datetime | None = None
    close: bool = False
    bias: Bias | None = None
    strict: bool = False
    half: str = ""
    basis: str = "article"
    context_basis: str = "context"


@dataclass(frozen=True, slots=True)
class State:
    """How far an expression has been read: the interval `start`..`end` (local, half open) at a grain.

    `moment` is the anchor carried along (one year ago at this hour); `fixed` is the unit told or implied so far.
    `value` overrides what the interval would be written as.
    """

    moment: datetime
    start: datetime
    end: datetime
    grain: Grain
    fixed: str = ""
    value: str | None = None
    basis: str = "absolute"
    half: str = ""
    suspect: str | None = None
    clock: bool = False


class Unresolvable(Exception):
    """The expression names no time that exists."""


# --- intervals of the calendar ------------------------------------------------------------------------------------


def _months(moment: datetime, n: int) -> datetime:
    index = moment.year * 12 + moment.month - 1 + n
    year, month = divmod(index, 12)
    if not 1 <= year <= 9998:
        raise Unresolvable
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))


def shift(moment: datetime, n: float, unit: str) -> datetime:
    """A moment moved by n units; month ends are kept inside their month, halves are days or hours."""
    whole = int(n)
    rest = n - whole
    try:
        if unit in ("year", "fiscal"):
            return _months(moment, 12 * whole + round(rest * 12))
        if unit in ("decade", "century"):
            return _months(moment, (120 if unit == "decade" else 1200) * whole)
        if unit == "quarter":
            return _months(moment, 3 * whole)
        if unit == "month":
            return _months(moment, whole) + timedelta(days=round(rest * 30))
        if unit == "workday":
            return _workdays(moment, whole)
        days = {"week": 7.0, "weekend": 7.0, "day": 1.0, "half": 0.5}.get(unit)
        return moment + (
            timedelta(days=n * days) if days else timedelta(seconds=n * {"hour": 3600, "minute": 60, "second": 1}[unit])
        )
    except (OverflowError, ValueError) as error:
        raise Unresolvable from error


def _workdays(moment: datetime, n: int) -> datetime:
    step = _DAY if n >= 0 else -_DAY
    left = min(abs(n), 5000)
    while left:
        moment += step
        left -= moment.weekday() < 5
    return moment


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def floor(moment: datetime, unit: str) -> tuple[datetime, datetime]:
    """The calendar unit a moment lies in; weeks begin on Monday, fiscal years in April."""
    day = _midnight(moment)
    if unit in ("year", "decade", "century", "fiscal"):
        if unit == "fiscal":
            start = day.replace(year=day.year - (day.month < 4), month=4, day=1)
        elif unit == "century":
            start = day.replace(year=max(1, (day.year - 1) // 100 * 100 + 1), month=1, day=1)
        else:
            start = day.replace(year=day.year if unit == "year" else max(1, day.year // 10 * 10), month=1, day=1)
        return start, shift(start, 1, unit)
    if unit in ("month", "quarter"):
        start = day.replace(month=day.month if unit == "month" else (day.month - 1) // 3 * 3 + 1, day=1)
        return start, shift(start, 1, unit)
    if unit in ("week", "weekend"):
        start = day - day.weekday() * _DAY if day.toordinal() > 7 else day
        return (start, start + 7 * _DAY) if unit == "week" else (start + 5 * _DAY, start + 7 * _DAY)
    if unit in ("hour", "minute", "second"):
        start = moment.replace(
            microsecond=0, second=moment.second if unit == "second" else 0, minute=0 if unit == "hour" else moment.minute
        )
        return start, start + timedelta(seconds={"hour": 3600, "minute": 60, "second": 1}[unit])
    return day, day + _DAY


@cache
def _law(year: int) -> dict[str, date]:
    import jpholiday

    return {name.split(" ")[0]: day for day, name in jpholiday.year_holidays(year) if "振替" not in name}


def nth_weekday(start: datetime, end: datetime, weekday: int, n: int) -> datetime:
    """The nth weekday (1 Monday … 7 Sunday) of an interval, the last for n = -1."""
    if n == -1:
        day = end - _DAY
        return day - ((day.weekday() - weekday + 1) % 7) * _DAY
    day = start + ((weekday - 1 - start.weekday()) % 7 + 7 * (n - 1)) * _DAY
    if not start <= day < end:
        raise Unresolvable
    return day


_AHEAD: dict[Bias | None, float] = {"past": 6.0, None: 3.0, "future": 0.9}
_AHEAD_DAY: dict[Bias | None, float] = {"past": 12.0, None: 3.0, "future": 0.7}
"""How many days back a day ahead is worth, for dates without a year and for bare days."""
_OTHER_YEAR = 150.0
"""What it costs to leave the calendar year of the article: 来年3月 is what a news text says then."""
_STORY_AHEAD, _STORY_BACK = 0.7, 1.5
"""The same where the date in force is what it counts from: a story goes forward."""
_NEWS_LATER = {True: 15.0, False: 3.0}
"""What it costs to leave the date in force (of the same sentence, or an earlier one) for the article's."""


def pick(
    options: list[tuple[datetime, datetime]], moment: datetime, anchor: Anchor, ahead: dict[Bias | None, float]
) -> tuple[datetime, datetime]:
    """Of several readings of a bare date the one meant.

    A strict bias takes the latest that has begun or the first that has not ended. Else the cheapest by distance in days,
    from the article's date (a day ahead costs `ahead`: news tells the past, plans the future) or from the date in force.
    """
    day = _midnight(moment)
    if anchor.strict and anchor.bias == "future":
        return next((option for option in options if option[1] > day), options[-1])
    if anchor.strict:
        return next((option for option in reversed(options) if option[0] <= day), options[0])

    def cost(option: tuple[datetime, datetime]) -> float:
        own = _distance(option, day, ahead[anchor.bias], 1.0) + (
            _OTHER_YEAR if ahead is _AHEAD and option[0].year != day.year else 0.0
        )
        if anchor.near is None:
            return own
        late = 20.0 if anchor.bias != "future" and anchor.reference and option[0] > anchor.reference + _DAY else 0.0
        return min(_distance(option, _midnight(anchor.near), _STORY_AHEAD, _STORY_BACK) + late, own + _NEWS_LATER[anchor.close])

    return min(options, key=cost)


def _distance(option: tuple[datetime, datetime], day: datetime, ahead: float, back: float) -> float:
    if option[0] > day:
        return (option[0] - day).days * ahead
    return max(0, (day - option[1]).days + 1) * back


# --- steps: one a kind of atom ------------------------------------------------------------------------------------


def _at(state: State, start: datetime, end: datetime, grain: Grain, fixed: str, **more: object) -> State:
    moment = (
        start.replace(hour=state.moment.hour, minute=state.moment.minute, second=state.moment.second)
        if grain not in ("hour", "minute", "second")
        else start
    )
    return replace(state, start=start, end=end, grain=grain, fixed=fixed, moment=moment, value=None, **more)  # type: ignore[arg-type]


def _year(state: State, atom: Atom, anchor: Anchor) -> State:
    n = atom.values[0] or 0
    if not 1 <= n <= 9998:
        raise Unresolvable
    if state.fixed == "year":  # 2023年(令和5年): told twice
        return state if state.start.year == n else replace(state, suspect=f"{state.start.year} is not {n}")
    start = datetime(n, 4 if atom.unit == "fiscal" else 1, 1)
    state = _at(state, start, shift(start, 1, "year"), "year", "year")
    return replace(state, value=f"{n:04d}" if atom.unit == "fiscal" else None)


def _before_christ(state: State, atom: Atom, anchor: Anchor) -> State:
    n = atom.values[0] or 0
    value = f"-{n - 1:04d}" if atom.unit == "year" else f"-{n * 100 - 1:04d}/-{(n - 1) * 100:04d}"
    return replace(
        state, value=value, grain="year" if atom.unit == "year" else "century", fixed="year", start=datetime.min, end=datetime.min
    )


def _century(state: State, atom: Atom, anchor: Anchor) -> State:
    start = datetime((atom.values[0] or 1) * 100 - 99, 1, 1)
    return _at(state, start, shift(start, 100, "year"), "century", "century")


def _decade(state: State, atom: Atom, anchor: Anchor) -> State:
    n = atom.values[0] or 0
    if n < 100:
        n += (
            state.start.year // 100
            if state.fixed == "century"
            else 19
            if n >= 30 or not anchor.reference
            else anchor.reference.year // 100
        ) * 100
    start = datetime(max(n, 1), 1, 1)
    return _at(state, start, shift(start, 10, "year"), "decade", "decade")


def _month(state: State, atom: Atom, anchor: Anchor) -> State:
    month = atom.values[0] or 1
    if state.fixed in ("year", "half", "season", "quarter"):
        start = state.start.replace(month=month, day=1)
        if start < state.start:
            start = start.replace(year=start.year + 1)
        return _at(state, start, shift(start, 1, "month"), "month", "month")
    return _choose(state, anchor, [(y, month, None) for y in (-1, 0, 1)])


def _choose(state: State, anchor: Anchor, options: list[tuple[int, int, int | None]]) -> State:
    """Choose the year of a month, or of a month and day."""
    near = anchor.year or state.moment
    found: list[tuple[datetime, datetime]] = []
    for shift_by, month, day in options:
        year = near.year + shift_by
        if not 1 <= year <= 9998 or (day and day > calendar.monthrange(year, month)[1]):
            continue
        start = datetime(year, month, day or 1)
        found.append((start, start + _DAY if day else shift(start, 1, "month")))
    if not found:
        raise Unresolvable
    fresh = anchor.reference and [option for option in found if timedelta() <= anchor.reference - option[0] < timedelta(days=8)]
    if anchor.year and not fresh:
        same = [option for option in found if option[0].year == near.year]
        start, end = same[0] if same else found[0]
        basis = anchor.context_basis
    else:
        start, end = pick(found, state.moment, anchor, _AHEAD)
        basis = anchor.basis
    return _at(state, start, end, "day" if options[0][2] else "month", "day" if options[0][2] else "month", basis=basis)


def _date(state: State, atom: Atom, anchor: Anchor) -> State:
    year, month, day, *clock = (*atom.values, None, None)[: max(3, len(atom.values))]
    assert month is not None
    if state.fixed == "day" and year is None:  # 金曜日6月15日
        return (
            state
            if (state.start.month, state.start.day) == (month, day)
            else _date(replace(state, fixed="", suspect=f"{state.start:%Y-%m-%d} is not {month}-{day}"), atom, anchor)
        )
    if year is None and state.fixed in ("year", "half", "season", "quarter"):
        year = state.start.year + (month < state.start.month)
    if year is not None and not 1 <= year <= 9998:
        raise Unresolvable
    if day is not None and day > (
        calendar.monthrange(year, month)[1] if year else 31 - (month in (4, 6, 9, 11)) - 2 * (month == 2)
    ):
        near = year or (anchor.year or state.moment).year
        start = datetime(near, month, 1)
        state = _at(state, start, shift(start, 1, "month"), "day", "day")
        return replace(
            state,
            value=f"{near:04d}-{month:02d}-{day:02d}",
            suspect=f"{month}月 has no day {day}",
            basis=anchor.basis if year is None else "absolute",
        )
    if year is None:
        return _choose(
            state,
            anchor,
            [(y, month, day) for y in (-4, -3, -2, -1, 0, 1, 2, 3, 4)]
            if (month, day) == (2, 29)
            else [(y, month, day) for y in (-1, 0, 1)],
        )
    start = datetime(year, month, day or 1)
    state = _at(
        state, start, start + _DAY if day else shift(start, 1, "month"), "day" if day else "month", "day" if day else "month"
    )
    state = replace(state, suspect=atom.suspect or state.suspect)
    if clock and clock[0] is not None:
        return _clock(state, replace(atom, kind="clock", values=tuple(clock)), anchor)
    return state


def _day(state: State, atom: Atom, anchor: Anchor) -> State:
    day = atom.values[0] or 1
    if state.fixed == "day":  # 翌日の18日: the number rules
        return (
            state
            if state.start.day == day
            else _day(replace(state, fixed=""), atom, replace(anchor, near=state.start, close=True))
        )
    if state.fixed == "next":  # 翌17日: the first 17th after the date in force
        months = [_months(state.start.replace(day=1), n) for n in (0, 1, 2)]
        found = _days_of(months, day)
        start = next((one for one in found if one > state.start), found[-1])
        return _at(state, start, start + _DAY, "day", "day")
    near = state.start if state.fixed == "month" else anchor.near if anchor.near and anchor.close else state.moment
    months = {_months(one.replace(day=1), n) for one in (state.moment, anchor.near or state.moment) for n in (-1, 0, 1, 2)}
    found = _days_of([near] if state.fixed == "month" else sorted(map(_midnight, months)), day)
    if not found:
        state = _at(state, *floor(near, "month"), "day", "day")
        return replace(state, value=f"{near.year:04d}-{near.month:02d}-{day:02d}", suspect=f"{near.month}月 has no day {day}")
    start = (
        found[0] if state.fixed == "month" else pick([(one, one + _DAY) for one in found], state.moment, anchor, _AHEAD_DAY)[0]
    )
    basis = state.basis if state.fixed else anchor.context_basis if anchor.near else anchor.basis
    return _at(state, start, start + _DAY, "day", "day", basis=basis)


def _days_of(months: list[datetime], day: int) -> list[datetime]:
    return [_midnight(one.replace(day=day)) for one in months if day <= calendar.monthrange(one.year, one.month)[1]]


def _weekday(state: State, atom: Atom, anchor: Anchor) -> State:
    if atom.values[0] is None:  # (祝)
        return state
    weekday, nth = atom.values[0], atom.values[1]
    if nth is not None and state.fixed in ("month", "year", "quarter", ""):
        start, end = (state.start, state.end) if state.fixed else floor(state.moment, "month")
        day = nth_weekday(start, end, weekday, nth)
        return _at(state, day, day + _DAY, "day", "day")
    if state.fixed == "day":
        if state.start.isoweekday() != weekday and not state.suspect:
            return replace(state, suspect=f"{state.start:%Y-%m-%d} is a {_WEEKDAYS[state.start.weekday()]}曜日")
        return state
    if state.fixed in ("week", "weekend"):
        monday = state.start - state.start.weekday() * _DAY
        day = monday + (weekday - 1) * _DAY
    else:
        today = _midnight(state.moment)
        if state.fixed in ("month", "year"):
            today = state.end - _DAY
        back = (today.isoweekday() - weekday) % 7
        day = today + ((7 - back) % 7) * _DAY if anchor.bias == "future" else today - back * _DAY
    return _at(state, day, day + _DAY, "day", "day", basis=state.basis if state.fixed else anchor.basis)


def _shift(state: State, atom: Atom, anchor: Anchor) -> State:
    n = atom.values[0] or 0
    if state.fixed in ("week", "month", "day") and atom.kind == "same" and n == 0:
        return state
    moment = shift(state.moment, n, atom.unit)
    grain: Grain = "year" if atom.unit == "fiscal" else atom.unit  # type: ignore[assignment]
    start, end = floor(moment, atom.unit)
    state = _at(replace(state, moment=moment), start, end, grain, "year" if atom.unit == "fiscal" else atom.unit)
    state = replace(state, moment=moment, basis=anchor.basis if atom.kind == "shift" else anchor.context_basis)
    if atom.unit == "fiscal":
        state = replace(state, value=f"{start.year:04d}")
    return _part(state, replace(atom, kind="part"), anchor) if atom.part else state


def _same(state: State, atom: Atom, anchor: Anchor) -> State:
    if atom.unit == "next":
        return replace(state, fixed="next", start=_midnight(state.moment), basis=anchor.context_basis)
    if atom.unit == "echo":
        return replace(state, basis=anchor.context_basis, fixed="", half=anchor.half)
    return _shift(state, atom, anchor)


def _season(state: State, atom: Atom, anchor: Anchor) -> State:
    first, last, years = atom.values
    assert first and last
    near = state.start if state.fixed == "year" else state.moment
    if state.fixed != "year" and years is None:
        options = [(datetime(near.year + y, first, 1), datetime(near.year + y, first, 28)) for y in (-1, 0, 1)]
        year = pick(options, near, anchor, _AHEAD)[0].year
    else:
        year = near.year + (years or 0)
    start = datetime(year, first, 1)
    return _at(state, start, shift(start, 3, "month"), "season", "season", basis=state.basis if state.fixed else anchor.basis)


def _quarter(state: State, atom: Atom, anchor: Anchor) -> State:
    start = state.start if state.fixed == "year" else floor(state.moment, "year")[0]
    start = shift(start, 3 * ((atom.values[0] or 1) - 1), "month")
    return _at(state, start, shift(start, 3, "month"), "quarter", "quarter", basis=state.basis if state.fixed else anchor.basis)


def _half(state: State, atom: Atom, anchor: Anchor) -> State:
    second = atom.values[0] == 2
    if not state.fixed:
        unit = atom.unit or "year"
        state = _at(state, *floor(state.moment, unit), unit, unit, basis=anchor.basis)  # type: ignore[arg-type]
    if state.fixed == "month":
        middle = state.start.replace(day=16)
    elif state.fixed in ("year",):
        middle = shift(state.start, 6, "month")
    else:
        years = (state.end.year - state.start.year) // 2
        middle = shift(state.start, years, "year")
    start, end = (middle, state.end) if second else (state.start, middle)
    grain: Grain = {"century": "century", "decade": "decade", "month": "tenday"}.get(state.fixed, "half")  # type: ignore[assignment]
    return _at(state, start, end, grain, "half")


def _tenday(state: State, atom: Atom, anchor: Anchor) -> State:
    start, end = (state.start, state.end) if state.fixed == "month" else floor(state.moment, "month")
    third = atom.values[0] or 1
    if state.fixed == "year":
        raise Unresolvable
    low = start.replace(day=1 + 10 * (third - 1))
    high = end if third == 3 else start.replace(day=1 + 10 * third)
    return _at(state, low, high, "tenday", "tenday", basis=state.basis if state.fixed else anchor.basis)


def _week(state: State, atom: Atom, anchor: Anchor) -> State:
    n = atom.values[0] or 1
    start, end = (state.start, state.end) if state.fixed else floor(state.moment, "month")
    if state.fixed == "year":  # weeks of the year are ISO weeks
        year = start.year
        last = date(year, 12, 28).isocalendar().week
        monday = datetime.fromisocalendar(year, last if n == -1 else min(n, last), 1)
    elif n == -1:
        day = end - _DAY
        monday = day - day.weekday() * _DAY
    else:
        monday = start - start.weekday() * _DAY + 7 * (n - 1) * _DAY
    return _at(state, monday, monday + 7 * _DAY, "week", "week")


def _edge(state: State, atom: Atom, anchor: Anchor) -> State:
    which = atom.values[0] or 1
    basis = state.basis if state.fixed else anchor.basis
    if atom.unit and state.fixed != atom.unit and not (atom.unit in ("year", "fiscal") and state.fixed == "year"):
        moment = state.moment
        if state.fixed == "" and atom.unit == "year" and which == 1 and moment.month > 6 and anchor.bias == "future":
            moment = shift(moment, 1, "year")
        start, end = floor(moment, atom.unit)
        state = _at(state, start, end, "day", atom.unit, basis=basis)
    if state.fixed == "year" or atom.unit in ("year", "fiscal"):
        if which == 4:
            start = shift(state.start, 11, "month")
            return replace(_at(state, start, shift(start, 2, "month"), "season", "season", basis=basis))
        months = {1: (0, 1), 2: (5, 7), 3: (11, 12)}[which]
        if atom.unit == "fiscal" or state.value:
            state = replace(state, start=state.start.replace(month=4), value=None)
        start, end = shift(state.start, months[0], "month"), shift(state.start, months[1], "month")
        if which == 1 and not atom.unit or which == 2:
            return replace(state, grain="year", moment=state.moment)
        return _at(state, start, end, "month", "month", basis=basis)
    if state.fixed == "month":
        return _at(state, state.start, state.end, "month", "edge", basis=basis)
    if state.fixed == "week":
        first, last = {1: (0, 3), 2: (1, 5), 3: (3, 7)}[which]
        return _at(state, state.start + first * _DAY, state.start + last * _DAY, "week", "edge", basis=basis)
    return replace(state, fixed=state.fixed)


def _holiday(state: State, atom: Atom, anchor: Anchor) -> State:
    span = words("span").get(atom.part)
    if span:
        first, last = (tuple(map(int, one.split("-"))) for one in span.split(" "))
        state = _date(state, replace(atom, kind="date", values=(None, *first)), anchor)
        return _at(state, state.start, state.start.replace(month=last[0], day=last[1]) + _DAY, "tenday", "day", basis=state.basis)
    years = [state.start.year] if state.fixed == "year" else [(anchor.year or state.moment).year + n for n in (-1, 0, 1)]
    if atom.part in words("law") and state.fixed != "year" and not anchor.year:
        years = [state.moment.year + n for n in (-2, -1, 0, 1, 2)]
    found = [day for year in years if (day := _holiday_of(year, atom.part))]
    if not found:
        raise Unresolvable
    if state.fixed == "day":
        return (
            state if state.start in found or not found else replace(state, suspect=f"{state.start:%Y-%m-%d} is not {atom.part}")
        )
    if len(years) == 1:
        day = found[0]
    elif anchor.year:
        day = next((one for one in found if one.year == anchor.year.year), found[0])
    else:
        day = pick([(one, one + _DAY) for one in found], state.moment, anchor, _AHEAD)[0]
    return _at(state, day, day + _DAY, "day", "day", basis=state.basis if state.fixed else anchor.basis)


def _holiday_of(year: int, name: str) -> datetime | None:
    if not 1 <= year <= 9998:
        return None
    if name in words("fixed"):
        month, day = words("fixed")[name].split("-")
        return datetime(year, int(month), int(day))
    if name in words("nth"):
        month_, weekday, n, *more = (int(one) for one in words("nth")[name].split(" "))
        start = datetime(year, month_, 1)
        return nth_weekday(start, shift(start, 1, "month"), weekday, n) + (more[0] if more else 0) * _DAY
    found = _law(year).get(words("law")[name]) if 1948 <= year <= 2100 else None
    return datetime(found.year, found.month, found.day) if found else None


_FINER = {"year": "month", "month": "day", "week": "day", "workday": "day", "day": "hour", "hour": "minute", "minute": "second"}


def _offset(state: State, atom: Atom, anchor: Anchor) -> State:
    sign = atom.values[0] or 1
    moment = state.start if state.clock else state.moment
    for n, unit in atom.amount:
        moment = shift(moment, sign * n, unit)
    unit = atom.unit
    if atom.amount[-1][0] != int(atom.amount[-1][0]):
        unit = _FINER.get(unit, unit)
    if unit in ("hour", "minute", "second"):
        told = "second" if moment.second else "minute" if moment.minute or unit == "minute" else unit
        unit = told if state.clock or anchor.exact or state.fixed else "day"
    elif unit in ("week", "workday"):
        unit = "day"
    start, end = floor(moment, unit)
    grain: Grain = unit  # type: ignore[assignment]
    basis = state.basis if state.fixed or state.basis != "absolute" else anchor.basis
    return replace(
        state,
        start=start,
        end=end,
        grain=grain,
        moment=moment,
        fixed=unit,
        value=None,
        basis=basis,
        clock=unit in ("hour", "minute", "second"),
    )


def _part(state: State, atom: Atom, anchor: Anchor) -> State:
    part = parts()[atom.part]
    day = _midnight(state.start if state.fixed in ("day", "part") else state.moment)
    if atom.part == "正午":
        return _at(state, day + timedelta(hours=12), day + timedelta(hours=13), "hour", "clock", half="noon", clock=True)
    start, end = day + timedelta(hours=part.start), day + timedelta(hours=part.end)
    basis = state.basis if state.fixed else anchor.context_basis
    state = _at(state, start, end, "part", "part", half=part.half, basis=basis)
    return replace(state, moment=day)


def read_hour(hour: int, half: str) -> int:
    """The hour of 24 (or broadcast time) that an hour told behind a part of the day means."""
    if half in ("pm", "noon") and hour < (12 if half == "pm" else 6):
        return hour + 12
    if half == "am" and hour == 12:
        return 0
    if half == "night":
        return hour + 12 if 5 <= hour <= 11 else 24 if hour == 12 else hour
    if half == "late":
        return hour + 12 if 8 <= hour <= 11 else 24 if hour == 12 else hour
    return hour


def _clock(state: State, atom: Atom, anchor: Anchor) -> State:
    hour, minute, second = (*atom.values, None, None)[:3]
    half = atom.part or state.half
    told = hour or 0
    hour = read_hour(told, half)
    back = timedelta(minutes=-minute) if minute is not None and minute < 0 else timedelta()
    day = _midnight(state.start if state.fixed == "day" else state.moment)
    start = day + timedelta(hours=hour, minutes=0 if back else minute or 0, seconds=second or 0) - back
    grain: Grain = "second" if second is not None else "minute" if minute is not None else "hour"
    end = start + timedelta(seconds={"second": 1, "minute": 60, "hour": 3600}[grain])
    basis = state.basis if state.fixed else anchor.context_basis
    suspect = state.suspect
    value = None
    if hour >= 24:
        value = (
            f"{day:%Y-%m-%d}T{hour:02d}"
            + (f":{minute:02d}" if minute is not None else "")
            + (f":{second:02d}" if second is not None else "")
        )
        if told > 24 or (told == 24 and minute):
            suspect = suspect or f"{told}時 is broadcast time: {start:%Y-%m-%dT%H:%M}"
    elif half == "am" and told > 12:
        suspect = suspect or f"{told}時 is not in the morning"
    return replace(
        _at(state, start, end, grain, "clock", basis=basis),
        value=value,
        suspect=suspect,
        clock=True,
        half=half or ("pm" if hour >= 12 else ""),
    )


def _pair(state: State, atom: Atom, anchor: Anchor) -> State:
    first, last = atom.values
    step = {"day": _day, "month": _month, "year": _year, "hour": _clock}[atom.unit]
    start = step(state, replace(atom, values=(first,)), anchor)
    far = step(
        replace(
            state,
            moment=start.moment,
            fixed="month" if atom.unit == "day" else state.fixed,
            start=floor(start.start, "month")[0] if atom.unit == "day" else state.start,
        ),
        replace(atom, values=(last,)),
        replace(anchor, bias="future", strict=True),
    )
    return replace(start, end=far.end, value=span_value(start, far))


def _now(state: State, atom: Atom, anchor: Anchor) -> State:
    return _at(state, state.moment, state.moment + timedelta(seconds=1), "second", "clock", basis=anchor.basis)


def _window(state: State, atom: Atom, anchor: Anchor) -> State:
    sign = atom.values[0] or 1
    moment = state.moment
    for n, unit in atom.amount:
        moment = shift(moment, sign * n, unit)
    low, high = sorted((state.moment, moment))
    clock = atom.unit in ("hour", "minute", "second") and anchor.exact
    grain: Grain = ("second" if low.second or high.second else "minute") if clock else "day"
    start, end = floor(low, grain)[0], floor(high, grain)[1]
    state = replace(state, start=start, end=end, grain=grain, fixed="window", basis=anchor.basis, clock=clock)
    return replace(state, value=f"{write(start, grain)}/{write(floor(high, grain)[0], grain)}" if low != high or clock else None)


def _to_date(state: State, atom: Atom, anchor: Anchor) -> State:
    start, (last, end) = floor(state.moment, atom.unit)[0], floor(state.moment, "day")
    return replace(
        _at(state, start, end, "day", "window", basis=anchor.basis), value=f"{write(start, 'day')}/{write(last, 'day')}"
    )


def _weekend(state: State, atom: Atom, anchor: Anchor) -> State:
    if state.fixed == "week":
        return _at(state, state.start + 5 * _DAY, state.start + 7 * _DAY, "weekend", "weekend")
    saturday, end = floor(state.moment, "weekend")
    if anchor.bias != "future" and saturday > state.moment:
        saturday, end = saturday - 7 * _DAY, end - 7 * _DAY
    return _at(state, saturday, end, "weekend", "weekend", basis=anchor.basis)


STEPS: dict[str, Callable[[State, Atom, Anchor], State]] = {
    "year": _year, "bc": _before_christ, "century": _century, "decade": _decade, "month": _month, "date": _date, "day": _day,
    "weekday": _weekday, "shift": _shift, "same": _same, "season": _season, "quarter": _quarter, "half": _half, "tenday": _tenday,
    "week": _week, "edge": _edge, "holiday": _holiday, "offset": _offset, "part": _part, "clock": _clock, "pair": _pair, "now": _now,
    "window": _window, "todate": _to_date, "weekend": _weekend,
}  # fmt: skip


# --- writing ------------------------------------------------------------------------------------------------------


def write(moment: datetime, grain: str) -> str:
    """A moment in ISO 8601 at a grain."""
    text = f"{moment.year:04d}-{moment:%m-%d}"
    if grain in ("year", "century", "decade"):
        return text[:4]
    if grain in ("month", "half", "quarter", "season"):
        return text[:7]
    if grain in ("hour", "minute", "second"):
        return f"{text}T{moment:%H:%M:%S}"[: {"hour": 13, "minute": 16, "second": 19}[grain]]
    return text


_LAST = {"century": ("year", 1), "decade": ("year", 1), "half": ("month", 1), "quarter": ("month", 1), "season": ("month", 1),
         "tenday": ("day", 1), "week": ("day", 1), "weekend": ("day", 1)}  # fmt: skip


def value_of(state: State) -> str:
    """What a state is written as: a date or time at its grain, a closed interval for spans that ISO 8601 has no name for."""
    if state.value is not None:
        return state.value
    if state.grain in _LAST:
        unit, n = _LAST[state.grain]
        return f"{write(state.start, unit)}/{write(shift(state.end, -n, unit), unit)}"
    return write(state.start, state.grain)


def span_value(first: State, last: State) -> str:
    """The closed interval from one state to another, each at its own grain."""
    low, high = value_of(first).split("/")[0], value_of(last).split("/")[-1]
    return low if low == high else f"{low}/{high}"


def start_state(anchor: Anchor, atom: Atom) -> State:
    """The state before the first atom: what that kind of atom is read against."""
    moment, basis, clock = anchor.reference or anchor.context or datetime(2000, 1, 1), "absolute", False
    later = atom.kind == "offset" and atom.values[0] == 1 and not atom.part and anchor.context_basis in ("context", "heading")
    if later and (anchor.bias != "future" or atom.unit in ("hour", "minute", "second")):
        later = atom.unit not in ("hour", "minute", "second") or anchor.fine in ("hour", "minute", "second")
    else:
        later = False
    anaphor = (
        later
        or atom.kind in ("same", "clock", "part")
        or (atom.kind == "offset" and (atom.part.startswith(("その", "それから")) or anchor.context_basis == "event"))
    )
    if anchor.context and anaphor:
        moment, basis, clock = (
            anchor.context,
            anchor.context_basis,
            atom.kind == "offset" and anchor.fine in ("hour", "minute", "second"),
        )
    day = _midnight(moment)
    if clock:
        return State(moment, moment, moment, "minute", "", None, basis, clock=True)
    return State(moment, day, day + _DAY, "day", "", None, basis)


def resolve(expression: Expression, anchor: Anchor) -> tuple[State, State | None]:
    """What an expression says: its state, and that of its far end where it is a range.

    Raises Unresolvable where it names no time (1979年のみどりの日).
    """
    if expression.until and expression.atoms[0].kind in ("month", "date", "day") and expression.until[0].kind == "year":
        last = run(expression.until, anchor)
        first = run(expression.atoms, replace(anchor, reference=last.start, year=None, near=None, bias="past", strict=True))
        return first, last
    first = run(expression.atoms, anchor)
    if not expression.until:
        return first, None
    if expression.until[0].kind == "duration":
        end = first.end if first.grain != "day" else first.start
        for n, unit in expression.until[0].amount:
            end = shift(end, n, unit)
        if expression.until[0].unit in ("hour", "minute", "second"):
            return first, _at(first, end, end + _DAY, "minute", "clock")
        return first, _at(first, *floor(end - _DAY if expression.until[0].unit == "day" else end, "day"), "day", "day")
    return first, _far_end(expression, first, anchor)


def _far_end(expression: Expression, first: State, anchor: Anchor) -> State:
    head = expression.until[0]
    near = first.start
    anchor = replace(anchor, context=near, year=None, near=None, half=first.half, context_basis=first.basis)
    if head.kind in ("clock", "part", "same"):
        last = run(expression.until, replace(anchor, reference=near))
        if head.kind == "clock" and last.start <= first.start:
            later = last.start + timedelta(hours=12)
            told = (head.values[0] or 0) <= 12 and not head.part
            if told and first.start < later and later.date() == first.start.date():
                return _at(last, later, last.end + timedelta(hours=12), last.grain, "clock")
            return _at(last, last.start + _DAY, last.end + _DAY, last.grain, "clock")
        if head.kind == "part" and last.end <= first.start:
            return _at(last, last.start + _DAY, last.end + _DAY, last.grain, "clock")
        return last
    if head.kind in ("month", "day", "weekday", "date", "pair", "edge", "season", "quarter"):
        if head.kind == "weekday" and first.grain == "day":
            ahead = (head.values[0] or 7) - first.start.isoweekday()
            day = first.start + (ahead % 7) * _DAY
            return run(expression.until, replace(anchor, reference=day, bias="past", strict=True))
        return run(expression.until, replace(anchor, reference=near, bias="future", strict=True))
    return run(expression.until, anchor)


def run(atoms: tuple[Atom, ...], anchor: Anchor) -> State:
    """Apply the steps of some atoms one after the other."""
    if (marked := _year_by_weekday(atoms, anchor)) is not None:
        return marked
    state = start_state(anchor, atoms[0])
    for at, atom in enumerate(atoms):
        if atom.kind not in STEPS:
            continue
        try:
            state = STEPS[atom.kind](state, atom, anchor)
        except (OverflowError, ValueError) as error:
            raise Unresolvable from error
        if atom.kind == "year" and atom.part and at + 1 < len(atoms):
            state = replace(state, suspect=_era_misfit(atom, atoms[at + 1]) or state.suspect)
    return state


def _year_by_weekday(atoms: tuple[Atom, ...], anchor: Anchor) -> State | None:
    """A yearless date with a weekday that fits the nearest past or next year only: that one; None where it decides nothing."""
    if (
        len(atoms) < 2
        or atoms[0].kind != "date"
        or atoms[0].values[0] is not None
        or atoms[1].kind != "weekday"
        or anchor.year
        or anchor.strict
    ):
        return None
    biases: tuple[Bias, Bias] = ("past", "future")
    try:
        states = [run(atoms[:1], replace(anchor, bias=bias, strict=True)) for bias in biases]
    except Unresolvable:
        return None
    if anchor.reference and abs((run(atoms[:1], anchor).start - anchor.reference).days) <= 60:
        return None
    fitting = [bias for bias, state in zip(biases, states, strict=True) if state.start.isoweekday() == atoms[1].values[0]]
    return run(atoms, replace(anchor, bias=fitting[0], strict=True)) if len(fitting) == 1 else None


def _era_misfit(era: Atom, follower: Atom) -> str | None:
    month = follower.values[1] if follower.kind == "date" else follower.values[0] if follower.kind == "month" else None
    day = follower.values[2] if follower.kind == "date" else None
    if month and outside_era(era.part, era.values[0] or 1, month, day):
        return f"{era.part} does not hold {era.values[0]}-{month:02d}" + (f"-{day:02d}" if day else "")
    return None


__all__ = ["Anchor", "Part", "State", "Unresolvable", "resolve", "value_of"]
