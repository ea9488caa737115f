"""The stages of one article together: what a long sentence costs once it is tagged."""

from __future__ import annotations

from collections import Counter

import fake
import pytest

from keii.config import Config
from keii.model import Article
from keii.pipeline import analyse


def test_no_sentence_costs_much_more_than_linear_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keii.tag.parse", fake.parse)
    piece = "青山橋梁は5月10日に田中氏が辞任し、"

    def seconds(length: int) -> float:
        clock: Counter[str] = Counter()
        analyse([Article(id="a", text=(piece * length)[:length], published="2024-06-01")], Config(), clock)
        return sum(spent for stage, spent in clock.items() if stage not in ("segment", "tag"))

    seconds(500)
    assert seconds(6_000) < 4 * 2 * max(seconds(1_500), 0.05)
