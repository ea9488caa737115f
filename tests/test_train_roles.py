"""Learning roles."""

from __future__ import annotations

from pathlib import Path

import pytest
from handmade import GREETED, RESIGNED, document, labelled

from keii.config import Extract
from keii.extract.candidates import candidates
from keii.extract.learned import save
from keii.extract.roles import cast_all
from keii.extract.roles.links import features
from keii.model import KeiiError
from keii.train.rolefit import Case
from keii.train.roles import after, cases_of, learn, split


def cases(id: str, *, apart: bool = False, cast: bool = True) -> list[Case]:
    """Who resigns is a patient, whom one meets another: neither is what the rules say."""
    made = document(RESIGNED, GREETED, id=id)
    parts = (
        ({"name": "社長", "role": "patient", "start": 0, "end": 2},),
        ({"name": "皆さん", "role": "other", "start": 7, "end": 10},),
    )
    told = zip(("辞任", "会う"), ("end-position", "meet"), parts, strict=True)
    claims = [labelled(made, word, type, participants=who if cast else ()) for word, type, who in told]
    return list(cases_of(made, claims, apart=apart))


def test_the_model_tells_what_it_was_taught_and_is_the_same_twice(tmp_path: Path) -> None:
    known = [case for k in range(12) for case in cases(f"a{k}")]
    model = learn(known)
    assert model == learn(known)
    save(tmp_path / "roles.json", model)
    made = document(RESIGNED, GREETED)
    found = [one for one in candidates(made) if made.article.text[one.start : one.end] in ("辞任", "会う")]
    told = cast_all(made, [(found[0], "end-position"), (found[1], "meet")], config=Extract(model=tmp_path))
    assert [[(who.name, who.role) for who in people] for people in told] == [[("社長", "patient")], [("皆さん", "other")]]


def test_other_readers_habits_are_seen_in_learning_alone() -> None:
    def habits(known: list[Case]) -> list[str]:
        rows = [row for case in after(known, lambda n, case: []) for row in case.rows]
        return [name for row in rows for name in features(row) if name.startswith("reader:")]

    assert habits(cases("a0", apart=True)) and not habits(cases("a0"))
    model = learn([case for k in range(12) for case in cases(f"a{k}", apart=k % 2 == 0)])
    assert model["weights"] and not any(name.startswith("reader:") for name in model["weights"])


def test_a_story_stands_in_one_fold() -> None:
    known = [case for id in ("a-01", "b", "a-02", "c") for case in cases(id)]
    folds = [{known[n].gold.article for n in fold} for fold in split(known, 3)]
    assert sorted(map(sorted, folds)) == [["a-01", "a-02"], ["b"], ["c"]]


@pytest.mark.parametrize("known", [cases("a0", cast=False) + cases("a1", cast=False), cases("b-01") + cases("b-02")])
def test_gold_without_participants_in_two_stories_is_refused(known: list[Case]) -> None:
    with pytest.raises(KeiiError, match="participants in at least two stories"):
        learn(known)
