"""The same figures kind by kind, what is taken for what, and how far confidence can be believed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from keii.model import Band, Claim, Group, Pair
from keii.reconcile import STRICT
from keii.score.counts import BANDS, PRF, Calibration, Numbers, ratio

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


def _by(pairings: Sequence[Pairing], of_gold: Keys, of_pred: Keys) -> dict[str, Group]:
    tallies: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for pair, gold, pred in pairings:
        matched, right = gold is not None and pred is not None, pair.verdict == "right"
        keys_gold, keys_pred = tuple(of_gold(gold)) if gold else (), tuple(of_pred(pred)) if pred else ()
        for side, keys in (("gold", keys_gold), ("pred", keys_pred)):
            for key in keys:
                tallies[key].update({side: 1, f"{side} matched": matched, f"{side} right": right})
        if matched:
            fields = {name: pair.fields[name] or False for name in STRICT}
            for key in keys_gold or keys_pred:
                tallies[key].update({"pairs": 1, **fields})
    order = sorted(tallies, key=lambda key: (-tallies[key]["gold"], key))
    return {key: _group(tallies[key]) for key in order}


def _group(tally: Counter[str]) -> Group:
    gold, pred = tally["gold"], tally["pred"]
    found = PRF(tally["pred matched"], pred, tally["gold matched"], gold)
    strict = PRF(tally["pred right"], pred, tally["gold right"], gold)
    return Group(
        gold=gold,
        predicted=pred,
        precision=_rate(found.precision, pred),
        recall=_rate(found.recall, gold),
        f1=_rate(found.f1, gold and pred),
        strict=_rate(strict.f1, gold and pred),
        fields={name: _rate(ratio(tally[name], tally["pairs"]), tally["pairs"]) for name in STRICT},
    )


def _rate(value: Numbers, n: int) -> float | None:
    return round(float(value), 6) if n else None


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
