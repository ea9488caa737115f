"""Headlines: a readable table by GiNZA's analysis, and what holds of any sentence by a made-up one."""

from __future__ import annotations

import time
from pathlib import Path

import fake
import pytest

from keii.attribute import attribute
from keii.config import Config, Tag
from keii.dates import dates
from keii.extract import extract
from keii.headline import LONGEST, headlines
from keii.model import Article, Claim, Document
from keii.names import names
from keii.segment import segment
from keii.tag import tag

CASES = [
    line.split("\t")
    for line in (Path(__file__).parent / "cases" / "headlines.tsv").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
_MARKS = {"【": "trigger", "［": "agent", "｛": "patient"}


def parsed(marked: str) -> tuple[str, list[tuple[str, int, int]]]:
    """The sentence without its marks, and what they mark."""
    text, spans, begun = "", [], ("", 0)
    for letter in marked:
        if letter in _MARKS:
            begun = (_MARKS[letter], len(text))
        elif letter in "】］｝":
            spans.append((*begun, len(text)))
        else:
            text += letter
    return text, spans


def claim(document: Document, spans: list[tuple[str, int, int]]) -> Claim:
    sentence, text = document.sentences[0], document.article.text
    (trigger,) = [span for span in spans if span[0] == "trigger"]
    people = [{"name": text[a:b], "role": role, "start": a, "end": b} for role, a, b in spans if role != "trigger"]
    return Claim.model_validate(
        {
            "article": "a",
            "id": "c001",
            "evidence": {"start": sentence.start, "end": sentence.end, "text": document.text(sentence)},
            "trigger": {"start": trigger[1], "end": trigger[2], "text": text[trigger[1] : trigger[2]]},
            "type": "other",
            "factuality": "fact",
            "date": None,
            "participants": people,
        }
    )


@pytest.fixture(scope="module")
def analysed() -> list[tuple[Document, Claim]]:
    sentences = [parsed(case[1]) for case in CASES]
    articles = [Article(id="a", text=text, published="2019-06-20") for text, _ in sentences]
    settings = Config()
    documents = [attribute(names(dates(one), settings.names)) for one in tag([segment(one) for one in articles], settings.tag)]
    return [(document, claim(document, spans)) for document, (_, spans) in zip(documents, sentences, strict=True)]


@pytest.mark.model
@pytest.mark.parametrize("number", range(len(CASES)), ids=[case[0] for case in CASES])
def test_headline(number: int, analysed: list[tuple[Document, Claim]]) -> None:
    document, claim = analysed[number]
    assert headlines(document, [claim]) == (CASES[number][2],)


def invented(text: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Document, tuple[Claim, ...]]:
    """A text through all stages with made-up analyses: wrong, but of every shape."""
    monkeypatch.setattr("keii.tag.parse", fake.parse)
    (document,) = tag([segment(Article(id="a", text=text, published="2019-06-20"))], Tag())
    document = attribute(names(dates(document), Config().names))
    return document, extract(document)


TEXT = "青葉電機は4月2日、中村社長(52)を解任したと発表した。山海新聞によると「後任は決まっていない」と述べた。\n" * 8


def test_a_headline_is_short_and_made_of_the_articles_words(monkeypatch: pytest.MonkeyPatch) -> None:
    document, claims = invented(TEXT, monkeypatch)
    told = headlines(document, claims)
    assert claims and len(told) == len(claims)
    assert all(0 < len(one) <= LONGEST for one in told)
    assert all(set(one) <= set(TEXT) | set("、…") for one in told)
    assert not [one for one in told if "4月2日" in one or "52" in one]


def test_what_was_not_analysed_has_no_headline(monkeypatch: pytest.MonkeyPatch) -> None:
    document, claims = invented(TEXT, monkeypatch)
    bare = Document(article=document.article, sentences=document.sentences, tokens=((),) * len(document.sentences))
    assert set(headlines(bare, claims)) == {""}


def test_long_articles_and_sentences_take_linear_time(monkeypatch: pytest.MonkeyPatch) -> None:
    took = []
    for times in (20, 160):
        document, claims = invented("青葉電機は中村社長を解任し、" * times + "発表した。\n" + TEXT * times, monkeypatch)
        begun = time.process_time()
        headlines(document, claims)
        took.append(time.process_time() - begun)
    assert took[1] < 8 * 3 * took[0] + 0.2
