"""The calendar: units and their bounds, moving by units, weekdays, holidays, and how a moment is written."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta
from functools import cache, lru_cache

from keii.dates.atoms import words

DAY = timedelta(days=1)


class Unresolvable(Exception):
    """The expression names no time that exists."""


def add_months(moment: datetime, n: int) -> datetime:
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
            return add_months(moment, 12 * whole + round(rest * 12))
        if unit in ("decade", "century"):
            return add_months(moment, (120 if unit == "decade" else 1200) * whole)
        if unit == "quarter":
            return add_months(moment, 3 * whole)
        if unit == "month":
            return add_months(moment, whole) + timedelta(days=round(rest * 30))
        if unit == "workday":
            return _workdays(moment, whole)
        days = {"week": 7.0, "weekend": 7.0, "day": 1.0, "half": 0.5}.get(unit)
        return moment + (
            timedelta(days=n * days) if days else timedelta(seconds=n * {"hour": 3600, "minute": 60, "second": 1}[unit])
        )
    except (OverflowError, ValueError) as error:
        raise Unresolvable from error


def _workdays(moment: datetime, n: int) -> datetime:
    step = DAY if n >= 0 else -DAY
    left = min(abs(n), 5000)
    while left:
        moment += step
        left -= moment.weekday() < 5
    return moment


def midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def floor(moment: datetime, unit: str) -> tuple[datetime, datetime]:
    """The calendar unit a moment lies in; weeks begin on Monday, fiscal years in April."""
    day = midnight(moment)
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
        start = day - day.weekday() * DAY if day.toordinal() > 7 else day
        return (start, start + 7 * DAY) if unit == "week" else (start + 5 * DAY, start + 7 * DAY)
    if unit in ("hour", "minute", "second"):
        start = moment.replace(
            microsecond=0, second=moment.second if unit == "second" else 0, minute=0 if unit == "hour" else moment.minute
        )
        return start, start + timedelta(seconds={"hour": 3600, "minute": 60, "second": 1}[unit])
    return day, day + DAY


@cache
def _law(year: int) -> dict[str, date]:
    import jpholiday

    return {name.split(" ")[0]: day for day, name in jpholiday.year_holidays(year) if "振替" not in name}


def nth_weekday(start: datetime, end: datetime, weekday: int, n: int) -> datetime:
    """The nth weekday (1 Monday … 7 Sunday) of an interval, the last for n = -1."""
    if n == -1:
        day = end - DAY
        return day - ((day.weekday() - weekday + 1) % 7) * DAY
    day = start + ((weekday - 1 - start.weekday()) % 7 + 7 * (n - 1)) * DAY
    if not start <= day < end:
        raise Unresolvable
    return day


def holiday_of(year: int, name: str) -> datetime | None:
    if not 1 <= year <= 9998:
        return None
    if name in words("fixed"):
        month, day = words("fixed")[name].split("-")
        return datetime(year, int(month), int(day))
    if name in words("nth"):
        month_, weekday, n, *more = (int(one) for one in words("nth")[name].split(" "))
        start = datetime(year, month_, 1)
        return nth_weekday(start, shift(start, 1, "month"), weekday, n) + (more[0] if more else 0) * DAY
    found = _law(year).get(words("law")[name]) if 1948 <= year <= 2100 else None
    return datetime(found.year, found.month, found.day) if found else None


@lru_cache(maxsize=4096)
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
