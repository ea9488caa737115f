"""What the pages share, without a browser."""

from __future__ import annotations

import json

import pytest

from keii.lexicon import table
from keii.page import _json, labels

PAGES = ["report", "timeline"]


@pytest.mark.parametrize("name", ["page", *PAGES])
def test_every_word_stands_once_in_both_languages(name: str) -> None:
    rows = table(name)
    assert len({row[0] for row in rows}) == len(rows)
    assert all(len(row) == 3 and row[1].strip() and row[2].strip() for row in rows)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_the_shared_words_and_its_own(name: str) -> None:
    shared, own = {row[0] for row in table("page")}, {row[0] for row in table(name)}
    assert not shared & own
    assert set(labels(name)) == shared | own


@pytest.mark.parametrize("text", ["</script><script>alert(1)", "<!--<script>", "a\u2028b\u2029c", '"\\', "\u202e😀\0"])
def test_data_cannot_end_its_script(text: str) -> None:
    told = _json({"text": text})
    assert not {"<", "\u2028", "\u2029"} & set(told)
    assert json.loads(told) == {"text": text}
