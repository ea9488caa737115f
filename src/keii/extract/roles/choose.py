"""The roles as learned: for each role, which unit of the sentence or of those before it takes it, or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from keii.extract.learned import load
from keii.extract.roles.arguments import Trigger
from keii.extract.roles.cast import Unit
from keii.extract.roles.history import History
from keii.extract.roles.links import Group, Row, carried_features, features, none_features, sentence_features
from keii.extract.roles.pairs import Weights as PairWeights
from keii.extract.roles.pairs import tables, together
from keii.model import EventType, Role

ROLES: tuple[Role, ...] = ("agent", "patient", "org", "other")
_ALSO = 0.45
"""A second unit takes the role too from this probability on."""
_KEPT = 1 << 14
"""How many groups of features a model remembers, but for a claim that has more by itself."""

Floats = npt.NDArray[np.float64]


class Weights:
    """The model: `places` tells each feature's row of `matrix` (features + 1, roles; the last is zero); `pairs` see `tables`."""

    def __init__(self, places: dict[str, int], matrix: Floats, pairs: PairWeights) -> None:
        self.places, self.matrix, self.pairs = places, matrix, pairs
        self.tables = tables(pairs)
        self._sums = np.zeros((_KEPT, len(ROLES)))
        self._known: dict[Group, int] = {}

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Weights:
        """Read the content of models/roles.json."""
        matrix = np.zeros((len(data["weights"]) + 1, len(ROLES)))
        for row, told in enumerate(data["weights"].values()):
            matrix[row] = told
        return cls({name: row for row, name in enumerate(data["weights"])}, matrix, data["pairs"])

    def decide(self, rows: Sequence[Row]) -> Floats:
        """Scores, shape (rows, roles), of rows of features, none of them empty; what a group adds is remembered."""
        known = self._known
        if len(known) + sum(map(len, rows)) > _KEPT:
            known.clear()
        self._learn([group for row in rows for group in row if group not in known])
        starts = [0, *accumulate(map(len, rows[:-1]))]
        places = [known[group] for row in rows for group in row]
        scores: Floats = np.add.reduceat(self._sums.take(places, axis=0), starts)
        return scores

    def _learn(self, groups: Iterable[Group]) -> None:
        """Sum the weights of groups of features that are not known yet; a feature told twice by a group counts once."""
        index, first = self.places, len(self._known)
        places: list[int] = []
        starts: list[int] = []
        for group in dict.fromkeys(groups):
            self._known[group] = first + len(starts)
            starts.append(len(places))
            places.append(len(self.matrix) - 1)
            places += [index[name] for name in features((group,)) if name in index]
        if starts:
            if (more := first + len(starts) - len(self._sums)) > 0:
                self._sums = np.vstack([self._sums, np.zeros((more, len(ROLES)))])
            self._sums[first : first + len(starts)] = np.add.reduceat(self.matrix.take(places, axis=0), starts)


def alone(trigger: Trigger, type: EventType) -> tuple[tuple[Unit, ...], list[Row]]:
    """Who may take part in a claim, and the features of nobody (row 0) and of each of them, without the claims before."""
    carried = trigger.cast.carried[trigger.candidate.sentence]
    rows = [none_features(trigger, type)]
    rows += [sentence_features(trigger, n, type) for n in range(len(trigger.units))]
    rows += [carried_features(trigger, unit, type, order) for order, unit in enumerate(carried)]
    return (*trigger.units, *carried), rows


def by_model(trigger: Trigger, type: EventType, past: History, home: Path | None = None) -> list[tuple[Unit, Role]]:
    """Participants as units with their roles, the most probable set of agents and patients."""
    model = _model(home)
    units, rows = alone(trigger, type)
    scores = model.decide([row + known for row, known in zip(rows, past.rows(trigger, type, units), strict=True)])
    return [(units[row - 1], role) for role, row in decode(scores, together(trigger, type, units, model.tables))]


def softmax(scores: Floats) -> Floats:
    """Per column the probability of each row."""
    powers = np.exp(scores - scores.max(axis=0))
    probabilities: Floats = powers / powers.sum(axis=0)
    return probabilities


def decode(scores: Floats, pairs: Floats) -> list[tuple[Role, int]]:
    """The roles with the rows that take them: agent and patient chosen together, no row in two of them but `org`."""
    both = joint(scores, pairs)
    agent, patient = (int(row) for row in np.unravel_index(int(both.argmax()), both.shape))
    chances = [both.sum(axis=1), both.sum(axis=0), *softmax(scores[:, 2:]).T]
    chosen: list[tuple[Role, int]] = []
    taken = {agent, patient} - {0}
    for column, role in enumerate(ROLES):
        chance = chances[column].copy()
        first = (agent, patient)[column] if column < 2 else 0
        if role != "org":
            chance[list(taken - {first})] = 0
        first = first if column < 2 else int(chance.argmax())
        if first:
            rows = [first, *(row for row in range(1, len(chance)) if row != first and chance[row] > _ALSO)]
            taken.update(rows)
            chosen += [(role, row) for row in rows]
    return chosen


def joint(scores: Floats, pairs: Floats) -> Floats:
    """The probability of each agent (row) with each patient (column); nobody is both."""
    total = scores[:, 0][:, None] + scores[:, 1][None, :] + pairs
    powers = np.exp(total - total.max())
    same = np.arange(1, len(powers))
    powers[same, same] = 0
    probabilities: Floats = powers / powers.sum()
    return probabilities


@cache
def _model(home: Path | None) -> Weights:
    return Weights.parse(load("roles", home))
