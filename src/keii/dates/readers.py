"""What each written form says: one reader a form, from a match to an atom (None where it is no date after all)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from keii.dates.atoms import RANK, SIZES, WEEKDAYS, Atom, era_year, full_year, integer, lengths, outside_era, parts, words, zones

Match = re.Match[str]
Reader = Callable[[Match], Atom | None]

WEEK_KANA = {"にちよう": 7, "げつよう": 1, "かよう": 2, "すいよう": 3, "もくよう": 4, "きんよう": 5, "どよう": 6}
MONTH_KANA = ("いちがつ", "にがつ", "さんがつ", "しがつ", "ごがつ", "ろくがつ", "しちがつ", "はちがつ", "くがつ", "じゅうがつ",
              "じゅういちがつ", "じゅうにがつ")  # fmt: skip
_MONTHS_EN = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS_EN = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PAST = ("ここ", "この", "過去", "直近", "最近", "前", "最後", "これまで", "今1", "今一")


def atom(match: Match, kind: str, *values: int | None, rank: int | None = None, unit: str = "", part: str = "") -> Atom:
    """An atom over the whole match; its rank is that of its unit or kind if not given."""
    return Atom(match.start(), match.end(), kind, RANK.get(unit or kind, 6) if rank is None else rank, values, unit, part)


def _date(match: Match, year: int | None, month: int, day: int | None, *, era: str | None = None) -> Atom | None:
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= 31):
        return None
    found = atom(match, "date", year, month, day, rank=RANK["day" if day else "month"])
    wrong = era and year and outside_era(era, year, month, day)
    return replace(found, suspect=f"{match[0]} lies outside {era}") if wrong else found


def iso(match: Match) -> Atom:
    numbers = [int(match[name]) if match[name] else None for name in ("y", "m", "d", "h", "min", "s")]
    return atom(match, "date", *numbers, rank=RANK["second"], unit=match["zone"] or "")


def ymd(match: Match) -> Atom | None:
    era, written = match["era"], match["y"]
    year = era_year(era, written) if era else int(written) if len(written) == 4 and written.isdecimal() else None
    return _date(match, year, int(match["m"]), int(match["d"]), era=era) if year else None


def short_ymd(match: Match) -> Atom | None:
    return _date(match, full_year(match["y"]), int(match["m"]), int(match["d"]))


def dmy(match: Match) -> Atom | None:
    first, second = int(match["d"]), int(match["m"])
    day, month = (first, second) if second <= 12 else (second, first)
    return _date(match, int(match["y"]), month, day)


def year_month(match: Match) -> Atom | None:
    era = match.groupdict().get("era")
    year = era_year(era, match["y"]) if era else int(match["y"])
    return _date(match, year, int(match["m"]), None) if year else None


def month_day(match: Match) -> Atom | None:
    return _date(match, None, int(match["m"]), int(match["d"]))


def english(match: Match) -> Atom | None:
    told = {name[0]: text for name, text in match.groupdict().items() if text}
    month = _MONTHS_EN.index(told["m"][:3].lower()) + 1
    return _date(match, int(told["y"]) if "y" in told else None, month, int(told["d"]) if "d" in told else None)


def year_of_era(match: Match) -> Atom | None:
    year = era_year(match["era"], match["y"])
    return atom(match, "year", year, unit=_fiscal(match), part=match["era"]) if year else None


def glossed_year(match: Match) -> Atom | None:
    """2019(令和元)年, 平成17年(2005年): a year told twice."""
    told = int(match["y"] or match["y2"])
    era, written = match["era"] or match["era2"], match["told"] or match["told2"]
    if "年" not in match[0]:
        return None
    found = atom(match, "year", told, unit="year")
    return found if era_year(era, written) == told else replace(found, suspect=f"{era}{written}年 is not {told}")


def lone_year(match: Match) -> Atom:
    """A text that is nothing but a year."""
    return atom(match, "year", int(match["y"]), unit="year")


def imperial_year(match: Match) -> Atom:
    return atom(match, "year", integer(match["y"]) - 660, unit="year")


def year(match: Match) -> Atom | None:
    """A year told with three or four digits; 100年 and the like are lengths, as is 1000年前."""
    written = match["y"]
    n = integer(written)
    if match["ad"]:
        return atom(match, "year", n, unit=_fiscal(match)) if n > 0 else None
    distance = re.compile("(?:以上|ほど|くらい|余り|近く)?も?の?(?:前(?!半)|後(?!半))").match(match.string, match.end())
    if n < 100 or (n < 1000 and (n % 50 == 0 or distance)) or (distance and (n % 100 == 0 or n < 1500)) or n > 2500:
        return None
    if ("百" in written and n < 1000) or (_fiscal(match) == "fiscal" and n < 1868):
        return None
    return atom(match, "year", n, unit=_fiscal(match))


def short_year(match: Match) -> Atom:
    return atom(match, "year", full_year(match["y"]), unit=_fiscal(match))


def _fiscal(match: Match) -> str:
    return "fiscal" if match[0].endswith("年度") else "year"


def before_christ(match: Match) -> Atom | None:
    n = integer(match["n"])
    return atom(match, "bc", n, unit="century" if "世紀" in match[0] else "year") if n > 0 else None


def century(match: Match) -> Atom | None:
    n = integer(match["n"])
    return atom(match, "century", n) if 1 <= n <= 30 else None


def decade(match: Match) -> Atom | None:
    n = integer(match["n"])
    return atom(match, "decade", n) if n >= 0 and n % 10 == 0 else None


def month(match: Match) -> Atom | None:
    n = integer(match["n"])
    return atom(match, "month", n) if 1 <= n <= 12 else None


def kana_month(match: Match) -> Atom:
    return atom(match, "month", MONTH_KANA.index(match[0]) + 1)


def day(match: Match) -> Atom | None:
    n = integer(match["n"])
    return atom(match, "day", n) if 1 <= n <= 31 else None


def whole_day(match: Match) -> Atom:
    return atom(match, "shift", 0, unit="day")


def weekday(match: Match) -> Atom:
    ordinal = match["nth"]
    nth = (-1 if ordinal in ("最後", "最終") else 1 if ordinal == "最初" else integer(ordinal)) if ordinal else None
    return atom(match, "weekday", _weekday(match["day"]), nth, rank=RANK["day"] if nth else None)


def weekday_mark(match: Match) -> Atom:
    return atom(match, "weekday", _weekday(match[0]), None, part="(")


def _weekday(text: str) -> int | None:
    for number, name in enumerate(_DAYS_EN, 1):
        if name in text.lower():
            return number
    kana = next((n for name, n in WEEK_KANA.items() if name in text), None)
    return kana or next((WEEKDAYS.index(char) or 7 for char in text if char in WEEKDAYS and text not in ("休日", "祝日")), None)


def week(match: Match) -> Atom | None:
    n = {"最初": 1, None: 0}.get(match["word"], -1) or integer(match["n"])
    return atom(match, "week", n) if n == -1 or 1 <= n <= 53 else None


def quarter(match: Match) -> Atom:
    return atom(match, "quarter", integer(match["n"] or match["q"]))


def half(match: Match) -> Atom:
    found = atom(match, "half", 1 if match[0][-2:] in ("半期", "上期", "前半") and "下" not in match[0] else 2)
    return replace(found, unit="month") if match[0].startswith("月") else found


def tenday(match: Match) -> Atom:
    return atom(match, "tenday", {"上": 1, "初": 1, "中": 2}.get(match[0][-2], 3))


def edge(match: Match) -> Atom:
    word = match[0]
    middle = ("半ば", "なかば", "中頃", "中ごろ", "中盤", "中旬")
    return atom(match, "edge", 2 if word in middle else 3 if word[0] in "末終暮" else 1)


def unit_edge(match: Match) -> Atom:
    """年末, 月初め, 週明け … : an edge that names its unit."""
    word = match[0]
    if word == "週末":
        return atom(match, "weekend", unit="weekend")
    unit = "fiscal" if "年度" in word else {"月": "month", "週": "week"}.get(word[0], "year")
    which = 4 if word == "年末年始" else 3 if word[-1] == "末" or "終わり" in word else 2 if "半ば" in word else 1
    return atom(match, "edge", which, unit=unit)


def season(match: Match) -> Atom:
    lead, name = match[0][:-1], match[0][-1]
    start, end = words("season")[name].split(" ")
    years = {"今": 0, "この": 0, "昨": -1, "去": -1, "翌": 1, "来": 1}.get(lead)
    return atom(match, "season", int(start), int(end), years, part=lead)


def deictic(match: Match) -> Atom:
    word = match[0]
    kind = "shift" if word in words("shift") else "same"
    unit, n, *part = words(kind)[word].split(" ")
    rank = RANK["part"] if part else None
    return atom(match, kind, int(n), unit=unit, rank=rank, part=part[0] if part else "")


def next_week(match: Match) -> Atom:
    return atom(match, "shift", 1, unit="week")


def echo(match: Match) -> Atom:
    """翌 or 同 before a number: the piece counts from the date in force."""
    return atom(match, "same", 0, unit="next" if match[0] == "翌" else "echo", rank=RANK["echo"])


def holiday(match: Match) -> Atom:
    return atom(match, "holiday", part=match[0])


def part(match: Match) -> Atom | None:
    word = next(word for word in (match[0], match["word"]) if word in parts())
    return atom(match, "part", part=word)


def latin_part(match: Match) -> Atom:
    return atom(match, "part", part="午前" if match[0][0] in "Aa" else "午後")


def clock(match: Match) -> Atom | None:
    hour = integer(match["h"])
    minute = 30 if match["half"] else integer(match["m"] or match["bare"]) if match["m"] or match["bare"] else None
    second = integer(match["s"]) if match["s"] else None
    if hour > 30 or (minute or 0) > 59 or (second or 0) > 59:
        return None
    return atom(match, "clock", hour, -minute if match["back"] and minute else minute, second, unit="minute")


def colon(match: Match) -> Atom | None:
    hour, half_day = int(match["h"]), (match["half"] or "").lower().replace(".", "")
    if hour > 30 or (half_day and hour > 12):
        return None
    return atom(match, "clock", hour, int(match["m"]), int(match["s"]) if match["s"] else None, unit="minute", part=half_day)


def zone(match: Match) -> Atom:
    return atom(match, "zone", unit=zones()[match["in"] or match["bare"]], rank=-1)


def offset_zone(match: Match) -> Atom | None:
    sign, hours, minutes = match["sign"] or match["sign2"], int(match["h"] or match["h2"]), match["m"] or match["m2"] or "00"
    return atom(match, "zone", unit=f"{sign}{hours:02d}:{minutes}", rank=-1) if hours <= 14 else None


def pair(match: Match) -> Atom | None:
    """17~19日, 2020から2021年: two or more numbers that share their unit."""
    first, last = int(match["n"]), int(re.findall(r"\d+", match[0])[-1])
    unit, high = {"日": ("day", 31), "月": ("month", 12), "年": ("year", 2200), "時": ("hour", 24)}[
        match["unit"][-1].replace("度", "年").replace("期", "月")
    ]
    if unit == "year" and first > 1000 and last < 100:
        last += first // 100 * 100
    if (
        not 1 <= first <= high
        or not 1 <= last <= high
        or (unit == "year" and first < 1000)
        or (unit in ("day", "year") and first >= last)
    ):
        return None
    return atom(match, "pair", first, last, unit=unit)


def _length(match: Match, kind: str, *values: int | None, rank: int | None = None, part: str = "") -> Atom | None:
    amount = lengths(match["len"])
    if not amount or (
        amount[0][1] == "year" and len(amount) == 1 and re.match(r"[12]\d{3}年", match["len"]) and amount[0][0] % 100
    ):
        return None
    unit = amount[-1][1]
    return replace(
        atom(match, kind, *values, rank=RANK.get(unit, 6) if rank is None else rank, unit=unit, part=part), amount=amount
    )


def offset(match: Match) -> Atom | None:
    return _length(match, "offset", -1 if match["dir"] in ("前", "まえ") else 1, part=match["lead"] or "")


def window(match: Match) -> Atom | None:
    return _length(match, "window", -1 if match["lead"].startswith(_PAST) else 1)


def ahead(match: Match) -> Atom | None:
    return _length(match, "window", 1)


def elapsed(match: Match) -> Atom | None:
    return _length(match, "offset", 1)


def year_to_date(match: Match) -> Atom:
    return replace(atom(match, "todate"), unit="year")


def duration(match: Match) -> Atom | None:
    written, tail = match["len"], match["tail"] or ""
    found = _length(match, "duration", rank=-2)
    if found is None:
        return None
    bare_day = written.endswith("日") and len(found.amount) == 1 and written[0] not in "半数何" and "営業" not in written
    ordinal = tail == "目" and found.unit in ("hour", "minute", "second")
    return None if (bare_day and not tail) or ordinal or (written == "十分" and not tail) else found


def every(match: Match) -> Atom:
    word = match["every"] or match["each"]
    unit = {"年度": "year", "年": "year", "月": "month", "週": "week", "日": "day", "時": "hour", "分": "minute", "秒": "second",
            "週末": "weekend"}.get(word, "season" if word in words("season") else "part")  # fmt: skip
    return replace(atom(match, "set", unit=unit, rank=-3, part=word), amount=((1, unit),))


def every_length(match: Match) -> Atom | None:
    inner = lengths(match["inner"]) if match["inner"] else ()
    outer = lengths(match["len"])
    if inner and outer and (SIZES.index(inner[0][1]), inner[0][1]) > (SIZES.index(outer[0][1]), "day"):
        return None  # 1日に1か月 is no rate
    return _length(match, "set", rank=-3)


def rate(match: Match) -> Atom | None:
    unit = {"年": "year", "月": "month", "週": "week", "日": "day"}[match["unit"] or match["day"]]
    return replace(atom(match, "set", unit=unit, rank=-3), amount=((1, unit),))


def now(match: Match) -> Atom:
    return atom(match, "now", rank=RANK["second"])


def nothing(match: Match) -> Atom:
    """What looks like a date and is none; it also keeps other forms from reading into it."""
    return atom(match, "not")
