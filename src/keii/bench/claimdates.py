"""How well the dates of claims are chosen, given the gold triggers: rules and model, cross-validated by story.

    python -m keii.bench.claimdates --shared ../shared [--save]

`day`: the same first and last day; `exact`: the same value; `from`: inherited from the right place; `reachable`: the right days
were among the options at all. Claims are dated in order, each after the predicted dates of those before it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from keii.bench.claimfields import Gold, folds, material, measured, write_model
from keii.extract.trees import Trees, grow_choice
from keii.extract.when.options import Dating, Offer, Option, Sheet, by_rule, by_story, offers, remembered
from keii.extract.when.table import Frame, Pages, table
from keii.model import When
from keii.reconcile import days

Floats = npt.NDArray[np.float64]
Past = Sequence[tuple[Dating, Option]]
Chooser = Callable[[Frame, Sequence[Offer], Floats], int]


class Case(NamedTuple):
    """A gold claim with its offers, which of them are right, which to learn, and the one chosen (None: gold is out of reach)."""

    gold: Gold
    found: tuple[Offer, ...]
    right: list[bool]
    wanted: list[bool]
    columns: tuple[str, ...]
    cells: Floats
    chosen: int | None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--save", action="store_true", help="write models/when.json")
    arguments = parser.parse_args()
    shared = arguments.shared if arguments.shared.is_dir() else None
    articles = measured(material(shared))  # more articles by other readers taught dates nothing (docs/decisions.md)
    _report("rules", [case for claims in articles for case in walk(claims, _rules)])
    told: list[Case] = []
    for train, test in folds(articles, 4):
        model = learn([articles[k] for k in train])
        told += [case for k in test for case in walk(articles[k], _chooser(model))]
    _report("model (cross-validated by story)", told)
    if arguments.save:
        write_model("when", dump(articles), "python -m keii.bench.claimdates --shared ../shared --save", shared)


def _rules(frame: Frame, found: Sequence[Offer], _: Floats) -> int:
    return _of(by_story(frame.sheet, frame.claim, found, frame.past), found)


def _of(option: Option, found: Sequence[Offer]) -> int:
    return next(at for at, offer in enumerate(found) if option in offer.options)


def _chooser(model: Trees) -> Chooser:
    def choose(frame: Frame, found: Sequence[Offer], cells: Floats) -> int:
        return _of(frame.rule, found) if frame.rule.source == "heading" else int(model.decide(cells).argmax())

    return choose


def walk(claims: Sequence[Gold], choose: Chooser | None = None) -> Iterator[Case]:
    """Date the claims of one article in order: after what was chosen before, or after the gold dates where nothing chooses."""
    past: list[tuple[Dating, Option]] = []
    pages = Pages(Sheet(claims[0].document)) if claims else None
    for gold in claims:
        assert pages is not None
        claim = Dating(gold.candidate, gold.row["type"], gold.row["factuality"])
        known = remembered(pages.sheet, claim, past)
        found = offers(pages.sheet, gold.candidate, known)
        right, wanted = _labels(found, gold.row["date"])
        frame = Frame(pages, claim, found, by_rule(claim, found), known)
        columns, cells = table(frame, found)
        taught = next((at for at, want in enumerate(wanted) if want), None)
        chosen = choose(frame, found, cells) if choose else taught
        yield Case(gold, found, right, wanted, columns, cells, chosen)
        past.append((claim, found[chosen].options[0] if chosen is not None else _gold_option(gold.row["date"])))


def _gold_option(date: dict[str, Any] | None) -> Option:
    if date is None:
        return Option(None, None)
    return Option(When(start=-1, end=-1, value=date["value"], grain="day"), date["from"])


def _labels(found: Sequence[Offer], date: dict[str, Any] | None) -> tuple[list[bool], list[bool]]:
    """Which offers have the right days, and which to learn: among them that of the gold's own expression, read wrong or not."""
    truth = _days(date["value"] if date else None)
    right = [any(_days(option.value) == truth for option in offer.options) for offer in found]
    if date is None or date.get("start") is None:
        return right, right
    spanned = [any(_spanned(option, date) for option in offer.options) for offer in found]
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


def dump(articles: Sequence[list[Gold]]) -> dict[str, Any]:
    """The content of models/when.json, learned from articles."""
    columns = next(case.columns for claims in articles for case in walk(claims))
    return {"columns": list(columns), "trees": learn(articles).dump(), "weights": {}}


def learn(articles: Sequence[list[Gold]]) -> Trees:
    """Learn the trees twice: after the gold dates, then also after the dates that trees of the other half would have chosen."""
    cases = [[*walk(claims)] for claims in articles]
    known = [case for one in cases for case in one]
    for half, other in ((0, 1), (1, 0)):
        model = rank([case for one in cases[half::2] for case in one])
        known += [case for claims in articles[other::2] for case in walk(claims, _chooser(model))]
    return rank(known)


def rank(cases: Sequence[Case]) -> Trees:
    """Grow trees on the claims whose date is among the offers."""
    cases = [case for case in cases if any(case.wanted) and not all(case.wanted)]
    table = np.vstack([case.cells for case in cases])
    wanted = np.array([want for case in cases for want in case.wanted])
    sizes = np.array([len(case.found) for case in cases])
    return grow_choice(table, wanted, sizes, seed=0)


# --- telling ------------------------------------------------------------------------------------------------------


def _report(name: str, cases: Sequence[Case]) -> None:
    for genre in ("news", "blog"):
        chosen = [(case, case.found[case.chosen or 0].options[0]) for case in cases if case.gold.genre == genre]
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
