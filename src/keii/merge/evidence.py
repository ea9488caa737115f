"""How much the evidence speaks for two claims being one event: learned weights over named features, and hard limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from keii.extract.learned import load
from keii.merge.compare import compare
from keii.merge.table import Floats, Ints, Table

NEVER = -12.0
"""Log-odds of a pair that can't be one event."""
BOUND = 2.0
"""One pair says no more than this for or against, so that no single pair decides for a cluster."""
_CHUNK = 8_000


class Weights(NamedTuple):
    """Logistic regression: log-odds of no evidence, and what each feature adds."""

    bias: float
    weights: dict[str, float]

    def sum(self, found: Mapping[str, Floats]) -> Floats:
        """The log-odds of each pair."""
        total = np.full_like(found["same date"], self.bias)
        for name, weight in self.weights.items():
            total += weight * found[name]
        return total


@dataclass(frozen=True)
class Model:
    """How much each feature of a pair counts; `threshold` is the mean log-odds from which clusters join.

    `certain` is for pairs of claims that people made; `found` for those of the program, whose dates, names and types are
    right less often, and so count less.
    """

    certain: Weights
    found: Weights
    threshold: float

    @classmethod
    def parse(cls, data: dict[str, Any]) -> Model:
        """Read what `dump` wrote."""
        certain, found = (
            Weights(data["bias"][kind], {name: row[kind] for name, row in data["weights"].items() if kind in row})
            for kind in ("certain", "found")
        )
        return cls(certain, found, data["threshold"])

    def dump(self) -> dict[str, Any]:
        """JSON data, for each feature both of its weights that are not zero."""
        both = {"certain": self.certain, "found": self.found}
        names = sorted(self.certain.weights.keys() | self.found.weights.keys())
        return {
            "threshold": self.threshold,
            "bias": {kind: weights.bias for kind, weights in both.items()},
            "weights": {name: {kind: w.weights[name] for kind, w in both.items() if name in w.weights} for name in names},
        }

    def score(self, table: Table, a: Ints, b: Ints) -> Floats:
        """Log-odds of each pair being one event, within ±`BOUND`; `NEVER` where a limit forbids it."""
        scores = np.empty(len(a))
        for start in range(0, len(a), _CHUNK):
            part = slice(start, start + _CHUNK)
            told = compare(table, a[part], b[part])
            certain = table.certain[a[part]] & table.certain[b[part]]
            total = np.zeros(len(certain))
            for weights, these in ((self.certain, certain), (self.found, ~certain)):
                if these.any():
                    total = np.where(these, weights.sum(told), total)
            scores[part] = np.where(impossible(told), NEVER, np.clip(total, -BOUND, BOUND))
        return scores

    def explain(self, table: Table, a: int, b: int) -> list[tuple[str, float]]:
        """What each feature of a pair adds to the log-odds, strongest first."""
        told = compare(table, np.array([a]), np.array([b]))
        bias, weights = self.certain if table.certain[a] and table.certain[b] else self.found
        parts = [("before any evidence", bias)]
        parts += [(name, float(value[0]) * weights.get(name, 0.0)) for name, value in told.items()]
        if impossible(told)[0]:
            parts.append(("impossible", NEVER))
        return sorted(((name, part) for name, part in parts if round(part, 2)), key=lambda part: -abs(part[1]))


def impossible(found: dict[str, Floats]) -> npt.NDArray[np.bool_]:
    """Pairs that can't be one event: another person's change of post, another number of a series, two acts or figures at once."""
    limits = (
        "another person's change", "another count on another day",
        "another act in one sentence", "another figure in one sentence",
    )  # fmt: skip
    reached: npt.NDArray[np.bool_] = np.any([found[limit] > 0 for limit in limits], axis=0)
    return reached


def load_model(home: Path | None = None) -> Model:
    """The weights of merge.json, in a user's own folder of models or in the package's."""
    return Model.parse(load("merge", home))
