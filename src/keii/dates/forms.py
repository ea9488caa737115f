"""What a date can look like: a table of written forms, and the scanner that reads a text into atoms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from keii import lexicon
from keii.text import number

RANK = {"century": 0, "decade": 1, "year": 2, "fiscal": 2, "half": 3, "quarter": 3, "season": 3, "month": 4, "tenday": 5,
        "week": 5, "weekend": 5, "day": 6, "part": 8, "hour": 9, "minute": 9, "second": 9}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Atom:
    """One piece of a date expression; `values` are its numbers (their meaning depends on `kind`), None where not told.

    `rank` orders pieces from coarse to fine: a finer piece may follow a coarser one within one expression.
    """

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


Reader = Callable[[re.Match[str]], Atom | None]

ERAS = {"明治": (1868, 45), "大正": (1912, 15), "昭和": (1926, 64), "平成": (1989, 31), "令和": (2019, 99)}
_ERA_LETTERS = {"M": "明治", "T": "大正", "S": "昭和", "H": "平成", "R": "令和"}
_ERA_STARTS = {"明治": (1868, 10, 23), "大正": (1912, 7, 30), "昭和": (1926, 12, 25), "平成": (1989, 1, 8), "令和": (2019, 5, 1)}
_KANJI = "〇零一二三四五六七八九十百千廿"
_N = rf"(?:\d{{1,4}}|[{_KANJI}]{{1,6}})"
_N2 = rf"(?:\d{{1,2}}|[{_KANJI}]{{1,3}})"
_ERA = "(?:明治|大正|昭和|平成|令和)"
_WEEK = "日月火水木金土"
_WEEK_KANA = {"にちよう": 7, "げつよう": 1, "かよう": 2, "すいよう": 3, "もくよう": 4, "きんよう": 5, "どよう": 6}
_MONTH_KANA = ("いちがつ", "にがつ", "さんがつ", "しがつ", "ごがつ", "ろくがつ", "しちがつ", "はちがつ", "くがつ", "じゅうがつ",
               "じゅういちがつ", "じゅうにがつ")  # fmt: skip
_MONTHS_EN = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_EN = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)"
)
_SIZES = ("second", "minute", "hour", "workday", "day", "week", "month", "quarter", "year")
_UNITS = {
    "世紀": "century", "年": "year", "年間": "year", "週間": "week", "週": "week", "日間": "day", "日": "day", "営業日": "workday",
    "時間": "hour", "分間": "minute", "分": "minute", "秒間": "second", "秒": "second", "四半期": "quarter", "昼夜": "day",
}  # fmt: skip
_UNIT = r"(?:世紀|年間?|[かカヶケヵ箇個]月間?|週間?|営業日|日間?|時間|分間?|秒間?)"
_AMOUNT = rf"(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,7}}(?:\.\d{{1,3}})?|[{_KANJI}]{{1,6}})(?:[万億]\d{{0,4}}[千百]?)?"
_LENGTH = (
    rf"(?:(?:{_AMOUNT}|数|何|半)[ ]?{_UNIT}半?(?:と?[ ]?{_AMOUNT}[ ]?{_UNIT}半?){{0,4}}"
    r"|半(?:世紀|年間?|月間?|日|時間)|四半世紀|(?:ひと|ふた|一|二)[つと]?月間?(?=[前後で不間ほ以]|$)|ひと月)"
)
_ABOUT = r"(?:およそ|おおよそ|約|ほぼ|まる|丸|もう|わずか|たった)?"
_MORE = r"(?:以上|ほど|くらい|ぐらい|ばかり|余り?|あまり|近く|弱|強|足らず|程度)?も?"


@cache
def words(kind: str) -> dict[str, str]:
    """The words of the lexicon of one kind, each with its argument."""
    return {word: row[2] for row in lexicon.table("dates") if row[1] == kind for word in row[0].split(" ")}


@cache
def parts() -> dict[str, Part]:
    """The parts of the day by their words."""
    table = {}
    for word, argument in words("part").items():
        start, end, half = argument.split(" ")
        table[word] = Part(int(start), int(end), half)
    return table


@cache
def zones() -> dict[str, str]:
    """The words that name a time zone, with the IANA name (or `local`)."""
    return {word: row[1] for row in lexicon.table("zones") for word in row[0].split(" ")}


def any_of(options: dict[str, str] | dict[str, Part] | dict[str, int] | tuple[str, ...]) -> str:
    """A pattern of literal words, the longest first."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(options, key=lambda word: (-len(word), word))) + ")"


def integer(text: str) -> int:
    """A written whole number; kanji digits count by place or by value."""
    value = number(text.replace("廿", "二十"))
    return int(value) if value is not None else -1


def full_year(text: str) -> int:
    """The year behind a two or four digit number: 23 is 2023, 87 is 1987."""
    year = integer(text)
    return year if len(text) > 2 or text[0] in "一二三四五六七八九十" else year + (2000 if year < 50 else 1900)


def era_year(era: str, text: str) -> int | None:
    """The year of an era, None if the era never had it."""
    first, last = ERAS[_ERA_LETTERS.get(era, era)]
    year = 1 if text == "元" else integer(text)
    return first + year - 1 if 1 <= year <= last else None


def before_era(era: str, year: int | None, month: int | None, day: int | None) -> bool:
    """Whether a date lies before its era began (or after the next one had)."""
    names = list(_ERA_STARTS)
    era = _ERA_LETTERS.get(era, era)
    told = (year or 0, month or 12, day or 28)
    follow = names.index(era) + 1
    return told < _ERA_STARTS[era] or (
        follow < len(names) and (year or 0, month or 1, day or 1) > _ERA_STARTS[names[follow]] and year != 1868
    )


def lengths(text: str) -> tuple[tuple[float, str], ...]:
    """What a written length of time says: (n, unit) from coarse to fine.

    >>> lengths("1時間半"), lengths("2年と3か月"), lengths("数日")
    (((1.5, 'hour'),), ((2, 'year'), (3, 'month')), ((3, 'day'),))
    """
    if text.startswith("四半世紀"):
        return ((25, "year"),)
    found: list[tuple[float, str]] = []
    for match in re.finditer(rf"({_AMOUNT}|数|何|半|ひと|ふた|一|二)[ つ]?({_UNIT}|月)(半)?", text):
        written, unit, half = match.groups()
        name = "month" if "月" in unit else _UNITS[unit]
        count = {"数": 3, "何": 3, "半": 0.5, "ひと": 1, "ふた": 2}.get(written)
        amount = (number(written.replace("廿", "二十")) or 0) if count is None else count
        if half:
            amount += 0.5
        if name == "century":
            amount, name = amount * 100, "year"
        found.append((int(amount) if amount == int(amount) else amount, name))
    return tuple(found)


# --- readers: one a form ------------------------------------------------------------------------------------------


def _atom(match: re.Match[str], kind: str, *values: int | None, **more: str) -> Atom:
    return Atom(
        match.start(),
        match.end(),
        kind,
        RANK.get(more.get("unit") or kind, 6),
        values,
        more.get("unit", ""),
        more.get("part", ""),
    )


def _read_iso(match: re.Match[str]) -> Atom | None:
    year, month, day, hour, minute = (int(match[i]) for i in range(1, 6))
    second = int(match[6]) if match[6] else None
    atom = _atom(match, "date", year, month, day, hour, minute, second)
    return replace(atom, rank=9, unit=match[7] or "")


def _read_ymd(match: re.Match[str]) -> Atom | None:
    era, written, month, day = match[1], match[2], int(match[4]), int(match[5])
    year = era_year(era, written) if era else int(written)
    if year is None or not 1 <= month <= 12 or not 1 <= day <= 31 or (not era and len(written) != 4):
        return None
    atom = _atom(match, "date", year, month, day)
    return replace(atom, suspect=f"{match[0]} is outside {era}") if era and before_era(era, year, month, day) else atom


def _read_dmy(match: re.Match[str]) -> Atom | None:
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    day, month = (first, second) if second <= 12 else (second, first)
    return _atom(match, "date", year, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None


def _read_ym(match: re.Match[str]) -> Atom | None:
    year = era_year(match[1], match[2]) if match[1] else int(match[2])
    atom = _atom(match, "date", year, int(match[3]))
    return replace(atom, rank=4) if year else None


def _read_md(match: re.Match[str]) -> Atom | None:
    month, day = int(match[1]), int(match[2])
    return _atom(match, "date", None, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None


def _read_short_ymd(match: re.Match[str]) -> Atom | None:
    year, month, day = full_year(match[1]), int(match[2]), int(match[3])
    return _atom(match, "date", year, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None


def _read_english(match: re.Match[str]) -> Atom | None:
    named = match.groupdict()
    month = _MONTHS_EN.index((named["m1"] or named["m2"] or named["m3"])[:3].lower()) + 1
    year = named["y1"] or named["y2"] or named["y3"]
    day = named["d1"] or named["d2"] or named["d3"]
    if day and not 1 <= int(day) <= 31 or not day and not year:
        return None
    atom = _atom(match, "date", int(year) if year else None, month, int(day) if day else None)
    return atom if day else replace(atom, rank=4)


def _read_era_year(match: re.Match[str]) -> Atom | None:
    year = era_year(match[1], match[2])
    if year is None:
        return None
    return _atom(match, "year", year, unit="fiscal" if match[0].endswith("度") else "year", part=match[1])


def _read_imperial(match: re.Match[str]) -> Atom | None:
    return _atom(match, "year", integer(match[1]) - 660, unit="year")


def _read_year(match: re.Match[str]) -> Atom | None:
    written = match[2]
    year = integer(written)
    known = bool(match["ad"])
    if not known and (
        year < 1000
        and year % 50 == 0
        or written[0] in "十百千"
        and len(written) < 3
        or year < 100
        or "百" in written
        and year < 1000
    ):
        return None
    unit = "fiscal" if match[0].endswith("度") else "year"
    if unit == "fiscal" and not 1868 <= year <= 2200:
        return None
    return _atom(match, "year", year, unit=unit)


def _read_short_year(match: re.Match[str]) -> Atom | None:
    return _atom(match, "year", full_year(match[1]), unit="fiscal" if match[0].endswith("度") else "year")


def _read_before_christ(match: re.Match[str]) -> Atom | None:
    n = integer(match[1])
    if n < 1:
        return None
    return _atom(match, "bc", n, unit="century" if "世紀" in match[0] else "year")


def _read_decade(match: re.Match[str]) -> Atom | None:
    year = integer(match[1])
    if year % 10 or year < 0:
        return None
    return _atom(match, "decade", year)


def _read_month(match: re.Match[str]) -> Atom | None:
    month = integer(match[1])
    return _atom(match, "month", month) if 1 <= month <= 12 else None


def _read_kana_month(match: re.Match[str]) -> Atom | None:
    return _atom(match, "month", _MONTH_KANA.index(match[0]) + 1)


def _read_day(match: re.Match[str]) -> Atom | None:
    day = integer(match[1])
    return _atom(match, "day", day) if 1 <= day <= 31 else None


def _weekday(text: str) -> int:
    for kana, value in _WEEK_KANA.items():
        if kana in text:
            return value
    return next((_WEEK.index(char) or 7) for char in text if char in _WEEK)


def _read_weekday(match: re.Match[str]) -> Atom | None:
    ordinal = match["nth"]
    nth = None
    if ordinal:
        nth = -1 if ordinal in ("最後", "最終") else 1 if ordinal == "最初" else integer(ordinal)
    return replace(_atom(match, "weekday", _weekday(match["day"]), nth), rank=7 if nth is None else 6)


def _read_weekday_bracket(match: re.Match[str]) -> Atom | None:
    return replace(_atom(match, "weekday", _weekday(match[0]), None), rank=7, part="(")


def _read_week(match: re.Match[str]) -> Atom | None:
    written = match[1] or match[2]
    n = -1 if written in ("最後", "最終") else 1 if written == "最初" else integer(written)
    return _atom(match, "week", n) if n == -1 or 1 <= n <= 53 else None


def _read_pair(match: re.Match[str]) -> Atom | None:
    first, last, unit = int(match[1]), int(re.findall(r"\d+", match[0])[-1]), match[2][0].replace("両", "日")
    high = {"日": 31, "月": 12, "年": 2200, "時": 24}[unit]
    if unit == "年" and first > 1000 and last < 100:
        last += first // 100 * 100
    if not 1 <= last <= high or not 1 <= first <= high or (unit == "年" and first < 1000) or (unit in "日年" and first >= last):
        return None
    return _atom(match, "pair", first, last, unit={"日": "day", "月": "month", "年": "year", "時": "hour"}[unit])


def _read_quarter(match: re.Match[str]) -> Atom | None:
    return _atom(match, "quarter", integer(match[1] or match[2] or match[3]))


def _read_half(match: re.Match[str]) -> Atom | None:
    return _atom(match, "half", 1 if match[0] in ("上半期", "上期", "前半", "前期") else 2)


def _read_tenday(match: re.Match[str]) -> Atom | None:
    return _atom(match, "tenday", {"上": 1, "初": 1, "中": 2}.get(match[0][0], 3))


def _read_edge(match: re.Match[str]) -> Atom | None:
    word = match[0]
    which = 2 if word in ("半ば", "なかば", "中頃", "中ごろ", "中盤") else 3 if word[0] in "末終暮" else 1
    return _atom(match, "edge", which)


def _read_year_edge(match: re.Match[str]) -> Atom | None:
    word = match[0]
    if word in ("年始", "年明け", "年初", "年頭", "新年"):
        return _atom(match, "edge", 1, unit="year")
    if word == "年末年始":
        return _atom(match, "edge", 4, unit="year")
    unit = {"年度": "fiscal", "年": "year", "月": "month", "週": "week"}[re.match("年度|[年月週]", word)[0]]  # type: ignore[index]
    if unit == "week" and word == "週末":
        return replace(_atom(match, "shift", 0, unit="weekend"), part="")
    return _atom(match, "edge", 3 if word[-1] == "末" else 1, unit=unit)


def _read_season(match: re.Match[str]) -> Atom | None:
    start, end = words("season")[match[0][-1]].split(" ")
    lead = match[0][:-1]
    shift = {"": None, "今": 0, "この": 0, "同": 0, "その": 0, "昨": -1, "去": -1, "翌": 1, "来": 1}[lead]
    return replace(_atom(match, "season", int(start), int(end), shift), part=lead, rank=3)


def _read_shift(match: re.Match[str]) -> Atom | None:
    word = match[0]
    kind = "shift" if word in words("shift") else "same"
    unit, n, *part = words(kind)[word].split(" ")
    atom = _atom(match, kind, int(n), unit=unit)
    return replace(atom, part=part[0], rank=8) if part else atom


def _read_next_number(match: re.Match[str]) -> Atom | None:
    return _atom(match, "same", 1 if match[0] == "翌" else 0, unit="next" if match[0] == "翌" else "echo")


def _read_holiday(match: re.Match[str]) -> Atom | None:
    return replace(_atom(match, "holiday"), part=match[0])


def _read_part(match: re.Match[str]) -> Atom | None:
    return replace(_atom(match, "part"), part=match[0])


def _read_clock(match: re.Match[str]) -> Atom | None:
    hour = integer(match["h"])
    minute = 30 if match["half"] else integer(match["m"]) if match["m"] else None
    second = integer(match["s"]) if match["s"] else None
    if hour > 30 or (minute or 0) > 59 or (second or 0) > 59:
        return None
    if match["back"]:
        minute = -(minute or 0)
    return _atom(match, "clock", hour, minute, second, unit="minute")


def _read_colon(match: re.Match[str]) -> Atom | None:
    hour, minute = int(match[1]), int(match[2])
    second = int(match[3]) if match[3] else None
    half = (match[4] or "").lower().replace(".", "")
    if hour > 30 or minute > 59 or (second or 0) > 59 or (half and hour > 12):
        return None
    return _atom(match, "clock", hour, minute, second, unit="minute", part=half)


def _read_zone(match: re.Match[str]) -> Atom | None:
    return replace(_atom(match, "zone", unit=zones()[match[1] or match[2]]), rank=-1)


def _read_offset_zone(match: re.Match[str]) -> Atom | None:
    sign, hours, minutes = match[1], int(match[2]), match[3] or "00"
    return replace(_atom(match, "zone"), unit=f"{sign}{hours:02d}:{minutes}", rank=-1) if hours <= 14 else None


def _length_atom(match: re.Match[str], kind: str, *values: int | None, rank: int | None = None) -> Atom | None:
    amount = lengths(match["len"])
    if not amount or all(n == 0 for n, _ in amount) or (amount[0][1] == "year" and re.match(r"[12]\d{3}年", match["len"])):
        return None
    finest = amount[-1][1]
    if any(_SIZES.index(one) <= _SIZES.index(two) for (_, one), (_, two) in pairwise(amount)):
        return None
    return Atom(match.start(), match.end(), kind, RANK.get(finest, 6) if rank is None else rank, values, finest, "", amount)


def _read_offset(match: re.Match[str]) -> Atom | None:
    direction = match["dir"]
    atom = _length_atom(match, "offset", -1 if direction in ("前", "まえ") else 1)
    return atom and replace(atom, part=match["lead"] or "")


def _read_window(match: re.Match[str]) -> Atom | None:
    lead = match["lead"]
    past = lead.startswith(("ここ", "この", "過去", "直近", "最近", "前", "最後", "これまで", "先", "今1", "今一"))
    return _length_atom(match, "window", -1 if past else 1)


def _read_within(match: re.Match[str]) -> Atom | None:
    return _length_atom(match, "window", 1)


def _read_in(match: re.Match[str]) -> Atom | None:
    return _length_atom(match, "offset", 1)


def _read_duration(match: re.Match[str]) -> Atom | None:
    atom = _length_atom(match, "duration", rank=-2)
    if atom is None:
        return None
    single_day = match["len"].endswith("日") and len(atom.amount) == 1
    return None if single_day and not match["tail"] else atom


def _read_set(match: re.Match[str]) -> Atom | None:
    unit = match["unit"] or match["unit2"]
    name = {"年度": "year", "年": "year", "月": "month", "週": "week", "日": "day", "時": "hour", "分": "minute", "秒": "second",
            "春": "season", "夏": "season", "秋": "season", "冬": "season", "朝": "part", "晩": "part", "夜": "part",
            "夕": "part", "週末": "weekend"}[unit]  # fmt: skip
    return replace(_atom(match, "set", unit=name), rank=-3, amount=((1, name),), part=unit)


def _read_set_length(match: re.Match[str]) -> Atom | None:
    return _length_atom(match, "set", rank=-3)


def _read_now(match: re.Match[str]) -> Atom | None:
    return replace(_atom(match, "now"), rank=9)


def _read_not(match: re.Match[str]) -> Atom | None:
    return _atom(match, "not")


# --- the table ----------------------------------------------------------------------------------------------------

_CLOCK_TAIL = r"(?!間|期|代|点|刻|短|系|価|速|限|給|計|節|折|差|空|停|的|金|帰|局|候|世)"
_NOT_FOLLOWED = r"(?![\d]|[./-]\d)"


@cache
def forms() -> tuple[tuple[str, re.Pattern[str], Reader], ...]:
    """All written forms, the more specific first: name, pattern, reader."""
    shift_words = any_of({**words("shift"), **words("same")})
    part_words = any_of(parts())
    zone_words = any_of(zones())
    table: list[tuple[str, str, Reader]] = [
        ("url", r"https?://[^\s「」『』()<>\"]+|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.]{1,64}|[@#]\w+", _read_not),
        ("phone", r"\+\d{1,3}[ -]?[\d-]{6,16}|\b0\d{1,4}-\d{1,4}-\d{3,4}\b|\b\d{3}-\d{3}-\d{4}\b", _read_not),
        (
            "ymd",
            rf"(?<![A-Za-z\d/.])(?<!\d-)({_ERA}|[MTSHR](?=\d))?(\d{{4}}|\d{{1,2}}|元)(?P<sep1>[/.・-])(\d{{1,2}})(?P=sep1)(\d{{1,2}})(?![\d])(?!(?P=sep1)\d{{1,3}}(?!\d))",
            _read_ymd,
        ),
        (
            "version",
            r"(?:[Vv]er\.?|[Vv]ersion|バージョン|[A-Za-z]-?)[ ]?\d+(?:\.\d+)+|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3,}",
            _read_not,
        ),
        ("not", any_of(words("not")), _read_not),
        (
            "iso",
            r"(?<![\d./-])(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?[ ]?(Z|[+-]\d{2}:?\d{2})?(?!\d)",
            _read_iso,
        ),
        ("dmy", r"(?<![A-Za-z\d/.-])(\d{1,2})(?P<sep2>[/.-])(\d{1,2})(?P=sep2)(\d{4})(?!\d)", _read_dmy),
        ("short_ymd", rf"(?<![A-Za-z\d/.'-])'?(\d{{2}})/(\d{{1,2}})/(\d{{1,2}}){_NOT_FOLLOWED}", _read_short_ymd),
        ("ym", rf"(?<![A-Za-z\d/.-])({_ERA})(\d{{1,2}}|元)[/.,](1[0-2]|0?[1-9])(?:月)?{_NOT_FOLLOWED}", _read_ym),
        ("ym2", r"(?<![A-Za-z\d/.-])(?:西暦)?(x)?((?:1[0-9]|20)\d\d)/(1[0-2]|0?[1-9])(?:月)?(?![\d/.]|-\d)", _read_ym),
        ("ym3", r"(?<![A-Za-z\d/.-])(?:西暦)?(x)?((?:19|20)\d\d)\.(1[0-2]|0?[1-9])(?:月|(?=[にはのか~]|$))(?!\d)", _read_ym),
        (
            "md",
            rf"(?<![A-Za-z\d/.:-])(?<!約)(?<!分の)(1[0-2]|0?[1-9])/(3[01]|[12]\d|0?[1-9])(?![A-Za-z\d/.%]|の(?:確率|議席|票|人|株)|以上|以下|程度|近く|弱|強|超|ほど|の?縮|が賛成)",
            _read_md,
        ),
        (
            "md_day",
            r"(?<![A-Za-z\d/.:-])(1[0-2]|0?[1-9])[.-](3[01]|[12]\d|0?[1-9])(?=[ ]?(?:\([日月火水木金土](?:曜日?)?\)|[日月火水木金土]曜))",
            _read_md,
        ),
        (
            "english",
            rf"(?<![A-Za-z])(?:(?P<m1>{_MONTH_EN})\.?[ ](?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:,?[ ](?P<y1>\d{{4}}))?(?!\d)"
            rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?[ ](?P<m2>{_MONTH_EN})\.?,?(?:[ ](?P<y2>\d{{4}}))?(?!\w)"
            rf"|(?P<y3>\d{{4}}),[ ](?P<m3>{_MONTH_EN})[ ](?P<d3>\d{{1,2}})(?!\d))",
            _read_english,
        ),
        (
            "english_month",
            rf"(?<![A-Za-z])(?P<m1>{_MONTH_EN})\.?[ ](?P<y1>\d{{4}})(?!\d)(?P<m2>x)?(?P<m3>x)?(?P<y2>x)?(?P<y3>x)?(?P<d1>x)?(?P<d2>x)?(?P<d3>x)?",
            _read_english,
        ),
        (
            "era_year",
            rf"({_ERA}|(?<![A-Za-z])[MTSHR](?=\d))[ ]?(\d{{1,2}}|元|[{_KANJI}]{{1,4}})(?:年度?|(?=\(\d{{4}}(?:年)?\)年?))",
            _read_era_year,
        ),
        ("imperial", r"皇紀(\d{3,4})年", _read_imperial),
        ("bc", rf"(?:紀元前|BC)[ ]?({_N})(?:年|世紀)", _read_before_christ),
        (
            "century",
            rf"(?<![\d.])({_N2})世紀(?!も|半|前|後(?!半)|ば|近|目|に?わた|ぶり|間)",
            lambda m: _atom(m, "century", integer(m[1])),
        ),
        ("decade", r"(?<!\d)(\d{2,4})年代", _read_decade),
        (
            "set",
            r"毎(?P<unit>年度?|月|週末|週|日|時|分|秒|春|夏|秋|冬|朝|晩|夜|夕)|各(?P<unit2>週|月|年|日)(?=[日月火水木金土]曜|の?\d|$)",
            _read_set,
        ),
        (
            "year",
            rf"(?P<ad>西暦)?(?<![\d.,第])(\d{{3,4}}|(?<=西暦)\d{{1,2}}|[〇零一二三四五六七八九]{{4}}|二〇十[一二三四五六七八九]|[一二]千[{_KANJI}]{{0,7}})[ ]?年(?:度)?(?!間|代|前|後(?!半)|ぶり|以上続|もの)",
            lambda m: _read_year_groups(m),
        ),
        ("short_year", r"(?<![\d.,第])(?:'(\d{2})年?(?=度|の|[春夏秋冬末]|\d|[にはがをも、。)]|$))(?:度)?", _read_short_year),
        (
            "two_digit_year",
            rf"(?<![\d.,第'])(\d\d)年(?:度|(?=の?(?:1[0-2]|0?[1-9])月(?!間)|[春夏秋冬末]|初め|前半|後半|半ば|度|第[1-4]四半期|[1-4]~?\d?月))",
            _read_short_year,
        ),
        ("set_length", rf"(?P<len>{_AMOUNT}{_UNIT})(?:おき|ごと|毎|に{_AMOUNT}[回度])(?P<tail>)", _read_set_length),
        (
            "window",
            rf"(?P<lead>ここ|この|過去|直近の?|最近の?|最後の|これまでの?|これから先?の?|今後の?|向こう|次の|今(?=[1一])|前の|後(?=[{_KANJI}\d])){_ABOUT}(?P<len>{_LENGTH}(?!半?期))間?(?:ほど|くらい|ぐらい|余り|あまり)?(?!以内|[前後]|目)",
            _read_window,
        ),
        ("within", rf"(?<![\d.,])(?:今から|向こう|今後)?{_ABOUT}(?P<len>{_LENGTH})(?:間?以内に?|のうちに|内に)", _read_within),
        (
            "offset",
            rf"(?<![\d.,]){_ABOUT}(?P<lead>今から|これから|あと|その|それから|この)?{_ABOUT}(?P<len>{_LENGTH}){_MORE}(?:経過)?の?(?P<dir>前(?!後|半|年|期|回|か月)|まえ|後(?!半|ろ|期)|のち|あと|先(?!週|月|進))",
            _read_offset,
        ),
        (
            "in",
            rf"(?<![\d.,])(?:あと)?{_ABOUT}(?P<len>{_LENGTH})(?:弱|強)?間?(?:で(?!の|は|も|き|あ|な|す|し|[一-龠ァ-ヴ\d])|(?:が)?(?:経っ|たっ|経過し)(?:た(?:ら|あと|後|とき)|てから)|経過後に?|過ぎたら|過ぎに|弱で)",
            _read_in,
        ),
        (
            "year_edge",
            r"年末年始|年度末|年度初め|年度始め|年末|年始|年明け|年初(?!来)|年頭(?!所感)|新年(?!度|会|早)|月末|月初め?|月頭|週末|週明け|週初め|週の初め|週の終わり|週半ば",
            _read_year_edge,
        ),
        (
            "pair",
            rf"(?<![\d.,/:-])(\d{{1,4}})(?:(?:[~・、,-]|から)\d{{1,4}}){{1,5}}(?:の両)?(両?日|月期?|年度?|時)(?!間|前|後|代|ごと|おき|に\d)",
            _read_pair,
        ),
        (
            "duration",
            rf"(?<![\d.,]){_ABOUT}(?P<len>{_LENGTH})(?P<tail>間|にわたり|にわたって|以上|以下|未満|くらい|ぐらい|ほど|余り|あまり|ぶり|目|近く|も(?=続|経|た|か|耐)|来(?!週|月|年))?(?![度代月]|の[1-9]|営業|体制|態勢|対応|テレビ|マラソン|耐久|[割厘回])",
            _read_duration,
        ),
        (
            "quarter",
            r"第?([1-4一二三四])四半期|(?<=第)([1-4一二三四])四半期|(?<![A-Za-z\d])Q([1-4])(?![A-Za-z\d])",
            _read_quarter,
        ),
        ("half", r"上半期|下半期|上期|下期|(?<=[年月度代紀])(?:の)?(?:前半|後半)(?!戦|\d)", _read_half),
        ("tenday", r"(?<=[月年の)\d])[上中下]旬|(?<=月)の?初旬|[上中下初]旬", _read_tenday),
        (
            "edge",
            r"(?<=[年月週代紀春夏秋冬度のに])(?:末|初め|始め|はじめ|初頭|半ば|なかば|中頃|中ごろ|中盤|終わり|暮れ?|頭(?=[かにのは~、]|$)|早く)(?!期|の日)",
            _read_edge,
        ),
        (
            "season",
            r"(?:今|昨|去|翌|来|この|その|同|(?<=年の)|(?<=年)|(?<=昨年)|(?<=\d{4})|(?<![ぁ-んァ-ヴ一-龠A-Za-z]))[春夏秋冬](?=[にはがをのもかま、。以頃ごに~先前半後末初・]|$)(?!の(?:甲子園|陣|ソナタ|高校|選抜|センバツ|風物))",
            _read_season,
        ),
        ("shift", shift_words + r"(?!新聞|放送|版|市|子)", _read_shift),
        ("kana_month", any_of(_MONTH_KANA), _read_kana_month),
        (
            "month",
            rf"(?<![\d.,])(?<![か数何ひ])(?:翌)?({_N2})[ ]?月(?:期(?!間|限|待|日))?(?!面|曜|間|例|刊|号|収|給|額|目)",
            _read_month,
        ),
        ("week", r"第([1-5１-５一二三四五]|[1-5]\d)週|(最初|最後|最終)の週", _read_week),
        (
            "day",
            rf"(?<![\d.,/:])(?<![数何])({_N2})[ ]?日(?!間|本|米|目(?!の)|銀|系|程|経|産|野|韓|中(?=[関首国会会])|英|仏|独|露|ロ|朝|刊|当|給|数|限|豪|印|台|越)(?:目(?=の[日月火水木金土]曜))?(?:付け?)?",
            _read_day,
        ),
        (
            "weekday",
            rf"(?:第?(?P<nth>[1-5一二三四五]|最後|最終|最初)(?:の)?)?(?P<day>[{_WEEK}](?:曜日?)|(?:{'|'.join(_WEEK_KANA)})び?)(?!劇場|ドラマ|ロード|洋画|版|会|夜会)",
            _read_weekday,
        ),
        ("weekday_bracket", rf"[ ]?[(\[〔][ ]?[{_WEEK}](?:曜日?)?(?:[・、/ ]?[祝休])?[ ]?[)\]〕]", _read_weekday_bracket),
        (
            "offset_zone",
            r"[(\[〔]?(?:UTC|GMT|JST)?[ ]?(?<![\d:])([+±-])(\d{1,2})(?::?(\d{2}))?(?:時間)?[)\]〕]",
            _read_offset_zone,
        ),
        ("zone", rf"[(\[〔]?(?:(?<=[(\[〔])({zone_words})(?=[)\]〕])|({zone_words})(?![A-Za-z]))[)\]〕]?", _read_zone),
        (
            "colon",
            r"(?<![A-Za-z\d:.])(\d{1,2}):([0-5]\d)(?::([0-5]\d))?(?![\d:])(?:[ ]?([AaPp]\.?[Mm]\.?)(?![A-Za-z]))?",
            _read_colon,
        ),
        (
            "clock",
            rf"(?<![\d.,])(?P<h>\d{{1,2}}|[零〇]|[一二三四五六七八九]|十[一二]?|二?十[一二三四五六七八九]?)[ ]?時{_CLOCK_TAIL}(?:(?P<half>半)|(?P<m>[0-5]?\d|[{_KANJI}]{{1,3}})分(?!の[1-9])(?:(?P<back>前))?|(?P<m0>[0-5]\d)(?!\d|分|秒))?(?:(?P<s>[0-5]?\d|[{_KANJI}]{{1,3}})秒)?",
            lambda m: _read_clock_groups(m),
        ),
        ("holiday", any_of({**words("fixed"), **words("nth"), **words("law")}) + r"(?!市|町)", _read_holiday),
        (
            "part_latin",
            r"(?<![A-Za-z])[AaPp]\.?[Mm]\.?[ ]?(?=\d{1,2}[:時])",
            lambda m: replace(_atom(m, "part"), part="午前" if m[0][0] in "Aa" else "午後"),
        ),
        ("part", part_words + r"(?:中(?![一-龠])|に(?=早く))?", lambda m: _read_part_word(m)),
        (
            "echo",
            r"翌(?=の?\d|[一二三四五六七八九十])|同(?=\d{1,2}[日月時]|[一二三四五六七八九十]{1,3}[日時]|午[前後]|[夜朝夕晩])",
            _read_next_number,
        ),
        ("now", r"ただいま|今すぐ|(?<![一-龠])今(?=から|は)(?!から\d)", _read_now),
    ]
    return tuple((name, re.compile(pattern), reader) for name, pattern, reader in table)


def _read_year_groups(match: re.Match[str]) -> Atom | None:
    return _read_year(match)


def _read_clock_groups(match: re.Match[str]) -> Atom | None:
    atom = _read_clock(match)
    if atom and match["m0"]:
        atom = replace(atom, values=(atom.values[0], int(match["m0"]), atom.values[2]))
    return atom


def _read_part_word(match: re.Match[str]) -> Atom | None:
    word = match[0].removesuffix("中").removesuffix("に")
    if word not in parts():
        word = match[0]
    return replace(_atom(match, "part"), part=word) if word in parts() else None


@cache
def _master() -> re.Pattern[str]:
    """All forms as one alternation; the name of the form that matched is the last group's."""
    bare = ((name, re.sub(r"\(\?P<(?!sep)\w+>", "(?:", form.pattern)) for name, form, _ in forms())
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in bare))


def scan(text: str) -> Iterator[Atom]:
    """Read a folded text into atoms, from left to right; what is no date (`not`) is left out.

    >>> [(atom.kind, atom.values) for atom in scan("11月17日午後3時半")]
    [('month', (11,)), ('day', (17,)), ('part', ()), ('clock', (3, 30, None))]
    """
    table = forms()
    order = {name: i for i, (name, _, _) in enumerate(table)}
    at = 0
    while match := _master().search(text, at):
        start = match.start()
        atom = None
        for _, pattern, reader in table[order[str(match.lastgroup)] :]:
            form = pattern.match(text, start)
            if form and form.end() > start and (atom := reader(form)):
                break
        if atom and atom.kind != "not":
            yield atom
        at = atom.end if atom else start + 1
