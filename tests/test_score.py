"""Scores against independent scorers (scorch, nervaluate, scikit-learn) and by hand."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from keii.config import Config
from keii.model import Claim, Scores
from keii.reconcile import reconcile
from keii.score import bootstrap, clusters, human, score, spans
from keii.score.counts import PRF, Calibration

CONFIG = Config()


def claim(n: int, article: str = "a", **more: Any) -> Claim:
    """The nth claim of an article: sentences of 20 characters, the trigger in front."""
    row = {
        "article": article,
        "id": f"c{n:03}",
        "evidence": {"start": 20 * n, "end": 20 * n + 20, "text": ""},
        "trigger": {"start": 20 * n, "end": 20 * n + 2, "text": ""},
        "type": "other",
        "factuality": "fact",
        "date": {"value": "2023-11-17", "from": "document"},
        "event": f"e{n}",
    }
    return Claim.model_validate(row | more)


def scored(pred: list[Claim], gold: list[Claim], **more: Any) -> Scores:
    return score(reconcile(pred, gold, CONFIG), pred, gold, CONFIG, **more)


def value(scores: Scores, name: str) -> float | None:
    return scores.figures[name].value


def test_by_hand() -> None:
    gold = [claim(0), claim(1, outlets=("甲新聞",)), claim(2, date=None), claim(3)]
    pred = [claim(0), claim(1, outlets=("乙新聞",)), claim(2), claim(5), claim(6)]
    scores = scored(pred, gold)
    assert scores.verdicts == {"right": 1, "partly": 2, "missed": 1, "false": 2, "duplicate": 0}
    wanted = {
        "detection.precision": 3 / 5,
        "detection.recall": 3 / 4,
        "detection.f1": 2 / 3,
        "strict.f1": 2 * (1 / 5) * (1 / 4) / (1 / 5 + 1 / 4),
        "partial.recall": (1.0 + 0.9 + 0.85) / 4,
        "fields.outlets": 2 / 3,
        "fields.outlets_cited": 0.0,
        "fields.date_day": 2 / 3,
        "fields.date_day_dated": 1.0,
        "fields.citation": None,
    }
    assert {name: value(scores, name) for name in wanted} == pytest.approx(wanted, abs=1e-6)
    assert scores.figures["fields.outlets"].n == 3


def test_a_perfect_run_is_all_ones() -> None:
    gold = [
        claim(
            n,
            event="e1" if n < 3 else f"e{n}",
            participants=[{"name": "甲", "role": "agent", "start": 20 * n, "end": 20 * n + 1}],
        )
        for n in range(6)
    ]
    scores = scored(gold, gold)
    off = {name: figure.value for name, figure in scores.figures.items() if figure.n and not name.startswith("calibration")}
    assert set(off.values()) == {1.0}
    assert value(scores, "calibration.ece") == value(scores, "calibration.brier") == 0.0


def test_groups_count_each_side_where_it_belongs() -> None:
    gold = [claim(0, type="harm"), claim(1, type="harm"), claim(2, type="meet")]
    pred = [claim(0, type="harm"), claim(1, type="meet"), claim(2, type="meet", confidence=0.35)]
    by = scored(pred, gold, genres={"a": "blog"}).by
    harm, meet = by["type"]["harm"], by["type"]["meet"]
    assert (harm.gold, harm.predicted, harm.precision, harm.recall) == (2, 1, 1.0, 1.0)
    assert (meet.gold, meet.predicted, meet.fields["type"], harm.fields["type"]) == (1, 2, 1.0, 0.5)
    assert by["genre"]["blog"].f1 == 1.0
    assert by["confidence"]["0.3–0.4"].predicted == 1


def test_confusion_tells_missed_and_false() -> None:
    gold, pred = [claim(0, type="harm"), claim(1)], [claim(0, type="meet"), claim(4, type="figure")]
    assert scored(pred, gold).confusion["type"] == {"false": {"figure": 1}, "harm": {"meet": 1}, "other": {"missed": 1}}


def test_scores_survive_json() -> None:
    scores = scored([claim(0), claim(4)], [claim(0), claim(1)])
    assert Scores.model_validate(json.loads(scores.model_dump_json())) == scores


def test_articles_without_a_claim_still_count_their_false_ones() -> None:
    pred = [claim(0), claim(0, "b")]
    scores = score(reconcile(pred, [claim(0)], CONFIG, articles=["a", "b"]), pred, [claim(0)], CONFIG, articles=["a", "b"])
    assert (scores.articles, value(scores, "detection.precision")) == (2, 0.5)


def test_nothing_at_all() -> None:
    scores = scored([], [])
    assert scores.figures == {} and scores.articles == 0


def test_human_level_is_of_figures_that_we_have() -> None:
    assert human().keys() <= scored([claim(0)], [claim(0)]).figures.keys()


def test_segmentation_counts_the_edges_of_sentences() -> None:
    figures = scored([claim(0)], [claim(0), claim(1)], sentences={"a": [(0, 20), (20, 30), (30, 40), (60, 80)]}).figures
    assert (figures["segmentation.recall"].value, figures["segmentation.precision"].value) == (1.0, round(4 / 6, 6))


# --- clusters -----------------------------------------------------------------------------------------------------

METRICS = {"muc": "muc", "b3": "b_cubed", "ceafe": "ceaf_e"}
labels = st.lists(st.integers(0, 4), min_size=1, max_size=14)


def entities(named: list[int], mentions: range) -> list[frozenset[str]]:
    return clusters.entities((f"m{i}", name) for i, name in zip(mentions, named, strict=False))


def rates(metric: str, key: list[frozenset[str]], response: list[frozenset[str]]) -> tuple[float, float, float]:
    where = {mention: f"article {len(mention)}" for side in (key, response) for entity in side for mention in entity}
    total = PRF()
    for counts in clusters.count(key, response, where, (metric,)).values():
        total += counts[metric]
    return float(total.recall), float(total.precision), float(total.f1)


@pytest.mark.parametrize("metric", METRICS)
@given(key=labels, response=labels, shift=st.integers(0, 5))
@settings(max_examples=150)
def test_clusters_as_scorch_counts_them(metric: str, key: list[int], response: list[int], shift: int) -> None:
    scorch = pytest.importorskip("scorch.scores")
    ours, theirs = entities(key, range(20)), entities(response, range(shift, 25))
    assume(len(key) > shift)  # without a common mention scorch divides by zero
    wanted = getattr(scorch, METRICS[metric])([set(entity) for entity in ours], [set(entity) for entity in theirs])
    assert rates(metric, ours, theirs) == pytest.approx(wanted, abs=1e-9)


def test_lea_by_hand() -> None:
    """The example of Moosavi & Strube (2016), section 4."""
    key = [frozenset("abc"), frozenset("defg")]
    response = [frozenset("ab"), frozenset("cd"), frozenset("fghi")]
    where = dict.fromkeys("abcdefghi", "x")
    lea = clusters.count(key, response, where, ("lea",))["x"]["lea"]
    assert float(lea.recall) == pytest.approx((3 * 1 / 3 + 4 * 1 / 6) / 7)
    assert float(lea.precision) == pytest.approx((2 * 1 + 2 * 0 + 4 * 1 / 6) / 8)


def test_lea_of_singletons() -> None:
    assert rates("lea", entities([0, 1, 2, 2], range(4)), entities([0, 1, 1, 2], range(4))) == pytest.approx(
        (1 / 4, 1 / 4 + 0, 1 / 4)
    )


def test_many_events_are_aligned_fast() -> None:
    rng = np.random.default_rng(0)
    key, response = (entities(rng.integers(0, 4000, 10000).tolist(), range(10000)) for _ in range(2))
    began = time.process_time()
    clusters.ceaf_e(entities(list(range(10000)), range(10000)), response)
    clusters.muc(key, response)
    assert time.process_time() - began < 5


# --- spans --------------------------------------------------------------------------------------------------------


def disjoint(draw: Any) -> list[tuple[int, int, str]]:
    found, at = [], 0
    for gap, size, label in draw:
        found.append((at + gap, at + gap + size, label))
        at += gap + size
    return found


some_spans = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 5), st.sampled_from(["PERSON", "ORG"])), min_size=1, max_size=8)


@given(some_spans.map(disjoint), some_spans.map(disjoint))
@settings(max_examples=150, deadline=None)
def test_spans_as_nervaluate_counts_them(gold: list[tuple[int, int, str]], pred: list[tuple[int, int, str]]) -> None:
    nervaluate = pytest.importorskip("nervaluate")

    def listed(rows: list[tuple[int, int, str]]) -> list[dict[str, Any]]:
        return [{"label": label, "start": start, "end": end - 1} for start, end, label in rows]  # its ends are inclusive

    evaluator = nervaluate.Evaluator([listed(gold)], [listed(pred)], tags=["PERSON", "ORG"], loader="dict")
    wanted = {"type" if name == "ent_type" else name: result for name, result in evaluator.evaluate()["overall"].items()}
    for scheme, counted in spans.count(gold, pred).items():
        assert (float(counted.precision), float(counted.recall)) == pytest.approx(
            (wanted[scheme].precision, wanted[scheme].recall)
        )


@given(st.sets(st.tuples(st.integers(0, 9), st.sampled_from("XY"))), st.sets(st.tuples(st.integers(0, 9), st.sampled_from("XY"))))
@settings(deadline=None)
def test_strict_spans_as_scikit_learn_counts_them(gold: set[tuple[int, str]], pred: set[tuple[int, str]]) -> None:
    from sklearn.metrics import precision_recall_fscore_support

    cells = sorted(gold | pred)
    counted = spans.count([(2 * i, 2 * i + 1, label) for i, label in gold], [(2 * i, 2 * i + 1, label) for i, label in pred])[
        "strict"
    ]
    if cells:
        truth, told = [cell in gold for cell in cells], [cell in pred for cell in cells]
        wanted = precision_recall_fscore_support(truth, told, average="binary", zero_division=0)[:3]
        assert (float(counted.precision), float(counted.recall), float(counted.f1)) == pytest.approx(wanted)


# --- calibration, intervals ---------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
@settings(deadline=None)
def test_brier_as_scikit_learn_counts_it(rows: list[tuple[float, bool]]) -> None:
    from sklearn.metrics import brier_score_loss

    total = Calibration()
    for confidence, right in rows:
        total += Calibration.of(confidence, right)
    wanted = brier_score_loss([right for _, right in rows], [confidence for confidence, _ in rows], labels=[False, True])
    assert float(total.rates()[".brier"]) == pytest.approx(wanted)


def test_ece_by_hand() -> None:
    total = Calibration()
    for confidence, right in ((0.95, True), (0.95, False), (0.15, False), (0.15, False)):
        total += Calibration.of(confidence, right)
    assert float(total.rates()[".ece"]) == pytest.approx((2 * 0.45 + 2 * 0.15) / 4)


def counts(right: list[int]) -> dict[str, dict[str, list[float]]]:
    return {f"a{i:03}": {"detection": [r, 20, r, 20], "fields.type": [r / 2, 10]} for i, r in enumerate(right)}


def test_intervals_hold_the_value_and_are_seeded() -> None:
    rng = np.random.default_rng(1)
    rows = counts(rng.integers(10, 20, 160).tolist())
    began = time.process_time()
    found = bootstrap.figures(rows, resamples=1000, seed=0)
    assert time.process_time() - began < 2
    figure = found["detection.f1"]
    assert figure.value is not None and figure.low is not None and figure.high is not None
    assert figure.low < figure.value < figure.high and figure.high - figure.low < 0.06
    assert found == bootstrap.figures(rows, resamples=1000, seed=0) != bootstrap.figures(rows, resamples=1000, seed=1)


def test_one_article_has_no_interval() -> None:
    figure = bootstrap.figures(counts([15]), resamples=10, seed=0)["detection.f1"]
    assert (figure.value, figure.low, figure.high) == (0.75, None, None)


def test_paired_differences() -> None:
    rng = np.random.default_rng(2)
    one = rng.integers(8, 18, 60)
    better, alike = counts((one + rng.integers(0, 3, 60)).tolist()), counts(one.tolist())
    rows = {row.figure: row for row in bootstrap.differences(counts(one.tolist()), better, resamples=1000, seed=0)}
    assert rows["detection.f1"].difference > 0 and rows["detection.f1"].low > 0 and rows["detection.f1"].p < 0.01
    assert all(row.p == 1.0 and row.difference == 0 for row in bootstrap.differences(alike, alike, resamples=100, seed=0))
