"""How well dates are read: the public date suites beside ja-timex and dateparser, and the dates of the gold claims.

    python -m keii.bench.dates --shared ../shared

A row of a suite is right if every expected expression is found with its span and its value and (where the row lists all)
no other is. Conventions that a news reading does not share are undone on both sides or leave a row out, told with a count:
see `normal` and `out_of_scope`.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from keii.bench.material import article_paths, gold_rows
from keii.dates import context_date, dates, find_dates
from keii.model import Article, Document, When
from keii.read import read
from keii.segment import segment

SUITES = ("recognizers_text", "ja_timex", "duckling", "japanese_date", "parsedatetime_ja", "chrono", "pynormalizenumexp")
Row = dict[str, Any]


class Found(NamedTuple):
    """One expression found by a system: its text and its value."""

    text: str
    value: str | None
    kind: str = "date"


KINDS = {"AbstimeTagger": ("date", "time"), "DurationTagger": ("duration",), "SetTagger": ("set",), "ReltimeTagger": ("date",)}
"""What a row of ja-timex that lists one kind only is judged by."""

System = Callable[[str, str | None], list[Found]]


# --- values of two systems made comparable ------------------------------------------------------------------------

_PARTICLES = re.compile(r"(?:の間|に|の|は|で|と|、|まで)$")


def bounds(value: str) -> tuple[str, str] | None:
    """The days (or moments) a value spans, half open; None for what is no date (durations, sets, clock times)."""
    if "/" in value and not value.startswith("P"):
        low, high = value.split("/", 1)
        first = None if low == ".." else bounds(low)
        last = None if high == ".." else bounds(high)
        if (low != ".." and not first) or (high != ".." and not last):
            return None
        return (first[0] if first else ".."), (last[1] if last else "..")
    match = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d))?)?)?)?)?", value)
    if not match:
        return None
    year, month, day, hour, minute, second = match.groups()
    try:
        start = datetime(int(year), int(month or 1), int(day or 1)) + timedelta(
            hours=int(hour or 0), minutes=int(minute or 0), seconds=int(second or 0)
        )
        if not month:
            end = start.replace(year=start.year + 1)
        elif not day:
            end = (start + timedelta(days=32)).replace(day=1)
        else:
            end = start + (
                timedelta(days=1)
                if not hour
                else timedelta(hours=1)
                if not minute
                else timedelta(minutes=1)
                if not second
                else timedelta(seconds=1)
            )
    except (ValueError, OverflowError):
        return None
    return f"{start:%Y-%m-%dT%H:%M:%S}", f"{end:%Y-%m-%dT%H:%M:%S}"


def same_value(told: str | None, gold: str, reference: str | None = None) -> bool:
    """Whether two values say the same: equal, the same interval (ends told inclusive or exclusive), or the same time of day."""
    if told is None:
        return False
    if told == gold:
        return True
    if re.fullmatch(r"\d{4}(-\d\d)?", told) and re.fullmatch(r"\d{4}-\d\d-\d\d", gold) and gold.startswith(told):
        return True  # 2か月前, 3年後: told at the grain of its unit here, to the day there
    if re.fullmatch(r"(?:\.\.|\d\d:\d\d(?::\d\d)?)(?:/(?:\.\.|\d\d:\d\d(?::\d\d)?))?", gold):  # times of day
        return _clock(told) == _clock(gold)
    if re.fullmatch(r"T\d\d(?:[:-]\d\d)*(?:/T\d\d(?:[:-]\d\d)*)?", gold):
        return _clock(told) == _clock(gold)
    mine, other = bounds(told), bounds(gold)
    if not mine or not other:
        return False
    if mine == other or (mine[0], _start(told)) == (other[0], _start(gold)):
        return True
    ends = bool({other[1], _start(gold)} & {mine[1], _start(told)})  # an end may be told as the last day or the day after
    if ".." in (mine[0], mine[1], other[0], other[1]):
        return (mine[0] == other[0] and mine[1] == other[1]) or (mine[0] == other[0] == ".." and ends)
    return "/" in gold and mine[0] == other[0] and (ends or mine[1] == _start(gold))


def _start(value: str) -> str:
    """Where the far end of an interval begins."""
    found = bounds(value.split("/")[-1])
    return found[0] if found else ""


def _clock(value: str) -> tuple[str, ...]:
    times = []
    for part in value.split("/"):
        match = re.match(r"(\d\d)(?:[:-](\d\d))?(?:[:-](\d\d))?$", part.split("T")[-1].split(" ")[-1])
        times.append(f"{int(match[1]) % 24:02d}:{match[2] or '00'}:{match[3] or '00'}" if match else part)
    return tuple(times)


def same_span(told: str, gold: str) -> bool:
    """Whether two spans are the same but for blanks, width and a particle that one suite counts in and another does not."""
    import unicodedata

    first, second = (re.sub(r"\s", "", unicodedata.normalize("NFKC", one)) for one in (told, gold))
    return first == second or _PARTICLES.sub("", first) == _PARTICLES.sub("", second) or first.replace("、", ",") == second


# --- the suites ---------------------------------------------------------------------------------------------------


def out_of_scope(suite: str, row: Row, expected: Row) -> str | None:
    """Why an expected value is not asked for, None if it is."""
    iso, text = expected.get("iso"), expected.get("text") or ""
    if not iso:
        return "no unique value"
    if suite == "parsedatetime_ja" and re.fullmatch("(?:先々|先|来|再来|次の)週", text):
        return "convention: a week word is that weekday"
    if (
        suite == "duckling"
        and re.fullmatch(r"(?:午前|[0-9:]+AM|\(?[日月火水木金土]\)?|.*(?:ようび|曜日?)|.*[0-9]+日|.*(?:がつ|月)).*", text)
        and iso > row["reference"][:10]
    ):
        return "convention: bare dates look ahead"
    if suite == "recognizers_text":
        if iso == "not resolved" and expected["type"] != "SET":
            return "no unique value"
        if (expected.get("kind") == "time" and re.search("前$", text)) or (
            expected.get("mod") and re.search(r"[時分:0-9]前$", text)
        ):
            return "convention: 9時前 is the hour told"
    return None


def wanted(suite: str, expected: Row, reference: str | None) -> str:
    """The value a suite asks for, in our terms."""
    iso, value = str(expected["iso"]), str(expected.get("value") or "")
    if expected.get("grain") == "Week":
        return f"{iso}/{datetime.fromisoformat(iso) + timedelta(days=6):%Y-%m-%d}"
    if expected.get("grain") == "Quarter":
        return f"{iso}/{int(iso[:4])}-{int(iso[5:]) + 2:02d}"
    if suite != "recognizers_text":
        return iso
    kind = expected["kind"]
    if kind in ("duration", "set"):
        return value
    if re.search(r"T(?:MO|AF|EV|NI|MI|DT)$", value):  # part of a day: hours differ by convention, the day does not
        return value[:10] if value[0] != "T" else "PART"
    if value.endswith("T23:59:59"):  # by the end of the day
        return value[:10]
    if kind == "daterange" and expected.get("mod") in ("after", "since") and re.fullmatch(r"\d{4}(?:-\d\d){0,2}", value):
        return f"{value}/.."  # 以降 includes the day
    if kind == "daterange" and expected.get("mod") in ("before", "until") and re.fullmatch(r"\d{4}(?:-\d\d){0,2}", value):
        return f"../{value}"
    return iso


class Tally(NamedTuple):
    """Rows right, wrong and missing of one system in one suite, and what went wrong."""

    right: int
    wrong: int
    missing: int
    errors: list[str]

    @property
    def n(self) -> int:
        return self.right + self.wrong + self.missing


def run_suite(suite: str, rows: Iterable[Row], system: System) -> tuple[Tally, Counter[str]]:
    """Judge a system by one suite."""
    right = wrong = missing = 0
    errors, left_out = [], Counter[str]()
    for row in rows:
        reasons = {reason for one in row["expected"] if (reason := out_of_scope(suite, row, one))}
        if reasons:
            left_out[sorted(reasons)[0]] += 1
            continue
        if not row["expected"] and not row["exhaustive"]:
            left_out["nothing asked"] += 1
            continue
        reference = row["reference"]
        try:
            found = system(row["text"], reference)
        except Exception as error:  # a peer that crashes has missed the row
            found = [Found(type(error).__name__, None)]
        verdict = judge(suite, row, found)
        right += verdict == "right"
        wrong += verdict == "wrong"
        missing += verdict == "missing"
        if verdict != "right":
            told = "; ".join(f"{one.text}={one.value}" for one in found)
            asked = "; ".join(f"{one.get('text')}={wanted(suite, one, reference)}" for one in row["expected"])
            errors.append("\t".join((verdict, reference or "-", row["text"], f"asked {asked}", f"told {told}")))
    return Tally(right, wrong, missing, errors), left_out


def judge(suite: str, row: Row, found: list[Found]) -> str:
    """`right`, `wrong` or `missing` for one row."""
    verdict = "right"
    free = list(found)
    for one in row["expected"]:
        asked = wanted(suite, one, row["reference"])
        text = one.get("text") or one.get("surface")
        near = [other for other in free if text is None or same_span(other.text, text)]
        hit = next((other for other in near if asked == "PART" or same_value(other.value, asked, row["reference"])), None)
        if hit:
            free.remove(hit)
        else:
            overlap = any(text is None or other.text in text or text in other.text for other in free)
            verdict = "wrong" if near or overlap or verdict == "wrong" else "missing"
    kinds = KINDS.get(row.get("parser") or "", ("date", "time", "duration", "set"))
    if (
        verdict == "right"
        and row["exhaustive"]
        and any(one.kind in kinds for one in free)
        and (row.get("scope") == "all" or not row["expected"])
    ):
        return "wrong"
    return verdict


def keii_system(text: str, reference: str | None) -> list[Found]:
    return [
        Found(text[when.start : when.end], when.value, when.kind)
        for when in find_dates(text, reference[:19] if reference else None)
    ]


def ja_timex_system(text: str, reference: str | None) -> list[Found]:
    import pendulum
    from ja_timex import TimexParser  # type: ignore[import-untyped]

    moment = pendulum.parse(reference) if reference else None
    parser = TimexParser(reference=moment) if moment else TimexParser()
    found = []
    for timex in parser.parse(text):
        value = timex.value.replace("-XX", "") if timex.type == "DATE" else timex.value
        if moment and (resolved := timex.to_datetime()):
            value = resolved.format("YYYY-MM-DD" if timex.type in ("DATE", "DURATION") else "YYYY-MM-DDTHH:mm:ss")
        found.append(Found(timex.text, value))
    return found


def dateparser_system(text: str, reference: str | None) -> list[Found]:
    from dateparser.search import search_dates  # type: ignore[import-untyped]

    settings = {"PREFER_DATES_FROM": "past"}
    if reference:
        settings["RELATIVE_BASE"] = datetime.fromisoformat(reference[:19])  # type: ignore[assignment]
    hits = search_dates(text, languages=["ja"], settings=settings) or []
    return [
        Found(span, moment.strftime("%Y-%m-%d" if not (moment.hour or moment.minute) else "%Y-%m-%dT%H:%M:%S"))
        for span, moment in hits
    ]


# --- gold dates ---------------------------------------------------------------------------------------------------


def gold_figures(shared: Path) -> tuple[dict[str, list[int]], list[str]]:
    """Per origin of a gold claim's date (`sentence`, `heading`, `context`, `document`): right and n, by day; and the misses."""
    counts: dict[str, list[int]] = {}
    errors = []
    paths = article_paths(shared)
    for article, rows in sorted(gold_rows(shared).items()):
        if article not in paths:
            continue
        text = paths[article].read_bytes().decode("utf-8")
        found = next(iter(read([paths[article]])))
        assert isinstance(found, Article)
        document = dates(segment(found))
        for row in rows:
            date = row.get("date")
            if not date:
                continue
            key = ("spans: " if date["start"] is not None else "inherited: ") + date["from"]
            tally = counts.setdefault(key, [0, 0])
            tally[1] += 1
            told = overlapping(document, date) if date["start"] is not None else inherited(document, row)
            if any(same_day(when.value, date["value"]) for when in told):
                tally[0] += 1
            else:
                readings = [(document.text(when), when.value, when.basis) for when in told]
                span = text[date["start"] : date["end"]] if date["start"] is not None else ""
                evidence = text[row["evidence"]["start"] : row["evidence"]["end"]].replace("\n", " ")
                errors.append("\t".join((article, key, span, f"gold {date['value']}", f"told {readings}", evidence[:90])))
    return counts, errors


def overlapping(document: Document, date: Row) -> list[When]:
    return [when for when in document.whens if when.start < date["end"] and date["start"] < when.end]


def inherited(document: Document, row: Row) -> list[When]:
    found = context_date(document, row["trigger"]["start"], own=False)
    return [found[0]] if found else []


def same_day(told: str | None, gold: str) -> bool:
    """Whether two values name the same day (or the same coarser date); of an interval, its first day, of an open one its end."""
    if told is None:
        return False
    first, second = (value.replace("../", "").split("/")[0][:10] for value in (told, gold))
    return first == second


# --- report -------------------------------------------------------------------------------------------------------


def load(shared: Path, suite: str) -> list[Row]:
    path = shared / "data" / "timex" / f"{suite}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def kind_of(error: str) -> str:
    """The kind of an error: its verdict and the form asked for, digits folded."""
    verdict, _, _, asked, _ = error.split("\t")
    form = re.sub(r"[0-9〇一二三四五六七八九十]+", "9", re.sub(r"=[^;]*", "", asked.removeprefix("asked ")))
    return f"{verdict}: {form[:40] or 'nothing'}"


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--errors", type=Path, help="write all errors to this file")
    parser.add_argument("--peers", action="store_true", help="run ja-timex and dateparser beside")
    options = parser.parse_args(argv)
    systems: dict[str, System] = {"keii": keii_system}
    if options.peers:
        systems |= {"ja-timex": ja_timex_system, "dateparser": dateparser_system}
    errors: list[str] = []
    print(f"{'suite':34} {'system':11} {'right':>6} {'wrong':>6} {'missing':>8} {'n':>5} {'share':>6}   left out")
    for suite in SUITES:
        rows = load(options.shared, suite)
        groups = {suite: rows}
        if suite == "recognizers_text":
            groups = {f"{suite}: DateTimeModel": [row for row in rows if row["component"] == "DateTimeModel"],
                      f"{suite}: other components": [row for row in rows if row["component"] != "DateTimeModel"]}  # fmt: skip
        for title, group in groups.items():
            for name, system in systems.items():
                tally, left_out = run_suite(suite, group, system)
                reasons = ", ".join(f"{reason} {n}" for reason, n in left_out.most_common()) if name == "keii" else ""
                print(
                    f"{title:34} {name:11} {tally.right:6} {tally.wrong:6} {tally.missing:8} {tally.n:5} "
                    f"{tally.right / max(1, tally.n):6.3f}   {reasons}"
                )
                if name == "keii":
                    errors += [f"{title}\t{error}" for error in tally.errors]
    print("\nmost frequent kinds of error")
    for kind, n in Counter(kind_of(error.split("\t", 1)[1]) for error in errors).most_common(20):
        print(f"{n:5}  {kind}")
    counts, misses = gold_figures(options.shared)
    print("\ngold dates (day right)")
    for key, (right, n) in sorted(counts.items()):
        print(f"{key:24} {right:5} of {n:5}  {right / n:.3f}")
    if options.errors:
        options.errors.write_text("\n".join(errors + misses) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
