"""How often outlets, speakers and citing words of gold claims are found, given the claim: python -m keii.bench.attribute."""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from keii.attribute import Attribution, attribute, attribution
from keii.bench.material import article_paths, genre, gold_rows, tagged
from keii.model import Article, Document
from keii.names import outlet_named
from keii.names.scripts import is_katakana, sounds_like
from keii.text import folded

FIELDS = ("outlets", "outlets, cited", "speakers", "speakers, told", "speakers, agent given", "citation", "citation, cited")


@dataclass
class Counts:
    """Right and asked by field and article."""

    right: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    asked: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, name: str, article: str, right: bool) -> None:
        self.asked[name][article] += 1
        self.right[name][article] += right

    def show(self, name: str) -> str:
        """Share right, 95 % interval by resampling articles, n."""
        articles = sorted(self.asked[name])
        if not articles:
            return "-"
        right = np.array([self.right[name][a] for a in articles])
        asked = np.array([self.asked[name][a] for a in articles])
        picks = np.random.default_rng(0).integers(0, len(articles), (1000, len(articles)))
        low, high = np.quantile(right[picks].sum(axis=1) / asked[picks].sum(axis=1), (0.025, 0.975))
        return f"{right.sum() / asked.sum():.3f} [{low:.3f}, {high:.3f}] n={asked.sum()}"


@dataclass(frozen=True)
class Miss:
    """One field of one claim that is wrong, with what stands in the text."""

    article: str
    field: str
    sentence: str
    trigger: str
    gold: object
    found: object
    why: tuple[str, ...]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shared", type=Path, default=None, help="folder with articles and gold beside the project")
    options.add_argument("--errors", type=int, default=0, help="print so many wrong fields of each kind")
    arguments = options.parse_args()
    from keii.names import names

    articles = [
        Article(id=i, text=p.read_bytes().decode("utf-8"), body_start=_body(p))
        for i, p in article_paths(arguments.shared).items()
    ]
    documents = {d.article.id: attribute(names(d)) for d in tagged(articles)}
    counts, misses = measure(documents, gold_rows(arguments.shared))
    for group, count in counts.items():
        for name in FIELDS:
            print(f"{group:5} {name:22} {count.show(name)}")
    for miss in _some(misses, arguments.errors):
        row = (miss.field, miss.article, miss.sentence, miss.trigger, f"gold {miss.gold}", f"found {miss.found}", *miss.why)
        print("\t".join(row))


def measure(documents: dict[str, Document], gold: dict[str, list[dict[str, Any]]]) -> tuple[dict[str, Counts], list[Miss]]:
    """Compare the attribution of each gold claim with its labels, all and by genre."""
    counts: dict[str, Counts] = {"all": Counts(), "news": Counts(), "blog": Counts()}
    misses = []
    for article, rows in gold.items():
        if article not in documents:
            continue
        document = documents[article]
        same = _aliases(document, rows)
        for row in rows:
            found = attribution(document, row["trigger"]["start"], row["trigger"]["end"], statement=row["type"] == "statement")
            for name, right, asked in _compare(row, found, same, document):
                for group in ("all", genre(article)):
                    if asked:
                        counts[group].add(name, article, right)
                if asked and not right and "," not in name:
                    misses.append(_miss(document, row, name, found))
    return counts, misses


def _compare(
    row: dict[str, Any], found: Attribution, same: dict[str, set[str]], document: Document
) -> Iterator[tuple[str, bool, bool]]:
    outlets = _equal(row["outlets"], found.outlets, same)
    speakers = _equal(row["speakers"], found.speakers, same)
    span = row["citation"]
    cited = bool(span) == bool(found.citation)
    if span and found.citation:
        cited = span["start"] < found.citation.end and found.citation.start < span["end"]
    yield "outlets", outlets, True
    yield "outlets, cited", outlets, bool(row["outlets"])
    yield "speakers", speakers, True
    yield "speakers, told", speakers, bool(row["speakers"])
    agents = [p["name"] for p in row["participants"] if p["role"] == "agent"] if row["type"] == "statement" else []
    given = attribution(document, row["trigger"]["start"], row["trigger"]["end"], statement=bool(agents), agents=agents)
    yield "speakers, agent given", _equal(row["speakers"], given.speakers if agents else found.speakers, same), True
    yield "citation", cited, True
    yield "citation, cited", cited, bool(span)


def _equal(gold: Iterable[str], found: Sequence[str], same: dict[str, set[str]]) -> bool:
    """Whether two lists name the same: by fold, or by a mention that the gold gives the name."""
    left = [{folded(g), *same.get(g, set()), *_outlet(g), *_heard(g, found)} for g in gold]
    right = [folded(f) for f in found]
    return (
        len(left) == len(right)
        and all(any(_like(f, g) for g in left) for f in right)
        and all(any(_like(f, g) for f in right) for g in left)
    )


def _heard(name: str, found: Iterable[str]) -> set[str]:
    """Katakana names that say a Latin name or one of its parts: the article may tell no other form."""
    parts = [name, *name.split()] if name.isascii() else []
    return {folded(f) for f in found if is_katakana(f) and any(sounds_like(f, part) for part in parts)}


def _outlet(name: str) -> set[str]:
    named = outlet_named(name)
    return {folded(named[0])} if named else set()


def _like(name: str, spellings: set[str]) -> bool:
    return name in spellings or any(len(s) > 1 and len(name) > 1 and (s in name or name in s) for s in spellings)


def _aliases(document: Document, rows: list[dict[str, Any]]) -> dict[str, set[str]]:
    """How the article writes each gold name: the spans of participants, and our canonical names of mentions there."""
    same: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for participant in row["participants"]:
            if participant.get("start") is not None:
                start, end = participant["start"], participant["end"]
                same[participant["name"]].add(folded(document.article.text[start:end]))
                same[participant["name"]] |= {folded(m.name) for m in document.mentions if m.start < end and start < m.end}
    return same


def _miss(document: Document, row: dict[str, Any], name: str, found: Attribution) -> Miss:
    text, spans = document.article.text, {"evidence": row["evidence"], "trigger": row["trigger"]}
    gold, ours = row[name], getattr(found, name)
    if name == "citation":
        gold = text[gold["start"] : gold["end"]] if gold else None
        ours = text[ours.start : ours.end] if ours else None
    shown = [text[span["start"] : span["end"]].replace("\n", "⏎") for span in spans.values()]
    return Miss(document.article.id, name, shown[0], shown[1], gold, ours, found.why)


def _some(misses: list[Miss], limit: int) -> Iterator[Miss]:
    for name in ("outlets", "speakers", "citation"):
        yield from [miss for miss in misses if miss.field == name][:limit]


def _body(path: Path) -> int:
    front = re.match(r"\ufeff?\+\+\+\r?\n.*?\r?\n\+\+\+\r?\n", path.read_bytes().decode("utf-8"), re.DOTALL)
    return front.end() if front else 0


if __name__ == "__main__":
    main()
