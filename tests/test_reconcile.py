"""Pairing of claims, fields, names and dates."""

from __future__ import annotations

import itertools
import time
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keii.config import Config
from keii.model import Claim, Name
from keii.reconcile import Aliases, Spans, days, match, reconcile, same_set

CONFIG = Config()


def claim(start: int, end: int, *, id: str = "c001", evidence: tuple[int, int] = (0, 40), **more: Any) -> Claim:
    """A claim with its trigger at `start:end`; participants as (role, name) or (role, name, start, end)."""
    people = [dict(zip(("role", "name", "start", "end"), who, strict=False)) for who in more.pop("participants", ())]
    when = more.pop("date", "2023-11-17")
    row = {
        "article": "a",
        "id": id,
        "evidence": {"start": evidence[0], "end": evidence[1], "text": ""},
        "trigger": {"start": start, "end": end, "text": ""},
        "type": "other",
        "factuality": "fact",
        "date": when and {"value": when, "from": "document"},
        "participants": people,
        "event": None,
    }
    return Claim.model_validate(row | more)


def only_pair(gold: Claim, pred: Claim, **more: Any) -> Any:
    (pair,) = reconcile([pred], [gold], CONFIG, **more)
    return pair


def test_every_claim_gets_one_verdict() -> None:
    gold = [claim(2, 4, id="c001"), claim(10, 12, id="c002", type="harm"), claim(50, 52, id="c003", evidence=(45, 60))]
    pred = [
        claim(2, 4, id="c001"),
        claim(3, 4, id="c002", type="meet"),
        claim(10, 12, id="c003"),
        claim(30, 32, id="c004", type="meet"),
    ]
    rows = [(pair.gold, pair.pred, pair.verdict, pair.duplicate_of) for pair in reconcile(pred, gold, CONFIG)]
    assert rows == [
        ("c001", "c001", "right", None),
        (None, "c002", "duplicate", "c001"),
        ("c002", "c003", "partly", None),
        (None, "c004", "false", None),
        ("c003", None, "missed", None),
    ]


def test_similarity_is_the_weighted_sum() -> None:
    pair = only_pair(claim(0, 4, evidence=(0, 20)), claim(2, 6, evidence=(0, 10), type="harm"))
    assert pair.similarity == pytest.approx(0.5 * 2 / 6 + 0.3 * 10 / 20, abs=1e-6)


@pytest.mark.parametrize(
    ("evidence", "type", "paired"), [((0, 20), "other", True), ((0, 19), "other", False), ((0, 40), "harm", False)]
)
def test_apart_triggers_pair_only_in_one_sentence_and_type(evidence: tuple[int, int], type: str, paired: bool) -> None:
    rows = reconcile([claim(4, 6, evidence=evidence, type=type)], [claim(0, 2)], CONFIG)
    assert (len(rows) == 1) is paired


def test_predictions_of_unlabelled_articles_are_left_out() -> None:
    stray = claim(2, 4).model_copy(update={"article": "b"})
    assert reconcile([stray], [], CONFIG) == ()
    assert [pair.verdict for pair in reconcile([stray], [], CONFIG, articles=["b"])] == ["false"]


spans = st.tuples(st.integers(0, 30), st.integers(1, 6), st.sampled_from(["other", "harm"]))


@given(st.lists(spans, max_size=4), st.lists(spans, max_size=4))
def test_matching_is_optimal(gold: list[tuple[int, int, str]], pred: list[tuple[int, int, str]]) -> None:
    def claims(rows: list[tuple[int, int, str]]) -> list[Claim]:
        return [
            claim(a, a + n, id=f"c{i}", evidence=(a // 10 * 10, a // 10 * 10 + 16), type=t) for i, (a, n, t) in enumerate(rows)
        ]

    def iou(a: Any, b: Any) -> float:
        ours, theirs = set(range(a.start, a.end)), set(range(b.start, b.end))
        return len(ours & theirs) / len(ours | theirs)

    def similarity(a: Claim, b: Claim) -> float:
        trigger, evidence, alike = iou(a.trigger, b.trigger), iou(a.evidence, b.evidence), a.type == b.type
        return 0.5 * trigger + 0.3 * evidence + 0.2 * alike if trigger or (evidence >= 0.5 and alike) else 0.0

    ours, theirs = claims(gold), claims(pred)
    found = match(ours, theirs, CONFIG.score)
    assert len({p for p, _ in found.values()}) == len(found)
    for g, (p, value) in found.items():
        assert value == pytest.approx(similarity(ours[g], theirs[p]))
    padded = [*theirs, *[None] * len(ours)]
    best = max(
        sum(similarity(a, b) for a, b in zip(ours, order, strict=False) if b)
        for order in itertools.permutations(padded, len(ours))
    )
    assert sum(value for _, value in found.values()) == pytest.approx(best, abs=1e-5)


def test_long_articles_are_matched_fast() -> None:
    rng = np.random.default_rng(0)
    claims = [
        claim(s * 40 + int(t), s * 40 + int(t) + 2, id=f"c{s}-{t}", evidence=(s * 40, s * 40 + 40))
        for s in range(1500)
        for t in rng.integers(0, 38, 3)
    ]
    began = time.process_time()
    assert len(reconcile(claims, claims, CONFIG)) == 4500
    assert time.process_time() - began < 5


# --- fields -------------------------------------------------------------------------------------------------------

DAYS = [
    ("2023-11-17", "2023-11-17T20:58", True),
    ("2023-11-17", "2023-11-17/2023-11-17", True),
    ("2023-11", "2023-11-01/2023-11-30", True),
    ("2023-11", "2023-11-05", False),
    ("2023-11-17", "2023-11-18", False),
    ("../2023-11-17", "../2023-11-17T08", True),
    ("../2023-11-17", "2023-11-17", False),
    ("2023-11-17T10/2023-11-18T09", "2023-11-17/2023-11-18", True),
    (None, None, True),
    (None, "2023-11-17", False),
    ("2023-11-17", None, False),
]


@pytest.mark.parametrize(("gold", "pred", "right"), DAYS)
def test_date_day(gold: str | None, pred: str | None, right: bool) -> None:
    assert only_pair(claim(0, 2, date=gold), claim(0, 2, date=pred)).fields["date_day"] is right


def test_dates_that_are_near_or_overlap() -> None:
    fields = only_pair(claim(0, 2, date="2023-11-17"), claim(0, 2, date="2023-11-18T08")).fields
    assert (fields["date_near"], fields["date_overlap"], fields["date_exact"]) == (True, False, False)
    fields = only_pair(claim(0, 2, date="2023-11"), claim(0, 2, date="2023-11-18")).fields
    assert (fields["date_near"], fields["date_overlap"]) == (False, True)


PEOPLE: list[tuple[list[tuple[Any, ...]], list[tuple[Any, ...]], bool]] = [
    ([("agent", "山田太郎")], [("agent", "山田太郎")], True),
    ([("agent", "山田太郎")], [("patient", "山田太郎")], False),
    ([("agent", "山田太郎"), ("other", "佐藤")], [("agent", "山田太郎")], True),
    ([("agent", "Ａｃｍｅ")], [("agent", "acme")], True),
    ([("agent", "山田太郎", 5, 7)], [("agent", "山田", 5, 7)], True),
    ([("agent", "山田太郎", 5, 7)], [("agent", "鈴木", 7, 9)], False),
    ([("agent", "甲", 5, 9), ("agent", "乙", 5, 9)], [("agent", "研究者", 5, 9)], False),
    ([("agent", "甲", 5, 9), ("agent", "乙", 5, 9)], [("agent", "乙", 5, 9), ("agent", "甲", 5, 9)], True),
    ([("agent", "甲"), ("agent", "甲")], [("agent", "甲")], True),
]


@pytest.mark.parametrize(("gold", "pred", "right"), PEOPLE)
def test_agent_and_patient(gold: Any, pred: Any, right: bool) -> None:
    assert only_pair(claim(0, 2, participants=gold), claim(0, 2, participants=pred)).fields["agent_patient"] is right


def test_aliases_make_names_equal() -> None:
    names = [Name(name="Jane Doe", label="PERSON", spellings={"ドウ": 3, "ジェーン・ドウ": 1}, articles=1)]
    gold, pred = claim(0, 2, speakers=["ジェーン・ドウ"]), claim(0, 2, speakers=["ドウ"])
    assert not only_pair(gold, pred).fields["speakers"]
    assert only_pair(gold, pred, names=names).fields["speakers"]


def test_a_spelling_of_two_people_is_neither_of_others() -> None:
    aliases = Aliases(Name(name=name, label="PERSON", spellings={"佐藤": 1}, articles=1) for name in ("佐藤一郎", "佐藤花子"))
    assert aliases.same("佐藤", "佐藤一郎") and aliases.same("佐藤", "佐藤花子")
    assert not aliases.same("佐藤一郎", "佐藤花子")


def test_mentions_tell_which_speaker_is_meant() -> None:
    gold = claim(0, 2, participants=[("agent", "Jane Doe", 5, 7)], speakers=["Jane Doe"])
    pred = claim(0, 2, participants=[("agent", "ドウ", 5, 7)], speakers=["ドウ"])
    assert only_pair(gold, pred).verdict == "right"


def test_a_mention_given_to_the_wrong_person_does_not_rename_her() -> None:
    gold = [
        claim(0, 2, id="c001", participants=[("agent", "甲野", 5, 7)], speakers=["甲野"]),
        claim(20, 22, id="c002", participants=[("agent", "乙山", 25, 27)]),
    ]
    pred = [
        claim(0, 2, id="c001", participants=[("agent", "乙山", 5, 7)], speakers=["乙山"]),
        claim(20, 22, id="c002", participants=[("agent", "乙山", 25, 27)]),
    ]
    assert [pair.fields["speakers"] for pair in reconcile(pred, gold, CONFIG)] == [False, True]


def test_score_is_the_weights_of_what_is_right() -> None:
    assert only_pair(claim(0, 2), claim(0, 2)).score == 1.0
    assert only_pair(claim(0, 2), claim(0, 2, type="harm")).score == pytest.approx(0.85)


def test_citation_and_suspect_are_left_open_where_neither_side_has_one() -> None:
    cited = {"start": 0, "end": 4, "text": ""}
    fields = only_pair(claim(0, 2), claim(0, 2)).fields
    assert fields["citation"] is None and fields["suspect"] is None
    assert only_pair(claim(0, 2, citation=cited), claim(0, 2)).fields["citation"] is False
    assert only_pair(claim(0, 2, suspect=[{"field": "date", "why": "x"}]), claim(0, 2)).fields["suspect"] is False


def test_sets_ignore_order_and_repetition() -> None:
    same = Aliases().same
    assert same_set(["甲", "乙", "甲"], ["乙", "甲"], same)
    assert not same_set(["甲"], ["甲", "乙"], same)


NO_DATES = [
    "",
    "2023-13",
    "2023-02-29",
    "23-11-17",
    "2023-11-17T25",
    "2023/11/17",
    "../..",
    "2023-11-18/2023-11-17",
    "２０２３",
    "2023-W46",
]


@pytest.mark.parametrize("value", NO_DATES)
def test_what_is_no_date(value: str) -> None:
    assert days(value) is None


@given(st.dates())
def test_any_day_is_its_own_first_and_last(day: date) -> None:
    assert days(day.isoformat()) == (day, day)
    assert days(f"{day.isoformat()}/..") == (day, date.max)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)), max_size=12), st.integers(0, 50), st.integers(1, 9))
def test_spans_that_touch(rows: list[tuple[int, int]], start: int, size: int) -> None:
    index = Spans((a, a + n, i) for i, (a, n) in enumerate(rows))
    assert set(index.touching(start, start + size)) == {i for i, (a, n) in enumerate(rows) if a < start + size and start < a + n}
