"""Joins the canonical names of all articles of a run."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from keii.config import Names
from keii.model import Document, Label, Name
from keii.names import lexica
from keii.names.scripts import is_katakana, is_latin, same_katakana, sounds_like
from keii.text import folded


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
    for label in ("PERSON", "ORG", "PLACE", "OUTLET"):
        ordered = sorted((name for kind, name in counts if kind == label), key=lambda name: (-counts[label, name], name))
        for name in ordered:
            target, reason = _target(label, name, ordered, spellings, settings)
            if target and target != name:
                parent[label, name] = target
                why[label, target].append(f"{name}: {reason}")
    return _links(documents, parent, why)


def _counted(documents: Sequence[Document]) -> tuple[Counter[tuple[Label, str]], dict[tuple[Label, str], set[str]]]:
    counts: Counter[tuple[Label, str]] = Counter()
    spellings: dict[tuple[Label, str], set[str]] = defaultdict(set)
    for document in documents:
        for mention in document.mentions:
            counts[mention.label, mention.name] += 1
            spellings[mention.label, mention.name].add(document.text(mention))
    return counts, spellings


def _target(
    label: Label, name: str, names: Sequence[str], spellings: dict[tuple[Label, str], set[str]], settings: Names
) -> tuple[str | None, str]:
    """The run's name for a name, and why; None where it keeps its own."""
    body = lexica.bodies(settings.names).get(folded(name))
    if body and body.label == label:
        return body.name, body.why
    for other in names:
        if other == name:
            continue
        if folded(other) == folded(name) and other < name:
            return other, "the same but for width, case or blanks"
        if not is_latin(name) and name in spellings[label, other] and is_latin(other):
            return other, "another article tells the Latin form"
        if is_katakana(name) and is_latin(other) and label in ("PERSON", "ORG") and sounds_like(name, other):
            return other, "sounds like the Latin form of another article"
    if label == "PERSON" and is_katakana(name) and "・" in name:
        for other in names:
            if other == name:
                break
            if is_katakana(other) and same_katakana(name, other):
                return other, "spelling variant of a more frequent name"
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
