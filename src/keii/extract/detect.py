"""Keeps or drops each candidate trigger and gives it its type: by a learned model, or by rules alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple, get_args

from keii.config import Extract
from keii.extract.candidates import Candidate, candidates
from keii.extract.features import SPECIFIC, Scene, describe, is_type_feature, word_types
from keii.extract.grammar import chain, is_sahen
from keii.extract.learned import Linear, load
from keii.model import Document, EventType

TYPES: tuple[EventType, ...] = get_args(EventType)


class Detected(NamedTuple):
    """A candidate that is a claim: its type, how probable it is that it is one, and what spoke for it."""

    candidate: Candidate
    type: EventType
    probability: float
    why: tuple[str, ...]


def detect(document: Document, config: Extract | None = None) -> list[Detected]:
    """Find the claims among a document's candidates, in order."""
    settings = config or Extract()
    scene = Scene(document)
    found = list(candidates(document))
    if settings.rules_only:
        return [one for one in (_by_rule(scene, candidate) for candidate in found) if one]
    return _by_model(scene, found, settings)


# --- the learned model --------------------------------------------------------------------------------------------


def _by_model(scene: Scene, found: Sequence[Candidate], settings: Extract) -> list[Detected]:
    keep, kind, threshold = _models(settings.model)
    least = threshold if settings.threshold is None else settings.threshold
    rows = [describe(scene, candidate) for candidate in found]
    probabilities = keep.probabilities(rows)[:, -1] if rows else []
    kept = [i for i, probability in enumerate(probabilities) if probability >= least]
    told = [{name: value for name, value in rows[i].items() if is_type_feature(name)} for i in kept]
    types = kind.probabilities(told).argmax(axis=1) if told else []
    return [
        Detected(found[i], _type(kind.classes[k]), float(probabilities[i]), _why(keep, rows[i]))
        for i, k in zip(kept, types, strict=True)
    ]


@cache
def _models(home: Path | None) -> tuple[Linear, Linear, float]:
    keep = load("detect", home / "detect.json" if home else None)
    kind = load("type", home / "type.json" if home else None)
    return Linear.parse(keep), Linear.parse(kind), float(keep["threshold"])


def _type(name: str) -> EventType:
    return next((known for known in TYPES if known == name), "other")


def _why(model: Linear, row: dict[str, float]) -> tuple[str, ...]:
    """The three features that spoke loudest for the claim."""
    weights = sorted(((float(model.weights[name][0]), name) for name in row if name in model.weights), reverse=True)
    return tuple(f"kept: {name} {weight:+.2f}" for weight, name in weights[:3] if weight > 0)


# --- rules alone --------------------------------------------------------------------------------------------------


def _by_rule(scene: Scene, candidate: Candidate) -> Detected | None:
    """Keep a word of an event type that is told as a predicate and is no condition."""
    tokens = scene.document.tokens[candidate.sentence]
    token = tokens[candidate.token]
    kinds = word_types(token) & (SPECIFIC | {"other", "statement"})
    behind = chain(tokens, candidate.token).lemmas
    predicate = token.pos == "VERB" or (is_sahen(token) and "する" in behind[:1])
    if not kinds or not predicate or set(behind) & {"ば", "たら", "なら"}:
        return None
    kind = next((known for known in TYPES if known in kinds), "other")
    return Detected(candidate, kind, 0.5, (f"kept: {kind} {token.norm}",))
