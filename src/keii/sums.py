"""Groups of named features that come again and again: each is spelled out once, and its weights are added up once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import ParamSpec, cast

import numpy as np
import numpy.typing as npt

P = ParamSpec("P")
Floats = npt.NDArray[np.float64]
Weights = Mapping[str, npt.ArrayLike]
"""A row of weights for each feature, all of one width."""


@dataclass(frozen=True, eq=False, slots=True)
class Group:
    """Names of features that always come together. Each group is its own, whatever it holds: it is looked up by identity."""

    names: tuple[str, ...]


def remembered(spell: Callable[P, Iterable[str]]) -> Callable[P, Group]:
    """A group of features that depend on nothing but the arguments."""

    @lru_cache(1 << 10)
    def group(*args: P.args, **kwargs: P.kwargs) -> Group:
        return Group(tuple(spell(*args, **kwargs)))

    return cast("Callable[P, Group]", group)


class Sums:
    """What the weights of a group of features add up to in several models, side by side; remembered by group."""

    _MOST = 1 << 15

    def __init__(self, models: Sequence[Weights], widths: Sequence[int]) -> None:
        columns = np.cumsum([0, *widths]).tolist()
        self._index = {name: row for row, name in enumerate(dict.fromkeys(chain.from_iterable(models)), 1)}
        self._weights = np.zeros((len(self._index) + 1, columns[-1]))
        """A row a feature; row 0 is that of no feature."""
        for model, first, end in zip(models, columns, columns[1:], strict=False):
            if model:
                self._weights[[self._index[name] for name in model], first:end] = list(model.values())
        self._places: dict[Group, int] = {}
        self._table = np.zeros((1 << 10, columns[-1]))
        """A row a group, and room for more; row 0 is that of no group."""

    def totals(self, lists: Sequence[Sequence[Group]]) -> Floats:
        """The sums of lists of groups, shape (lists, columns of all models)."""
        self._learn(dict.fromkeys(chain.from_iterable(lists)))
        place = self._places.__getitem__
        places: list[int] = []
        starts: list[int] = []
        for groups in lists:
            starts.append(len(places))
            places.append(0)
            places += map(place, groups)
        totals: Floats = np.add.reduceat(self._table.take(places, axis=0), starts)
        return totals

    def _learn(self, groups: Iterable[Group]) -> None:
        """Add up the groups that are not known yet; when too many are known, those of old are forgotten."""
        if len(self._places) > self._MOST:
            self._places = {}
        fresh = [group for group in groups if group not in self._places]
        if not fresh:
            return
        row = self._index.get
        found: list[int] = []
        starts: list[int] = []
        for group in fresh:
            starts.append(len(found))
            found.append(0)
            found += [place for place in map(row, group.names) if place]
        first = len(self._places) + 1
        end = first + len(fresh)
        if end > len(self._table):
            self._table = np.vstack([self._table, np.zeros((max(len(self._table), end), self._table.shape[1]))])
        self._table[first:end] = np.add.reduceat(self._weights.take(found, axis=0), starts)
        self._places.update(zip(fresh, range(first, end), strict=True))
