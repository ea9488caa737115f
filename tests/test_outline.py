"""The grammar of a candidate as numbers: one row a candidate, forms told apart."""

from __future__ import annotations

import time

import numpy as np
import pytest
from handmade import GREETED, RESIGNED, SAID, document

from keii.extract.candidates import candidates
from keii.extract.outline import outline
from keii.extract.scene import Scene
from keii.model import Article, Document


def row(notation: str, token: int) -> list[float]:
    made = document(notation)
    found = list(candidates(made))
    table = outline(Scene(made), found)
    return list(table[[one.token for one in found].index(token)])


def test_a_row_a_candidate() -> None:
    made = document(RESIGNED, SAID, GREETED)
    found = list(candidates(made))
    table = outline(Scene(made), found)
    assert table.shape == (len(found), len(row(RESIGNED, 2))) and np.isfinite(table).all()
    assert len(outline(Scene(Document(article=Article(id="a", text=""))), [])) == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("辞め/VERB/ROOT/0/辞める た/AUX/aux/0 。/PUNCT/punct/0", "辞める/VERB/ROOT/0 。/PUNCT/punct/0"),
        ("辞任/SAHEN/obj/2 を/ADP/case/0 決める/VERB/ROOT/2", "辞任/SAHEN/nsubj/2 が/ADP/case/0 決める/VERB/ROOT/2"),
        ("辞める/VERB/ccomp/2 と/ADP/case/0 言う/VERB/ROOT/2", "辞める/VERB/acl/1 人/NOUN/ROOT/1"),
    ],
)
def test_forms_are_told_apart(one: str, other: str) -> None:
    assert row(one, 0)[:5] != row(other, 0)[:5]


def test_a_sentence_without_end_is_outlined_in_time() -> None:
    made = document(" ".join(["辞め/VERB/ROOT/0/辞める 、/PUNCT/punct/0"] * 5000))
    began = time.perf_counter()
    assert len(outline(Scene(made), list(candidates(made)))) == 5000
    assert time.perf_counter() - began < 20
