"""Learns from gold which candidates are claims, and of which type."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from keii.extract.candidates import Candidate, candidates
from keii.extract.collective import First, look
from keii.extract.detect import first_look
from keii.extract.features import describe, of_type
from keii.extract.learned import Linear, fit
from keii.extract.scene import Scene
from keii.extract.trees import Trees, grow
from keii.model import Claim, Document

FOLDS = 8
"""Folds of articles in which the first look's own training scores are found; a story's articles stand in one fold."""
GROVES = 2
"""Boosted forests whose mean is the second look."""
Floats = npt.NDArray[np.float64]


@dataclass
class Labelled:
    """A document's candidates, what the features say of each, and the claims among them."""

    scene: Scene
    found: list[Candidate]
    rows: list[tuple[list[str], ...]]
    claims: Mapping[int, Claim]

    @property
    def kept(self) -> list[bool]:
        return [i in self.claims for i in range(len(self.found))]


def train(gold: Iterable[Claim], documents: Iterable[Document]) -> dict[str, dict[str, Any]]:
    """Learn the models of `detect` from documents that are labelled whole: JSON data by the model's name."""
    claims = list(gold)
    labelled = [_label(document, claims) for document in documents]
    labelled = [one for one in labelled if one.found]
    keep, kind = _first_models(labelled)
    fold = folds(labelled, claims)
    firsts = _unseen(labelled, fold)
    tables = [look(one.scene, one.found, first) for one, first in zip(labelled, firsts, strict=True)]
    trees = _grow(labelled, tables, range(len(labelled)))
    odds = np.concatenate(_unseen_odds(labelled, tables, fold)) if len(set(fold)) > 1 else np.zeros(0)
    kept = np.concatenate([one.kept for one in labelled])
    slope, shift = calibrate(odds, kept) if len(odds) else (1.0, 0.0)
    threshold = best_threshold(1 / (1 + np.exp(-(slope * odds + shift))), kept) if len(odds) else 0.5
    made = {"made_by": "keii train", "gold": digest(claims), "articles": len(labelled), "claims": len(claims)}
    return {
        "detect": {
            **made,
            "threshold": threshold,
            "calibration": [slope, shift],
            "trees": trees.dump(),
            **keep.dump(least=0.02),
        },
        "type": {**made, **kind.dump(least=0.02)},
    }


def digest(claims: Iterable[Claim]) -> str:
    """SHA-256 of the labels in order: which gold a model was made from."""
    rows = sorted(f"{one.article}\t{one.trigger.start}\t{one.trigger.end}\t{one.type}" for one in claims)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def _label(document: Document, claims: Iterable[Claim]) -> Labelled:
    scene, found = Scene(document), list(candidates(document))
    own = [claim for claim in claims if claim.article == document.article.id]
    return Labelled(scene, found, [describe(scene, candidate) for candidate in found], align(found, own))


def align(found: Sequence[Candidate], claims: Iterable[Claim]) -> dict[int, Claim]:
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


# --- the first look -----------------------------------------------------------------------------------------------


def _first_models(labelled: Iterable[Labelled]) -> tuple[Linear, Linear]:
    rows, kept, typed, types = [], [], [], []
    for one in labelled:
        for i, families in enumerate(one.rows):
            rows.append(dict.fromkeys((name for names in families for name in names), 1.0))
            kept.append("claim" if i in one.claims else "")
            if i in one.claims:
                typed.append(of_type(families))
                types.append(one.claims[i].type)
    return fit(rows, kept, c=0.07, at_least=3, rare=0.15), fit(typed, types, c=0.5, at_least=2)


def folds(labelled: Sequence[Labelled], claims: Iterable[Claim]) -> list[int]:
    """A fold for each document; articles that tell one event are of one story, and stay together."""
    stories = story_of(claims)
    names = [stories.get(one.scene.document.article.id, one.scene.document.article.id) for one in labelled]
    order = sorted(set(names), key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    place = {name: k % FOLDS for k, name in enumerate(order)}
    return [place[name] for name in names]


def story_of(claims: Iterable[Claim]) -> dict[str, str]:
    """The first article of each article's story: articles are joined that share an event."""
    first: dict[str, str] = {}
    story: dict[str, str] = {}
    for claim in claims:
        story.setdefault(claim.article, claim.article)
        if claim.event:
            other = story[first.setdefault(claim.event, claim.article)]
            mine = story[claim.article]
            if other != mine:
                story = {article: min(mine, other) if name in (mine, other) else name for article, name in story.items()}
    return story


def _unseen(labelled: Sequence[Labelled], fold: Sequence[int]) -> list[First]:
    """The first look at each document by models that have not seen its story."""
    firsts: dict[int, First] = {}
    types = sorted({claim.type for one in labelled for claim in one.claims.values()})
    for k in sorted(set(fold)):
        seen = [one for one, n in zip(labelled, fold, strict=True) if n != k] or labelled
        keep, kind = _first_models(seen)
        for i, one in enumerate(labelled):
            if fold[i] == k:
                firsts[i] = _aligned(first_look(keep, kind, one.rows), types)
    return [firsts[i] for i in range(len(labelled))]


def _aligned(first: First, types: Sequence[str]) -> First:
    """The same look with the columns of all types, also of those that its models never saw."""
    table = np.zeros((len(first.types), len(types)))
    table[:, [types.index(name) for name in first.classes]] = first.types
    return First(first.parts, first.scores, table, tuple(types))


# --- the second look ----------------------------------------------------------------------------------------------


def _grow(labelled: Sequence[Labelled], tables: Sequence[Floats], chosen: Iterable[int]) -> Trees:
    chosen = list(chosen)
    table = np.vstack([tables[i] for i in chosen])
    kept = np.concatenate([labelled[i].kept for i in chosen])
    return Trees.mean([grow(table, kept, seed=seed) for seed in range(GROVES)])


def _unseen_odds(labelled: Sequence[Labelled], tables: Sequence[Floats], fold: Sequence[int]) -> list[Floats]:
    """The second look at each document by trees that have not seen its story."""
    odds: dict[int, Floats] = {}
    for k in sorted(set(fold)):
        trees = _grow(labelled, tables, [i for i, n in enumerate(fold) if n != k])
        odds.update({i: trees.decide(tables[i]) for i, n in enumerate(fold) if n == k})
    return [odds[i] for i in range(len(labelled))]


def calibrate(odds: Floats, kept: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and shift that make log odds true probabilities on unseen articles (Platt 1999)."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1e6).fit(odds[:, None], kept)
    return round(float(model.coef_[0, 0]), 4), round(float(model.intercept_[0]), 4)


def best_threshold(probabilities: Floats, kept: npt.NDArray[np.bool_]) -> float:
    """The threshold of the highest F1, the mean of those within 0.001 of it."""
    grid = np.arange(0.15, 0.7, 0.01)
    scores = []
    for threshold in grid:
        chosen = probabilities >= threshold
        scores.append(2 * float((chosen & kept).sum()) / max(1, int(chosen.sum()) + int(kept.sum())))
    near = grid[np.array(scores) >= max(scores) - 0.001]
    return round(float(near.mean()), 3)
