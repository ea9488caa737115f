"""Agent and patient together: what each of two choices is to the trigger, and what is learned of the two beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from keii.extract.roles.arguments import Trigger
from keii.extract.roles.cast import Unit
from keii.extract.roles.history import standing
from keii.model import EventType

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_NOBODY = "-"


def tables(trigger: Trigger, type: EventType, units: Sequence[Unit]) -> Iterator[tuple[list[list[str]], Ints]]:
    """Names of pair features by agent (row) and patient (column), with the row of the table that each choice takes."""
    relations, slots, kinds = [_NOBODY], [_NOBODY], [_NOBODY]
    for n, unit in enumerate(units):
        _, relation, slot = standing(trigger, n, unit)
        relations.append(relation)
        slots.append(slot)
        kinds.append("c" if unit.back else trigger.kinds[n])
    for family, keys in (
        ("r", relations),
        ("s", slots),
        (f"s&{trigger.voice}", slots),
        (f"s&{type}", slots),
        (f"k&{type}", kinds),
    ):
        distinct = list(dict.fromkeys(keys))
        place = {key: row for row, key in enumerate(distinct)}
        names = [[f"{family}:{agent}|{patient}" for patient in distinct] for agent in distinct]
        yield names, np.array([place[key] for key in keys])


def together(trigger: Trigger, type: EventType, units: Sequence[Unit], weights: Mapping[str, float]) -> Floats:
    """What the pairs add to each agent (row) beside each patient (column), nobody first."""
    size = len(units) + 1
    total = np.zeros((size, size))
    for names, rows in tables(trigger, type, units):
        small = np.array([[weights.get(name, 0.0) for name in line] for line in names])
        total += small[np.ix_(rows, rows)]
    return total
