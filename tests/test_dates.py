"""Date expressions of a text: the table of cases, properties of generated dates, and what no text may do."""

from __future__ import annotations

import calendar
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keii.dates import find_dates, post_instant
from keii.model import KeiiError

CASES = [
    line.split("\t")
    for line in (Path(__file__).parent / "cases" / "dates.tsv").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def written(text: str, reference: str | None) -> str:
    """What is found, as the table writes it."""
    found = (
        f"{text[when.start : when.end]}={when.value}{f' {when.zone}' if when.zone else ''}{' !' if when.suspect else ''}"
        for when in find_dates(text, reference)
    )
    return "; ".join(found) or "-"


@pytest.mark.parametrize(("text", "reference", "expected"), CASES, ids=[case[0] for case in CASES])
def test_case(text: str, reference: str, expected: str) -> None:
    assert written(text, None if reference == "-" else reference) == expected


def test_the_table_is_large_enough() -> None:
    assert len(CASES) >= 300


# --- generated dates ----------------------------------------------------------------------------------------------

DAYS = st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 12, 31))
KANJI = str.maketrans("0123456789", "〇一二三四五六七八九")
WIDE = str.maketrans("0123456789/.-", "０１２３４５６７８９／．－")


def kanji(n: int) -> str:
    """A number up to 99 in kanji by value: 31 is 三十一."""
    tens, ones = divmod(n, 10)
    digits = "〇一二三四五六七八九"
    return (digits[tens] if tens > 1 else "") + ("十" if tens else "") + (digits[ones] if ones else "")


def era(day: date) -> str:
    for name, start in (("令和", date(2019, 5, 1)), ("平成", date(1989, 1, 8)), ("昭和", date(1926, 12, 25))):
        if day >= start:
            year = day.year - start.year + 1
            return f"{name}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    raise AssertionError(day)


FORMS = (
    lambda d: f"{d.year}年{d.month}月{d.day}日",
    lambda d: f"{d.year}年{d.month:02d}月{d.day:02d}日".translate(WIDE),
    lambda d: f"{str(d.year).translate(KANJI)}年{kanji(d.month)}月{kanji(d.day)}日",
    lambda d: f"{d.year}/{d.month}/{d.day}",
    lambda d: f"{d.year}-{d.month:02d}-{d.day:02d}",
    lambda d: f"{d.year}.{d.month}.{d.day}".translate(WIDE),
    lambda d: f"{d.year}年{d.month}月{d.day}日({'月火水木金土日'[d.weekday()]})",
    lambda d: f"{d.year}年の{d.month}月{d.day}日",
    lambda d: f"{calendar.month_name[d.month]} {d.day}, {d.year}",
    lambda d: f"{d.day} {calendar.month_abbr[d.month]} {d.year}",
    era,
)


@given(DAYS, st.sampled_from(FORMS), st.sampled_from(("", "会社は", "また、")), st.sampled_from(("", "に開いた。", "、")))
def test_any_date_in_any_form_is_read_back(day: date, form, before: str, after: str) -> None:  # type: ignore[no-untyped-def]
    text = before + form(day) + after
    (when,) = find_dates(text)
    assert (when.value, when.start, when.end) == (day.isoformat(), len(before), len(before) + len(form(day)))
    assert when.suspect is None


@given(DAYS, st.integers(0, 23), st.integers(0, 59))
def test_a_clock_time_joins_its_day(day: date, hour: int, minute: int) -> None:
    half = f"{'午前' if hour < 12 else '午後'}{hour % 12}時{minute}分"
    for clock in (f"{hour}時{minute}分", f"{hour:02d}:{minute:02d}", half):
        (when,) = find_dates(f"{day.year}年{day.month}月{day.day}日{clock}")
        assert when.value == f"{day}T{hour:02d}:{minute:02d}"


@given(DAYS, st.integers(-40, 0))
def test_a_bare_day_of_the_last_weeks_is_found_again(reference: date, ago: int) -> None:
    day = reference + timedelta(days=ago)
    (when,) = find_dates(f"{day.month}月{day.day}日に決めた。", reference.isoformat())
    assert when.value == day.isoformat()


@given(DAYS)
def test_deictic_days_count_from_the_reference(reference: date) -> None:
    for word, n in (("一昨日", -2), ("昨日", -1), ("今日", 0), ("明日", 1), ("明後日", 2), ("10日前", -10), ("10日後", 10)):
        (when,) = find_dates(f"{word}の会議", reference.isoformat())
        assert when.value == (reference + timedelta(days=n)).isoformat()


@given(DAYS)
def test_months_do_not_overrun_their_end(reference: date) -> None:
    month = (reference.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    assert [when.value for when in find_dates("先月", reference.isoformat())] == [month]
    assert [when.value for when in find_dates("1か月前", reference.isoformat())] == [month]


@given(DAYS, st.integers(1, 31))
def test_strict_bias_never_leaves_its_side(reference: date, day: int) -> None:
    (past,) = find_dates(f"{day}日", reference.isoformat(), bias="past")
    (future,) = find_dates(f"{day}日", reference.isoformat(), bias="future")
    assert past.value is not None and future.value is not None
    assert past.value <= reference.isoformat() <= future.value


# --- spans and robustness -----------------------------------------------------------------------------------------

WORDS = (
    "2023年|11月|17日|午後|8時|半|から|まで|〜|、|の|翌|同|前|後|３|(金)|10|/|:|-|去年|毎週|月曜|頃|末|令和|元|ｶﾞ|㍻|①|世紀|代"
    "|\u200b|\r\n|😀|「|』"
)
PIECES = st.sampled_from(WORDS.split("|"))


@settings(max_examples=300)
@given(
    st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=60), st.sampled_from([None, "2024-02-29", "2023-12-31T23:59"])
)
def test_any_text_is_read_without_a_crash(text: str, reference: str | None) -> None:
    last = 0
    for when in find_dates(text, reference):
        assert last <= when.start < when.end <= len(text)
        assert text[when.start : when.end].strip()
        last = when.end


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "一",
        "年",
        "11月",
        "17日から",
        "「",
        "(",
        "午後",
        "同",
        "前",
        "の後",
        "1/",
        "2023-",
        "、1",
        "3日と",
        " ",
        "あ",
        "翌日",
    ],
)
def test_hostile_text_takes_linear_time(piece: str) -> None:
    find_dates("温める", "2023-11-20")
    started = time.process_time()
    find_dates(piece * (50_000 // len(piece)), "2023-11-20")
    assert time.process_time() - started < 4


def test_the_reference_must_be_a_date() -> None:
    with pytest.raises(KeiiError, match="not an ISO 8601 date"):
        find_dates("昨日", "yesterday")


@pytest.mark.parametrize(
    ("text", "zone", "earliest", "latest"),
    [
        ("2023年11月17日", "Asia/Tokyo", "2023-11-16T15:00:00Z", "2023-11-17T15:00:00Z"),
        ("2023年11月17日(米国時間)", None, "2023-11-17T05:00:00Z", "2023-11-18T05:00:00Z"),
        ("2023年7月17日12時(太平洋時間)", None, "2023-07-17T19:00:00Z", "2023-07-17T20:00:00Z"),
        ("2023年11月17日以降", "UTC", "2023-11-17T00:00:00Z", None),
        ("2023年11月17日まで", "UTC", None, "2023-11-18T00:00:00Z"),
        ("2023年11月17日の夜", "UTC", "2023-11-17T18:00:00Z", "2023-11-18T00:00:00Z"),
        ("2023年11月17日25時", "UTC", "2023-11-18T01:00:00Z", "2023-11-18T02:00:00Z"),
        ("2023年度", "UTC", "2023-04-01T00:00:00Z", "2024-04-01T00:00:00Z"),
        ("2023年冬", "UTC", "2023-12-01T00:00:00Z", "2024-03-01T00:00:00Z"),
    ],
)
def test_instants(text: str, zone: str | None, earliest: str | None, latest: str | None) -> None:
    (when,) = find_dates(text, zone=zone)
    assert (when.earliest, when.latest) == (earliest, latest)


def test_one_moment_in_two_zones() -> None:
    here, there = find_dates("米国時間11月17日21時、日本時間11月18日11時", "2023-11-20")
    assert here.earliest == there.earliest == "2023-11-18T02:00:00Z"


@pytest.mark.parametrize(
    ("post", "expected"),
    [
        ("https://x.com/jack/status/20", None),
        ("29700859247", "2010-11-04T01:43:01"),
        ("https://twitter.com/a/status/1212092628029698048", "2019-12-31T19:26:16"),
        ("1212092628029698048", "2019-12-31T19:26:16"),
        ("no post", None),
        ("9" * 30, None),
    ],
)
def test_post_instant(post: str, expected: str | None) -> None:
    moment = post_instant(post)
    assert (moment and moment.strftime("%Y-%m-%dT%H:%M:%S")) == expected
