"""The pieces that dates are made of, the words that tell them, and their numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from keii import lexicon
from keii.text import number

RANK = {"echo": 0, "century": 0, "decade": 1, "year": 2, "fiscal": 2, "half": 3, "quarter": 3, "season": 3, "month": 4,
        "tenday": 5, "week": 5, "weekend": 5, "day": 6, "weekday": 7, "part": 8, "hour": 9, "minute": 9, "second": 9}  # fmt: skip
"""From coarse to fine: a finer piece may follow a coarser one within one expression."""

KANJI = "〇零一二三四五六七八九十百千廿"
WEEKDAYS = "日月火水木金土"
ERA = "(?:明治|大正|昭和|平成|令和)"
AMOUNT = rf"(?:\d{{1,3}}(?:,\d{{3}}){{1,9}}|\d{{1,7}}(?:\.\d{{1,3}})?|[{KANJI}]{{1,6}})(?:[万億]\d{{0,4}}[千百]?)?"
UNIT = r"(?:世紀|年間?|[かカヶケヵ箇個]月間?|週間?|営業日|日間?|時間|分間?|秒間?)"
LENGTH = (
    rf"(?:(?:{AMOUNT}|数|何|半(?!分))[ ]?{UNIT}半?(?:と?[ ]?{AMOUNT}[ ]?{UNIT}半?){{0,4}}"
    r"|半(?:世紀|年間?|月間?|日|時間)|四半世紀|(?:ひと|ふた)月間?)"
)
"""A written length of time, in one unit or in several from coarse to fine."""

_ERA_LETTERS = {"M": "明治", "T": "大正", "S": "昭和", "H": "平成", "R": "令和"}
_ERAS = {"明治": (1868, 45), "大正": (1912, 15), "昭和": (1926, 64), "平成": (1989, 31), "令和": (2019, 99)}
_ERA_STARTS = {"明治": (1868, 1, 1), "大正": (1912, 7, 30), "昭和": (1926, 12, 25), "平成": (1989, 1, 8), "令和": (2019, 5, 1)}
SIZES = ("second", "minute", "hour", "workday", "day", "week", "month", "year")
_UNITS = {"世紀": "century", "年": "year", "週": "week", "日": "day", "営業日": "workday", "時間": "hour", "分": "minute",
          "秒": "second"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Atom:
    """One piece of a date expression; `values` are its numbers (their meaning depends on `kind`), None where not told."""

    start: int
    end: int
    kind: str
    rank: int
    values: tuple[int | None, ...] = ()
    unit: str = ""
    part: str = ""
    amount: tuple[tuple[float, str], ...] = ()
    suspect: str | None = None


class Part(NamedTuple):
    """A part of the day: local hours from `start` to `end`; `half` says how a clock time behind it is read."""

    start: int
    end: int
    half: str


@cache
def words(kind: str) -> dict[str, str]:
    """The words of the lexicon of one kind, each with its argument."""
    return {word: row[2] for row in lexicon.table("dates") if row[1] == kind for word in row[0].split(" ")}


@cache
def parts() -> dict[str, Part]:
    """The parts of the day by their words."""
    rows = ((word, argument.split(" ")) for word, argument in words("part").items())
    return {word: Part(int(start), int(end), half) for word, (start, end, half) in rows}


@cache
def zones() -> dict[str, str]:
    """The words that name a time zone, with the IANA name (or `local`)."""
    return {word: row[1] for row in lexicon.table("zones") for word in row[0].split(" ")}


def integer(text: str) -> int:
    """A written whole number, -1 if it is none; kanji digits count by place or by value.

    >>> integer("二〇二三"), integer("二〇十九"), integer("廿三")
    (2023, 2019, 23)
    """
    value = number(text.replace("廿", "二十").replace("〇十", "〇1"))
    return int(value) if value is not None else -1


def full_year(text: str) -> int:
    """The year behind two digits: 23 is 2023, 87 is 1987."""
    year = integer(text)
    return year + (2000 if year < 50 else 1900)


def era_year(era: str, text: str) -> int | None:
    """The year of an era, None if the era never had it."""
    first, last = _ERAS[_ERA_LETTERS.get(era, era)]
    year = 1 if text == "元" else integer(text)
    return first + year - 1 if 1 <= year <= last else None


def outside_era(era: str, year: int, month: int, day: int | None) -> bool:
    """Whether a date lies before its era began or after the next one had."""
    names = list(_ERA_STARTS)
    era = _ERA_LETTERS.get(era, era)
    after = names.index(era) + 1
    ended = (
        after < len(names) and (year, month, day or 1) >= _ERA_STARTS[names[after]] and (day or _ERA_STARTS[names[after]][2] == 1)
    )
    return (year, month, day or 31) < _ERA_STARTS[era] or bool(ended)


@lru_cache(maxsize=4096)
def lengths(text: str) -> tuple[tuple[float, str], ...]:
    """What a written length of time says: (n, unit) from coarse to fine; nothing where they are out of order or far apart.

    >>> lengths("1時間半"), lengths("2年と3か月"), lengths("数日")
    (((1.5, 'hour'),), ((2, 'year'), (3, 'month')), ((3, 'day'),))
    """
    if text.startswith("四半世紀"):
        return ((25, "year"),)
    found: list[tuple[float, str]] = []
    for written, unit, half in re.findall(rf"({AMOUNT}|数|何|半|ひと|ふた)[ ]?({UNIT}|月)(半)?", text):
        name = "month" if "月" in unit else _UNITS[unit.removesuffix("間") if unit != "時間" else unit]
        told = {"数": 3, "何": 3, "半": 0.5, "ひと": 1, "ふた": 2}.get(written)
        amount = (number(written.replace("廿", "二十")) or 0) if told is None else told
        amount += 0.5 if half else 0
        if name == "century":
            amount, name = amount * 100, "year"
        found.append((int(amount) if amount == int(amount) else amount, name))
    steps = [SIZES.index(one) - SIZES.index(two) for (_, one), (_, two) in pairwise(found)]
    apart = "と" not in text and any(step > 3 for step in steps)
    return tuple(found) if all(step > 0 for step in steps) and not apart and any(n for n, _ in found) else ()
