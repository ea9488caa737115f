"""Detection: the rules alone on made sentences, the learned models on real ones."""

from __future__ import annotations

import pytest
from handmade import GREETED, RESIGNED, SAID, document

from keii.config import Extract
from keii.extract.candidates import candidates
from keii.extract.detect import Detected, detect, told_once
from keii.extract.scene import Scene
from keii.model import Article, Document

RULES = Extract(rules_only=True)


def told(made: Document, settings: Extract) -> list[tuple[str, str]]:
    found = detect(made, settings)
    return [(made.article.text[one.candidate.start : one.candidate.end], one.type) for one in found]


@pytest.mark.parametrize(
    ("notation", "claims"),
    [
        (RESIGNED, [("辞任", "end-position")]),
        (SAID, [("辞任", "end-position")]),
        (
            "辞任/SVERB/advcl/4 し/AUX/aux/0/する たら/SCONJ/mark/0 、/PUNCT/punct/0 困る/VERB/ROOT/4",
            [],
        ),
        (GREETED, [("会う", "meet")]),
    ],
)
def test_rules_alone(notation: str, claims: list[tuple[str, str]]) -> None:
    assert told(document(notation), RULES) == claims


@pytest.mark.parametrize(
    ("notation", "words"),
    [
        ("会見/SAHEN/obj/2 を/ADP/case/0 開い/VERB/ROOT/2/開く た/AUX/aux/2", ["会見"]),
        ("会見/SAHEN/obj/2 も/ADP/case/0 聞い/VERB/ROOT/2/聞く た/AUX/aux/2", ["会見", "聞い"]),
        ("社員/NOUN/obj/2 を/ADP/case/0 解雇/SVERB/ROOT/2 した/AUX/aux/2", ["社員", "解雇"]),
    ],
)
def test_a_noun_and_its_light_verb_are_one_claim(notation: str, words: list[str]) -> None:
    made = document(notation)
    found = [Detected(one, "other", 0.5, ()) for one in candidates(made)]
    assert [made.tokens[0][one.candidate.token].surface for one in told_once(Scene(made), found)] == words


def test_a_threshold_of_nothing_keeps_each_event_once_and_one_of_one_none() -> None:
    made = document(RESIGNED, SAID)
    assert [word for word, _ in told(made, Extract(threshold=0))] == ["辞任", "辞任"]
    assert detect(made, Extract(threshold=1)) == []


def test_every_claim_says_why_and_how_sure() -> None:
    for found in detect(document(RESIGNED, SAID), Extract(threshold=0)):
        assert 0 < found.probability < 1
        assert found.why and all(reason.startswith("kept: ") for reason in found.why)


def test_the_same_twice() -> None:
    assert detect(document(RESIGNED, SAID), Extract(threshold=0)) == detect(document(RESIGNED, SAID), Extract(threshold=0))


def test_an_article_without_text() -> None:
    assert detect(Document(article=Article(id="a", text=""))) == []
    assert Scene(Document(article=Article(id="a", text=""))).topics == ()


@pytest.mark.model
def test_real_sentences() -> None:
    from keii.dates import dates
    from keii.names import names
    from keii.segment import segment
    from keii.tag import tag

    text = (
        "東亜商事の山本太郎社長が3月2日に辞任した。同社は後任に田中花子氏を起用すると発表した。\n\n"
        "県警は5日、詐欺の疑いで男を逮捕した。6日に開かれた会合で、市は計画を中止することを決めた。\n\n"
        "経営とは、人を動かすことです。みなさんはどう思いますか。"
    )
    (tagged,) = tag([segment(Article(id="a", text=text, published="2021-03-06"))])
    found = told(names(dates(tagged)), Extract())
    assert {("辞任", "end-position"), ("起用", "start-position"), ("逮捕", "justice"), ("中止", "other")} <= set(found)
    assert not {word for word, _ in found} & {"発表", "動かす", "思い"}
