"""Counts that add up over articles, with their rates as properties. A column is a number, or an array over resamples."""

from __future__ import annotations

from operator import add
from typing import Self

import numpy as np

Numbers = float | np.ndarray

BANDS = 10
"""Bands of equal width in the reliability curve."""


def ratio(part: Numbers, whole: Numbers) -> Numbers:
    """`part / whole`, 0 where the whole is 0.

    >>> float(ratio(1, 4)), float(ratio(0, 0))
    (0.25, 0.0)
    """
    return np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=np.asarray(whole) != 0)[()]


class Count:
    """A few columns that add up."""

    width: int

    def __init__(self, *columns: Numbers) -> None:
        assert len(columns) in (0, self.width)
        self.columns: tuple[Numbers, ...] = columns or (0.0,) * self.width

    def __iadd__(self, other: Self) -> Self:
        self.columns = tuple(map(add, self.columns, other.columns))
        return self

    @property
    def n(self) -> Numbers:
        """How much of gold (of the predictions, for what needs no gold) was counted."""
        raise NotImplementedError

    @property
    def counted(self) -> np.ndarray:
        """Whether there is anything that a rate could be of."""
        return np.asarray(self.n) > 0

    def rates(self) -> dict[str, Numbers]:
        """The rates by name."""
        raise NotImplementedError


class PRF(Count):
    """Right and all predicted, right and all of gold. The two counts of right differ where they are shares of entities."""

    width = 4

    @property
    def n(self) -> Numbers:
        return self.columns[3]

    @property
    def counted(self) -> np.ndarray:
        return np.asarray(self.columns[1] + self.columns[3]) > 0

    @property
    def precision(self) -> Numbers:
        return ratio(self.columns[0], self.columns[1])

    @property
    def recall(self) -> Numbers:
        return ratio(self.columns[2], self.columns[3])

    @property
    def f1(self) -> Numbers:
        """The harmonic mean of precision and recall."""
        return ratio(2 * self.precision * self.recall, self.precision + self.recall)

    def rates(self) -> dict[str, Numbers]:
        return {".precision": self.precision, ".recall": self.recall, ".f1": self.f1}


class Share(Count):
    """Right, and all."""

    width = 2

    @property
    def n(self) -> Numbers:
        return self.columns[1]

    def rates(self) -> dict[str, Numbers]:
        return {"": ratio(*self.columns)}


class Calibration(Count):
    """Of each band of confidence the predictions, the sum of their confidence and the right ones; the sum of squared errors.

    `ece` is the expected calibration error: the mean distance between confidence and accuracy of a band, weighted by its
    predictions. `brier` is the mean squared distance between confidence and being right (1) or not (0).
    """

    width = 3 * BANDS + 1

    @classmethod
    def of(cls, confidence: float, right: bool) -> Calibration:
        """The count of one prediction."""
        columns = [0.0] * cls.width
        band = min(int(confidence * BANDS), BANDS - 1)
        columns[3 * band : 3 * band + 3] = [1.0, confidence, float(right)]
        columns[-1] = (confidence - right) ** 2
        return cls(*columns)

    @property
    def n(self) -> Numbers:
        return sum(self.columns[0:-1:3], start=np.float64(0))

    def rates(self) -> dict[str, Numbers]:
        off = sum(np.abs(np.asarray(self.columns[i + 1]) - self.columns[i + 2]) for i in range(0, 3 * BANDS, 3))
        return {".ece": ratio(off, self.n), ".brier": ratio(self.columns[-1], self.n)}


KINDS: dict[int, type[Count]] = {kind.width: kind for kind in (PRF, Share, Calibration)}
"""The kind of count by its number of columns."""
