"""The timeline as HTML, without a browser."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from pages import HOSTILE, assert_policy_holds, data_of
from timelines import Story, many, sample, story

from keii.model import Conflict, DateFrom, EventType, Factuality, Role
from keii.page import labels
from keii.timeline import timeline

SAMPLE = sample()


def rows_of(story: Story, **more: Any) -> Any:
    return data_of(timeline(*story, **more))


def test_nothing_is_loaded_and_nothing_runs_inline() -> None:
    assert_policy_holds(timeline(*SAMPLE))


def test_the_same_input_gives_the_same_bytes() -> None:
    assert timeline(*SAMPLE) == timeline(*sample())


def test_events_stand_by_the_day_they_are_told_for_and_undated_last() -> None:
    days = [(row["id"], row["day"]) for row in rows_of(SAMPLE)["events"]]
    assert days == [
        ("e-old", "1973"),
        ("e-year", "2015"),
        ("e-month", "2023-11"),
        ("e-until", "2023-11-16"),
        ("e-fired", "2023-11-17"),
        ("e-call", "2023-11-17"),
        ("e-span", "2023-11-18"),
        ("e-from", "2023-11-19"),
        ("e-none", ""),
    ]


def test_the_period_reaches_to_the_last_end_that_is_told() -> None:
    assert rows_of(SAMPLE)["period"] == ["1973", "2023-11-20"]


def test_every_span_points_at_its_words() -> None:
    data = rows_of(SAMPLE)
    fired = next(row for row in data["events"] if row["id"] == "e-fired")
    for number, date, citation in zip(fired["claims"], ("十七日", "十八日"), ("山海新聞によると", None), strict=True):
        claim = data["claims"][number]
        text = data["articles"][claim["article"]]["text"]
        cut = {name: claim[name] and text[slice(*claim[name])] for name in ("trigger", "date", "citation")}
        assert cut == {"trigger": "解任", "date": date, "citation": citation}
        assert [text[slice(*span)] for span in claim["people"]] == ["田中", "北海商会"]


def test_conflicts_and_history_name_their_claims() -> None:
    fired = next(row for row in rows_of(SAMPLE)["events"] if row["id"] == "e-fired")
    first, second = fired["claims"]
    assert fired["conflicts"] == [["date", [["2023-11-17", [first], "2 independent outlets"], ["2023-11-18", [second], None]]]]


def test_people_are_told_from_organisations() -> None:
    assert rows_of(SAMPLE)["persons"] == ["田中", "鈴木"]


def test_hostile_text_stays_data() -> None:
    page = timeline(*SAMPLE)
    assert "<img" not in page and page.count("<script") == 2 and "<!--" not in page
    data = data_of(page)
    assert data["articles"]["b"]["title"] == HOSTILE and HOSTILE in data["articles"]["b"]["text"]
    assert data["events"][-1]["title"] == HOSTILE


def test_only_web_addresses_become_links() -> None:
    articles = rows_of(SAMPLE)["articles"]
    assert articles["a"]["url"] == "https://example.org/a" and articles["b"]["url"] is None


def test_texts_stand_once_and_only_where_they_are_evidence() -> None:
    unused = SAMPLE.analyses[0].model_copy(update={"id": "unused", "text": "だれも引かない記事。"})
    page = timeline(SAMPLE.events, SAMPLE.claims, [*SAMPLE.analyses, unused])
    assert unused.text not in page
    assert page.count(SAMPLE.analyses[0].text.splitlines()[0]) == 2  # its text and, from the same words, the event's title


def test_too_much_text_is_cut_to_what_surrounds_the_claims() -> None:
    far = "遠い話。" * 500
    row = {"id": "e1", "date": "2023-11-17", "participants": [], "labels": {}}
    made = story([(row, [("a", "〔十七日〕に【会談】した。")])])
    long = made._replace(analyses=[made.analyses[0].model_copy(update={"text": made.analyses[0].text + far + "終わり"})])
    assert 'id="cut"' not in timeline(*long) and "pieces" not in data_of(timeline(*long))["articles"]["a"]
    page = timeline(*long, limit=1000)
    article = data_of(page)["articles"]["a"]
    assert 'id="cut"' in page and "text" not in article
    assert article["size"] == len(long.analyses[0].text)
    ((start, piece),) = article["pieces"]
    assert start == 0 and piece.startswith("十七日に会談した。") and len(piece) < 400


def test_two_thousand_long_articles_fit_one_page() -> None:
    made = many(2000, 2000, filler="関係のない長い話が続く。" * 250)
    page = timeline(*made)
    assert 'id="cut"' in page and len(page.encode()) < 10_000_000
    data = data_of(page)
    for claim in data["claims"][::100]:
        (piece,) = [
            text[claim["trigger"][0] - start : claim["trigger"][1] - start]
            for start, text in data["articles"][claim["article"]]["pieces"]
            if start <= claim["trigger"][0] < start + len(text)
        ]
        assert piece == "発表"


def test_a_run_without_events_is_a_page() -> None:
    page = timeline([], [], [])
    assert "<!doctype html>" in page and 'id="period"' not in page


FIELDS = get_args(Conflict.model_fields["field"].annotation)


@pytest.mark.parametrize(
    ("prefix", "values"),
    [
        ("value", get_args(EventType) + get_args(Factuality)),
        ("role", get_args(Role)),
        ("field", FIELDS),
        ("date", get_args(DateFrom)),
    ],
)
def test_every_value_has_its_words(prefix: str, values: tuple[str, ...]) -> None:
    assert {f"{prefix}.{value}" for value in values} <= set(labels("timeline"))
