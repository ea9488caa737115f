"""Candidates: which words may be triggers, and where a trigger begins and ends."""

from __future__ import annotations

import pytest
from handmade import RESIGNED, SAID, document
from hypothesis import given
from hypothesis import strategies as st

from keii.extract.candidates import candidates, event_words, shortlist
from keii.extract.scene import Scene
from keii.model import Article, Document


def triggers(made: Document) -> list[str]:
    return [made.article.text[one.start : one.end] for one in candidates(made)]


@pytest.mark.parametrize(
    ("notation", "found"),
    [
        (RESIGNED, ["社長", "辞任"]),
        (SAID, ["会社", "社長", "辞任", "発表"]),
        ("死者/NOUN/nsubj/3 は/ADP/case/0 3/NUM/nummod/3 人/NOUN/ROOT/3 だ/AUX/cop/3", ["死者", "3", "3人"]),
        ("戻ら/VERB/ROOT/0/戻る なかっ/AUX/aux/0/ない た/AUX/aux/0", ["戻らなかっ"]),
        (
            "戻ら/VERB/ROOT/0/戻る ない/AUX/aux/0 の/SCONJ/mark/0 で/AUX/cop/0 は/ADP/case/0 ない/AUX/aux/0 か/PART/mark/0",
            ["戻らない"],
        ),
        ("契約/SAHEN/compound/1 交渉/SAHEN/ROOT/1", ["契約", "交渉"]),
        ("東京/PROPN/compound/1 駅/NOUN/ROOT/1", ["駅"]),
    ],
)
def test_every_word_that_may_name_an_event(notation: str, found: list[str]) -> None:
    assert triggers(document(notation)) == found


@pytest.mark.parametrize(
    ("notation", "found"),
    [
        (RESIGNED, ["辞任"]),
        ("事故/NOUN/nsubj/2 が/ADP/case/0 起き/VERB/ROOT/2/起きる た/AUX/aux/2", ["事故", "起き"]),
        ("犬/NOUN/nsubj/2 が/ADP/case/0 会う/VERB/ROOT/2", ["会う"]),
        ("犬/NOUN/ROOT/0 だ/AUX/cop/0", ["犬"]),
        ("犬/NOUN/ROOT/0", ["犬"]),
        ("東京/PROPN/ROOT/0 だ/AUX/cop/0", []),
        ("3/NUM/nummod/1 人/NOUN/nmod/3 の/ADP/case/1 犬/NOUN/obj/5 を/ADP/case/3 見る/VERB/ROOT/5", ["見る"]),
        ("3/NUM/nummod/1 人/NOUN/obl/3 が/ADP/case/1 見る/VERB/ROOT/3", ["3人", "見る"]),
    ],
)
def test_the_models_look_at_likely_words_alone(notation: str, found: list[str]) -> None:
    made = document(notation)
    assert [made.article.text[one.start : one.end] for one in shortlist(Scene(made), candidates(made))] == found


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "last", "words"),
    [
        ("警察は男を指名手配した。", "手配", "指名手配"),
        ("男は国際指名手配を受けていた。", "手配", "国際指名手配"),
        ("県警は男を書類送検する方針だ。", "送検", "書類送検"),
        ("県警は男を現行犯逮捕した。", "逮捕", "現行犯逮捕"),
        ("県警は男を逮捕した。", "逮捕", "逮捕"),
        ("社長が記者会見を開いた。", "会見", "記者会見"),
        ("市は業務停止命令を出した。", "命令", "業務停止命令"),
        ("社長が引責辞任した。", "辞任", "引責辞任"),
        ("会社は社長解任を発表した。", "解任", "解任"),
        ("殿下がご参加された。", "参加", "参加"),
        ("市は価格高騰を懸念している。", "高騰", "高騰"),
    ],
)
def test_event_words_of_several_words(text: str, last: str, words: str) -> None:
    from keii.segment import segment
    from keii.tag import tag

    (tokens,) = tag([segment(Article(id="a", text=text))])[0].tokens
    place = next(i for i, token in enumerate(tokens) if token.surface.endswith(last))
    start, end = event_words(tokens, place)
    assert text[start:end] == words


@pytest.mark.parametrize(
    ("notation", "found"),
    [
        ("Microsoft/PROPN/nsubj/1 acquires/VERB/ROOT/1", []),
        ("카카오가한국에서새로운서비스를/PROPN/nsubj/1 출시했다/VERB/ROOT/1", []),
        ("iPhone/PROPN/compound/1 発売/SAHEN/ROOT/1", ["発売"]),
        ("勝利/SAHEN/ROOT/0", ["勝利"]),
    ],
)
def test_sentences_in_other_languages_have_no_candidates(notation: str, found: list[str]) -> None:
    assert triggers(document(notation)) == found


@pytest.mark.parametrize("kind", ["heading", "caption", "note", "boilerplate", "reference"])
def test_only_running_text_has_candidates(kind: str) -> None:
    assert triggers(document(RESIGNED, kind=kind)) == []


@given(st.lists(st.sampled_from([RESIGNED, SAID]), max_size=5))
def test_candidates_stand_in_order_inside_their_sentence(notations: list[str]) -> None:
    if not notations:
        return
    made = document(*notations)
    found = list(candidates(made))
    assert [one.start for one in found] == sorted(one.start for one in found)
    for one in found:
        span = made.sentences[one.sentence]
        assert span.start <= one.start < one.end <= span.end
