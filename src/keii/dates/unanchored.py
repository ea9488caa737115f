"""What expressions say without an anchor: lengths, recurrences, clock times, and dates with unspecified digits (EDTF)."""

from __future__ import annotations

from datetime import datetime

from keii.dates.anchors import Anchor, value_of
from keii.dates.atoms import Atom, words
from keii.dates.expressions import Expression
from keii.dates.resolve import run


def write_length(atom: Atom) -> str:
    """A length of time in ISO 8601 (P1Y2M, PT1.5H)."""
    letters = {
        "year": "Y",
        "quarter": "Q",
        "month": "M",
        "week": "W",
        "day": "D",
        "workday": "BD",
        "hour": "H",
        "minute": "M",
        "second": "S",
    }
    days = "".join(f"{n:g}{letters[unit]}" for n, unit in atom.amount if unit not in ("hour", "minute", "second"))
    clock = "".join(f"{n:g}{letters[unit]}" for n, unit in atom.amount if unit in ("hour", "minute", "second"))
    return f"P{days}" + (f"T{clock}" if clock else "")


def recurrence(expression: Expression) -> str:
    head, *rest = expression.atoms
    weekday = next((atom for atom in rest if atom.kind == "weekday"), None)
    clock = _clock_text(rest)
    if weekday:
        return f"XXXX-WXX-{weekday.values[0]}{clock}"
    if clock and head.unit == "day":
        return f"XXXX-XX-XX{clock}"
    inner = next((atom for atom in rest if atom.kind in ("month", "date", "day")), None)
    if inner:
        return _digits(inner)
    return {"quarter": "P3M", "season": "P1Y", "part": "P1D", "weekend": "P1W"}.get(head.unit) or write_length(head)


def _clock_text(atoms: list[Atom] | tuple[Atom, ...]) -> str:
    """The clock time that some atoms tell, `T16:30`, or nothing."""
    told = next((at for at, atom in enumerate(atoms) if atom.kind == "clock" or atom.part == "正午"), None)
    if told is None:
        return ""
    clocks = tuple(atom for atom in atoms[: told + 1] if atom.kind in ("part", "clock"))
    state = run(clocks, Anchor(datetime(2000, 1, 1)))
    return value_of(state)[10:]


def _digits(atom: Atom) -> str:
    if atom.kind == "month":
        return f"XXXX-{atom.values[0]:02d}"
    if atom.kind == "day":
        return f"XXXX-XX-{atom.values[0]:02d}"
    return f"XXXX-{atom.values[1]:02d}" + (f"-{atom.values[2]:02d}" if len(atom.values) > 2 and atom.values[2] else "")


def partial(expression: Expression) -> tuple[str | None, str, str]:
    """What an expression says without an anchor: value, grain and kind. A distance is told as its length (昨日 is P1D)."""
    head = expression.atoms[0]
    value: str | None = None
    grain, kind = "day", "date"
    clock = _clock_text(expression.atoms)
    if head.kind in ("month", "day", "date"):
        value, grain = _digits(head) + clock, "month" if head.kind == "month" else "day"
    elif head.kind == "weekday":
        value = f"XXXX-WXX-{head.values[0]}{clock}"
    elif clock:
        value, grain, kind = clock, "minute" if ":" in clock else "hour", "time"
        if far := _clock_text(expression.until):
            value = f"{clock}/{far}"
    elif head.kind in ("shift", "same") and head.unit not in ("next", "echo", "weekend", "fiscal", "quarter"):
        n = abs(head.values[0] or 0)
        value, grain, kind = (
            f"P{n * 100}Y" if head.unit == "century" else f"P{n}{head.unit[0].upper()}",
            "day" if head.part else head.unit,
            "duration",
        )
    elif head.kind in ("offset", "window"):
        value, grain, kind = write_length(head), head.unit if head.unit != "workday" else "day", "duration"
    elif head.kind == "holiday" and (moment := _fixed_day(head.part)):
        value = f"XXXX-{moment}"
    elif head.kind == "quarter":
        value, grain = f"XXXX-Q{head.values[0]}", "quarter"
    if value and kind != "duration" and expression.relation == "since":
        value += "/.."
    elif value and kind != "duration" and expression.relation == "until":
        value = f"../{value}"
    return value, grain, kind


def _fixed_day(name: str) -> str | None:
    return words("fixed").get(name)
