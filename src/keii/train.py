"""Learns from gold which candidates are claims, and of which type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from keii.extract.candidates import Candidate, candidates
from keii.extract.features import Scene, describe, is_type_feature
from keii.extract.learned import fit
from keii.model import Claim, Document


def train(gold: Iterable[Claim], documents: Sequence[Document]) -> dict[str, dict[str, Any]]:
    """Learn the models of `detect`: JSON data by name. Each document must be labelled whole."""
    rows, kept, typed, types = [], [], [], []
    by_article: dict[str, list[Claim]] = {}
    for claim in gold:
        by_article.setdefault(claim.article, []).append(claim)
    for document in documents:
        scene = Scene(document)
        found = list(candidates(document))
        labels = align(found, by_article.get(document.article.id, ()))
        for number, candidate in enumerate(found):
            row = describe(scene, candidate)
            rows.append(row)
            kept.append("claim" if number in labels else "")
            if number in labels:
                typed.append({name: value for name, value in row.items() if is_type_feature(name)})
                types.append(labels[number].type)
    keep = fit(rows, kept, c=0.08, at_least=3)
    kind = fit(typed, types, c=0.3, at_least=2)
    return {"detect": {"threshold": 0.36, **keep.dump(least=0.005)}, "type": kind.dump(least=0.02)}


def align(found: Sequence[Candidate], claims: Iterable[Claim]) -> Mapping[int, Claim]:
    """The candidate of each claim: the one whose span overlaps its trigger most; what has none is left out."""
    labels: dict[int, Claim] = {}
    for claim in claims:
        best, most = None, 0.0
        for number, candidate in enumerate(found):
            common = min(candidate.end, claim.trigger.end) - max(candidate.start, claim.trigger.start)
            whole = max(candidate.end, claim.trigger.end) - min(candidate.start, claim.trigger.start)
            if common > 0 and common / whole >= most:
                best, most = number, common / whole
        if best is not None:
            labels.setdefault(best, claim)
    return labels
