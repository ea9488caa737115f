"""What words mean: which words of a candidate are asked for, and where their vectors stand."""

from __future__ import annotations

import numpy as np
import pytest
from handmade import GREETED, RESIGNED, SAID, document

from keii.extract import meaning
from keii.extract.candidates import candidates
from keii.extract.meaning import for_claim, for_type, words
from keii.extract.scene import Scene


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The words that are asked for; each gets its number as its vector."""
    told: list[str] = []

    def number(some: list[str]) -> np.ndarray:
        told.extend(some)
        return np.array([[k + 1.0] * meaning.MEANING for k in range(len(some))], dtype=np.float32)

    monkeypatch.setattr(meaning, "meanings", number)
    return told


@pytest.mark.parametrize(
    ("notation", "word", "argument", "head"),
    [(RESIGNED, "辞任", "社長", ""), (SAID, "発表", "辞任", ""), (SAID, "辞任", "社長", "発表"), (GREETED, "会う", "皆さん", "")],
)
def test_a_word_stands_beside_its_argument_and_its_head(
    asked: list[str], notation: str, word: str, argument: str, head: str
) -> None:
    made = document(notation)
    words(Scene(made), list(candidates(made)))
    assert (word, argument, head) in [tuple(asked[k : k + 3]) for k in range(0, len(asked), 3)]


def test_rows_have_the_word_in_the_columns_of_its_use(asked: list[str]) -> None:
    made = document(GREETED)
    scene, found = Scene(made), list(candidates(made))
    vectors = words(scene, found)
    verb = [one.token for one in found].index(2)
    row = for_claim(vectors, scene, found)[verb]
    assert set(row[: meaning.MEANING]) == {vectors[verb, 0, 0]} and not row[meaning.MEANING : 5 * meaning.MEANING].any()
    assert row[-5:].tolist() == [1, 0, 0, 0, 0]
    assert for_type(vectors)[verb, 0] == 2 * vectors[verb, 0, 0]


@pytest.mark.model
def test_words_alike_have_vectors_alike() -> None:
    from keii.tag import meanings

    resign, quit, rain, unknown = meanings(["辞任", "退任", "大雨", "ぬるぽがっ"])
    assert resign @ quit > 0.4 > resign @ rain
    assert not unknown.any()
