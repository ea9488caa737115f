"""The steps below the day and beside the calendar: distances, parts of the day, clock times, windows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from keii.dates.anchors import Anchor, State, at
from keii.dates.atoms import Atom, parts
from keii.dates.calendars import DAY, floor, midnight, shift, write
from keii.model import Grain

_FINER = {"year": "month", "month": "day", "week": "day", "workday": "day", "day": "hour", "hour": "minute", "minute": "second"}


def offset(state: State, atom: Atom, anchor: Anchor) -> State:
    sign = atom.values[0] or 1
    moment = state.start if state.clock else state.moment
    unit = atom.unit
    exact = state.clock or bool(state.fixed) or (anchor.exact and state.basis == "absolute")
    if exact or unit not in ("hour", "minute", "second") or atom.amount[0][0] >= 24:  # 数時間後 of a day is that day
        for n, step in atom.amount:
            moment = shift(moment, sign * n, step)
    if atom.amount[-1][0] != int(atom.amount[-1][0]):
        unit = _FINER.get(unit, unit)
    if unit in ("hour", "minute", "second"):
        told = "second" if moment.second else "minute" if moment.minute or unit == "minute" else unit
        unit = told if exact else "day"
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


def part_of_day(state: State, atom: Atom, anchor: Anchor) -> State:
    part = parts()[atom.part]
    day = midnight(state.start if state.fixed in ("day", "part") else state.moment)
    if atom.part == "正午":
        return at(state, day + timedelta(hours=12), day + timedelta(hours=13), "hour", "clock", half="noon", clock=True)
    start, end = day + timedelta(hours=part.start), day + timedelta(hours=part.end)
    basis = state.basis if state.fixed else anchor.context_basis
    state = at(state, start, end, "part", "part", half=part.half, basis=basis)
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


def clock_time(state: State, atom: Atom, anchor: Anchor) -> State:
    hour, minute, second = (*atom.values, None, None)[:3]
    half = atom.part or state.half
    told = hour or 0
    hour = read_hour(told, half)
    if not half and not state.fixed and anchor.half in ("pm", "night") and anchor.context and 1 <= told <= 11:
        early = midnight(anchor.context) + timedelta(hours=told, minutes=minute or 0)
        before = early < anchor.context <= early + timedelta(hours=12)
        hour, half = (told + 12, "pm") if before else (told, half)  # 午後1時半に始まり、2時に終わった
    back = timedelta(minutes=-minute) if minute is not None and minute < 0 else timedelta()
    day = midnight(state.start if state.fixed == "day" else state.moment)
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
        at(state, start, end, grain, "clock", basis=basis),
        value=value,
        suspect=suspect,
        clock=True,
        half=half or ("pm" if hour >= 12 else ""),
    )


def now(state: State, atom: Atom, anchor: Anchor) -> State:
    return at(state, state.moment, state.moment + timedelta(seconds=1), "second", "clock", basis=anchor.basis)


def window(state: State, atom: Atom, anchor: Anchor) -> State:
    sign = atom.values[0] or 1
    moment = state.moment
    for n, unit in atom.amount:
        moment = shift(moment, sign * n, unit)
    low, high = sorted((state.moment, moment))
    fine = atom.unit in ("hour", "minute", "second")
    clock = fine and anchor.exact
    if fine and not clock:
        low = high = state.moment
    grain: Grain = ("second" if low.second or high.second else "minute") if clock else "day"
    start, end = floor(low, grain)[0], floor(high, grain)[1]
    state = replace(state, start=start, end=end, grain=grain, fixed="window", basis=anchor.basis, clock=clock)
    return replace(state, value=f"{write(start, grain)}/{write(floor(high, grain)[0], grain)}" if low != high or clock else None)


def to_date(state: State, atom: Atom, anchor: Anchor) -> State:
    start, (last, end) = floor(state.moment, atom.unit)[0], floor(state.moment, "day")
    return replace(
        at(state, start, end, "day", "window", basis=anchor.basis), value=f"{write(start, 'day')}/{write(last, 'day')}"
    )


def weekend(state: State, atom: Atom, anchor: Anchor) -> State:
    if state.fixed == "week":
        return at(state, state.start + 5 * DAY, state.start + 7 * DAY, "weekend", "weekend")
    saturday, end = floor(state.moment, "weekend")
    if anchor.bias != "future" and saturday > state.moment:
        saturday, end = saturday - 7 * DAY, end - 7 * DAY
    return at(state, saturday, end, "weekend", "weekend", basis=anchor.basis)
