"""How much the evidence speaks for two claims being one event: learned weights over named features, and hard limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from keii.extract.learned import load
from keii.merge.compare import compare
from keii.merge.table import Floats, Ints, Table

NEVER = -12.0
"""Log-odds of a pair that can't be one event."""
BOUND = 2.0
"""One pair says no more than this for or against, so that no single pair decides for a cluster."""
_CHUNK = 50_000


@dataclass(frozen=True)
class Model:
    """Logistic regression over pairs of claims; `threshold` is the mean log-odds from which clusters join."""

    bias: float
    weights: dict[str, float]
    threshold: float

    @classmethod
    def parse(cls, data: dict[str, Any]) -> Model:
        return cls(data["bias"], data["weights"], data["threshold"])

    def score(self, table: Table, a: Ints, b: Ints) -> Floats:
        """Log-odds of each pair being one event, within ±`BOUND`; `NEVER` where a limit forbids it."""
        scores = np.empty(len(a))
        for start in range(0, len(a), _CHUNK):
            part = slice(start, start + _CHUNK)
            found = compare(table, a[part], b[part])
            total = self.bias + sum(self.weights.get(name, 0.0) * value for name, value in found.items())
            scores[part] = np.where(impossible(found), NEVER, np.clip(total, -BOUND, BOUND))
        return scores

    def explain(self, table: Table, a: int, b: int) -> list[tuple[str, float]]:
        """What each feature of a pair adds to the log-odds, strongest first."""
        found = compare(table, np.array([a]), np.array([b]))
        parts = [("before any evidence", self.bias)]
        parts += [(name, float(value[0]) * self.weights.get(name, 0.0)) for name, value in found.items()]
        if impossible(found)[0]:
            parts.append(("impossible", NEVER))
        return sorted(((name, part) for name, part in parts if round(part, 2)), key=lambda part: -abs(part[1]))


def impossible(found: dict[str, Floats]) -> npt.NDArray[np.bool_]:
    """Pairs that can't be one event: the same change of another person's post, another number of a series."""
    return (found["another person's change"] > 0) | (found["another count on another day"] > 0)


def load_model() -> Model:
    """The weights of models/merge.json."""
    return Model.parse(load("merge"))
