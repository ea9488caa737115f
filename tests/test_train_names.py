"""Learning the sequence tagger: labels are folded to ours, what is learned is told again, also from its JSON."""

from __future__ import annotations

import numpy as np
import pytest

from keii.names.crf import TAGS, Model, decode, from_json
from keii.names.features import Told
from keii.train.names import Example, _Problem, gold_spans, learn, to_json

OUTSIDE, BEGIN, INSIDE = (TAGS.index(tag) for tag in ("O", "B-PERSON", "I-PERSON"))
EXAMPLES = [
    Example([["地"], ["姓"], ["名"], ["地"]], [OUTSIDE, BEGIN, INSIDE, OUTSIDE]),
    Example([["姓"], ["地"]], [BEGIN, OUTSIDE], weight=2.0),
] * 5


@pytest.mark.parametrize(("theirs", "ours"), [("人名", "PERSON"), ("法人名", "ORG"), ("GPE", "PLACE"), ("TIME", "TIME")])
def test_labels_are_folded(theirs: str, ours: str) -> None:
    row: dict[str, object] = {"entities": [{"start": 0, "end": 2, "label": theirs}, {"start": 3, "end": 4, "label": "MONEY"}]}
    assert gold_spans(row) == [(0, 2, ours)]


def test_what_is_learned_is_told_again() -> None:
    model = learn(EXAMPLES, c2=0.1)
    kept = from_json(to_json(model, least=0.05))
    for words, told in (("地姓名地", [OUTSIDE, BEGIN, INSIDE, OUTSIDE]), ("姓地", [BEGIN, OUTSIDE])):
        assert tags(model, words) == tags(kept, words) == told


def tags(model: Model, words: str) -> list[int]:
    [told] = decode(model.scores([Told([], [word]) for word in words]), [len(words)], model.steps)
    return told


def test_the_slope_is_that_of_the_loss() -> None:
    problem = _Problem(EXAMPLES, {"地": 0, "姓": 1, "名": 2}, 0.5)
    at = np.random.default_rng(0).normal(size=3 * len(TAGS) + (len(TAGS) + 1) * len(TAGS)) * 0.1
    _, slope = problem(at)
    for place in (OUTSIDE, len(TAGS) + BEGIN, 3 * len(TAGS) + BEGIN * len(TAGS) + INSIDE):
        step = np.zeros(len(at))
        step[place] = 0.01
        assert (problem(at + step)[0] - problem(at - step)[0]) / 0.02 == pytest.approx(slope[place], abs=0.01)
