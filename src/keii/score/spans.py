"""How well predicted spans fit, by the four schemes of SemEval-2013 task 9 (strict, exact, partial, type), and sentence edges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from keii.reconcile import Spans
from keii.score.counts import PRF

Labelled = tuple[int, int, str]
"""Start, end (exclusive) and label."""


def count(gold: Iterable[Labelled], pred: Iterable[Labelled]) -> dict[str, PRF]:
    """Count one article's spans: `strict` (span and label), `exact` (span), `partial` (half for an overlap), `type`.

    `type` asks for an overlap and the label. Spans are taken in order; a labelled span listed twice counts once. Equal to
    nervaluate where the spans of a side don't overlap.
    """
    ours, theirs = sorted(set(gold)), sorted(set(pred))
    right = {
        "strict": float(len(set(ours) & set(theirs))),
        "exact": float((Counter(span[:2] for span in ours) & Counter(span[:2] for span in theirs)).total()),
        "partial": _partial(ours, theirs),
        "type": _typed(ours, theirs),
    }
    return {name: PRF(n, float(len(theirs)), n, float(len(ours))) for name, n in right.items()}


def _partial(gold: list[Labelled], pred: list[Labelled]) -> float:
    def best(span: Labelled, rivals: list[Labelled]) -> Labelled | None:
        return next((rival for rival in rivals if rival[:2] == span[:2]), rivals[0] if rivals else None)

    return sum(1.0 if span[:2] == other[:2] else 0.5 for span, other in _pairs(gold, pred, best))


def _typed(gold: list[Labelled], pred: list[Labelled]) -> float:
    def best(span: Labelled, rivals: list[Labelled]) -> Labelled | None:
        alike = [rival for rival in rivals if rival[2] == span[2]] or rivals[:1]
        return min(alike, key=lambda rival: abs(rival[0] - span[0]) + abs(rival[1] - span[1]), default=None)

    return float(sum(span[2] == other[2] for span, other in _pairs(gold, pred, best)))


def _pairs(
    gold: list[Labelled], pred: list[Labelled], best: Callable[[Labelled, list[Labelled]], Labelled | None]
) -> Iterable[tuple[Labelled, Labelled]]:
    """Each predicted span with the overlapping gold span that it takes, which no later one gets."""
    free, index = set(gold), Spans((start, end, (start, end, label)) for start, end, label in gold)
    for span in pred:
        other = best(span, [rival for rival in index.touching(*span[:2]) if rival in free])
        if other:
            free.discard(other)
            yield span, other


def edges(gold: Iterable[tuple[int, int]], sentences: Iterable[tuple[int, int]]) -> PRF:
    """Starts and ends of gold sentences against those of the sentences that touch them."""
    ours = set(gold)
    index = Spans((start, end, (start, end)) for start, end in sentences)
    theirs = {sentence for span in ours for sentence in index.touching(*span)}
    right = float(len({a for a, _ in ours} & {a for a, _ in theirs}) + len({b for _, b in ours} & {b for _, b in theirs}))
    return PRF(right, _edges(theirs), right, _edges(ours))


def _edges(spans: set[tuple[int, int]]) -> float:
    return float(len({start for start, _ in spans}) + len({end for _, end in spans}))
