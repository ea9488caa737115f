"""Dates of an article: what is in force where an expression stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from keii.dates import context_date, dates
from keii.model import Article, Document
from keii.segment import segment


def read(text: str, published: str | None = "2024-05-20", zone: str | None = None) -> Document:
    return dates(segment(Article(id="a", text=text, published=published, zone=zone)))


def values(document: Document) -> list[tuple[str, str | None, str]]:
    return [(document.text(when), when.value, when.basis) for when in document.whens]


CASES = [
    line.split("\t")
    for line in (Path(__file__).parent / "cases" / "dates_documents.tsv").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize(("published", "text", "expected"), CASES, ids=[text for _, text, _ in CASES])
def test_expressions_are_read_in_context(published: str, text: str, expected: str) -> None:
    found = values(read(text.replace("¶", "\n\n"), published))
    assert "; ".join(f"{span}={value} {basis}" for span, value, basis in found) == expected


TIMELINE = """騒動の経緯

■ 11月17日(金)

12:28 取締役会が発表
16時09分 社長が辞意を表明

■ 11月18日(土)

21:32 社員が声明を公開
"""


def test_clock_times_of_a_timeline_take_the_day_of_its_heading() -> None:
    found = {span: value for span, value, _ in values(read(TIMELINE, "2023-11-22"))}
    assert found["12:28"] == "2023-11-17T12:28"
    assert found["16時09分"] == "2023-11-17T16:09"
    assert found["21:32"] == "2023-11-18T21:32"


@pytest.mark.parametrize(
    ("text", "value", "basis"),
    [
        ("新店が開業\n\n2023年11月17日\n\n駅前に新店が開業した。2015年の計画だ。", "2023-11-17", "dateline"),
        ("新店が開業\n\n計画は2015年4月2日に決まり、2023年11月17日に開業した。来客は多い。", "2023-11-17", "text"),
        ("新店が開業\n\n2023年11月17日に開業した。11月20日には千人が訪れた。11月24日に閉じた。", "2023-11-24", "text"),
        (
            "新店の一年\n\n2023年6月27日に開業した。9月10日に改装した。11月5日に閉じた。13日には更地になった。",
            "2023-11-13",
            "text",
        ),
        ("新店が開業\n\n駅前に新店が開業した。", None, None),
    ],
)
def test_the_article_date_is_inferred(text: str, value: str | None, basis: str | None) -> None:
    published = read(text, None).published
    assert (published and published.value, published and published.basis) == (value, basis)


def test_a_given_date_is_kept_with_its_instants() -> None:
    published = read("新店が開業", "2023-11-17T20:00:00+09:00").published
    assert published is not None
    assert (published.value, published.basis, published.earliest) == ("2023-11-17T20:00:00", "given", "2023-11-17T11:00:00Z")


def test_a_heading_sets_the_zone_of_its_section() -> None:
    document = read("まとめ\n\n## 11月17日の動き(米国時間)\n\n正午に会議が始まった。\n", "2023-11-20")
    noon = next(when for when in document.whens if document.text(when) == "正午")
    assert (noon.value, noon.earliest) == ("2023-11-17T12", "2023-11-17T17:00:00Z")


def test_a_status_link_carries_its_instant() -> None:
    document = read("投稿のまとめ\n\nhttps://x.com/a/status/1212092628029698048\n", "2020-01-05")
    (post,) = [when for when in document.whens if when.basis == "post"]
    assert (post.value, post.earliest) == ("2020-01-01T04:26:16", "2019-12-31T19:26:16Z")


INHERIT = """会社が謝罪

会社は5月17日、謝罪した。社長も頭を下げた。株主は10月に集まる予定だ。会長は辞任した。

## 4月の発覚

担当者が告発した。"""


@pytest.mark.parametrize(
    ("place", "value", "source"),
    [
        ("謝罪した", "2024-05-17", "sentence"),
        ("頭を下げた", "2024-05-17", "context"),
        ("集まる", "2024-10", "sentence"),
        ("辞任した", "2024-05-17", "context"),
        ("告発した", "2024-04", "heading"),
    ],
)
def test_the_nearest_source_gives_the_date_in_force(place: str, value: str, source: str) -> None:
    document = read(INHERIT)
    assert (found := context_date(document, INHERIT.index(place))) is not None
    assert (found[0].value, found[1]) == (value, source)


def test_own_dates_can_be_passed_over() -> None:
    assert (found := context_date(read(INHERIT), INHERIT.index("集まる"), own=False)) is not None
    assert (found[0].value, found[1]) == ("2024-05-17", "context")


def test_the_article_date_comes_last() -> None:
    text = "会社が謝罪\n\n会社は謝罪した。"
    assert (found := context_date(read(text), text.index("謝罪した"))) is not None
    assert (found[0].value, found[1]) == ("2024-05-20", "document")
    assert context_date(read(text, None), text.index("謝罪した")) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("11月6日に橋が落下した。11月20日、市は落下について謝った。落下の翌日には船が出た。", "2023-11-07"),
        ("11月には橋の落下が予想された。11月6日に落下した。落下の翌日には船が出た。", "2023-11-07"),
        (
            "11月6日に落下した。11月20日、市は落下について謝った。11月20日の会見は落下の話だった。落下の翌日には船が出た。",
            "2023-11-21",
        ),
    ],
)
def test_an_event_has_the_day_told_most_often_or_first(text: str, value: str) -> None:
    document = read(f"橋の事故\n\n{text}", "2023-11-30")
    assert next(when.value for when in document.whens if document.text(when) == "落下の翌日") == value


def test_spans_slice_back_in_order() -> None:
    document = read("記録\r\n\r\n２０２３年１１月１７日（金）から３日後に、㍻の碑を建てた。\r\n翌日は休んだ。", "2023-12-01")
    assert [document.text(when) for when in document.whens] == ["２０２３年１１月１７日（金）から３日後", "翌日"]
    assert all(one.end <= two.start for one, two in zip(document.whens, document.whens[1:], strict=False))
