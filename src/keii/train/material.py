"""What all models are learned from: the labels of the articles that may teach, and the candidate of each claim."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from keii.attribute import attribute
from keii.dates import dates
from keii.extract.candidates import Candidate, candidates
from keii.gold import read_gold, read_manifest
from keii.model import Article, Claim, Document
from keii.names import names
from keii.segment import segment
from keii.tag import tag

Labels = Mapping[str, Sequence[Claim]]
"""The claims of each labelled article."""
TEACHING = ("train", "claims")
"""Splits whose labels teach; those of `claims` do not teach which claims are one event."""
_NUMBER = re.compile(r"-\d+$", re.ASCII)


class Target(NamedTuple):
    """A gold claim and the candidate that its trigger overlaps."""

    document: Document
    claim: Claim
    candidate: Candidate


@dataclass(frozen=True)
class Material:
    """Labelled articles in order of their ids; those of `more` were labelled by other readers. `skipped`: what was left out."""

    articles: Mapping[str, Article]
    labels: Labels
    more: frozenset[str]
    skipped: Sequence[str]
    ungrouped: frozenset[str]
    """Articles whose labels do not teach which claims are one event."""

    @property
    def claims(self) -> list[Claim]:
        return list(chain.from_iterable(self.labels.values()))

    @property
    def grouped(self) -> Labels:
        """The labels whose events teach."""
        return {article: claims for article, claims in self.labels.items() if article not in self.ungrouped}

    @cached_property
    def documents(self) -> dict[str, Document]:
        """The articles, analysed up to attribution."""
        found = tag([segment(self.articles[name]) for name in self.labels])
        return {document.article.id: attribute(names(dates(document))) for document in found}

    @cached_property
    def targets(self) -> dict[str, list[Target]]:
        return {name: list(matched(self.documents[name], claims)) for name, claims in self.labels.items()}


def read_material(gold: Sequence[Path], more: Sequence[Path], articles: Iterable[Article]) -> Material:
    """Read the labels of articles; where several folders label one, the first holds, those of `gold` before those of `more`."""
    known = {article.id: article for article in articles}
    own, skipped = read_labels(gold, known)
    others, also_skipped = read_labels(more, known)
    labels = dict(sorted({**others, **own}.items()))
    return Material(known, labels, frozenset(others.keys() - own.keys()), [*skipped, *also_skipped], ungrouped([*gold, *more]))


def ungrouped(homes: Iterable[Path]) -> frozenset[str]:
    """The articles that a manifest keeps from teaching which claims are one event."""
    return frozenset(name for home in homes for name, row in read_manifest(home).items() if row.split != "train")


def read_labels(homes: Iterable[Path], articles: Mapping[str, Article]) -> tuple[dict[str, list[Claim]], list[str]]:
    """The claims of each article that a manifest does not keep from teaching, and a line for each file left out."""
    texts = {name: article.text for name, article in articles.items()}
    labels: dict[str, list[Claim]] = {}
    skipped: list[str] = []
    for home in homes:
        found = read_gold(home, texts)
        skipped += found.skipped
        for name in found.articles:
            if name not in found.manifest or found.manifest[name].split in TEACHING:
                labels.setdefault(name, [claim for claim in found.claims if claim.article == name])
    return labels, skipped


def matched(document: Document, claims: Iterable[Claim]) -> Iterator[Target]:
    """Each claim, in order, with the candidate that its trigger overlaps most; those that overlap none are left out."""
    found = list(candidates(document))
    for claim in sorted(claims, key=lambda claim: (claim.trigger.start, claim.trigger.end)):
        start, end = claim.trigger.start, claim.trigger.end
        near = [one for one in found if one.start < end and start < one.end]
        if near:
            best = max(near, key=lambda one: (min(end, one.end) - max(start, one.start), -abs(one.end - end), one.end))
            yield Target(document, claim, best)


def story(article: str) -> str:
    """The story of an article by its id: `svb-01` and `svb-02` tell one; the two source articles tell one of the corpus."""
    return "openai" if article[:4] in ("000_", "001_") else _NUMBER.sub("", article)


def head(command: str, labels: Labels) -> dict[str, Any]:
    """What a model says of its origin: the command, the digest of the labels, how many there were."""
    claims = list(chain.from_iterable(labels.values()))
    return {"made_by": command, "gold": digest(claims), "articles": len(labels), "claims": len(claims)}


def digest(claims: Iterable[Claim]) -> str:
    """SHA-256 of labels, in whatever order: which gold a model was made from."""
    rows = sorted(claim.model_dump_json(by_alias=True, exclude_defaults=True) for claim in claims)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()
