"""The same figures kind by kind, what is taken for what, and how far confidence can be believed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from keii.model import Band, Claim, Group, Pair
from keii.reconcile import STRICT
from keii.score.counts import BANDS, PRF, Calibration, Share

Keys = Callable[[Claim], Iterable[str]]
Pairing = tuple[Pair, Claim | None, Claim | None]
"""A row with its gold claim and its prediction."""


def groups(pairings: Sequence[Pairing], genres: Mapping[str, str]) -> dict[str, dict[str, Group]]:
    """Figures by dimension and kind: a gold claim counts where it belongs, a prediction where it says it does."""
    dimensions: dict[str, Keys] = {
        "type": lambda claim: (claim.type,),
        "factuality": lambda claim: (claim.factuality,),
        "grain": lambda claim: (grain(claim),),
        "date_from": lambda claim: (claim.date.from_ if claim.date else "none",),
        "genre": lambda claim: (genres.get(claim.article, "unknown"),),
        "article": lambda claim: (claim.article,),
        "outlet": lambda claim: claim.outlets or ("none",),
    }
    found = {name: _by(pairings, keys, keys) for name, keys in dimensions.items()}
    found["confidence"] = _by(pairings, lambda claim: (), lambda claim: (_band(claim.confidence),))
    return found


def grain(claim: Claim) -> str:
    """How finely the claim is dated: none, year, month, day, hour, minute, second, interval or open.

    An interval has two ends, an open one lacks one.
    """
    if claim.date is None:
        return "none"
    if "/" in claim.date.value:
        return "open" if ".." in claim.date.value else "interval"
    return {4: "year", 7: "month", 10: "day", 13: "hour", 16: "minute", 19: "second"}.get(len(claim.date.value), "other")


def _band(confidence: float) -> str:
    band = min(int(confidence * BANDS), BANDS - 1)
    return f"{band / BANDS:.1f}–{(band + 1) / BANDS:.1f}"


@dataclass
class _Tally:
    found: PRF = field(default_factory=PRF)
    right: PRF = field(default_factory=PRF)
    fields: dict[str, Share] = field(default_factory=lambda: defaultdict(Share))


def _by(pairings: Sequence[Pairing], of_gold: Keys, of_pred: Keys) -> dict[str, Group]:
    tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
    for pair, gold, pred in pairings:
        matched, right = float(gold is not None and pred is not None), float(pair.verdict == "right")
        keys_gold, keys_pred = tuple(of_gold(gold)) if gold else (), tuple(of_pred(pred)) if pred else ()
        for key in keys_gold:
            tallies[key].found += PRF(0, 0, matched, 1)
            tallies[key].right += PRF(0, 0, right, 1)
        for key in keys_pred:
            tallies[key].found += PRF(matched, 1, 0, 0)
            tallies[key].right += PRF(right, 1, 0, 0)
        for key in keys_gold or (keys_pred if matched else ()):
            for name in STRICT if matched else ():
                tallies[key].fields[name] += Share(float(pair.fields[name] or False), 1)
    return {key: _group(tallies[key]) for key in sorted(tallies, key=lambda key: (-float(tallies[key].found.columns[3]), key))}


def _group(tally: _Tally) -> Group:
    _, predicted, _, gold = (int(column) for column in tally.found.columns)
    return Group(
        gold=gold,
        predicted=predicted,
        precision=_rate(tally.found.precision, predicted),
        recall=_rate(tally.found.recall, gold),
        f1=_rate(tally.found.f1, gold and predicted),
        strict=_rate(tally.right.f1, gold and predicted),
        fields={name: _rate(share.rates()[""], share.n) for name, share in tally.fields.items()},
    )


def _rate(value: object, n: object) -> float | None:
    return round(float(value), 6) if n else None  # type: ignore[arg-type]


def confusion(pairings: Sequence[Pairing]) -> dict[str, dict[str, dict[str, int]]]:
    """Of each field: gold value → predicted value → how often; `missed` is a gold claim alone, `false` a prediction alone."""
    fields: dict[str, Callable[[Claim], str]] = {
        "type": lambda claim: claim.type,
        "factuality": lambda claim: claim.factuality,
        "grain": grain,
    }
    found: dict[str, dict[str, dict[str, int]]] = {}
    for name, value in fields.items():
        table: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        for _, gold, pred in pairings:
            table[value(gold) if gold else "false"][value(pred) if pred else "missed"] += 1
        found[name] = {row: dict(sorted(table[row].items())) for row in sorted(table)}
    return found


def reliability(total: Calibration) -> tuple[Band, ...]:
    """The reliability curve: the bands that hold a prediction."""
    bands = []
    for band in range(BANDS):
        n, confidence, right = (float(column) for column in total.columns[3 * band : 3 * band + 3])
        if n:
            low, high = band / BANDS, (band + 1) / BANDS
            bands.append(Band(low=low, high=high, n=int(n), confidence=round(confidence / n, 6), accuracy=round(right / n, 6)))
    return tuple(bands)
