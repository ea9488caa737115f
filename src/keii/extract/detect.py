"""Keeps or drops each candidate trigger and gives it its type: by two learned looks, or by rules alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from heapq import nsmallest
from pathlib import Path
from typing import NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from keii.config import Extract
from keii.extract.candidates import Candidate, candidates, shortlist
from keii.extract.collective import First, look
from keii.extract.features import Families, describe, told
from keii.extract.grammar import is_condition, is_sahen, particles
from keii.extract.learned import Linear, load
from keii.extract.meaning import for_claim, for_type, words
from keii.extract.scene import SPECIFIC, SPEECH, Scene
from keii.extract.trees import Trees
from keii.model import Document, EventType
from keii.sums import Sums

Floats = npt.NDArray[np.float64]
TYPES: tuple[EventType, ...] = get_args(EventType)

_LIGHT = frozenset({"開く", "催す", "仕掛ける"})
"""Light verbs that the lexicon has elsewhere."""


class Detected(NamedTuple):
    """A candidate that is a claim: its type, how probable it is that it is one, and what spoke for it."""

    candidate: Candidate
    type: EventType
    probability: float
    why: tuple[str, ...]


@dataclass(frozen=True)
class Looks:
    """The first look: what features and meanings say of a claim (`keep`, `claim`), and of its type (`kind`, `type`).

    `claim` holds a weight for each column of `meaning.for_claim`, `type` a row of `meaning.for_type` and a column a class.
    """

    keep: Linear
    kind: Linear
    claim: Floats
    type: Floats

    def look(self, scene: Scene, found: Sequence[Candidate], rows: Sequence[Families]) -> First:
        """Score candidates one by one: rows are what `describe` says of each."""
        vectors, sums = words(scene, found), self._sums.totals([groups for families in rows for groups in families])
        sums = sums.reshape(len(rows), -1, sums.shape[1])
        parts, sense = sums[:, :, 0], for_claim(vectors, scene, found) @ self.claim
        types = self.kind.chances(self.kind.bias + sums[:, :, 1:].sum(axis=1) + for_type(vectors) @ self.type)
        return First(np.hstack([parts, sense[:, None]]), parts.sum(axis=1) + self.keep.bias[0], types, self.kind.classes)

    @cached_property
    def kept(self) -> dict[str, float]:
        """What each feature says of a claim."""
        return {name: float(row[0]) for name, row in self.keep.weights.items()}

    @cached_property
    def _sums(self) -> Sums:
        return Sums([self.keep.weights, self.kind.weights], [len(self.keep.bias), len(self.kind.bias)])


class Models(NamedTuple):
    """The first look, the second look (`trees`), their calibration, and the threshold."""

    first: Looks
    trees: Trees
    slope: float
    shift: float
    threshold: float


def detect(document: Document, config: Extract | None = None) -> list[Detected]:
    """Find the claims among a document's candidates, in order."""
    settings = config or Extract()
    scene = Scene(document)
    found = list(candidates(document))
    if settings.rules_only:
        kept = [one for one in (by_rule(scene, candidate) for candidate in found) if one]
    else:
        kept = _by_model(scene, shortlist(scene, found), settings)
    return told_once(scene, [one for one in kept if not _is_supposed(scene, one)])


# --- what is no claim by grammar ----------------------------------------------------------------------------------


def _is_supposed(scene: Scene, one: Detected) -> bool:
    """A condition is no claim, but an ultimatum (…しなければ, と迫った) may be told by it."""
    return one.type != "demand" and is_condition(scene.document.tokens[one.candidate.sentence], one.candidate.token)


def told_once(scene: Scene, found: Sequence[Detected]) -> list[Detected]:
    """Claims without the second of two words for one event: a verbal noun and the verb it is object or subject of.

    The noun stays before a light verb (会見を開く, 捜査に乗り出す); of a noun and another verb that it is the object of, what is
    more probable.
    """
    places = {(one.candidate.sentence, one.candidate.token): one for one in found}
    surplus = {id(_lesser(scene, noun, places)) for noun in found}
    return [one for one in found if id(one) not in surplus]


def _lesser(scene: Scene, noun: Detected, places: Mapping[tuple[int, int], Detected]) -> Detected | None:
    number, i = noun.candidate.sentence, noun.candidate.token
    view = scene.view(number)
    verb, case = places.get((number, view.tokens[i].head)), "".join(particles(view.tokens, i))
    if verb is None or verb is noun or view.verbal(i) or view.uses[i] == "count" or case not in ("を", "が", "に"):
        return None
    over = verb.candidate.token
    if "A" in view.groups[over] or view.tokens[over].lemma in _LIGHT:
        return verb
    if case == "を" and is_sahen(view.tokens[i]):
        return min(noun, verb, key=lambda one: one.probability)
    return None


# --- the learned models -------------------------------------------------------------------------------------------


def _by_model(scene: Scene, found: Sequence[Candidate], settings: Extract) -> list[Detected]:
    if not found:
        return []
    models = _models(settings.model)
    least = models.threshold if settings.threshold is None else settings.threshold
    rows = [describe(scene, candidate) for candidate in found]
    first = models.first.look(scene, found, rows)
    odds = models.trees.decide(look(scene, found, first))
    probabilities = 1 / (1 + np.exp(-(models.slope * odds + models.shift)))
    types = [_type(first.classes[k]) for k in first.types.argmax(axis=1)]
    return [
        Detected(found[i], types[i], float(probabilities[i]), _why(models.first.kept, rows[i], float(odds[i] - first.scores[i])))
        for i in np.flatnonzero(probabilities >= least).tolist()
    ]


@cache
def _models(home: Path | None) -> Models:
    keep, kind = (load(name, home) for name in ("detect", "type"))
    first = Looks(Linear.parse(keep), Linear.parse(kind), np.array(keep["meaning"]), np.array(kind["meaning"]))
    slope, shift = keep["calibration"]
    return Models(first, Trees.parse(keep["trees"]), slope, shift, keep["threshold"])


def _type(name: str) -> EventType:
    return next((known for known in TYPES if known == name), "other")


def _why(weights: Mapping[str, float], families: Families, gain: float) -> tuple[str, ...]:
    """The three features that spoke loudest for the claim, and what its surroundings added."""
    names = {name for names in told(families) for name in names if name in weights}
    loudest = nsmallest(3, ((-weights[name], name) for name in names))
    return *(f"kept: {name} {-weight:+.2f}" for weight, name in loudest), f"kept: beside the others {gain:+.2f}"


# --- rules alone --------------------------------------------------------------------------------------------------


def by_rule(scene: Scene, candidate: Candidate) -> Detected | None:
    """Keep a word of an event type that is told as a predicate or by a speech act; conditions and acts with such content not."""
    view, i = scene.view(candidate.sentence), candidate.token
    token, form = view.tokens[i], view.form(i)
    kinds = view.kinds[i] & (SPECIFIC | {"other", "statement"})
    predicate = token.pos == "VERB" or (is_sahen(token) and view.verbal(i))
    announced = is_sahen(token) and form == "n.を" and bool(view.kinds[token.head] & SPEECH)
    content = view.complement(i) if "statement" in kinds else None
    empty = content is None or not any(view.kinds[j] & SPECIFIC for j in view.below(content[0]) if j < i)
    if not kinds or not (predicate or announced) or not empty or form.startswith("cond"):
        return None
    kind = next(known for known in TYPES if known in kinds)
    return Detected(candidate, kind, 0.5, (f"kept: {kind} {token.norm} {form}",))
