"""GiNZA loaded lean tells what GiNZA tells, and keeps nothing of what it read."""

import numpy as np
import pytest

pytestmark = pytest.mark.model

SENTENCES = [
    "青山橋梁の田中一郎社長は10日、取締役会で辞任を表明した。",
    "県警によると、3人がけがをした。",
    "（了）",
    "ﾆｭｰﾖｰｸで🎉ぬるぽがっ  と叫んだ。",
]


def test_the_pipeline_is_that_of_spacy() -> None:
    import spacy

    from keii import ginza

    whole = spacy.load("ja_ginza", exclude=["bunsetu_recognizer", "compound_splitter"])
    with ginza.zone() as lean:
        for sentence in SENTENCES:
            one, other = whole(sentence), lean(sentence)
            assert [one.text_with_ws, *map(str, one.ents)] == [other.text_with_ws, *map(str, other.ents)]
            for token, same in zip(one, other, strict=True):
                assert (token.norm_, token.lemma_, token.tag_, token.pos_, token.dep_, token.head.i, token.ent_type_) == (
                    same.norm_, same.lemma_, same.tag_, same.pos_, same.dep_, same.head.i, same.ent_type_,
                )  # fmt: skip
                assert str(token.morph) == str(same.morph)


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


def test_nothing_is_kept_of_the_forms_that_were_read() -> None:
    from keii import ginza

    with ginza.zone() as nlp:
        list(nlp.pipe(SENTENCES))
    assert nlp.vocab.morphology.mem.size == 0
