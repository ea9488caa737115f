"""Participants, given the gold triggers and types: rules and learned model, cross-validated by article and story.

    python -m keii.bench.roles [SHARED]

Each claim knows who took part in those before it by what was said of them.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from keii.attribute import attribute
from keii.bench.material import article_paths, genre, gold_homes, tagged, teachers
from keii.dates import dates
from keii.extract.roles import told
from keii.extract.roles.choose import ROLES, Weights
from keii.extract.roles.rules import by_rule
from keii.model import Article, Claim, Participant
from keii.names import names
from keii.read import read
from keii.reconcile import Aliases, matched, namesakes, parts, same_part
from keii.text import folded
from keii.train.material import read_labels
from keii.train.rolefit import Case
from keii.train.roles import Chosen, after, cases_of, fit, said_of, split

FOLDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", nargs="?", type=Path, default=Path("../shared"))
    shared = parser.parse_args().shared
    articles = {one.id: one for one in read(list(article_paths(shared, more=True).values())) if isinstance(one, Article)}
    labels, _ = read_labels(gold_homes(shared, more=True), articles)
    documents = tagged([article for name, article in articles.items() if name in labels])
    cases = [
        case
        for document in (attribute(names(dates(document))) for document in documents)
        for case in cases_of(document, labels[document.article.id], apart=document.article.id in teachers())
    ]
    _print("rules", cases, [_by_rules(case) for case in cases])
    _print("learned", cases, crossvalidate(cases))


def crossvalidate(cases: Sequence[Case]) -> list[tuple[Participant, ...]]:
    """What the model says of each case, trained on the other stories."""
    said: list[tuple[Participant, ...]] = [()] * len(cases)
    for part in split(cases, FOLDS):
        held = [n for n in part if not cases[n].apart]
        model = fit([cases[n] for n in sorted(set(range(len(cases))) - set(held))])

        def choose(n: int, case: Case, places: Sequence[int] = held, model: Weights = model) -> Chosen:
            chosen = said_of(case, model)
            said[places[n]] = tuple(who for role, row in chosen for who in told(case.units[row - 1], role))
            return chosen

        after([cases[n] for n in held], choose)
    return said


def _by_rules(case: Case) -> tuple[Participant, ...]:
    if case.trigger is None:
        return ()
    return tuple(who for unit, role in by_rule(case.trigger, case.gold.type) for who in told(unit, role))


def _print(name: str, cases: Sequence[Case], said: Sequence[tuple[Participant, ...]]) -> None:
    for kind in ("news", "blog"):
        measured = ((case.gold, who) for case, who in zip(cases, said, strict=True) if not case.apart)
        some = [(gold, who) for gold, who in measured if genre(gold.article) == kind]
        print(f"{name:8} {kind} n={len(some)} {measure(some)}", flush=True)


def measure(pairs: Sequence[tuple[Claim, tuple[Participant, ...]]]) -> str:
    """How often agents and patients, and all participants, are right; precision and recall of each role."""
    groups: defaultdict[str, list[tuple[Claim, Claim]]] = defaultdict(list)
    for gold, who in pairs:
        gold = gold.model_copy(update={"speakers": ()})  # who is said to take part is measured by the participants alone
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
