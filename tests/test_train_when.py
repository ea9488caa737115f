"""Learning dates."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from handmade import GREETED, RESIGNED, document, labelled

from keii.config import Extract
from keii.extract.learned import save
from keii.extract.when import Dating, claim_dates
from keii.model import KeiiError, When
from keii.train.material import Target, matched
from keii.train.when import learn

FIRST = "2日/NOUN/obl/4 に/ADP/case/0 " + RESIGNED.replace("/2", "/4").replace("/0", "/2")
THEN = "5日/NOUN/obl/4 に/ADP/case/0 " + GREETED.replace("/2", "/4").replace("/0", "/2")


def article(id: str, own: bool = True) -> list[Target]:
    """Two claims, each beside a date: `own` is theirs, else they have none."""
    made = document(FIRST, THEN, id=id)
    whens, claims = [], []
    for words, value, trigger in (("2日", "2021-03-02", "辞任"), ("5日", "2021-03-05", "会う")):
        start = made.article.text.index(words)
        whens.append(When(start=start, end=start + 2, value=value, grain="day", earliest=f"{value}T00:00:00Z"))
        date = {"value": value, "from": "sentence", "start": start, "end": start + 2, "text": words}
        claims.append(labelled(made, trigger, date=date if own else None))
    return list(matched(replace(made, whens=tuple(whens)), claims))


@pytest.mark.parametrize("own", [True, False])
def test_the_model_tells_what_it_was_taught_and_is_the_same_twice(tmp_path: Path, own: bool) -> None:
    known = [article(f"a{k}", own) for k in range(4)]
    model = learn(known)
    assert model == learn(known)
    save(tmp_path / "when.json", model)
    datings = [Dating(one.candidate, one.claim.type, one.claim.factuality) for one in known[0]]
    told = claim_dates(known[0][0].document, datings, config=Extract(model=tmp_path))
    assert [date and date.value for date, _ in told] == (["2021-03-02", "2021-03-05"] if own else [None, None])


def test_gold_without_a_choice_of_dates_is_refused() -> None:
    with pytest.raises(KeiiError, match="choice of dates"):
        learn([article("a0")])
