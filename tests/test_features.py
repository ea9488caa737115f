"""What the models see: forms of predicates, what a speech act says, event types of words, features by family."""

from __future__ import annotations

import time
from itertools import combinations

import pytest
from handmade import GREETED, RESIGNED, SAID, document, sentence

from keii.extract.candidates import candidates
from keii.extract.features import FAMILIES, describe, of_type, told
from keii.extract.scene import Scene, View, word_types


def view(notation: str) -> View:
    tokens = sentence(notation)
    return View(tokens, [""] * len(tokens))


@pytest.mark.parametrize(
    ("notation", "form"),
    [
        ("辞め/VERB/ROOT/0/辞める た/AUX/aux/0 。/PUNCT/punct/0", "past.final"),
        ("辞め/VERB/ROOT/0/辞める て/SCONJ/mark/0 いる/AUX/aux/0 。/PUNCT/punct/0", "prog.pres.final"),
        ("辞め/VERB/advcl/2/辞める れ/SCONJ/mark/0/ば よい/ADJ/ROOT/2", "cond"),
        ("辞める/VERB/acl/1 人/NOUN/ROOT/1", "pres.noun"),
        ("辞める/VERB/ccomp/2 と/ADP/case/0 言う/VERB/ROOT/2", "pres.quote"),
        ("辞め/VERB/advcl/2/辞める/下一段-マ行;連用形-一般 、/PUNCT/punct/0 去る/VERB/ROOT/2", "cont"),
        ("解任/SVERB/acl/3 さ/AUX/aux/0/する れ/AUX/aux/0/れる 人/NOUN/ROOT/3", "pres.pass.noun"),
        ("辞任/SAHEN/obl/2 に/ADP/case/0 伴う/VERB/ROOT/2", "n.に"),
    ],
)
def test_form_of_a_predicate(notation: str, form: str) -> None:
    assert view(notation).form(0) == form


def test_a_speech_act_has_what_it_says() -> None:
    made = view(SAID)
    assert made.complement(6) == (4, "を")
    assert view(RESIGNED).complement(2) is None


def test_what_hangs_on_a_word() -> None:
    assert sorted(view(SAID).below(4)) == [2, 3, 4, 5]


def test_compounds_have_types_of_their_own() -> None:
    tokens = sentence("避難/SAHEN/compound/1 指示/SAHEN/ROOT/1")
    assert word_types(tokens, 1) == {"other"}
    assert "end-position" in word_types(sentence(RESIGNED), 2)
    assert word_types(sentence(RESIGNED), 1) == frozenset()


def test_features_stand_in_families() -> None:
    made = document(RESIGNED, SAID, GREETED)
    scene = Scene(made)
    for candidate in candidates(made):
        families = told(describe(scene, candidate))
        assert len(families) == len(FAMILIES)
        assert not any(set(names) & set(others) for names, others in combinations(families, 2))
    resigned = told(describe(scene, next(one for one in candidates(made) if one.token == 2)))
    assert {"w=辞任", "lex=end-position"} <= set(resigned[0]) & set(of_type(resigned))
    assert "s:kind=paragraph" in resigned[-1]


def test_a_speech_act_is_seen_with_its_content() -> None:
    made = document(SAID)
    said = next(one for one in candidates(made) if one.token == 6)
    context = told(describe(Scene(made), said))[FAMILIES.index("context")]
    assert "content has=E&発表" in context


def test_a_sentence_without_end_is_described_in_time() -> None:
    made = document(" ".join(["辞め/VERB/ROOT/0/辞める 、/PUNCT/punct/0"] * 5000))
    began = time.process_time()
    scene = Scene(made)
    assert sum(1 for one in candidates(made) if describe(scene, one)) == 5000
    assert time.process_time() - began < 20
