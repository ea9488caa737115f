"""Clause grammar: what is asked of one sentence is worked out once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from keii.extract.grammar import children, is_condition, of_sentence, quote_depth
from keii.model import Article, Token


def sentence(*words: str, heads: Sequence[int]) -> tuple[Token, ...]:
    """Tokens of a sentence, all of them nouns."""
    return tuple(
        Token(i, i + 1, word, word, word, "NOUN", "名詞", "dep", head, False, "", "", "")
        for i, (word, head) in enumerate(zip(words, heads, strict=True))
    )


def test_a_sentence_is_asked_once() -> None:
    asked: list[int] = []

    @of_sentence
    def length(tokens: Sequence[Token]) -> int:
        asked.append(len(tokens))
        return len(tokens)

    one, two = sentence("市", "橋", heads=(1, 1)), sentence("町", heads=(0,))
    assert [length(one), length(one), length(two), length(one)] == [2, 2, 1, 2]
    assert asked == [2, 1, 2]


def test_children_and_quotation_marks() -> None:
    tokens = sentence("市", "「", "橋", "」", heads=(2, 2, 2, 2))
    assert children(tokens, 2) == [0, 1, 3]
    assert children(tokens, 0) == []
    assert quote_depth(tokens) == [0, 0, 1, 0]


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "supposed"),
    [
        ("社長が辞任すれば、会社は破綻する。", True),
        ("社長が辞任したら、会社は破綻する。", True),
        ("社長が辞任するなら、会社は破綻する。", True),
        ("社長が辞任した場合、会社は破綻する。", True),
        ("社長が辞任しなければ、組合は提訴する。", True),
        ("社長が辞任する場合がある。", False),
        ("社長は辞任しなければならない。", False),
        ("社長が辞任したら、株価が上がっていた。", False),
        ("社長が辞任したところ、株価が上がった。", False),
        ("社長が辞任すると、株価が上がった。", False),
        ("社長が辞任した。", False),
    ],
)
def test_conditions(text: str, supposed: bool) -> None:
    from keii.segment import segment
    from keii.tag import tag

    (tokens,) = tag([segment(Article(id="a", text=text))])[0].tokens
    place = next(i for i, token in enumerate(tokens) if token.surface == "辞任")
    assert is_condition(tokens, place) is supposed
