"""Agent and patient together: what each of two choices is to the trigger, and what is learned of the two beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from keii.extract.roles.arguments import Trigger
from keii.extract.roles.cast import Unit
from keii.extract.roles.history import standing
from keii.model import EventType

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Weights = dict[str, dict[str, dict[str, float]]]
"""By family, by what the agent is, by what the patient is."""
_NOBODY = "-"


def standings(trigger: Trigger, type: EventType, units: Sequence[Unit]) -> Iterator[tuple[str, list[str]]]:
    """By family of pair features: what nobody, then each unit, is to the trigger."""
    relations, slots, kinds = [_NOBODY], [_NOBODY], [_NOBODY]
    for n, unit in enumerate(units):
        _, relation, slot = standing(trigger, n, unit)
        relations.append(relation)
        slots.append(slot)
        kinds.append("c" if unit.back else trigger.kinds[n])
    yield from (("r", relations), ("s", slots), (f"s&{trigger.voice}", slots), (f"s&{type}", slots), (f"k&{type}", kinds))


def distinct(keys: Sequence[str]) -> tuple[list[str], Ints]:
    """The different keys in order, and the place among them of each."""
    places: dict[str, int] = {}
    rows = [places.setdefault(key, len(places)) for key in keys]
    return list(places), np.array(rows)


def together(trigger: Trigger, type: EventType, units: Sequence[Unit], weights: Weights) -> Floats:
    """What the pairs add to each agent (row) beside each patient (column), nobody first."""
    size = len(units) + 1
    total = np.zeros((size, size))
    for family, keys in standings(trigger, type, units):
        names, rows = distinct(keys)
        small = np.zeros((len(names), len(names)))
        known = weights.get(family, {})
        for row, agent in enumerate(names):
            patients = known.get(agent)
            if patients:
                small[row] = [patients.get(patient, 0.0) for patient in names]
        total += small[rows[:, None], rows]
    return total
