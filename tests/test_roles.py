"""Participants: noun phrases and what joins them, who carries over, and the roles of whole sentences."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from keii.config import Extract
from keii.extract.candidates import Candidate
from keii.extract.roles import cast_all, participants
from keii.extract.roles.arguments import Trigger, mark
from keii.extract.roles.cast import Cast
from keii.extract.roles.choose import decode, joint
from keii.extract.roles.history import History
from keii.extract.roles.links import features
from keii.extract.roles.pairs import tables, together
from keii.extract.roles.phrases import case, noun_class
from keii.model import Article, Block, Document, EventType, Mention, Section, Sentence, Token

RULES = Extract(rules_only=True)


def _rows(name: str) -> list[list[str]]:
    path = Path(__file__).parent / "cases" / name
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


CASES = _rows("roles.tsv")
COORDINATED = _rows("coordination.tsv")


def token(start: int, surface: str, pos: str, dep: str, head: int, *, bunsetu: bool = False, tag: str = "") -> Token:
    return Token(start, start + len(surface), surface, surface, surface, pos, tag, dep, head, bunsetu, "", "", "")


def document(sentences: list[list[tuple[str, str, str, int]]], mentions: list[tuple[str, str, str]]) -> Document:
    """A document from rows of (surface, POS, dep, head); content words head their bunsetu; mentions as (text, label, name)."""
    text = "".join(word[0] for words in sentences for word in words)
    spans, tokens, at = [], [], 0
    for words in sentences:
        row, first = [], at
        for surface, pos, dep, head in words:
            bunsetu = pos in ("NOUN", "PROPN", "VERB") and dep != "compound"
            row.append(token(at, surface, pos, dep, head, bunsetu=bunsetu, tag="名詞-普通名詞-一般" if bunsetu else "助詞"))
            at += len(surface)
        spans.append(Sentence(first, at, "paragraph", 0, 0))
        tokens.append(tuple(row))
    found = tuple(Mention(text.index(told), text.index(told) + len(told), label, name) for told, label, name in mentions)  # type: ignore[arg-type]
    return Document(
        article=Article(id="a", text=text),
        blocks=(Block(0, at, "paragraph", 0),),
        sections=(Section(0, at, None, 0, None),),
        sentences=tuple(spans),
        tokens=tuple(tokens),
        mentions=found,
    )


MET = [
    ("東亜商事", "PROPN", "nmod", 2),
    ("と", "ADP", "case", 0),
    ("西海電機", "PROPN", "nsubj", 4),
    ("が", "ADP", "case", 2),
    ("会談", "VERB", "ROOT", 4),
]
SIGNED = [("両社", "NOUN", "nsubj", 2), ("は", "ADP", "case", 0), ("調印", "VERB", "ROOT", 2)]
BEGAN = [("来月", "NOUN", "obl", 2), ("に", "ADP", "case", 0), ("始める", "VERB", "ROOT", 2)]
NAMES = [("東亜商事", "ORG", "東亜商事"), ("西海電機", "ORG", "西海電機")]


def test_joined_names_share_a_role() -> None:
    cast = Cast(document([MET], NAMES))
    assert [unit.names for unit in cast.units[0]] == [("東亜商事", "西海電機")]


def test_a_group_word_stands_for_the_last_names() -> None:
    cast = Cast(document([MET, SIGNED], NAMES))
    assert [unit.names for unit in cast.units[1]] == [("東亜商事", "西海電機")]


def test_a_group_with_its_number_bears_the_groups_name() -> None:
    counted = [("研究員", "NOUN", "compound", 2), ("3", "NUM", "nummod", 2), ("名", "NOUN", "nsubj", 4), ("が", "ADP", "case", 2)]
    counted += [("退職", "VERB", "ROOT", 4), ("し", "AUX", "aux", 4), ("た", "AUX", "aux", 4), ("。", "PUNCT", "punct", 4)]
    cast = Cast(document([counted], [("研究員", "ORG", "西海電機の研究員")]))
    assert [unit.names for unit in cast.units[0]] == [("西海電機の研究員",)]


def test_a_subject_left_out_is_carried_without_a_span() -> None:
    whole = document([MET, BEGAN], NAMES)
    last = whole.tokens[1][2]
    told = participants(whole, Candidate(1, 2, last.start, last.end), "other", config=RULES)
    assert [(who.name, who.role, who.start) for who in told] == [("東亜商事", "agent", None), ("西海電機", "agent", None)]


def test_the_first_claim_is_cast_as_if_alone() -> None:
    whole = document([MET, BEGAN], NAMES)
    met, began = whole.tokens[0][4], whole.tokens[1][2]
    first, second = Candidate(0, 4, met.start, met.end), Candidate(1, 2, began.start, began.end)
    told = cast_all(whole, [(first, "meet"), (second, "other")])
    assert len(told) == 2
    assert told[0] == participants(whole, first, "meet")


def test_a_claim_knows_the_agents_before_it() -> None:
    cast = Cast(document([MET, BEGAN], NAMES))
    met, began = (Trigger(cast, Candidate(*place, 0, 0)) for place in ((0, 4), (1, 2)))
    past = History()
    assert [list(features(row)) for row in past.rows(met, "meet", met.units)] == [["h:first"]] * (1 + len(met.units))
    past.add(met, "meet", met.units, ())
    nobody, both = map(features, past.rows(began, "other", cast.carried[1]))
    assert "nh:A-&gap1" in nobody
    assert "h:1=A&gap1" in both


def test_spans_slice_the_text() -> None:
    whole = document([MET], NAMES)
    last = whole.tokens[0][4]
    for settings in (RULES, Extract()):
        for who in participants(whole, Candidate(0, 4, last.start, last.end), "meet", config=settings):
            assert who.start is None or whole.article.text[who.start : who.end] == who.text


def test_the_particle_behind_a_gloss_is_read() -> None:
    words = [("山田", "PROPN"), ("(", "PUNCT"), ("42", "NUM"), ("歳", "NOUN"), (")", "PUNCT"), ("が", "ADP")]
    tokens = [token(i, surface, pos, "", 0) for i, (surface, pos) in enumerate(words)]
    assert case(tokens, 0) == ("が",)


@pytest.mark.parametrize(
    ("particles", "told"),
    [
        (("に", "よっ", "て"), "による"),
        (("に", "よる", "と"), "よると"),
        (("など", "が"), "が"),
        (("に", "は"), "には"),
        ((), ""),
    ],
)
def test_compound_particles_are_one(particles: tuple[str, ...], told: str) -> None:
    assert mark(particles) == told


@pytest.mark.parametrize(
    ("text", "kind"), [("男性", "person"), ("県警", "body"), ("3人", "people"), ("250台", "count"), ("新製品", "thing")]
)
def test_nouns_have_kinds(text: str, kind: str) -> None:
    assert noun_class(text, "") == kind


def test_nobody_is_agent_and_patient_at_once() -> None:
    scores = np.zeros((3, 4))
    scores[1, :2] = 5, 4
    scores[0, 2:] = 5
    chosen = decode(scores, np.zeros((3, 3)))
    assert chosen[0] == ("agent", 1)
    assert ("patient", 1) not in chosen


def test_what_is_learned_of_a_pair_turns_the_choice() -> None:
    scores, pairs = np.zeros((3, 4)), np.zeros((3, 3))
    scores[0, 2:] = 5
    pairs[2, 1] = 3
    assert decode(scores, pairs) == [("agent", 2), ("patient", 1)]
    assert np.isclose(joint(scores, pairs).sum(), 1)


def test_pairs_are_named_by_what_both_are_to_the_trigger() -> None:
    cast = Cast(document([MET], NAMES))
    trigger = Trigger(cast, Candidate(0, 4, 0, 0))
    told = together(trigger, "meet", trigger.units, tables({"r": {"r=arg:が": {"-": 2.0}}, "k&meet": {"-": {"-": 1.0}}}))
    assert told.tolist() == [[1.0, 0.0], [2.0, 0.0]]


def test_what_somebody_is_before_the_name_is_no_second_one() -> None:
    words = [("開発者", "NOUN", "nmod", 2), ("、", "PUNCT", "punct", 0), ("山田", "PROPN", "nsubj", 4), ("が", "ADP", "case", 2)]
    cast = Cast(document([[*words, ("会談", "VERB", "ROOT", 4)]], [("開発者", "ORG", "開発者"), ("山田", "PERSON", "山田")]))
    assert [unit.names for unit in cast.units[0]] == [("開発者",), ("山田",)]


@pytest.mark.parametrize(
    ("dep", "pos", "behind", "way"),
    [("ccomp", "VERB", "と", "q"), ("acl", "VERB", "", "a"), ("obj", "NOUN", "を", "c"), ("advcl", "VERB", "て", "t")],
)
def test_how_a_clause_hangs_on_what_is_above(dep: str, pos: str, behind: str, way: str) -> None:
    words = [("決める", pos, dep, 2), (behind, "SCONJ" if behind == "て" else "ADP", "mark", 0), ("話す", "VERB", "ROOT", 2)]
    trigger = Trigger(Cast(document([words], [])), Candidate(0, 0, 0, 0))
    assert trigger.ways == ("", way)


def test_a_hostile_sentence_is_answered() -> None:
    words = [("甲", "NOUN", "nmod", 0), ("と", "ADP", "case", 0)] * 60 + [("行う", "VERB", "ROOT", 120)]
    whole = document([words], [])
    last = whole.tokens[0][-1]
    assert participants(whole, Candidate(0, 120, last.start, last.end), "other") is not None


@pytest.mark.model
def test_listed_people_are_shown_at_their_lines() -> None:
    from keii.extract.candidates import candidates
    from keii.names import names
    from keii.segment import segment
    from keii.tag import tag

    text = "4日、以下の2人が辞任した。\n\n  ・社長 山田太郎(52)\n  ・田中花子氏\n\n2人は引退した。"
    (tagged,) = tag([segment(Article(id="a", text=text))])
    whole = names(tagged)
    claims: list[tuple[Candidate, EventType]] = [
        (one, "end-position") for one in candidates(whole) if text[one.start : one.end] in ("辞任", "引退")
    ]
    first, second = cast_all(whole, claims, config=RULES)
    assert [(who.name, text[who.start : who.end]) for who in first if who.role == "patient"] == [
        ("山田太郎", "山田太郎"),
        ("田中花子", "田中花子"),
    ]
    assert [(who.name, text[who.start : who.end]) for who in second if who.role == "patient"] == [
        ("山田太郎", "2人"),
        ("田中花子", "2人"),
    ]


@pytest.mark.model
def test_sentences() -> None:
    from keii.extract.candidates import candidates
    from keii.names import names
    from keii.segment import segment
    from keii.tag import tag

    plain = [text.replace("〔", "").replace("〕", "").replace("⏎", "\n") for text, *_ in CASES]
    wrong = []
    for (marked, type_, agents, patients), tagged in zip(
        CASES, tag([segment(Article(id=str(k), text=text)) for k, text in enumerate(plain)]), strict=True
    ):
        start = marked.index("〔")
        whole = names(tagged)
        candidate = next(candidate for candidate in candidates(whole) if candidate.end > start)
        kind: EventType = type_  # type: ignore[assignment]
        told = participants(whole, candidate, kind, config=RULES)
        for role, wanted in (("agent", agents), ("patient", patients)):
            found = "+".join(who.name for who in told if who.role == role) or "-"
            if found != wanted:
                wrong.append(f"{marked} {role}: {found}, not {wanted}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.model
def test_what_is_coordinated_shares_a_role() -> None:
    from keii.dates import dates
    from keii.names import names
    from keii.segment import segment
    from keii.tag import tag

    wrong = []
    for (text, groups), tagged in zip(
        COORDINATED, tag([segment(Article(id=str(k), text=text)) for k, (text, _) in enumerate(COORDINATED)]), strict=True
    ):
        units = Cast(names(dates(tagged))).units[0]
        found = " ".join("+".join(phrase.text for phrase in unit.phrases) for unit in units if len(unit.phrases) > 1) or "-"
        if found != groups:
            wrong.append(f"{text} {found}, not {groups}")
    assert not wrong, "\n".join(wrong)
