"""The ranker of dates: a linear model of named features and boosted trees over a table, summed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from keii.extract.learned import Linear
from keii.extract.trees import Trees
from keii.extract.when.features import Frame, rows
from keii.extract.when.options import Offer
from keii.extract.when.table import Sheet, table

_TREES = 0.5
"""The share of the trees in the sum."""


@dataclass(frozen=True)
class Ranker:
    linear: Linear
    trees: Trees
    columns: tuple[str, ...]

    def best(self, frame: Frame, sheet: Sheet, found: Sequence[Offer]) -> int:
        """The number of the offer that the model ranks first."""
        columns, cells = table(frame, sheet, found)
        assert columns == self.columns, "the model was made for another table: train it again"
        return int(self.scores(rows(frame, found), cells).argmax())

    def scores(self, features: Sequence[Mapping[str, float]], cells: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """One score an offer: the mean of both halves' logits."""
        total: npt.NDArray[np.float64] = (1 - _TREES) * self.linear.decide(features)[:, 0] + _TREES * self.trees.decide(cells)
        return total

    def dump(self) -> dict[str, Any]:
        return {"columns": list(self.columns), "trees": self.trees.dump(), **self.linear.dump()}

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Ranker:
        return cls(Linear.parse(data), Trees.parse(data["trees"]), tuple(data["columns"]))
