"""Factuality: how cues fold, and what whole sentences say."""

from __future__ import annotations

from pathlib import Path

import pytest

from keii.extract.factuality import Cue, Reading, by_rule, read_cues
from keii.model import Article, Factuality

CASES = [
    line.split("\t")
    for line in (Path(__file__).parent / "cases" / "factuality.tsv").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize(
    ("tense", "effects", "value"),
    [
        ("past", (), "fact"),
        ("present", (), "planned"),
        ("past", ("negated",), "negated"),
        ("past", ("negated", "negated"), "fact"),
        ("present", ("planned",), "planned"),
        ("present", ("planned", "negated"), "negated"),
        ("present", ("possible", "negated"), "negated"),
        ("present", ("negated", "possible"), "possible"),
        ("present", ("negated", "planned"), "negated"),
        ("past", ("deny",), "negated"),
        ("present", ("attempt",), "fact"),
    ],
)
def test_cues_fold_from_the_inside_out(tense: str, effects: tuple[str, ...], value: Factuality) -> None:
    assert by_rule(Reading(tuple(Cue(effect, "") for effect in effects), tense, ())) == value


@pytest.mark.model
def test_cues_of_a_suite_that_others_made(shared: Path) -> None:
    from keii.bench.factuality import jsem

    counts = jsem(shared / "data" / "factuality" / "jsem.jsonl")
    total = sum(sum(count.values()) for count in counts.values())
    assert total >= 440
    assert sum(count["right"] for count in counts.values()) / total >= 0.698


@pytest.mark.model
def test_sentences() -> None:
    from keii.segment import segment
    from keii.tag import tag

    plain = [text.replace("〔", "").replace("〕", "") for text, _ in CASES]
    documents = tag([segment(Article(id=str(k), text=text)) for k, text in enumerate(plain)])
    wrong = []
    for (marked, value), document in zip(CASES, documents, strict=True):
        start = marked.index("〔")
        token = next(i for i, token in enumerate(document.tokens[0]) if token.end > start)
        told = by_rule(read_cues(document.tokens[0], token))
        if told != value:
            wrong.append(f"{marked}: {told}, not {value}")
    assert not wrong, "\n".join(wrong)
