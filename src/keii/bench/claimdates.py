"""How well the dates of claims are chosen, given the gold triggers: rules and model, cross-validated by story.

    python -m keii.bench.claimdates --shared ../shared

`day`: the same first and last day; `exact`: the same value; `from`: inherited from the right place; `reachable`: the right days
were among the options at all. Claims are dated in order, each after the predicted dates of those before it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from keii.bench.claimfields import folds, material, measured
from keii.bench.material import genre
from keii.extract.when.options import Offer, by_story
from keii.extract.when.table import Frame
from keii.train.when import Case, Floats, chooser, fit, place_of, walk


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    arguments = parser.parse_args()
    shared = arguments.shared if arguments.shared.is_dir() else None
    articles = material(shared)
    _report("rules", [case for targets in measured(articles) for case in walk(targets, _rules)])
    told: list[Case] = []
    for train, test in folds(articles, 4):
        model = fit([articles[k] for k in train])
        told += [case for k in test for case in walk(articles[k], chooser(model))]
    _report("model (cross-validated by story)", told)


def _rules(frame: Frame, found: Sequence[Offer], _: Floats) -> int:
    return place_of(by_story(frame.sheet, frame.claim, found, frame.past), found)


def _report(name: str, cases: Sequence[Case]) -> None:
    for kind in ("news", "blog"):
        chosen = [(case, case.found[case.chosen or 0].options[0]) for case in cases if genre(case.target.claim.article) == kind]
        n = max(1, len(chosen))
        day = sum(case.right[case.chosen or 0] for case, _ in chosen) / n
        exact = sum(option.value == _value(case) for case, option in chosen) / n
        origin = sum(option.source == _source(case) for case, option in chosen) / n
        reachable = sum(any(case.right) for case, _ in chosen) / n
        half = 1.96 * (day * (1 - day) / n) ** 0.5
        print(
            f"{name}, {kind}: day {day:.3f} ± {half:.3f}, exact {exact:.3f}, from {origin:.3f}, "
            f"reachable {reachable:.3f} (n={len(chosen)})"
        )
        for source in ("sentence", "heading", "context", "document", None):
            own = [case.right[case.chosen or 0] for case, _ in chosen if _source(case) == source]
            if own:
                print(f"  gold {source or 'undated':9} day {sum(own) / len(own):.3f} (n={len(own)})")


def _value(case: Case) -> str | None:
    return case.target.claim.date.value if case.target.claim.date else None


def _source(case: Case) -> str | None:
    return case.target.claim.date.from_ if case.target.claim.date else None


if __name__ == "__main__":
    main()
