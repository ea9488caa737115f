"""Joins the canonical names of all articles of a run."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from keii.config import Names
from keii.model import Document, Label, Name
from keii.names import lexica
from keii.names.scripts import block, is_katakana, is_latin, same_katakana, says, sounds_like
from keii.text import folded

_LABELS: tuple[Label, ...] = ("PERSON", "ORG", "PLACE", "OUTLET")


class Links(NamedTuple):
    """`run_name[(article, name)]` is the run's name for an article's canonical name; `names` are the rows of names.jsonl."""

    run_name: dict[tuple[str, str], str]
    names: tuple[Name, ...]


def link_names(documents: Sequence[Document], config: Names | None = None) -> Links:
    """Join canonical names across articles, deterministic, with reasons.

    A Latin form told in one article names the katakana form in another; a short name joins the only full name of the
    run that holds it where both articles share another name.
    """
    settings = config or Names()
    counts, spellings = _counted(documents)
    parent: dict[tuple[Label, str], str] = {}
    why: dict[tuple[Label, str], list[str]] = defaultdict(list)
    for label in _LABELS:
        names = sorted((name for kind, name in counts if kind == label), key=lambda name: (-counts[label, name], name))
        index = _Index(label, names, spellings)
        for name in names:
            target, reason = _target(label, name, index, settings)
            if target and target != name:
                parent[label, name] = target
                why[label, target].append(f"{name}: {reason}")
    return _links(documents, parent, why)


class _Index:
    """The names of one label, most frequent first, by what may tell that two are one."""

    def __init__(self, label: Label, names: Sequence[str], spellings: dict[tuple[Label, str], set[str]]) -> None:
        self.rank = {name: i for i, name in enumerate(names)}
        self.folded: dict[str, list[str]] = defaultdict(list)
        self.told_as: dict[str, list[str]] = defaultdict(list)
        self.sounds: dict[tuple[str, int], list[str]] = defaultdict(list)
        self.variants: dict[tuple[str, int], list[str]] = defaultdict(list)
        self.tails: dict[str, list[str]] = defaultdict(list)
        for name in names:
            self.folded[folded(name)].append(name)
            if is_katakana(name):
                self.variants[block(name)].append(name)
            elif is_latin(name):
                for spelling in sorted(spellings[label, name]):
                    self.told_as[spelling].append(name)
                if tail := re.search(r"[A-Z]{2,5}$", name):
                    self.tails[tail[0]].append(name)
                if label in ("PERSON", "ORG"):
                    self.sounds[block(name)].append(name)


def _counted(documents: Sequence[Document]) -> tuple[Counter[tuple[Label, str]], dict[tuple[Label, str], set[str]]]:
    counts: Counter[tuple[Label, str]] = Counter()
    spellings: dict[tuple[Label, str], set[str]] = defaultdict(set)
    for document in documents:
        for mention in document.mentions:
            counts[mention.label, mention.name] += 1
            spellings[mention.label, mention.name].add(document.text(mention))
    return counts, spellings


def _target(label: Label, name: str, index: _Index, settings: Names) -> tuple[str | None, str]:
    """The run's name for a name, and why; None where it keeps its own."""
    body = lexica.bodies(settings.names).get(folded(name))
    if body and body.label == label:
        return body.name, body.why
    same = min(index.folded[folded(name)])
    if same != name:
        return same, "the same but for width, case or blanks"
    if is_latin(name):
        return None, ""
    if index.told_as.get(name):
        return index.told_as[name][0], "another article tells the Latin form"
    if mixed := re.fullmatch(r"[ァ-ヴー]{2,}([A-Z]{2,5})", name):
        latin = next((other for other in index.tails[mixed[1]][:200] if says(name, other)), None)
        return latin, "says the Latin form of another article"
    if not is_katakana(name):
        return None, ""
    latin = next((other for other in index.sounds.get(block(name), ()) if sounds_like(name, other)), None)
    if latin:
        return latin, "sounds like the Latin form of another article"
    if label == "PERSON" and "・" in name:
        before = (other for other in index.variants[block(name)][:200] if index.rank[other] < index.rank[name])
        variant = next((other for other in before if same_katakana(name, other)), None)
        return variant, "spelling variant of a more frequent name"
    return None, ""


def _links(documents: Sequence[Document], parent: dict[tuple[Label, str], str], why: dict[tuple[Label, str], list[str]]) -> Links:
    run_name: dict[tuple[str, str], str] = {}
    spellings: dict[tuple[Label, str], Counter[str]] = defaultdict(Counter)
    articles: dict[tuple[Label, str], set[str]] = defaultdict(set)
    reasons: dict[tuple[Label, str], Counter[str]] = defaultdict(Counter)
    for document in documents:
        for mention in document.mentions:
            top = _top(mention.label, mention.name, parent)
            run_name[document.article.id, mention.name] = top
            spellings[mention.label, top][document.text(mention)] += 1
            articles[mention.label, top].add(document.article.id)
            reasons[mention.label, top].update(mention.why)
    rows = [
        Name(
            name=name,
            label=label,
            spellings=dict(sorted(counted.items(), key=lambda item: (-item[1], item[0]))),
            articles=len(articles[label, name]),
            why=(
                *sorted(why.get((label, name), [])),
                *(reason for reason, _ in sorted(reasons[label, name].items(), key=lambda item: (-item[1], item[0]))[:8]),
            ),
        )
        for (label, name), counted in spellings.items()
    ]
    rows.sort(key=lambda row: (-sum(row.spellings.values()), row.label, row.name))
    return Links(run_name, tuple(rows))


def _top(label: Label, name: str, parent: dict[tuple[Label, str], str]) -> str:
    seen = {name}
    while (label, name) in parent and parent[label, name] not in seen:
        name = parent[label, name]
        seen.add(name)
    return name
