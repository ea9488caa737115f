"""Learns who takes part in a claim and in which role.

The model (`keii.train.rolefit`) is listwise: a softmax over nobody and everyone who may take a role. Each claim knows who took
part in those before it: by the gold and, once more, by what models of the other stories say.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from keii.extract.candidates import Candidate, candidates
from keii.extract.roles import taking
from keii.extract.roles.arguments import Trigger
from keii.extract.roles.cast import Cast, Unit
from keii.extract.roles.choose import ROLES, Weights, alone, decode
from keii.extract.roles.history import History
from keii.extract.roles.links import Row
from keii.extract.roles.pairs import together
from keii.model import Claim, Document, KeiiError, Participant, Role, Text
from keii.sums import Group
from keii.text import folded
from keii.train import rolefit
from keii.train.material import story
from keii.train.rolefit import Case

_AT_LEAST, _INNER = 5, 3
_LEAST = 0.04
"""Smaller weights are left out of the model."""
_HABIT = "reader:"
Chosen = list[tuple[Role, int]]
"""Roles with the rows that take them."""


def learn(cases: Sequence[Case]) -> dict[str, Any]:
    """The content of models/roles.json."""
    if len({story(case.gold.article) for case in cases if case.rows and _gold(case)}) < 2:
        raise KeiiError("keii train needs labelled claims with participants in at least two stories")
    model = fit(cases)
    return {
        "classes": list(ROLES),
        "pairs": {
            family: {agent: told for agent, row in agents.items() if (told := _rounded(row))}
            for family, agents in model.pairs.items()
        },
        "weights": {
            name: [round(float(weight), 2) for weight in row]
            for name, row in model.weights.items()
            if np.abs(row).max() >= _LEAST and not name.startswith(_HABIT)
        },
    }


def _rounded(row: dict[str, float]) -> dict[str, float]:
    return {patient: round(weight, 2) for patient, weight in row.items() if abs(weight) >= _LEAST}


def fit(cases: Sequence[Case]) -> Weights:
    """Fit the model on every case twice: after the gold of those before, and after what is said of them."""
    live = [case for case in cases if case.rows]
    told: list[Chosen] = [[] for _ in live]
    for held in split(live, _INNER):
        others = set(range(len(live))) - set(held)
        model = rolefit.fit([live[n] for n in sorted(others)], _AT_LEAST)
        for n in held:
            told[n] = said_of(live[n], model)
    return rolefit.fit([*after(live, lambda n, case: _gold(case)), *after(live, lambda n, case: told[n])], 2 * _AT_LEAST)


def after(cases: Sequence[Case], choose: Callable[[int, Case], Chosen]) -> list[Case]:
    """The cases with what they know from those before them in the article, of which `choose` tells the roles."""
    pasts: defaultdict[str, History] = defaultdict(History)
    found = []
    for n, case in enumerate(cases):
        trigger, past = case.trigger, pasts[case.gold.article]
        if trigger:
            known = past.rows(trigger, case.gold.type, case.units)
            rows = zip(case.rows, known, _habits(case), strict=True)
            case = replace(case, rows=tuple(row + more + habits for row, more, habits in rows))
            roles = [(case.units[row - 1], role) for role, row in choose(n, case)]
            past.add(trigger, case.gold.type, *taking(roles))
        found.append(case)
    return found


def _habits(case: Case) -> Iterator[Row]:
    """Features that set the labels of other readers apart, by choice; where nobody labelled, as in use, there are none."""
    trigger, type = case.trigger, case.gold.type
    if trigger is None or not case.apart:
        yield from ([] for _ in case.rows)
        return
    found = trigger.subject[1]
    yield [Group((_HABIT, f"{_HABIT}{type}", f"{_HABIT}{found}", f"{_HABIT}{found}&{type}"))]
    for n, unit in enumerate(case.units):
        kind, slot = ("carried", "") if unit.back else (trigger.kinds[n], trigger.standing(n)[1])
        yield [Group((f"{_HABIT}k={kind}", f"{_HABIT}k={kind}&{type}", f"{_HABIT}k={kind}&s={slot}"))]


def _gold(case: Case) -> Chosen:
    return [(role, row) for role, rows in zip(ROLES, case.right, strict=True) for row in rows if row]


def said_of(case: Case, model: Weights) -> Chosen:
    if case.trigger is None:
        return []
    return decode(model.sums.totals(case.rows), together(case.trigger, case.gold.type, case.units, model.tables))


def split(cases: Sequence[Case], folds: int) -> list[list[int]]:
    """The numbers of the cases of each fold, in order; no story in two."""
    sizes = Counter(story(case.gold.article) for case in cases)
    load, fold = [0] * folds, {}
    for name, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        fold[name] = load.index(min(load))
        load[fold[name]] += size
    return [[n for n, case in enumerate(cases) if fold[story(case.gold.article)] == held] for held in range(folds)]


# --- the choices --------------------------------------------------------------------------------------------------


def cases_of(document: Document, claims: Sequence[Claim], *, apart: bool) -> Iterator[Case]:
    """The gold claims of an article, in order of the text, with the choices there are for each by itself.

    `apart`: the labels are another reader's, whose habits are to be learned apart.
    """
    cast, found = Cast(document), list(candidates(document))
    known = _known_as(cast, claims)
    for claim in sorted(claims, key=lambda claim: claim.trigger.start):
        candidate = _nearest(found, claim.trigger)
        if candidate is None:
            yield Case(claim, None, apart=apart)
            continue
        trigger = Trigger(cast, candidate)
        units, choices = alone(trigger, claim.type)
        right = tuple(_right(claim, role, units, known) for role in ROLES)
        yield Case(claim, trigger, units, tuple(choices), right, apart)


def _nearest(found: Sequence[Candidate], trigger: Text) -> Candidate | None:
    """The candidate that shares most characters with a trigger, the last of several."""
    shared = [(min(c.end, trigger.end) - max(c.start, trigger.start), c.start, c) for c in found]
    return max((row for row in shared if row[0] > 0), default=(0, 0, None))[2]


def _known_as(cast: Cast, claims: Sequence[Claim]) -> dict[str, set[str]]:
    """The names that the phrases under a gold name's mentions bear in this article."""
    known: defaultdict[str, set[str]] = defaultdict(set)
    phrases = [phrase for units in cast.units for unit in units for phrase in unit.phrases if len(phrase.names) == 1]
    for claim in claims:
        for who in claim.participants:
            known[folded(who.name)].add(folded(who.name))
            if who.start is not None and who.end is not None:
                spans = (phrase for phrase in phrases if phrase.start < who.end and who.start < phrase.end and phrase.label)
                known[folded(who.name)].update(folded(phrase.names[0]) for phrase in spans)
    return known


def _right(claim: Claim, role: str, units: Sequence[Unit], known: dict[str, set[str]]) -> tuple[int, ...]:
    wanted = [who for who in claim.participants if who.role == role]
    if not wanted:
        return (0,)
    return tuple(sorted({row for row in (_row_of(who, units, known[folded(who.name)]) for who in wanted) if row}))


def _row_of(who: Participant, units: Sequence[Unit], spellings: set[str]) -> int:
    """The row of the unit that is a gold participant: by its mention, closest in extent, else by its name; 0 if none is."""
    if who.start is not None and who.end is not None:
        start, end = who.start, who.end
        near = [
            (abs(phrase.start - start) + abs(phrase.end - end), n)
            for n, unit in enumerate(units, 1)
            for phrase in unit.phrases
            if not unit.back and phrase.start < end and start < phrase.end
        ]
        if near:
            return min(near)[1]
    return next((n for n, unit in enumerate(units, 1) if any(folded(name) in spellings for name in unit.names)), 0)
