"""Learns which of the dates that a claim may have is its own.

Claims are dated in order, each after those before it: after their gold dates, and once more after the dates that trees which
have not seen the article would have chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from keii.extract.trees import Trees, grow_choice
from keii.extract.when.options import Dating, Offer, Option, Sheet, by_rule, offers, remembered
from keii.extract.when.table import Frame, Pages, table
from keii.model import ClaimDate, KeiiError, When
from keii.reconcile import days
from keii.train.material import Target

Floats = npt.NDArray[np.float64]
Chooser = Callable[[Frame, Sequence[Offer], Floats], int]


class Case(NamedTuple):
    """A gold claim with its offers, which of them are right, which to learn, and the one chosen (None: gold is out of reach)."""

    target: Target
    found: tuple[Offer, ...]
    right: list[bool]
    wanted: list[bool]
    columns: tuple[str, ...]
    cells: Floats
    chosen: int | None


def learn(articles: Sequence[Sequence[Target]]) -> dict[str, Any]:
    """The content of models/when.json, learned from the claims of articles."""
    trees = fit(articles).dump()
    columns = next(case.columns for targets in articles for case in walk(targets))
    return {"columns": list(columns), "trees": trees}


def fit(articles: Sequence[Sequence[Target]]) -> Trees:
    """Learn the trees twice: after the gold dates, then also after the dates that trees of the other half would have chosen."""
    cases = [[*walk(targets)] for targets in articles]
    known = [case for one in cases for case in one]
    for half, other in ((0, 1), (1, 0)):
        model = rank([case for one in cases[half::2] for case in one])
        known += [case for targets in articles[other::2] for case in walk(targets, chooser(model))]
    return rank(known)


def rank(cases: Sequence[Case]) -> Trees:
    """Grow trees on the claims whose date is among the offers."""
    cases = [case for case in cases if any(case.wanted) and not all(case.wanted)]
    if not cases:
        raise KeiiError("keii train needs labelled claims with a choice of dates in at least two articles")
    table = np.vstack([case.cells for case in cases])
    wanted = np.array([want for case in cases for want in case.wanted])
    sizes = np.array([len(case.found) for case in cases])
    return grow_choice(table, wanted, sizes, seed=0)


# --- dating the claims of an article --------------------------------------------------------------------------------


def place_of(option: Option, found: Sequence[Offer]) -> int:
    return next(at for at, offer in enumerate(found) if option in offer.options)


def chooser(model: Trees) -> Chooser:
    def choose(frame: Frame, found: Sequence[Offer], cells: Floats) -> int:
        return place_of(frame.rule, found) if frame.rule.source == "heading" else int(model.decide(cells).argmax())

    return choose


def walk(targets: Sequence[Target], choose: Chooser | None = None) -> Iterator[Case]:
    """Date the claims of one article in order: after what was chosen before, or after the gold dates where nothing chooses."""
    if not targets:
        return
    past: list[tuple[Dating, Option]] = []
    pages = Pages(Sheet(targets[0].document))
    for target in targets:
        claim = Dating(target.candidate, target.claim.type, target.claim.factuality)
        known = remembered(pages.sheet, claim, past)
        found = offers(pages.sheet, target.candidate, known)
        right, wanted = _labels(found, target.claim.date)
        frame = Frame(pages, claim, found, by_rule(claim, found), known)
        columns, cells = table(frame, found)
        taught = next((at for at, want in enumerate(wanted) if want), None)
        chosen = choose(frame, found, cells) if choose else taught
        yield Case(target, found, right, wanted, columns, cells, chosen)
        past.append((claim, found[chosen].options[0] if chosen is not None else _gold_option(target.claim.date)))


def _gold_option(date: ClaimDate | None) -> Option:
    if date is None:
        return Option(None, None)
    return Option(When(start=-1, end=-1, value=date.value, grain="day"), date.from_)


def _labels(found: Sequence[Offer], date: ClaimDate | None) -> tuple[list[bool], list[bool]]:
    """Which offers have the right days, and which to learn: among them that of the gold's own expression, read wrong or not."""
    truth = _days(date.value if date else None)
    right = [any(_days(option.value) == truth for option in offer.options) for offer in found]
    if date is None or date.start is None:
        return right, right
    spanned = [any(_spanned(option, date) for option in offer.options) for offer in found]
    both = [a and b for a, b in zip(right, spanned, strict=True)]
    return right, next((labels for labels in (both, spanned, right) if any(labels)), right)


def _spanned(option: Option, date: ClaimDate) -> bool:
    when, value = option.when, option.value
    if when is None or value is None or date.start is None or date.end is None or option.source not in ("sentence", "heading"):
        return False
    told = date.value
    same_ends = value.startswith("..") == told.startswith("..") and value.endswith("..") == told.endswith("..")
    return same_ends and when.start < date.end and date.start < when.end


def _days(value: str | None) -> object:
    return None if value is None else days(value) or value
