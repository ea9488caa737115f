"""Learns which candidates are claims, and of which type."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from keii.extract.candidates import Candidate, candidates, shortlist
from keii.extract.collective import First, look
from keii.extract.detect import Looks
from keii.extract.features import FAMILIES, describe, of_type, told
from keii.extract.learned import Linear, fit_matrix, vectorize
from keii.extract.meaning import for_claim, for_type, words
from keii.extract.scene import Scene
from keii.extract.trees import Growth, Trees, grow
from keii.model import Claim, Document, KeiiError

FOLDS = 5
"""Folds of articles in which the first look's own training scores are found; a story's articles stand in one fold."""
LEAST = 0.03
"""Weights below are not written."""
GROVES = 2
"""Boosted forests whose mean is the second look."""
GROWTH = Growth(trees=250, rate=0.04, leaves=8, rows=20, columns=0.2, penalty=20)
"""Small trees, each split of which sees a fifth of the columns: many columns say nearly the same."""
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass
class Labelled:
    """A document's candidates, what the features say of each, and the claims among them."""

    scene: Scene
    found: list[Candidate]
    rows: list[tuple[list[str], ...]]
    claims: Mapping[int, Claim]

    @property
    def kept(self) -> npt.NDArray[np.bool_]:
        return np.array([i in self.claims for i in range(len(self.found))], dtype=bool)


def learn(labelled: Iterable[Labelled], claims: Sequence[Claim]) -> dict[str, dict[str, Any]]:
    """The content of models/detect.json and type.json, learned from labelled documents; `claims` are their gold, or more."""
    used = [one for one in labelled if one.found]
    articles = {one.scene.document.article.id for one in used}
    claims = [claim for claim in claims if claim.article in articles]
    if len(articles) < 2 or len({claim.type for claim in claims}) < 2:
        raise KeiiError("keii train needs labelled claims of two types in at least two articles")
    material = Material(used)
    fold = np.array(folds([one.scene.document.article.id for one in used], claims, FOLDS))
    firsts = _unseen(material, fold)
    tables = [look(one.scene, one.found, first) for one, first in zip(used, firsts, strict=True)]
    odds = _unseen_odds(used, tables, fold)
    slope, shift = calibrate(odds, material.kept)
    threshold = best_threshold(1 / (1 + np.exp(-(slope * odds + shift))), material.kept)
    everything = np.ones(len(material.kept), dtype=bool)
    looks = material.fit(everything)
    trees = _grow(used, tables, np.ones(len(used), dtype=bool))
    judge = {"threshold": threshold, "calibration": [slope, shift], "trees": trees.dump()}
    claim, kind = ({"meaning": weights.round(2).tolist()} for weights in (looks.claim, looks.type))
    return {
        "detect": {**judge, **claim, **looks.keep.dump(least=LEAST)},
        "type": {**kind, **looks.kind.dump(least=LEAST)},
    }


def label(document: Document, claims: Iterable[Claim]) -> Labelled:
    """Describe a document's candidates and find its claims among them."""
    scene = Scene(document)
    found = shortlist(scene, candidates(document))
    own = [claim for claim in claims if claim.article == document.article.id]
    return Labelled(scene, found, [told(describe(scene, candidate)) for candidate in found], align(found, own))


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


class Material:
    """The candidates of all documents as tables: of all features, of those that tell the type, and of their words' meanings."""

    def __init__(self, labelled: Sequence[Labelled]) -> None:
        rows = [families for one in labelled for families in one.rows]
        self.kept = np.concatenate([one.kept for one in labelled])
        self.types = np.array([one.claims[i].type if i in one.claims else "" for one in labelled for i in range(len(one.found))])
        self.document = np.repeat(np.arange(len(labelled)), [len(one.found) for one in labelled])
        self.features, self.names = vectorize(Counter(chain.from_iterable(families)) for families in rows)
        self.telling, self.telling_names = vectorize(of_type(families) for families in rows)
        self.family = self._families(rows)
        vectors = [words(one.scene, one.found) for one in labelled]
        self.for_type = np.vstack([for_type(one) for one in vectors])
        self.for_claim = np.vstack([for_claim(one, at.scene, at.found) for one, at in zip(vectors, labelled, strict=True)])

    def _families(self, rows: Iterable[tuple[list[str], ...]]) -> Floats:
        """Which family each column is of, shape (columns, families)."""
        of = {name: k for families in rows for k, names in enumerate(families) for name in names}
        table = np.zeros((len(self.names), len(FAMILIES)))
        table[np.arange(len(self.names)), [of[name] for name in self.names]] = 1.0
        return table

    def fit(self, rows: npt.NDArray[np.bool_]) -> Looks:
        """Learn the first look from some rows: which candidates are claims, and of which type."""
        kept = np.where(self.kept[rows], "claim", "").tolist()
        keep = fit_matrix(self.features[rows], self.names, kept, c=0.07, at_least=3, rare=0.15, tol=1e-3)
        kind, type = self._fit_types(rows & self.kept)
        return Looks(keep, kind, self._fit_meaning(rows), type)

    def _fit_types(self, claims: npt.NDArray[np.bool_]) -> tuple[Linear, Floats]:
        """The weights of the features that tell the type, and of the words' meanings, fitted together."""
        from scipy.sparse import csr_matrix, hstack

        columns = [str(k) for k in range(self.for_type.shape[1])]
        table = hstack([self.telling[claims], csr_matrix(self.for_type[claims])]).tocsr()
        both = fit_matrix(table, [*self.telling_names, *columns], self.types[claims].tolist(), c=0.5, tol=1e-3)
        nothing = np.zeros(len(both.bias))
        meaning = np.array([both.weights.pop(name, nothing) for name in columns])
        return both, meaning

    def _fit_meaning(self, rows: npt.NDArray[np.bool_]) -> Floats:
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=3, max_iter=200, tol=1e-3).fit(self.for_claim[rows], self.kept[rows])
        weights: Floats = model.coef_[0].astype(np.float64)
        return weights

    def first(self, looks: Looks, rows: npt.NDArray[np.bool_]) -> First:
        """The first look at some rows, as `Looks.look` has it."""
        keep, kind = looks.keep, looks.kind
        weights = np.array([keep.weights[name][0] if name in keep.weights else 0.0 for name in self.names])
        parts = self.features[rows] @ (self.family * weights[:, None])
        nothing = np.zeros(len(kind.bias))
        scores = self.telling[rows] @ np.array([kind.weights.get(name, nothing) for name in self.telling_names]) + kind.bias
        classes = sorted(set(self.types) - {""})
        types = np.zeros((int(rows.sum()), len(classes)))
        types[:, [classes.index(name) for name in kind.classes]] = kind.chances(scores + self.for_type[rows] @ looks.type)
        sense = self.for_claim[rows] @ looks.claim
        return First(np.hstack([parts, sense[:, None]]), parts.sum(axis=1) + keep.bias[0], types, tuple(classes))


def folds(articles: Sequence[str], claims: Iterable[Claim], n: int) -> list[int]:
    """A fold for each article; articles that tell one event are of one story, and stay together."""
    stories = story_of(claims)
    names = [stories.get(article, article) for article in articles]
    order = sorted(set(names), key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    place = {name: k % n for k, name in enumerate(order)}
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


def _unseen(material: Material, fold: Ints) -> list[First]:
    """The first look at each document by models that have not seen its story."""
    firsts: dict[int, First] = {}
    for k in np.unique(fold):
        held = (fold == k)[material.document]
        seen = material.first(material.fit(~held), held)
        for i in np.flatnonzero(fold == k).tolist():
            own = material.document[held] == i
            firsts[i] = First(seen.parts[own], seen.scores[own], seen.types[own], seen.classes)
    return [firsts[i] for i in range(len(fold))]


# --- the second look ----------------------------------------------------------------------------------------------


def _grow(labelled: Sequence[Labelled], tables: Sequence[Floats], chosen: npt.NDArray[np.bool_]) -> Trees:
    table = np.vstack([table for table, use in zip(tables, chosen, strict=True) if use])
    kept = np.concatenate([one.kept for one, use in zip(labelled, chosen, strict=True) if use])
    return Trees.mean([grow(table, kept, seed=seed, growth=GROWTH) for seed in range(GROVES)])


def _unseen_odds(labelled: Sequence[Labelled], tables: Sequence[Floats], fold: Ints) -> Floats:
    """The second look at every candidate by trees that have not seen its story."""
    odds: dict[int, Floats] = {}
    for k in np.unique(fold):
        trees = _grow(labelled, tables, fold != k)
        odds.update({i: trees.decide(tables[i]) for i in np.flatnonzero(fold == k).tolist()})
    return np.concatenate([odds[i] for i in range(len(fold))])


def calibrate(odds: Floats, kept: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and shift that make log odds true probabilities on unseen articles (Platt 1999)."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1e6).fit(odds[:, None], kept)
    return round(float(model.coef_[0, 0]), 4), round(float(model.intercept_[0]), 4)


def best_threshold(probabilities: Floats, kept: npt.NDArray[np.bool_]) -> float:
    """The middle of the thresholds whose F1 is within 0.005 of the highest: the peak itself is chance."""
    grid = np.arange(0.15, 0.7, 0.01)
    scores = []
    for threshold in grid:
        chosen = probabilities >= threshold
        scores.append(2 * float((chosen & kept).sum()) / max(1, int(chosen.sum()) + int(kept.sum())))
    near = grid[np.array(scores) >= max(scores) - 0.005]
    return round(float(near.mean()), 3)
