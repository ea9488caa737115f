"""The lexicon of event words: every row can be read and says nothing twice."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest
from sudachipy import Dictionary, SplitMode

from keii.lexicon import table
from keii.model import EventType

TYPES = set(get_args(EventType))
PSEUDO = {"reporting", "speech", "state", "aspect"}


def words() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for kind, line in table("event_types"):
        found.setdefault(kind, []).extend(line.split(" "))
    return found


def test_every_row_has_a_type_and_words() -> None:
    rows = table("event_types")
    assert rows
    for row in rows:
        assert len(row) == 2, row
        assert row[1], row


def test_types_are_known_and_complete() -> None:
    assert set(words()) == TYPES | PSEUDO


@pytest.mark.parametrize("kind", sorted(TYPES | PSEUDO))
def test_words_are_clean_and_stand_once(kind: str) -> None:
    listed = words()[kind]
    assert all(word and not any(char.isspace() for char in word) for word in listed)
    assert [word for word, count in Counter(listed).items() if count > 1] == []


def test_single_words_are_normalized_forms() -> None:
    """A noun that looks like a verb's ending (打ち上げ) may need the frame of a noun to be read as one."""
    tokenizer = Dictionary().create()
    wrong = []
    for kind, listed in words().items():
        for word in listed:
            alone = tokenizer.tokenize(word, SplitMode.C)
            framed = tokenizer.tokenize(f"その{word}が", SplitMode.C)
            forms = {alone[0].normalized_form()} if len(alone) == 1 else set()
            if len(framed) == 3:
                forms.add(framed[1].normalized_form())
            if len(alone) == 1 and word not in forms:
                wrong.append((kind, word, forms))
    assert wrong == []
