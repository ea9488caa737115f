"""The roles as learned: for each role, which unit of the sentence or of those before it takes it, or none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from keii.extract.learned import Linear, features, load
from keii.extract.roles.arguments import Trigger
from keii.extract.roles.cast import Unit
from keii.extract.roles.history import History
from keii.extract.roles.links import carried_features, none_features, sentence_features
from keii.model import EventType, Role

ROLES: tuple[Role, ...] = ("agent", "patient", "org", "other")
_ALSO = 0.45
"""A second unit takes the role too from this probability on."""

Probabilities = npt.NDArray[np.float64]


def choices(trigger: Trigger, type: EventType, past: History) -> tuple[tuple[Unit, ...], list[dict[str, float]]]:
    """Who may take part, and the features of nobody (row 0) and of each of them."""
    units, rows = alone(trigger, type)
    return units, followed(rows, past.rows(trigger, type, units))


def alone(trigger: Trigger, type: EventType) -> tuple[tuple[Unit, ...], list[dict[str, float]]]:
    """The choices of a claim by itself."""
    carried = trigger.cast.carried[trigger.candidate.sentence]
    rows = [none_features(trigger, type)]
    rows += [sentence_features(trigger, n, type) for n in range(len(trigger.units))]
    rows += [carried_features(trigger, unit, type, order) for order, unit in enumerate(carried)]
    return (*trigger.units, *carried), [features(row) for row in rows]


def followed(rows: Sequence[dict[str, float]], known: Iterable[Sequence[str]]) -> list[dict[str, float]]:
    """The rows with what is known from the claims before."""
    return [{**row, **features(more)} for row, more in zip(rows, known, strict=True)]


def by_model(trigger: Trigger, type: EventType, past: History, home: Path | None = None) -> list[tuple[Unit, Role]]:
    """Participants as units with their roles, the most probable set of agents and patients."""
    units, rows = choices(trigger, type, past)
    return [(units[row - 1], role) for role, row in decode(softmax(_model(home).decide(rows)))]


def softmax(scores: Probabilities) -> Probabilities:
    """Per role (column) the probability of each row."""
    powers = np.exp(scores - scores.max(axis=0))
    probabilities: Probabilities = powers / powers.sum(axis=0)
    return probabilities


def decode(probabilities: Probabilities) -> list[tuple[Role, int]]:
    """The roles with the rows that take them: agent and patient chosen together, no row in two of them but `org`."""
    pair = probabilities[:, 0][:, None] * probabilities[:, 1][None, :]
    pair[np.arange(1, len(pair)), np.arange(1, len(pair))] = 0
    agent, patient = np.unravel_index(int(pair.argmax()), pair.shape)
    chosen: list[tuple[Role, int]] = []
    taken: set[int] = {int(agent), int(patient)} - {0}
    for column, role in enumerate(ROLES):
        chances = probabilities[:, column].copy()
        first = int((agent, patient)[column]) if column < 2 else 0
        if role != "org":
            chances[list(taken - {first})] = 0
        first = first if column < 2 else int(chances.argmax())
        if first:
            rows = [first, *(row for row in range(1, len(chances)) if row != first and chances[row] > _ALSO)]
            taken.update(rows)
            chosen += [(role, row) for row in rows]
    return chosen


@cache
def _model(home: Path | None) -> Linear:
    return Linear.parse(load("roles", home))
