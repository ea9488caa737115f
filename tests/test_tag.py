"""Tagging: pieces of sentences and how they are joined again; what GiNZA is spared and what it does with odd input."""

import time
from dataclasses import replace

import fake
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keii.config import Tag
from keii.model import Article, Block, Document, Section, Sentence
from keii.tag import _batches, _pieces, ene_label, tag

ODD = "橋\u200bが\u202e落\u2066ち\ufe0fた。👩\u200d👩\u200d👧か\u3099ｱﾙﾄﾞ1️⃣　①㍿ｶﾞﾊﾟ\tａｂｃ\x01"


def document(*sentences: str, kind: str = "paragraph") -> Document:
    """A document of these sentences, each behind the other."""
    spans, start = [], 0
    for sentence in sentences:
        spans.append(Sentence(start, start + len(sentence), kind, 0, 0))  # type: ignore[arg-type]
        start += len(sentence)
    text = "".join(sentences)
    return Document(
        article=Article(id="a", text=text),
        blocks=(Block(0, len(text), kind, 0),),  # type: ignore[arg-type]
        sections=(Section(0, len(text), None, 0, None),),
        sentences=tuple(spans),
    )


@pytest.fixture
def no_ginza(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keii.tag.parse", fake.parse)


# --- pieces -------------------------------------------------------------------------------------------------------


@given(st.text(alphabet=st.sampled_from("橋が、。（2023）( )ｶﾞ①\u200b\u3099\n👩x"), max_size=200), st.integers(21, 60))
def test_pieces_cover_the_sentence(sentence: str, limit: int) -> None:
    pieces = list(_pieces(sentence, limit))
    last = 0
    for piece in pieces:
        assert len(piece.text) == len(piece.starts) == len(piece.ends) and piece.text.strip()
        assert all(last <= start < end <= len(sentence) for start, end in zip(piece.starts, piece.ends, strict=True))
        assert piece.ends[-1] - piece.starts[0] <= limit
        assert list(piece.starts) == sorted(piece.starts)
        last = max(piece.ends)
    covered = {i for piece in pieces for i in range(piece.starts[0], piece.ends[-1])}
    assert all(char.isspace() or i in covered for i, char in enumerate(sentence) if char.isprintable())


def test_a_closing_citation_is_a_piece_of_its_own() -> None:
    pieces = [piece.text for piece in _pieces("社長が辞任した(田中, 2023)。", 350)]
    assert pieces == ["社長が辞任した", "(田中, 2023)。"]


def test_a_long_sentence_is_cut_at_pauses() -> None:
    pieces = [piece.text for piece in _pieces("りんごとみかん、" * 10, 30)]
    assert {len(piece) for piece in pieces} == {24, 8} and all(piece.endswith("、") for piece in pieces)


def test_batches_are_bounded_in_texts_and_characters() -> None:
    texts = ["橋" * n for n in range(1, 351)]
    batches = list(_batches(texts, 16))
    assert [text for batch in batches for text in batch] == texts
    assert all(len(batch) <= 16 and sum(map(len, batch)) <= 2500 for batch in batches)


# --- joining ------------------------------------------------------------------------------------------------------


@given(st.lists(st.text(alphabet="社長が辞任、した(2023)。A1ｶﾞ①\u200b ", min_size=1, max_size=300), min_size=1, max_size=4))
def test_tokens_slice_back_and_heads_stay_inside(sentences: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keii.tag.parse", fake.parse)
        found = tag([document(*sentences)], Tag(max_sentence=40))[0]
    assert len(found.tokens) == len(found.sentences)
    for sentence, tokens in zip(found.sentences, found.tokens, strict=True):
        assert all(0 <= token.head < len(tokens) for token in tokens)
        assert all(sentence.start <= token.start < token.end <= sentence.end for token in tokens)
        assert [token.start for token in tokens] == sorted(token.start for token in tokens)


def test_a_sentence_of_many_pieces_has_one_root(no_ginza: None) -> None:
    (found,) = tag([document("社長が辞任した、" * 40)], Tag(max_sentence=30))
    (tokens,) = found.tokens
    assert len([token for i, token in enumerate(tokens) if token.head == i]) == 1


def test_each_piece_is_analysed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def parse(texts: set[str], settings: Tag) -> object:
        asked.extend(texts)
        return fake.parse(texts, settings)

    monkeypatch.setattr("keii.tag.parse", parse)
    known: dict[str, object] = {}
    documents = [document("橋が落ちた。", "橋が落ちた。", "町が直す。"), document("橋が落ちた。")]
    tagged = tag(documents, known=known)  # type: ignore[arg-type]
    assert sorted(asked) == ["橋が落ちた。", "町が直す。"] and set(known) == set(asked)
    assert tagged[0].tokens[0][0].start == 0 and tagged[0].tokens[1][0].start == 6
    tag(documents, known=known)  # type: ignore[arg-type]
    assert len(asked) == 2


def test_what_is_no_running_text_gets_no_tokens(no_ginza: None) -> None:
    (found,) = tag([document("シェアする。", kind="boilerplate")])
    assert found.tokens == ((),) and found.entities == ()


@pytest.mark.parametrize(
    ("label", "ours"),
    [
        ("Person", "PERSON"),
        ("School", "ORG"),
        ("City", "PLACE"),
        ("Magazine", "OUTLET"),
        ("Time", "TIME"),
        ("Food_Other", None),
        ("", None),
    ],
)
def test_labels(label: str, ours: str | None) -> None:
    assert ene_label(label) == ours


# --- GiNZA --------------------------------------------------------------------------------------------------------


@pytest.mark.model
def test_offsets_are_right_on_odd_input() -> None:
    (found,) = tag([document(ODD, "社長の田中一郎氏（５５）は１０日、ﾆｭｰﾖｰｸで会見した。")])
    for tokens in found.tokens:
        for token in tokens:
            assert found.article.text[token.start : token.end].strip()
    surfaces = {found.text(token) for token in found.tokens[1]}
    assert {"社長", "会見", "ﾆｭｰﾖｰｸ"} <= surfaces
    assert {found.text(entity) for entity in found.entities if entity.label == "PERSON"} >= {"田中一郎"}


@pytest.mark.model
def test_what_stands_beside_a_sentence_does_not_change_it() -> None:
    sentences = [
        "青山橋梁の田中社長は10日に辞任した。",
        "県警は本社を捜索した。",
        "町によると、3人がけがをした。",
        "りんご、みかん、" * 60,
    ]
    together = tag([document(*sentences)])[0]
    alone = [tag([document(sentence)], Tag(batch=1))[0].tokens[0] for sentence in sentences]
    for sentence, tokens, by_itself in zip(together.sentences, together.tokens, alone, strict=True):
        assert [t._replace(start=t.start - sentence.start, end=t.end - sentence.start) for t in tokens] == list(by_itself)


@pytest.mark.model
def test_no_sentence_costs_more_than_linear_time() -> None:
    def seconds(length: int) -> float:
        words = "".join(f"りんご{i}個、みかん{i}個、" for i in range(length))[:length]
        begun = time.process_time()
        tag([document(words)])
        return time.process_time() - begun

    seconds(500)
    assert seconds(16_000) < 4 * 2 * max(seconds(4_000), 0.05)


@pytest.mark.model
def test_a_text_beyond_sudachi_s_limit_is_analysed() -> None:
    (found,) = tag([document("橋" * 20_000)])
    assert found.tokens[0][-1].end == 20_000


def test_documents_are_not_changed(no_ginza: None) -> None:
    before = document("橋が落ちた。")
    tag([before])
    assert before == replace(before, tokens=(), entities=())
