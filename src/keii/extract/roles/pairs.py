"""Agent and patient together: what each of two choices is to the trigger, and what is learned of the two beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

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
Tables = dict[str, tuple[dict[str, int], Floats]]
"""By family, the place of each key and the square table of weights, agents by patients."""
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


def tables(weights: Weights) -> Tables:
    """The weights of each family as a square table, with the place of each key; the last row and column are zero."""
    found: Tables = {}
    for family, agents in weights.items():
        places = {key: place for place, key in enumerate(dict.fromkeys(chain(agents, *agents.values())))}
        table = np.zeros((len(places) + 1, len(places) + 1))
        for agent, patients in agents.items():
            table[places[agent], [places[patient] for patient in patients]] = list(patients.values())
        found[family] = places, table
    return found


def together(trigger: Trigger, type: EventType, units: Sequence[Unit], weights: Tables) -> Floats:
    """What the pairs add to each agent (row) beside each patient (column), nobody first."""
    total = np.zeros((len(units) + 1, len(units) + 1))
    for family, keys in standings(trigger, type, units):
        if family in weights:
            places, table = weights[family]
            rows = [places.get(key, -1) for key in keys]
            total += table.take(rows, axis=0).take(rows, axis=1)
    return total
