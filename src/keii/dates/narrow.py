"""The steps from years down to days: each narrows what has been read so far by one atom."""

from __future__ import annotations

import calendar
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from keii.dates.anchors import AHEAD, AHEAD_DAY, Anchor, State, at, pick, span_value
from keii.dates.atoms import Atom, words
from keii.dates.calendars import DAY, Unresolvable, add_months, floor, holiday_of, midnight, nth_weekday, shift
from keii.dates.clock import clock_time, part_of_day
from keii.model import Grain

_WEEKDAYS = "月火水木金土日"


def year(state: State, atom: Atom, anchor: Anchor) -> State:
    n = atom.values[0] or 0
    if not 1 <= n <= 9998:
        raise Unresolvable
    if state.fixed == "year":  # 2023年(令和5年): told twice
        return state if state.start.year == n else replace(state, suspect=f"{state.start.year} is not {n}")
    start = datetime(n, 4 if atom.unit == "fiscal" else 1, 1)
    state = at(state, start, shift(start, 1, "year"), "year", "year")
    return replace(state, value=f"{n:04d}" if atom.unit == "fiscal" else None, suspect=atom.suspect)


def before_christ(state: State, atom: Atom, anchor: Anchor) -> State:
    n = atom.values[0] or 0
    value = f"-{n - 1:04d}" if atom.unit == "year" else f"-{n * 100 - 1:04d}/-{(n - 1) * 100:04d}"
    return replace(
        state, value=value, grain="year" if atom.unit == "year" else "century", fixed="year", start=datetime.min, end=datetime.min
    )


def century(state: State, atom: Atom, anchor: Anchor) -> State:
    start = datetime((atom.values[0] or 1) * 100 - 99, 1, 1)
    return at(state, start, shift(start, 100, "year"), "century", "century")


def decade(state: State, atom: Atom, anchor: Anchor) -> State:
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
    return at(state, start, shift(start, 10, "year"), "decade", "decade")


def month(state: State, atom: Atom, anchor: Anchor) -> State:
    month = atom.values[0] or 1
    if state.fixed in ("year", "half", "season", "quarter"):
        start = state.start.replace(month=month, day=1)
        if start < state.start:
            start = start.replace(year=start.year + 1)
        return at(state, start, shift(start, 1, "month"), "month", "month")
    return _choose(state, anchor, [(y, month, None) for y in (-1, 0, 1)])


def _choose(state: State, anchor: Anchor, options: list[tuple[int, int, int | None]]) -> State:
    """Choose the year of a month, or of a month and day."""
    near = anchor.year or state.moment
    found: list[tuple[datetime, datetime]] = []
    for year, month, day in sorted({(one.year + by, month, day) for one in (near, state.moment) for by, month, day in options}):
        if not 1 <= year <= 9998 or (day and day > calendar.monthrange(year, month)[1]):
            continue
        start = datetime(year, month, day or 1)
        found.append((start, start + DAY if day else shift(start, 1, "month")))
    if not found:
        raise Unresolvable
    fresh = anchor.reference and [option for option in found if timedelta() <= anchor.reference - option[0] < timedelta(days=14)]
    if anchor.year and not fresh:
        same = [option for option in found if option[0].year == near.year]
        start, end = same[0] if same else found[0]
        basis = anchor.context_basis
    else:
        start, end = pick(found, state.moment, anchor, AHEAD)
        basis = anchor.basis
    return at(state, start, end, "day" if options[0][2] else "month", "day" if options[0][2] else "month", basis=basis)


def full_date(state: State, atom: Atom, anchor: Anchor) -> State:
    year, month, day, *clock = (*atom.values, None, None)[: max(3, len(atom.values))]
    assert month is not None
    if state.fixed == "day" and year is None:  # 金曜日6月15日
        return (
            state
            if (state.start.month, state.start.day) == (month, day)
            else full_date(replace(state, fixed="", suspect=f"{state.start:%Y-%m-%d} is not {month}-{day}"), atom, anchor)
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
        state = at(state, start, shift(start, 1, "month"), "day", "day")
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
    state = at(
        state, start, start + DAY if day else shift(start, 1, "month"), "day" if day else "month", "day" if day else "month"
    )
    state = replace(state, suspect=atom.suspect or state.suspect)
    if clock and clock[0] is not None:
        return clock_time(state, replace(atom, kind="clock", values=tuple(clock)), anchor)
    return state


def day(state: State, atom: Atom, anchor: Anchor) -> State:
    n = atom.values[0] or 1
    if state.fixed == "day":  # 翌日の18日: the number rules
        if state.start.day == n:
            return state
        return day(replace(state, fixed=""), atom, replace(anchor, near=state.start, close=True))
    if state.fixed == "next":  # 翌17日: the first 17th after the date in force
        following = _days_of([add_months(state.start.replace(day=1), months) for months in (0, 1, 2)], n)
        start = next((one for one in following if one >= state.start), following[-1])
        return at(state, start, start + DAY, "day", "day")
    near = state.start if state.fixed == "month" else anchor.near if anchor.near and anchor.close else state.moment
    centres = (near,) if state.fixed == "month" else (state.moment, anchor.near or state.moment)
    reach = (0,) if state.fixed == "month" else (-2, -1, 0, 1, 2)
    found = _days_near(tuple(sorted({(one.year, one.month) for one in centres})), reach, n)
    if not found:
        state = at(state, *floor(near, "month"), "day", "day")
        return replace(state, value=f"{near.year:04d}-{near.month:02d}-{n:02d}", suspect=f"{near.month}月 has no day {n}")
    start = found[0] if state.fixed == "month" else pick([(one, one + DAY) for one in found], state.moment, anchor, AHEAD_DAY)[0]
    basis = state.basis if state.fixed else anchor.context_basis if anchor.near else anchor.basis
    return at(state, start, start + DAY, "day", "day", basis=basis)


@lru_cache(maxsize=4096)
def _days_near(centres: tuple[tuple[int, int], ...], reach: tuple[int, ...], day: int) -> list[datetime]:
    """The days of that number in the months around some months."""
    months = {add_months(datetime(year, month, 1), by) for year, month in centres for by in reach}
    return _days_of(sorted(months), day)


def _days_of(months: list[datetime], day: int) -> list[datetime]:
    return [midnight(one.replace(day=day)) for one in months if day <= calendar.monthrange(one.year, one.month)[1]]


def weekday(state: State, atom: Atom, anchor: Anchor) -> State:
    if atom.values[0] is None:  # (祝)
        return state
    weekday, nth = atom.values[0], atom.values[1]
    if nth is not None and state.fixed in ("month", "year", "quarter", ""):
        start, end = (state.start, state.end) if state.fixed else floor(state.moment, "month")
        day = nth_weekday(start, end, weekday, nth)
        return at(state, day, day + DAY, "day", "day")
    if state.fixed == "day":
        if state.start.isoweekday() != weekday and not state.suspect:
            return replace(state, suspect=f"{state.start:%Y-%m-%d} is a {_WEEKDAYS[state.start.weekday()]}曜日")
        return state
    if state.fixed in ("week", "weekend"):
        monday = state.start - state.start.weekday() * DAY
        day = monday + (weekday - 1) * DAY
    else:
        today = midnight(state.moment)
        if state.fixed in ("month", "year"):
            today = state.end - DAY
        back = (today.isoweekday() - weekday) % 7
        day = today + ((7 - back) % 7) * DAY if anchor.bias == "future" else today - back * DAY
    return at(state, day, day + DAY, "day", "day", basis=state.basis if state.fixed else anchor.basis)


def deictic(state: State, atom: Atom, anchor: Anchor) -> State:
    n = atom.values[0] or 0
    if state.fixed in ("week", "month", "day") and atom.kind == "same" and n == 0:
        return state
    moment = shift(state.start if atom.kind == "same" and state.fixed == "day" else state.moment, n, atom.unit)
    grain: Grain = "year" if atom.unit == "fiscal" else atom.unit  # type: ignore[assignment]
    start, end = floor(moment, atom.unit)
    state = at(replace(state, moment=moment), start, end, grain, "year" if atom.unit == "fiscal" else atom.unit)
    state = replace(state, moment=moment, basis=anchor.basis if atom.kind == "shift" else anchor.context_basis)
    if atom.unit == "fiscal":
        state = replace(state, value=f"{start.year:04d}")
    return part_of_day(state, replace(atom, kind="part"), anchor) if atom.part else state


def anaphor(state: State, atom: Atom, anchor: Anchor) -> State:
    if atom.unit == "next":
        return replace(state, fixed="next", start=midnight(state.moment), basis=anchor.context_basis)
    if atom.unit == "echo":
        return replace(state, basis=anchor.context_basis, fixed="", half=anchor.half)
    return deictic(state, atom, anchor)


def season(state: State, atom: Atom, anchor: Anchor) -> State:
    first, last, years = atom.values
    assert first and last
    near = state.start if state.fixed == "year" else state.moment
    if state.fixed != "year" and years is None:
        options = [(datetime(near.year + y, first, 1), datetime(near.year + y, first, 28)) for y in (-1, 0, 1)]
        year = pick(options, near, anchor, AHEAD)[0].year
    else:
        year = near.year + (years or 0)
    start = datetime(year, first, 1)
    return at(state, start, shift(start, 3, "month"), "season", "season", basis=state.basis if state.fixed else anchor.basis)


def quarter(state: State, atom: Atom, anchor: Anchor) -> State:
    start = state.start if state.fixed == "year" else floor(state.moment, "year")[0]
    start = shift(start, 3 * ((atom.values[0] or 1) - 1), "month")
    return at(state, start, shift(start, 3, "month"), "quarter", "quarter", basis=state.basis if state.fixed else anchor.basis)


def half(state: State, atom: Atom, anchor: Anchor) -> State:
    second = atom.values[0] == 2
    if not state.fixed:
        unit = atom.unit or "year"
        state = at(state, *floor(state.moment, unit), unit, unit, basis=anchor.basis)  # type: ignore[arg-type]
    if state.fixed == "month":
        middle = state.start.replace(day=16)
    elif state.fixed in ("year",):
        middle = shift(state.start, 6, "month")
    else:
        years = (state.end.year - state.start.year) // 2
        middle = shift(state.start, years, "year")
    start, end = (middle, state.end) if second else (state.start, middle)
    grain: Grain = {"century": "century", "decade": "decade", "month": "tenday"}.get(state.fixed, "half")  # type: ignore[assignment]
    return at(state, start, end, grain, "half")


def tenday(state: State, atom: Atom, anchor: Anchor) -> State:
    start, end = (state.start, state.end) if state.fixed == "month" else floor(state.moment, "month")
    third = atom.values[0] or 1
    if state.fixed == "year":
        raise Unresolvable
    low = start.replace(day=1 + 10 * (third - 1))
    high = end if third == 3 else start.replace(day=1 + 10 * third)
    return at(state, low, high, "tenday", "tenday", basis=state.basis if state.fixed else anchor.basis)


def week(state: State, atom: Atom, anchor: Anchor) -> State:
    n = atom.values[0] or 1
    start, end = (state.start, state.end) if state.fixed else floor(state.moment, "month")
    if state.fixed == "year":  # weeks of the year are ISO weeks
        year = start.year
        last = date(year, 12, 28).isocalendar().week
        monday = datetime.fromisocalendar(year, last if n == -1 else min(n, last), 1)
    elif n == -1:
        day = end - DAY
        monday = day - day.weekday() * DAY
    else:
        monday = start - start.weekday() * DAY + 7 * (n - 1) * DAY
    return at(state, monday, monday + 7 * DAY, "week", "week")


def edge(state: State, atom: Atom, anchor: Anchor) -> State:
    which = atom.values[0] or 1
    basis = state.basis if state.fixed else anchor.basis
    if atom.unit and state.fixed != atom.unit and not (atom.unit in ("year", "fiscal") and state.fixed == "year"):
        moment = state.moment
        if state.fixed == "" and atom.unit == "year" and which == 1 and moment.month > 6 and anchor.bias == "future":
            moment = shift(moment, 1, "year")
        start, end = floor(moment, atom.unit)
        state = at(state, start, end, "day", atom.unit, basis=basis)
    if state.fixed == "year" or atom.unit in ("year", "fiscal"):
        if which == 4:
            start = shift(state.start, 11, "month")
            return replace(at(state, start, shift(start, 2, "month"), "season", "season", basis=basis))
        months = {1: (0, 1), 2: (5, 7), 3: (11, 12)}[which]
        if atom.unit == "fiscal" or state.value:
            state = replace(state, start=state.start.replace(month=4), value=None)
        start, end = shift(state.start, months[0], "month"), shift(state.start, months[1], "month")
        if (which == 1 and not atom.unit) or which == 2:
            return replace(state, grain="year", moment=state.moment)
        return at(state, start, end, "month", "month", basis=basis)
    if state.fixed == "month":
        return at(state, state.start, state.end, "month", "edge", basis=basis)
    if state.fixed == "week":
        first, last = {1: (0, 3), 2: (1, 5), 3: (3, 7)}[which]
        return at(state, state.start + first * DAY, state.start + last * DAY, "week", "edge", basis=basis)
    return replace(state, fixed=state.fixed)


def holiday(state: State, atom: Atom, anchor: Anchor) -> State:
    span = words("span").get(atom.part)
    if span:
        first, last = (tuple(map(int, one.split("-"))) for one in span.split(" "))
        state = full_date(state, replace(atom, kind="date", values=(None, *first)), anchor)
        return at(state, state.start, state.start.replace(month=last[0], day=last[1]) + DAY, "tenday", "day", basis=state.basis)
    years = [state.start.year] if state.fixed == "year" else [(anchor.year or state.moment).year + n for n in (-1, 0, 1)]
    if atom.part in words("law") and state.fixed != "year" and not anchor.year:
        years = [state.moment.year + n for n in (-2, -1, 0, 1, 2)]
    found = [day for year in years if (day := holiday_of(year, atom.part))]
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
        day = pick([(one, one + DAY) for one in found], state.moment, anchor, AHEAD)[0]
    return at(state, day, day + DAY, "day", "day", basis=state.basis if state.fixed else anchor.basis)


def pair(state: State, atom: Atom, anchor: Anchor) -> State:
    first, last = atom.values
    step = {"day": day, "month": month, "year": year, "hour": clock_time}[atom.unit]
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
