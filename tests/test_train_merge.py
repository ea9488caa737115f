"""Learning what makes two claims one event."""

from __future__ import annotations

from pathlib import Path

import pytest
from handmade import RESIGNED, SAID, document, labelled

from keii import config
from keii.extract.learned import save
from keii.merge import merge, why
from keii.merge.evidence import load_model
from keii.model import Claim, KeiiError
from keii.train.merge import ALONE, blur, examples, learn, story


def told(article: str, day: int, event: str) -> list[Claim]:
    """Two claims of an article: one event told twice."""
    made = document(RESIGNED, SAID, id=article)
    date = {"value": f"2021-03-{day:02d}", "from": "document"}
    return [labelled(made, word, "end-position", date=date, event=event) for word in ("辞任", "発表")]


KNOWN = [one for k in range(12) for one in told(f"{'ab'[k % 2]}-{k:02d}", 1 + k // 2 % 3, f"e{k // 2 % 3}{k % 2}")]


def test_the_model_tells_what_it_was_taught_and_is_the_same_twice(tmp_path: Path) -> None:
    model = learn(KNOWN, apart=())
    assert model == learn(KNOWN, apart=())
    save(tmp_path / "merge.json", model)
    read = load_model(tmp_path)
    assert read.dump() == model != load_model().dump()
    claims = [*told("c-01", 1, "x"), *told("c-02", 3, "y")]
    _, events = merge(claims, {}, config.Merge(), models=tmp_path)
    assert [event.articles for event in events] == [("c-01",), ("c-02",)]
    (pair,) = why(events[0], claims, tmp_path)
    assert dict(pair.parts)["before any evidence"] == read.certain.bias


def test_articles_apart_make_no_pairs_with_others() -> None:
    whole, apart = examples(KNOWN, apart=()), examples(KNOWN, apart={"a-00"})
    assert {a == b for a, b in whole.articles if "a-00" in (a, b)} == {True, False}
    assert {(a, b) for a, b in apart.articles if "a-00" in (a, b)} == {("a-00", "a-00")}


def test_stories_are_told_by_ids() -> None:
    assert [story(name) for name in ("svb-01", "svb-02", "wn0001", "001_5f8c")] == ["svb", "svb", ALONE, "openai"]


def test_blur_makes_the_same_mistakes_each_time() -> None:
    blurred = blur(KNOWN)
    assert blurred == blur(KNOWN) != KNOWN
    assert [(c.key, c.trigger, c.event) for c in blurred] == [(c.key, c.trigger, c.event) for c in KNOWN]


@pytest.mark.parametrize("claims", [[], told("a-01", 1, "e"), [*told("a", 1, "e")[:1], *told("b", 1, "f")[:1]]])
def test_gold_without_events_to_tell_apart_is_refused(claims: list[Claim]) -> None:
    with pytest.raises(KeiiError, match="two events"):
        learn(claims, apart=())
