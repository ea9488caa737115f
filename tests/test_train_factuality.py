"""Learning factuality."""

from __future__ import annotations

from pathlib import Path

import pytest
from handmade import RESIGNED, STAYED, document, labelled

from keii.config import Extract
from keii.extract.factuality import factuality
from keii.extract.learned import save
from keii.model import KeiiError
from keii.train.factuality import learn
from keii.train.material import Target, matched


def targets(*factualities: str) -> list[Target]:
    """Claims of sentences with and without a negation, ten times."""
    found = []
    for notation, value in zip((RESIGNED, STAYED), factualities, strict=False):
        made = document(notation)
        found += list(matched(made, [labelled(made, "辞任", "end-position", value)])) * 10
    return found


def test_the_model_tells_what_it_was_taught_and_is_the_same_twice(tmp_path: Path) -> None:
    known = targets("negated", "planned")  # neither is what the rules say
    save(tmp_path / "factuality.json", learn(known))
    assert learn(known) == learn(known)
    for one in (known[0], known[-1]):
        told, _ = factuality(one.document, one.candidate, "end-position", config=Extract(model=tmp_path))
        assert told == one.claim.factuality


def test_gold_of_one_factuality_is_refused() -> None:
    with pytest.raises(KeiiError, match="two factualities"):
        learn(targets("fact", "fact"))
