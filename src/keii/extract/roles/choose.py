"""The roles as learned: for each role, which unit of the sentence or of those before it takes it, or none."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from keii.extract.learned import load
from keii.extract.roles.arguments import ACTORS, Trigger
from keii.extract.roles.cast import Unit
from keii.extract.roles.history import History
from keii.extract.roles.links import Row, carried_features, none_features, sentence_features
from keii.extract.roles.pairs import Weights as PairWeights
from keii.extract.roles.pairs import tables, together
from keii.model import EventType, Role
from keii.sums import Sums

ROLES: tuple[Role, ...] = ("agent", "patient", "org", "other")
_OWNING = frozenset({"left:の", "of:の"})
_NEVER = -30.0
"""The score of a row that grammar rules out."""
_ALSO = 0.45
"""A second unit takes the role too from this probability on."""

Floats = npt.NDArray[np.float64]


class Weights:
    """The model: `weights` has of each feature a row of what it adds to each role; `pairs` see `tables`."""

    def __init__(self, weights: dict[str, Floats], pairs: PairWeights) -> None:
        self.weights, self.pairs = weights, pairs
        self.tables = tables(pairs)
        self.sums = Sums([weights], [len(ROLES)])

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Weights:
        """Read the content of models/roles.json."""
        return cls(data["weights"], data["pairs"])


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
    scores = model.sums.totals([row + known for row, known in zip(rows, past.rows(trigger, type, units), strict=True)])
    scores[owners(trigger), 0] = _NEVER
    return [(units[row - 1], role) for role, row in decode(scores, together(trigger, type, units, model.tables))]


def owners(trigger: Trigger) -> list[int]:
    """The rows of those who only own or define a thing beside the clause (酒井容疑者の部屋から…を押収): they don't act."""
    return [
        n for n, relation in enumerate(trigger.relations, 1) if relation in _OWNING and _owns_thing(trigger, trigger.units[n - 1])
    ]


def _owns_thing(trigger: Trigger, unit: Unit) -> bool:
    """Whether the noun behind a unit's の is a thing, and no topic or subject, which may speak of its owner (塔の高さは)."""
    over = trigger.tokens[unit.tail.head].head
    for n, other in enumerate(trigger.units):
        if not other.tail.inner and other.tail.first <= over <= other.tail.last:
            return trigger.kinds[n] not in ACTORS and other.tail.particles[:1] not in (("は",), ("が",), ("も",))
    return False


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
