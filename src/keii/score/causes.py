"""Why a claim is not right, as far as the two sides tell: what a reader of the errors sorts them by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from keii.model import Claim, Pair
from keii.reconcile import Spans, days
from keii.score.groups import Pairing, grain


def causes(pairings: Sequence[Pairing]) -> list[tuple[str, ...]]:
    """The causes of each row, none where it is right.

    A claim that stands alone: `missed.sentence` (nothing was found in its sentence), `missed.trigger` (something else was);
    `false.sentence` (its sentence holds no gold claim), `false.instead` (one that was missed), `false.extra` (only such as
    were found), `duplicate`. A field that is wrong: `date.none`, `date.invented`, `date.grain`, `date.near` (a day off),
    `date.other`; `outlets.…`, `speakers.…` and `agent_patient.…` are `none`, `invented`, `some` (one is lacking or too
    many) or `other`, and `agent_patient.role` where only the roles differ; `type.A→B`, `factuality.A→B`.
    """
    found = _sentences(pairings, gold=True)
    predicted = _sentences(pairings, gold=False)
    return [_causes(pair, gold, pred, found, predicted) for pair, gold, pred in pairings]


Sentences = dict[str, Spans[bool]]
"""Of each article the evidence of one side's claims, and whether they are paired."""


def _sentences(pairings: Sequence[Pairing], *, gold: bool) -> Sentences:
    spans: defaultdict[str, list[tuple[int, int, bool]]] = defaultdict(list)
    for pair, ours, theirs in pairings:
        claim = ours if gold else theirs
        if claim:
            spans[pair.article].append((claim.evidence.start, claim.evidence.end, bool(ours and theirs)))
    return {article: Spans(rows) for article, rows in spans.items()}


def _causes(pair: Pair, gold: Claim | None, pred: Claim | None, found: Sentences, predicted: Sentences) -> tuple[str, ...]:
    if gold and pred:
        return tuple(cause for name, right in pair.fields.items() if right is False for cause in _field(name, gold, pred))
    if pair.verdict == "duplicate":
        return ("duplicate",)
    if gold:
        return ("missed.trigger" if _touched(predicted, gold) else "missed.sentence",)
    assert pred is not None
    there = _touched(found, pred)
    return ("false.sentence" if not there else "false.extra" if all(there) else "false.instead",)


def _touched(sentences: Sentences, claim: Claim) -> list[bool]:
    spans = sentences.get(claim.article)
    return list(spans.touching(claim.evidence.start, claim.evidence.end)) if spans else []


def _field(name: str, gold: Claim, pred: Claim) -> tuple[str, ...]:
    if name in ("type", "factuality"):
        return (f"{name}.{getattr(gold, name)}→{getattr(pred, name)}",)
    if name == "date_day":
        return (f"date.{_date(gold, pred)}",)
    if name in ("outlets", "speakers"):
        return (f"{name}.{_list(getattr(gold, name), getattr(pred, name))}",)
    if name == "agent_patient":
        ours, theirs = ([who for who in claim.participants if who.role in ("agent", "patient")] for claim in (gold, pred))
        if ours and {who.name for who in gold.participants} == {who.name for who in pred.participants}:
            return ("agent_patient.role",)
        return (f"agent_patient.{_list([who.name for who in ours], [who.name for who in theirs])}",)
    return ()


def _date(gold: Claim, pred: Claim) -> str:
    if gold.date is None or pred.date is None:
        return "none" if gold.date else "invented"
    ours, theirs = days(gold.date.value), days(pred.date.value)
    if ours and theirs and max(abs((a - b).days) for a, b in zip(ours, theirs, strict=True)) <= 1:
        return "near"
    return "other" if grain(gold) == grain(pred) else "grain"


def _list(gold: Sequence[str], pred: Sequence[str]) -> str:
    if not gold or not pred:
        return "none" if gold else "invented"
    return "some" if set(gold) & set(pred) else "other"
