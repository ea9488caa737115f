"""Learns whether what a claim tells of has happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from keii.extract import learned
from keii.extract.factuality import features
from keii.extract.learned import Features, Linear
from keii.model import KeiiError
from keii.train.material import Target

STRENGTH = 0.7


def learn(targets: Iterable[Target]) -> dict[str, Any]:
    """The content of models/factuality.json."""
    known = list(targets)
    if len({target.claim.factuality for target in known}) < 2:
        raise KeiiError("keii train needs labelled claims of two factualities")
    return fit(known, [seen(target) for target in known]).dump()


def fit(targets: Sequence[Target], rows: Sequence[Features]) -> Linear:
    """Fit the model on gold claims and their features."""
    return learned.fit(rows, [target.claim.factuality for target in targets], c=STRENGTH)


def seen(target: Target) -> dict[str, float]:
    """What the model sees of a claim whose type is known."""
    return features(target.document, target.candidate, target.claim.type)
