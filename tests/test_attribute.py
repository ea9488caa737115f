"""Outlets, speakers and citing words of claims, and the bibliography."""

from __future__ import annotations

import csv
import time
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keii.attribute import attribute, attribution, sources_at
from keii.attribute.references import _parse
from keii.model import Article, Document, Mention
from keii.names import find_outlets
from keii.segment import segment

CASES = Path(__file__).parent / "cases"


def table(name: str) -> list[list[str]]:
    with (CASES / f"{name}.tsv").open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE) if row and not row[0].startswith("# ")]


def document(text: str) -> Document:
    """A document with outlets for mentions, without tokens."""
    return attribute(replace(segment(Article(id="a", text=text)), mentions=find_outlets(text)))


def names(cell: str) -> set[str]:
    return set(cell.split(",")) - {""}


@pytest.mark.parametrize(("rule", "text", "trigger", "outlets", "speakers", "citation"), table("attribute"))
def test_sources(rule: str, text: str, trigger: str, outlets: str, speakers: str, citation: str) -> None:
    text = text.replace("⏎", "\n")
    start = text.index(trigger)
    found = attribution(document(text), start, start + len(trigger))
    assert set(found.outlets) == names(outlets)
    assert set(found.speakers) == names(speakers)
    assert (text[found.citation.start : found.citation.end] if found.citation else "") == citation


@pytest.mark.parametrize(("entry", "authors", "title", "outlet", "date", "key"), table("attribute_references"))
def test_references(entry: str, authors: str, title: str, outlet: str, date: str, key: str) -> None:
    found = _parse(entry, 7)
    assert found is not None
    assert (";".join(found.authors), found.title or "", found.outlet or "", found.date or "", found.key or "") == (
        authors,
        title,
        outlet,
        date,
        key,
    )
    assert (found.start, found.end) == (7, 7 + len(entry))


@pytest.mark.model
def test_speakers() -> None:
    from keii.names import names as named
    from keii.tag import tag

    rows = table("attribute_speech")
    documents = tag([segment(Article(id=str(i), text=row[1].replace("⏎", "\n"))) for i, row in enumerate(rows)])
    wrong = []
    for (rule, _, trigger, speakers), untold in zip(rows, documents, strict=True):
        start = untold.article.text.index(trigger)
        found = attribution(attribute(named(untold)), start, start + len(trigger))
        if set(found.speakers) != names(speakers):
            wrong.append((rule, found.speakers))
    assert not wrong


def test_two_references_fit() -> None:
    text = (
        "社長が退任した(Lee, 2021)。\n\n参考文献\nLee, J. (2021, May 3). One. BBC. https://example.com/a\n"
        "Lee, K. (2021, May 4). Two. CNN. https://example.com/b\n"
    )
    found = attribution(document(text), 3, 5)
    assert set(found.outlets) == {"BBC", "CNN"}
    assert found.ambiguous


def test_the_chain_runs_outward() -> None:
    text = "関係者が『The Verge』に語ったところによると、取締役会は復帰を協議した。"
    found = attribution(document(text), text.index("協議"), text.index("協議") + 2)
    assert [(link.kind, link.name) for link in found.source] == [("anonymous", "anonymous"), ("outlet", "The Verge")]


@pytest.mark.parametrize(
    ("name", "label", "kind"),
    [
        ("山田太郎", "PERSON", "person"),
        ("石川県", "PLACE", "body"),
        ("東亜商事", "ORG", "body"),
        ("県警", "", "body"),
        ("容疑者", "", "person"),
    ],
)
def test_persons_and_bodies_that_speak(name: str, label: Literal["PERSON", "PLACE", "ORG", ""], kind: str) -> None:
    text = f"{name}は謝罪した。"
    mentions = (Mention(0, len(name), label, name),) if label else ()
    told = attribute(replace(segment(Article(id="a", text=text)), mentions=mentions))
    found = attribution(told, text.index("謝罪"), text.index("謝罪") + 2, statement=True, agents=(name,))
    assert [link.kind for link in found.source] == [kind]


def test_who_speaks_a_statement_is_given() -> None:
    text = "読売新聞によると、社長は謝罪した。"
    found = attribution(document(text), text.index("謝罪"), text.index("謝罪") + 2, statement=True, agents=("山田太郎",))
    assert found.speakers == ("山田太郎",)
    assert found.outlets == ("読売新聞",)


@pytest.mark.parametrize(
    "text",
    [
        "関係者によると、山田社長は佐藤氏に辞任を申し出たと述べた。",
        "読売新聞によると、警察は男が容疑を認めていると発表した。",
        "山田氏はXで退社を発表した。",
    ],
)
@pytest.mark.parametrize("agents", [(), ("山田太郎",), ("山田太郎", "東京都")])
def test_speakers_and_outlets_follow_from_the_chain(text: str, agents: tuple[str, ...]) -> None:
    for start in range(len(text)):
        found = attribution(document(text), start, start + 1, statement=bool(agents), agents=agents)
        assert tuple(link.name for link in found.source if link.kind in ("person", "body", "anonymous")) == found.speakers
        assert tuple(link.name for link in found.source if link.kind == "outlet") == found.outlets


def test_metadata_sources_are_references() -> None:
    article = Article(id="a", text="本文。")
    source = _parse("『題』 毎日新聞 2024-05-06", 0)
    assert source is not None
    assert attribute(segment(replace(article, sources=(source,)))).references == (source,)


@given(st.text(alphabet="読売新聞によると、。「」(Lee, 2021)[1]※出典:Xで投稿した。\n朝日は報じたという", max_size=200))
@settings(max_examples=150, deadline=None)
def test_spans_lie_in_the_text(text: str) -> None:
    found = document(text)
    for citation in found.citations:
        assert 0 <= citation.reach.start <= citation.reach.end <= len(text)
        assert citation.start is None or citation.end is None or 0 <= citation.start < citation.end <= len(text)
        for link in citation.sources:
            assert link.start is None or link.end is None or 0 <= link.start < link.end <= len(text)
    for place in range(0, len(text), 7):
        assert sources_at(found, place) == tuple(sorted(sources_at(found, place), key=sources_at(found, place).index))


@pytest.mark.parametrize(
    "piece", ["によると", "読売新聞は", "((", "「", "(Lee, 2021)", "[1]", "、", "Xで投稿", "※1 ", "A", "出典:"]
)
def test_hostile_text_takes_linear_time(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    started = time.process_time()
    untold = segment(Article(id="a", text=text))
    segmented = time.process_time()
    attribute(untold)
    assert time.process_time() - segmented < 1 + (segmented - started)


def test_a_document_is_a_source_without_outlet() -> None:
    found = attribution(document("判決によると、男は金を受け取った。"), 9, 10)
    assert [source.kind for source in found.source] == ["document"] and not found.outlets
