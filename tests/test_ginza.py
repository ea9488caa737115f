"""GiNZA loaded lean tells what GiNZA tells."""

import numpy as np
import pytest

pytestmark = pytest.mark.model

SENTENCES = [
    "青山橋梁の田中一郎社長は10日、取締役会で辞任を表明した。",
    "県警によると、3人がけがをした。",
    "（了）",
    "。",
    "ﾆｭｰﾖｰｸで🎉ぬるぽがっ  と叫んだ。",
    "   山田 太郎氏は,「行く」…と  言った 。 ",
    "県警によると、3人がけがをした。" * 9,
]


def test_an_analysis_is_that_of_spacy() -> None:
    import spacy

    from keii import ginza
    from keii.config import Tag
    from keii.tag import parse

    whole = spacy.load("ja_ginza", exclude=["bunsetu_recognizer", "compound_splitter"])
    with ginza.zone():
        told = [[lean.doc.text, *map(str, lean.doc.ents)] for lean in ginza.analyse(SENTENCES)]
    tokens = parse(SENTENCES, Tag())
    for sentence, found in zip(SENTENCES, told, strict=True):
        doc = whole(sentence)
        assert [doc.text, *map(str, doc.ents)] == found
        words = [token for token in doc if not token.is_space]
        places = {word.i: n for n, word in enumerate(words)}
        for word, token in zip(words, tokens[sentence].tokens, strict=True):
            assert (word.idx, word.text, word.norm_, word.lemma_, word.tag_, word.pos_, word.ent_type_) == (
                token.start, token.surface, token.norm, token.lemma, token.tag, token.pos, token.ent,
            )  # fmt: skip
            assert (word.dep_, places[word.head.i]) == (
                token.dep + "_bunsetu" * (token.bunsetu and token.dep != "ROOT"),
                token.head,
            )
            assert [*word.morph.get("Inflection"), ""][0] == token.inflection
            assert [*word.morph.get("Reading"), ""][0] == token.reading


def test_what_is_remembered_of_words_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from keii import ginza
    from keii.config import Tag
    from keii.tag import parse

    once = parse(SENTENCES, Tag())
    monkeypatch.setattr(ginza, "_REMEMBERED", 60)
    ginza._parts.cache_clear()
    assert [parse(SENTENCES[i:], Tag()) for i in (0, 3, 0)] == [once, {text: once[text] for text in SENTENCES[3:]}, once]
    ginza._parts.cache_clear()


def test_words_have_the_vectors_of_spacy() -> None:
    from spacy.vectors import Vectors

    from keii import ginza

    known = Vectors().from_disk(ginza._home())
    keys = [*list(known.key2row)[::5000], 0, 1, 2**64 - 1]
    assert ginza.vectors().find(keys=keys).tolist() == known.find(keys=keys).tolist()
    assert (ginza.vectors().data == known.data).all()
    assert ginza.rows_of(["辞任", "ぬるぽがっ"])[1] == -1
    assert "辞任" in ginza.words()
    assert np.allclose(np.linalg.norm(ginza.unit_vectors()[::500], axis=1), 1)


def test_no_words_have_no_rows() -> None:
    from keii import ginza

    assert ginza.rows_of([]).shape == (0,) and ginza.vectors().find(keys=np.zeros(0, np.uint64)).shape == (0,)
