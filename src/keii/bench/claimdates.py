"""How well the dates of claims are chosen, given the gold triggers: rules and model, cross-validated by story.

    python -m keii.bench.claimdates --shared ../shared [--save]

`day`: the same first and last day; `exact`: the same value; `from`: inherited from the right place; `reachable`: the right days
were among the options at all. Claims are dated in order, each after the predicted dates of those before it.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from keii.bench.claimfields import Gold, folds, material, write_model
from keii.extract.learned import Linear
from keii.extract.trees import Trees, grow_choice
from keii.extract.when.features import Frame, rows
from keii.extract.when.options import Dating, Offer, Option, by_rule, by_story, offers, remembered
from keii.extract.when.rank import Ranker
from keii.extract.when.table import Sheet, table
from keii.model import When
from keii.reconcile import days

_STRENGTH = 3.0
_AT_LEAST = 3
_RARE = 0.25
_STEPS = 80
_SEEDS = 2
Floats = npt.NDArray[np.float64]
Past = Sequence[tuple[Dating, Option]]
Chooser = Callable[[Frame, Dating, Sequence[Offer], Past, list[dict[str, float]], Floats], int]


class Case(NamedTuple):
    """A gold claim with its offers, which of them are right, which to learn, and the one chosen (None: gold is out of reach)."""

    gold: Gold
    found: tuple[Offer, ...]
    right: list[bool]
    wanted: list[bool]
    features: list[dict[str, float]]
    columns: tuple[str, ...]
    cells: Floats
    chosen: int | None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--save", action="store_true", help="write models/when.json")
    arguments = parser.parse_args()
    shared = arguments.shared if arguments.shared.is_dir() else None
    articles = material(shared)
    _report("rules", [case for claims in articles for case in walk(claims, _rules)])
    told: list[Case] = []
    for train, test in folds(articles, 4):
        model = learn([articles[k] for k in train])
        told += [case for k in test for case in walk(articles[k], _chooser(model))]
    _report("model (cross-validated by story)", told)
    if arguments.save:
        write_model("when", learn(articles).dump(), "python -m keii.bench.claimdates --shared ../shared --save", shared)


def _rules(frame: Frame, claim: Dating, found: Sequence[Offer], past: Past, *_: Any) -> int:
    option = by_story(frame.document, claim, found, past)
    return next(at for at, offer in enumerate(found) if option in offer)


def _rule(claim: Dating, found: Sequence[Offer]) -> int:
    option = by_rule(claim, found)
    return next(at for at, offer in enumerate(found) if option in offer)


def _chooser(model: Ranker) -> Chooser:
    def choose(
        frame: Frame, claim: Dating, found: Sequence[Offer], past: Past, features: list[dict[str, float]], cells: Floats
    ) -> int:
        if by_rule(claim, found).source == "heading":
            return _rule(claim, found)
        return int(model.scores(features, cells).argmax())

    return choose


def walk(claims: Sequence[Gold], choose: Chooser | None = None) -> Iterator[Case]:
    """Date the claims of one article in order: after what was chosen before, or after the gold dates where nothing chooses."""
    past: list[tuple[Dating, Option]] = []
    sheet = Sheet(claims[0].document) if claims else None
    for gold in claims:
        assert sheet is not None
        claim = Dating(gold.candidate, gold.row["type"], gold.row["factuality"])
        known = remembered(gold.document, claim, past)
        found = offers(gold.document, gold.candidate, known, sheet.story)
        right, wanted = _labels(found, gold.row["date"])
        frame = Frame(gold.document, claim, found, known)
        features, (columns, cells) = rows(frame, found), table(frame, sheet, found)
        chosen = (
            choose(frame, claim, found, known, features, cells)
            if choose
            else next((at for at, want in enumerate(wanted) if want), None)
        )
        yield Case(gold, found, right, wanted, features, columns, cells, chosen)
        past.append((claim, found[chosen][0] if chosen is not None else _gold_option(gold.row["date"])))


def _gold_option(date: dict[str, Any] | None) -> Option:
    if date is None:
        return Option(None, None)
    return Option(When(start=-1, end=-1, value=date["value"], grain="day"), date["from"])


def _labels(found: Sequence[Offer], date: dict[str, Any] | None) -> tuple[list[bool], list[bool]]:
    """Which offers have the right days, and which to learn: among them that of the gold's own expression, read wrong or not."""
    truth = _days(date["value"] if date else None)
    right = [any(_days(option.value) == truth for option in offer) for offer in found]
    if date is None or date.get("start") is None:
        return right, right
    spanned = [any(_spanned(option, date) for option in offer) for offer in found]
    both = [a and b for a, b in zip(right, spanned, strict=True)]
    return right, next((labels for labels in (both, spanned, right) if any(labels)), right)


def _spanned(option: Option, date: dict[str, Any]) -> bool:
    when, value = option.when, option.value
    if when is None or value is None or option.source not in ("sentence", "heading"):
        return False
    told: str = date["value"]
    same_ends = value.startswith("..") == told.startswith("..") and value.endswith("..") == told.endswith("..")
    return same_ends and when.start < int(date["end"]) and int(date["start"]) < when.end


def _days(value: str | None) -> object:
    return None if value is None else days(value) or value


# --- learning -----------------------------------------------------------------------------------------------------


def learn(articles: Sequence[list[Gold]]) -> Ranker:
    """Learn the ranker twice: after the gold dates, then also after the dates that models of the other half would have chosen."""
    cases = [[*walk(claims)] for claims in articles]
    known = [case for one in cases for case in one]
    for half, other in ((0, 1), (1, 0)):
        model = rank([case for one in cases[half::2] for case in one], 1)
        known += [case for claims in articles[other::2] for case in walk(claims, _chooser(model))]
    return rank(known, _SEEDS)


def rank(cases: Sequence[Case], seeds: int) -> Ranker:
    """Fit both halves of the ranker on the claims whose date is among the offers."""
    cases = [case for case in cases if any(case.wanted) and not all(case.wanted)]
    table = np.vstack([case.cells for case in cases])
    wanted = np.array([want for case in cases for want in case.wanted])
    sizes = np.array([len(case.found) for case in cases])
    trees = Trees.mean([grow_choice(table, wanted, sizes, seed=seed) for seed in range(seeds)])
    return Ranker(_linear(cases), trees, cases[0].columns)


def _linear(cases: Sequence[Case]) -> Linear:
    """Fit a conditional logit over the offers of each claim (L2, L-BFGS): P(offer) = softmax of its features' weights."""
    from scipy.optimize import minimize
    from scipy.sparse import csr_matrix

    counts = Counter(name for case in cases for features in case.features for name in features)
    names = sorted(name for name, count in counts.items() if count >= _AT_LEAST)
    column = {name: k for k, name in enumerate(names)}
    flat = [features for case in cases for features in case.features]
    cells = [(row, column[name]) for row, features in enumerate(flat) for name in features if name in column]
    at, of = np.array(cells).T
    scale = np.array([(counts[name] / 100) ** -_RARE for name in names])
    matrix = csr_matrix((scale[of], (at, of)), shape=(len(flat), len(names)))
    wanted = np.array([want for case in cases for want in case.wanted], dtype=float)
    sizes = np.array([len(case.found) for case in cases])
    starts = np.r_[0, np.cumsum(sizes)[:-1]]
    group = np.repeat(np.arange(len(cases)), sizes)

    def loss(weights: Any) -> tuple[float, Any]:
        scores = matrix @ weights
        powers = np.exp(scores - np.maximum.reduceat(scores, starts)[group])
        total, good = np.add.reduceat(powers, starts), np.maximum(np.add.reduceat(powers * wanted, starts), 1e-300)
        slope = matrix.T @ (powers / total[group] - powers * wanted / good[group])
        return float(np.log(total / good).sum() + _STRENGTH / 2 * weights @ weights), slope + _STRENGTH * weights

    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    return Linear(("date",), np.zeros(1), {name: found[k : k + 1] * scale[k] for name, k in column.items()})


# --- telling ------------------------------------------------------------------------------------------------------


def _report(name: str, cases: Sequence[Case]) -> None:
    for genre in ("news", "blog"):
        chosen = [(case, case.found[case.chosen or 0][0]) for case in cases if case.gold.genre == genre]
        n = max(1, len(chosen))
        day = sum(case.right[case.chosen or 0] for case, _ in chosen) / n
        exact = sum(option.value == (case.gold.row["date"] or {}).get("value") for case, option in chosen) / n
        origin = sum(option.source == (case.gold.row["date"] or {}).get("from") for case, option in chosen) / n
        reachable = sum(any(case.right) for case, _ in chosen) / n
        half = 1.96 * (day * (1 - day) / n) ** 0.5
        print(
            f"{name}, {genre}: day {day:.3f} ± {half:.3f}, exact {exact:.3f}, from {origin:.3f}, "
            f"reachable {reachable:.3f} (n={len(chosen)})"
        )
        for source in ("sentence", "heading", "context", "document", None):
            own = [case.right[case.chosen or 0] for case, _ in chosen if (case.gold.row["date"] or {}).get("from") == source]
            if own:
                print(f"  gold {source or 'undated':9} day {sum(own) / len(own):.3f} (n={len(own)})")


if __name__ == "__main__":
    main()
