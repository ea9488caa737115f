"""Learning which candidates are claims: whose claim is whose, stories, calibration, and the models that come out of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from handmade import GREETED, RESIGNED, SAID, document, labelled

from keii.config import Extract
from keii.extract.candidates import Candidate
from keii.extract.detect import detect
from keii.extract.learned import save
from keii.model import Claim, EventType, KeiiError, Text
from keii.train.detect import align, best_threshold, calibrate, folds, label, learn, story_of


def claim(article: str, start: int, end: int, type: EventType = "end-position", event: str | None = None) -> Claim:
    span = Text(start=start, end=end, text="")
    return Claim(
        article=article, id=f"c{start}", evidence=span, trigger=span, type=type, factuality="fact", date=None, event=event
    )


def test_a_claim_is_of_the_candidate_it_overlaps_most() -> None:
    found = [Candidate(0, 0, 0, 2), Candidate(0, 1, 2, 4), Candidate(0, 2, 4, 9)]
    labels = align(found, [claim("a", 1, 4), claim("a", 6, 9), claim("a", 20, 22)])
    assert {number: one.trigger.start for number, one in labels.items()} == {1: 1, 2: 6}


def test_articles_that_share_an_event_are_one_story() -> None:
    gold = [claim("a", 0, 2, event="x"), claim("b", 0, 2, event="x"), claim("b", 3, 4, event="y"), claim("c", 0, 2, event="y")]
    stories = story_of([*gold, claim("d", 0, 2, event="z")])
    assert stories["a"] == stories["b"] == stories["c"] != stories["d"]
    fold = folds(["a", "b", "c", "d"], gold, 2)
    assert fold[0] == fold[1] == fold[2]


def test_calibration_takes_back_what_is_too_sure() -> None:
    odds = np.array([4.0] * 100 + [-4.0] * 100)
    kept = np.array([True] * 75 + [False] * 25 + [True] * 25 + [False] * 75)
    slope, shift = calibrate(odds, kept)
    assert 1 / (1 + np.exp(-(slope * 4 + shift))) == pytest.approx(0.75, abs=0.01)


def test_the_threshold_is_that_of_the_best_f1() -> None:
    probabilities = np.array([0.9, 0.8, 0.45, 0.3, 0.2])
    kept = np.array([True, True, True, False, False])
    assert 0.3 < best_threshold(probabilities, kept) <= 0.46


def test_gold_that_is_too_small_is_refused() -> None:
    with pytest.raises(KeiiError, match="two articles"):
        learn([label(document(RESIGNED), [claim("a", 3, 5)])], [claim("a", 3, 5)])


def test_models_tell_what_they_were_taught_and_are_the_same_twice(tmp_path: Path) -> None:
    documents = [document(RESIGNED, GREETED, SAID, id=f"a{k}") for k in range(30)]
    gold = [labelled(one, word, type) for one in documents for word, type in (("辞任", "end-position"), ("会う", "meet"))]
    described = [label(one, gold) for one in documents]
    models = learn(described, gold)
    assert models == learn(described, gold)
    for name, model in models.items():
        save(tmp_path / f"{name}.json", model)
    made = documents[0]
    found = detect(made, Extract(model=tmp_path))
    assert [(made.article.text[one.candidate.start : one.candidate.end], one.type) for one in found] == [
        ("辞任", "end-position"),
        ("会う", "meet"),
    ]
