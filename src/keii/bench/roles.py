"""Participants, given the gold triggers and types: rules and learned model, cross-validated by article and story.

`python -m keii.bench.roles [SHARED]` prints the table; `--train` writes models/roles.json from all of the gold.
The model (`keii.bench.rolefit`) is listwise: a softmax over nobody and everyone who may take a role. Each claim
knows who took part in those before it: in training by the gold and, once more, by what models of the other stories say; in
measuring by what was said of them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from keii.attribute import attribute
from keii.bench.claimfields import story
from keii.bench.material import article_paths, genre, gold_rows, tagged, teachers
from keii.bench.rolefit import Case, fit
from keii.dates import dates
from keii.extract.candidates import Candidate, candidates
from keii.extract.roles import taking, told
from keii.extract.roles.arguments import Trigger
from keii.extract.roles.cast import Cast, Unit
from keii.extract.roles.choose import ROLES, Weights, alone, decode
from keii.extract.roles.history import History
from keii.extract.roles.links import Row
from keii.extract.roles.pairs import together
from keii.extract.roles.rules import by_rule
from keii.extract.sums import Group
from keii.model import Article, Claim, Document, Participant, Role, Text
from keii.names import names
from keii.read import read
from keii.reconcile import Aliases, matched, namesakes, parts, same_part
from keii.text import folded

_MODEL = Path(__file__).parents[1] / "models" / "roles.json"
_AT_LEAST, _FOLDS, _INNER = 5, 5, 3
_LEAST = 0.04
"""Smaller weights are left out of the model."""
_HABIT = "reader:"
Chosen = list[tuple[Role, int]]
"""Roles with the rows that take them."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", nargs="?", type=Path, default=Path("../shared"))
    parser.add_argument("--train", action="store_true", help="write models/roles.json")
    options = parser.parse_args()
    rows, paths = gold_rows(options.shared, more=True), article_paths(options.shared, more=True)
    articles = [article for article in read([paths[name] for name in rows if name in paths]) if isinstance(article, Article)]
    documents = {document.article.id: attribute(names(dates(document))) for document in tagged(articles)}
    cases = [case for name, document in documents.items() for case in cases_of(document, rows[name])]
    if options.train:
        _MODEL.write_text(_rows(train(cases, rows)) + "\n", encoding="utf-8")
    _print("rules", cases, [_by_rules(case) for case in cases])
    _print("learned", cases, crossvalidate(cases))


# --- material -----------------------------------------------------------------------------------------------------


def cases_of(document: Document, rows: Sequence[dict[str, Any]]) -> Iterator[Case]:
    """The gold claims of an article, in order of the text, with the choices there are for each by itself."""
    cast, found = Cast(document), list(candidates(document))
    claims = [_claim(document, row) for row in rows]
    known = _known_as(cast, claims)
    for claim in sorted(claims, key=lambda claim: claim.trigger.start):
        candidate = _nearest(found, claim.trigger)
        if candidate is None:
            yield Case(claim, None)
            continue
        trigger = Trigger(cast, candidate)
        units, choices = alone(trigger, claim.type)
        right = tuple(_right(claim, role, units, known) for role in ROLES)
        yield Case(claim, trigger, units, tuple(choices), right)


def _claim(document: Document, row: dict[str, Any]) -> Claim:
    def text(span: dict[str, int]) -> Text:
        return Text(start=span["start"], end=span["end"], text=document.article.text[span["start"] : span["end"]])

    return Claim(
        article=document.article.id,
        id=row["id"],
        evidence=text(row["evidence"]),
        trigger=text(row["trigger"]),
        type=row["type"],
        factuality=row["factuality"],
        date=None,
        participants=tuple(Participant(**who) for who in row["participants"]),
    )


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


# --- training -----------------------------------------------------------------------------------------------------


def learn(cases: Sequence[Case]) -> Weights:
    """The model, from every case twice: after the gold of those before, and after what is said of them."""
    live = [case for case in cases if case.rows]
    told: list[Chosen] = [[] for _ in live]
    for held in _split(live, _INNER):
        others = set(range(len(live))) - set(held)
        model = fit([live[n] for n in sorted(others)], _AT_LEAST)
        for n in held:
            told[n] = _said(live[n], model)
    return fit([*after(live, lambda n, case: _gold(case)), *after(live, lambda n, case: told[n])], 2 * _AT_LEAST)


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
    if trigger is None or case.gold.article not in teachers():
        yield from ([] for _ in case.rows)
        return
    found = trigger.subject[1]
    yield [Group((_HABIT, f"{_HABIT}{type}", f"{_HABIT}{found}", f"{_HABIT}{found}&{type}"))]
    for n, unit in enumerate(case.units):
        kind, slot = ("carried", "") if unit.back else (trigger.kinds[n], trigger.standing(n)[1])
        yield [Group((f"{_HABIT}k={kind}", f"{_HABIT}k={kind}&{type}", f"{_HABIT}k={kind}&s={slot}"))]


def _gold(case: Case) -> Chosen:
    return [(role, row) for role, rows in zip(ROLES, case.right, strict=True) for row in rows if row]


def _said(case: Case, model: Weights) -> Chosen:
    if case.trigger is None:
        return []
    return decode(model.sums.totals(case.rows), together(case.trigger, case.gold.type, case.units, model.tables))


def train(cases: Sequence[Case], rows: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """The content of models/roles.json, trained on all cases."""
    model = learn(cases)
    return {
        "made by": "python -m keii.bench.roles --train",
        "gold": hashlib.sha256(json.dumps(rows, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16],
        "claims": sum(bool(case.rows) for case in cases),
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


def _rows(data: dict[str, Any]) -> str:
    """JSON with one line a feature."""
    lines = (
        f"{json.dumps(name, ensure_ascii=False)}:{json.dumps(row, separators=(',', ':'))}"
        for name, row in data["weights"].items()
    )
    weights = ",\n".join(lines)
    head = json.dumps({**data, "weights": {}}, ensure_ascii=False, indent=1)
    return head.removesuffix("{}\n}") + "{\n" + weights + "\n}}"


# --- measuring ----------------------------------------------------------------------------------------------------


def crossvalidate(cases: Sequence[Case]) -> list[tuple[Participant, ...]]:
    """What the model says of each case, trained on the other stories."""
    said: list[tuple[Participant, ...]] = [()] * len(cases)
    for part in _split(cases, _FOLDS):
        held = [n for n in part if cases[n].gold.article not in teachers()]
        model = learn([cases[n] for n in sorted(set(range(len(cases))) - set(held))])

        def choose(n: int, case: Case, places: Sequence[int] = held, model: Weights = model) -> Chosen:
            chosen = _said(case, model)
            said[places[n]] = tuple(who for role, row in chosen for who in told(case.units[row - 1], role))
            return chosen

        after([cases[n] for n in held], choose)
    return said


def _split(cases: Sequence[Case], folds: int) -> list[list[int]]:
    """The numbers of the cases of each fold, in order; no story in two."""
    sizes = Counter(story(case.gold.article) for case in cases)
    load, fold = [0] * folds, {}
    for name, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        fold[name] = load.index(min(load))
        load[fold[name]] += size
    return [[n for n, case in enumerate(cases) if fold[story(case.gold.article)] == held] for held in range(folds)]


def _by_rules(case: Case) -> tuple[Participant, ...]:
    if case.trigger is None:
        return ()
    return tuple(who for unit, role in by_rule(case.trigger, case.gold.type) for who in told(unit, role))


def _print(name: str, cases: Sequence[Case], said: Sequence[tuple[Participant, ...]]) -> None:
    for kind in ("news", "blog"):
        measured = ((case.gold, who) for case, who in zip(cases, said, strict=True) if case.gold.article not in teachers())
        some = [(gold, who) for gold, who in measured if genre(gold.article) == kind]
        print(f"{name:8} {kind} n={len(some)} {measure(some)}", flush=True)


def measure(pairs: Sequence[tuple[Claim, tuple[Participant, ...]]]) -> str:
    """How often agents and patients, and all participants, are right; precision and recall of each role."""
    groups: defaultdict[str, list[tuple[Claim, Claim]]] = defaultdict(list)
    for gold, who in pairs:
        groups[gold.article].append((gold, gold.model_copy(update={"participants": who})))
    counts: Counter[str] = Counter()
    for group in groups.values():
        same = namesakes([gold for gold, _ in group], [pred for _, pred in group], Aliases())
        for gold, pred in group:
            counts["agent+patient"] += _equal(gold, pred, ("agent", "patient"), same)
            counts["plainly"] += _equal(gold, pred, ("agent", "patient"), _plainly)
            counts["all"] += _equal(gold, pred, ROLES, same)
            for role in ROLES:
                a, b = parts(gold, (role,)), parts(pred, (role,))
                counts.update({f"{role} gold": len(a), f"{role} said": len(b), f"{role} right": matched(a, b, same_part(same))})
    sets = " ".join(f"{key}={counts[key] / max(1, len(pairs)):.3f}" for key in ("agent+patient", "plainly", "all"))
    return f"{sets} {' '.join(_rates(counts, role) for role in ROLES)}"


def _rates(counts: Counter[str], role: str) -> str:
    right = counts[f"{role} right"]
    return f"{role} P={right / max(1, counts[f'{role} said']):.2f} R={right / max(1, counts[f'{role} gold']):.2f}"


def _plainly(a: str, b: str) -> bool:
    return folded(a) == folded(b)


def _equal(gold: Claim, pred: Claim, roles: Sequence[str], same: Callable[[str, str], bool]) -> bool:
    a, b = parts(gold, roles), parts(pred, roles)
    return len(a) == len(b) == matched(a, b, same_part(same))


if __name__ == "__main__":
    main()
