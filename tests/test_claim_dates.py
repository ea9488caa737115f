"""Dates of claims: what they can be, and what the rules choose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from keii.config import Extract
from keii.extract.candidates import Candidate
from keii.extract.learned import load
from keii.extract.when import Dating, claim_dates, date_suspects
from keii.extract.when.options import Option, Sheet, by_rule, lead, offers, remembered, taken_value
from keii.extract.when.table import Frame, Pages, table
from keii.model import Article, Block, Document, Factuality, Grain, Section, Sentence, Token, When

RULES = Extract(rules_only=True)
TEXT = "3月2日、市は橋を閉じた。工事は5日に始まり、4月まで続く。開通は未定だ。"
DATES = {"3月2日": "2021-03-02", "5日": "2021-03-05", "4月まで": "../2021-04"}


def _document(text: str = TEXT, dates: dict[str, str] | None = None, suspect: str | None = None) -> Document:
    whens, sentences, at = [], [], 0
    for words, value in (DATES if dates is None else dates).items():
        start = text.index(words)
        earliest = None if value.startswith("..") else f"{value[:10]}T00:00:00Z"
        whens.append(When(start=start, end=start + len(words), value=value, grain="day", suspect=suspect, earliest=earliest))
    while at < len(text):
        end = text.index("。", at) + 1
        sentences.append(Sentence(at, end, "paragraph", 0, 0))
        at = end
    tokens = tuple(
        tuple(
            Token(i, i + 1, text[i], text[i], text[i], "NOUN", "名詞", "dep", s.end - s.start - 1, True, "", "", "")
            for i in range(s.start, s.end)
        )
        for s in sentences
    )
    return Document(
        article=Article(id="a", text=text),
        blocks=(Block(0, len(text), "paragraph", 0),),
        sections=(Section(0, len(text), None, 0, None),),
        sentences=tuple(sentences),
        tokens=tokens,
        whens=tuple(sorted(whens, key=lambda when: when.start)),
    )


def _claim(document: Document, word: str) -> Dating:
    start = document.article.text.index(word)
    number = next(k for k, sentence in enumerate(document.sentences) if sentence.start <= start < sentence.end)
    candidate = Candidate(number, start - document.sentences[number].start, start, start + len(word))
    return Dating(candidate, "other", "fact")


@pytest.mark.parametrize(
    ("word", "value", "source"),
    [
        ("閉じ", "2021-03-02", "sentence"),
        ("始まり", "2021-03-05", "sentence"),
        ("続く", "2021-04", "sentence"),
        ("開通", "2021-04", "context"),
    ],
)
def test_rules_take_the_nearest(word: str, value: str, source: str) -> None:
    document = _document()
    claim = _claim(document, word)
    option = by_rule(claim, offers(Sheet(document), claim.candidate))
    assert (option.value, option.source) == (value, source)


@pytest.mark.parametrize(
    ("word", "published", "values"),
    [
        ("閉じ", None, {None, "2021-03-02", "../2021-03-02"}),
        ("閉じ", "2021-03-04", {None, "2021-03-02", "../2021-03-02", "2021-03-02/2021-03-04", "2021-03-04", "../2021-03-04"}),
        ("閉じ", "2021-03-02", {None, "2021-03-02", "../2021-03-02"}),
    ],
)
def test_offers_hold_bounds_and_no_date(word: str, published: str | None, values: set[str | None]) -> None:
    document = _document()
    if published:
        document = replace(document, published=When(start=0, end=0, value=published, grain="day"))
    assert {one.value for offer in offers(Sheet(document), _claim(document, word).candidate) for one in offer.options} == values


def test_two_dates_of_a_sentence_bound_what_lies_between() -> None:
    document = _document("2月1日、店は傾いたが持ち直し、2月4日に閉じた。", {"2月1日": "2021-02-01", "2月4日": "2021-02-04"})
    found = offers(Sheet(document), _claim(document, "持ち直し").candidate)
    between = next(option for offer in found for option in offer.options if option.value == "2021-02-01/2021-02-04")
    assert (between.taken, between.source) == ("until", "sentence")


def test_what_a_lead_only_names_may_be_dated_later() -> None:
    document = _document("放火の疑いで男を捕らえた。4月3日に放火したという。", {"4月3日": "2021-04-03"})
    tokens = tuple(
        tuple(token._replace(lemma="放火" if token.surface == "放" else token.lemma) for token in row) for row in document.tokens
    )
    document = replace(document, tokens=tokens)
    found = offers(Sheet(document), _claim(document, "放火").candidate)
    assert ("2021-04-03", "context", -1) in {(one.value, one.source, one.back) for offer in found for one in offer.options}


def test_the_story_is_the_first_day_near_the_articles_own() -> None:
    text = "1998年創業の店が閉じる。4月3日に知らせた。"
    document = _document(text, {"1998年": "1998", "4月3日": "2021-04-03"})
    assert lead(document) == (0, document.whens[0])
    document = replace(document, published=When(start=0, end=0, value="2021-04-05", grain="day"))
    assert lead(document) == (1, document.whens[1])


def test_spans_stand_in_the_text_and_only_where_told() -> None:
    document = _document()
    claims = [_claim(document, word) for word in ("閉じ", "始まり", "開通")]
    for (date, why), inherited in zip(claim_dates(document, claims, config=RULES), (False, False, True), strict=True):
        assert date is not None and why
        assert (date.start is None) == inherited
        if date.start is not None and date.end is not None:
            assert TEXT[date.start : date.end] == date.text


def test_no_dates_no_date() -> None:
    document = _document(dates={})
    assert claim_dates(document, [_claim(document, "閉じ")], config=RULES)[0][0] is None


def test_model_is_deterministic() -> None:
    document = _document()
    claims = [_claim(document, word) for word in ("閉じ", "始まり", "続く", "開通")]
    assert claim_dates(document, claims) == claim_dates(document, claims)


def test_rules_come_back_to_the_story() -> None:
    text = "3月2日、橋が閉じた。1990年に建てられた。市は謝る。"
    document = _document(text, {"3月2日": "2021-03-02", "1990年": "1990"})
    document = replace(document, published=When(start=0, end=0, value="2021-03-03", grain="day"))
    claims = [_claim(document, word) for word in ("閉じ", "建て", "謝る")]
    assert [date and date.value for date, _ in claim_dates(document, claims, config=RULES)] == [
        "2021-03-02",
        "1990",
        "2021-03-02",
    ]


def test_older_claims_of_the_same_word_are_remembered() -> None:
    document = _document("火が出た。人が来た。人が来た。火も出た。", {})
    fire, crowd = _claim(document, "火が"), _claim(document, "人が")
    past = [(fire, Option(None, None)), *[(crowd, Option(None, None))] * 30]
    known = remembered(Sheet(document), _claim(document, "火も"), past)
    assert [claim for claim, _ in known] == [*[crowd] * 24, fire]


def test_table_has_the_columns_of_the_model_with_and_without_claims_before() -> None:
    document = _document()
    claim, before = _claim(document, "開通"), _claim(document, "続く")
    pasts: list[list[tuple[Dating, Option]]] = [[], [(before, Option(document.whens[2], "sentence", "point"))]]
    for past in pasts:
        pages = Pages(Sheet(document))
        found = offers(pages.sheet, claim.candidate, past)
        columns, cells = table(Frame(pages, claim, found, by_rule(claim, found), past), found)
        assert list(columns) == load("when")["columns"]
        assert cells.shape == (len(found), len(columns))
        assert not np.isnan(cells).any()


@pytest.mark.parametrize(
    ("published", "word", "factuality", "suspect"),
    [
        ("2021-02-28", "閉じ", "fact", True),
        ("2021-02-28", "閉じ", "planned", False),
        ("2021-03-01", "閉じ", "fact", False),  # a day ahead may be another zone's
        ("2021-02", "閉じ", "fact", False),
    ],
)
def test_a_fact_of_a_day_to_come_is_suspect(published: str, word: str, factuality: Factuality, suspect: bool) -> None:
    grain: Grain = "day" if len(published) == 10 else "month"
    document = replace(_document(), published=When(start=0, end=0, value=published, grain=grain))
    claim = _claim(document, word)._replace(factuality=factuality)
    date = claim_dates(document, [claim], config=RULES)[0][0]
    assert bool(date_suspects(document, date, claim)) == suspect


def test_suspects_follow_the_expression() -> None:
    document = _document(suspect="not a Monday")
    date = claim_dates(document, [_claim(document, "閉じ")], config=RULES)[0][0]
    assert [one.why for one in date_suspects(document, date)] == ["not a Monday"]


@pytest.mark.parametrize(
    ("value", "taken", "expected"),
    [
        ("2023-11-17", "before", "../2023-11-17"),
        ("2023-11-17/..", "point", "2023-11-17"),
        ("../2023-11", "point", "2023-11"),
        ("2023-11-17/2023-11-19", "before", "../2023-11-17"),
    ],
)
def test_ways_of_taking(value: str, taken: str, expected: str) -> None:
    assert taken_value(value, taken) == expected  # type: ignore[arg-type]
