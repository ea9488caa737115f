"""What expressions are read against (`Anchor`), how far one is read (`State`), and which reading of a bare date is meant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from keii.dates.calendars import DAY, midnight, shift, write
from keii.model import Grain

Bias = Literal["past", "future"]


@dataclass(frozen=True, slots=True)
class Anchor:
    """What an expression is read against.

    `reference` is the article's moment (`exact` if its time of day is told), `context` the moment in force where the
    expression stands (for 同日, 翌日, a bare clock time), `fine` its grain; `year` the date just told with its year, for
    dates told without; `near` the date in force, which bare days and months are near to (`close` if it stands in the same
    sentence), `frame` the last date that told its month. `bias` is where bare dates look, always if `strict`, else where
    the words of the clause point.
    """

    reference: datetime | None = None
    exact: bool = False
    context: datetime | None = None
    fine: str = "day"
    year: datetime | None = None
    near: datetime | None = None
    close: bool = False
    frame: datetime | None = None
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


AHEAD: dict[Bias | None, float] = {"past": 6.0, None: 3.0, "future": 0.9}
AHEAD_DAY: dict[Bias | None, float] = {"past": 12.0, None: 3.0, "future": 0.7}
"""How many days back a day ahead is worth, for dates without a year and for bare days."""
_OTHER_YEAR = 150.0
"""What it costs to leave the calendar year of the article: 来年3月 is what a news text says then."""
_STORY_AHEAD, _STORY_BACK = 0.7, 3.0
"""The same where the date in force is what it counts from: a story goes forward."""
_NEWS_LATER = {True: 8.0, False: 3.0}
"""What it costs to leave the date in force (of the same sentence, or an earlier one) for the article's."""


def pick(
    options: list[tuple[datetime, datetime]], moment: datetime, anchor: Anchor, ahead: dict[Bias | None, float]
) -> tuple[datetime, datetime]:
    """Of several readings of a bare date the one meant.

    A strict bias takes the latest that has begun or the first that has not ended. Else the cheapest by distance in days,
    from the article's date (a day ahead costs `ahead`: news tells the past, plans the future) or from the date in force.
    """
    day = midnight(moment)
    if anchor.strict and anchor.bias == "future":
        return next((option for option in options if option[1] > day), options[-1])
    if anchor.strict:
        return next((option for option in reversed(options) if option[0] <= day), options[0])

    told = {midnight(one) for one in (anchor.near, anchor.frame) if one}

    def cost(option: tuple[datetime, datetime]) -> float:
        own = _distance(option, day, ahead[anchor.bias], 1.0) + (
            _OTHER_YEAR if ahead is AHEAD and option[0].year != day.year else 0.0
        )
        if anchor.near is None:
            return own
        told_ahead = anchor.bias == "future" or not anchor.reference or anchor.near > anchor.reference + DAY
        if not told_ahead and anchor.reference and option[0] > anchor.reference + DAY:
            return own
        return min(*(_distance(option, one, _STORY_AHEAD, _STORY_BACK) for one in told), own + _NEWS_LATER[anchor.close])

    return min(options, key=cost)


def _distance(option: tuple[datetime, datetime], day: datetime, ahead: float, back: float) -> float:
    if option[0] > day:
        return (option[0] - day).days * ahead
    return max(0, (day - option[1]).days + 1) * back


def at(state: State, start: datetime, end: datetime, grain: Grain, fixed: str, **more: object) -> State:
    moment = (
        start.replace(hour=state.moment.hour, minute=state.moment.minute, second=state.moment.second)
        if grain not in ("hour", "minute", "second")
        else start
    )
    return replace(state, start=start, end=end, grain=grain, fixed=fixed, moment=moment, value=None, **more)  # type: ignore[arg-type]


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
