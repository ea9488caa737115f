"""Expressions -> what they say: a step for each atom, from what the first is read against to the far end of a range."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from keii.dates import clock, narrow
from keii.dates.anchors import Anchor, Bias, State, at
from keii.dates.atoms import Atom, outside_era
from keii.dates.calendars import DAY, Unresolvable, floor, midnight, shift
from keii.dates.expressions import Expression
from keii.model import Grain

STEPS: dict[str, Callable[[State, Atom, Anchor], State]] = {
    "year": narrow.year,
    "bc": narrow.before_christ,
    "century": narrow.century,
    "decade": narrow.decade,
    "month": narrow.month,
    "date": narrow.full_date,
    "day": narrow.day,
    "weekday": narrow.weekday,
    "shift": narrow.deictic,
    "same": narrow.anaphor,
    "season": narrow.season,
    "quarter": narrow.quarter,
    "half": narrow.half,
    "tenday": narrow.tenday,
    "week": narrow.week,
    "edge": narrow.edge,
    "holiday": narrow.holiday,
    "pair": narrow.pair,
    "offset": clock.offset,
    "part": clock.part_of_day,
    "clock": clock.clock_time,
    "now": clock.now,
    "window": clock.window,
    "todate": clock.to_date,
    "weekend": clock.weekend,
}
"""What each kind of atom does to what has been read so far."""

_CLOCK = ("hour", "minute", "second")


def start_state(anchor: Anchor, atom: Atom) -> State:
    """The state before the first atom: what that kind of atom is read against."""
    moment, basis, exact = anchor.reference or anchor.context or datetime(2000, 1, 1), "absolute", False
    if anchor.context and _counts_from_context(atom, anchor):
        moment, basis = anchor.context, anchor.context_basis
        exact = atom.kind == "offset" and anchor.fine in _CLOCK
    day = midnight(moment)
    if exact:
        return State(moment, moment, moment, "minute", "", None, basis, clock=True)
    return State(moment, day, day + DAY, "day", "", None, basis)


def _counts_from_context(atom: Atom, anchor: Anchor) -> bool:
    """Whether an expression that begins so counts from the date in force, not from the article's."""
    if atom.kind != "offset":
        return atom.kind in ("same", "clock", "part")
    if atom.part.startswith(("その", "それから")) or anchor.context_basis == "event":
        return True
    later = atom.values[0] == 1 and not atom.part and anchor.context_basis in ("context", "heading")
    if not later or not anchor.context:
        return False
    return anchor.bias != "future" or bool(anchor.reference and _moved(anchor.context, atom) <= anchor.reference)


def _moved(moment: datetime, atom: Atom) -> datetime:
    for n, unit in atom.amount:
        moment = shift(moment, n, unit)
    return moment


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
        return first, _after(first, expression.until[0])
    return first, _far_end(expression, first, anchor)


def _after(first: State, length: Atom) -> State:
    """The last unit of a length of time that begins with a state (1969年から5年: 1973)."""
    end = _moved(first.start, length)
    if length.unit in _CLOCK:
        return at(first, end, end, "minute", "clock")
    grain: Grain = first.grain if first.grain in ("year", "month") else "day"
    last = end - DAY if length.unit == "day" or grain != "day" else end
    return at(first, *floor(max(last, first.start), grain), grain, grain)


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
                return at(last, later, last.end + timedelta(hours=12), last.grain, "clock")
            return at(last, last.start + DAY, last.end + DAY, last.grain, "clock")
        if head.kind == "part" and last.end <= first.start:
            return at(last, last.start + DAY, last.end + DAY, last.grain, "clock")
        return last
    if head.kind in ("month", "day", "weekday", "date", "pair", "edge", "season", "quarter"):
        if head.kind == "weekday" and first.grain == "day":
            ahead = (head.values[0] or 7) - first.start.isoweekday()
            day = first.start + (ahead % 7) * DAY
            return run(expression.until, replace(anchor, reference=day, bias="past", strict=True))
        return run(expression.until, replace(anchor, reference=near, bias="future", strict=True))
    return run(expression.until, anchor)


def run(atoms: tuple[Atom, ...], anchor: Anchor) -> State:
    """Apply the steps of some atoms one after the other."""
    if (marked := _year_by_weekday(atoms, anchor)) is not None:
        return marked
    state = start_state(anchor, atoms[0])
    for i, atom in enumerate(atoms):
        if atom.kind not in STEPS:
            continue
        try:
            state = STEPS[atom.kind](state, atom, anchor)
        except (OverflowError, ValueError) as error:
            raise Unresolvable from error
        if atom.kind == "year" and atom.part and i + 1 < len(atoms):
            state = replace(state, suspect=_era_misfit(atom, atoms[i + 1]) or state.suspect)
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
