"""Pairs every predicted claim with its gold claim, and says of each field whether it is right."""

from __future__ import annotations

import calendar
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Generic, TypeVar

import numpy as np
from scipy.optimize import linear_sum_assignment

from keii.config import Config, Score
from keii.lexicon import toml
from keii.model import Claim, Name, Pair, Text, Verdict
from keii.text import folded

STRICT = ("type", "factuality", "date_day", "outlets", "speakers", "agent_patient")
"""The fields that must all be right for a claim to be right."""
FIELDS = (*STRICT, "date_exact", "date_overlap", "date_near", "participants", "citation", "suspect", "trigger", "evidence")
"""Every field that is compared; see `compare_fields`."""

Same = Callable[[str, str], bool]
_T = TypeVar("_T")


def reconcile(
    claims: Iterable[Claim],
    gold: Iterable[Claim],
    config: Config,
    *,
    names: Iterable[Name] = (),
    articles: Collection[str] | None = None,
) -> tuple[Pair, ...]:
    """Give every gold and every predicted claim its verdict, in order of article and text.

    `articles` are those that are labelled, by default those with a gold claim: predictions of others are left out.
    `names` are the run's names: their spellings are aliases of one another, as are those of an outlet of the lexicon.

    Within an article the pairing is one to one and maximises the summed similarity (Kuhn's assignment, `scipy`):
    overlap of triggers × 0.5 + overlap of evidence × 0.3 + 0.2 if the types are equal, overlap being intersection over
    union of characters. Only such pairs count whose triggers overlap, or whose evidence overlaps by at least half with
    equal types.

    Verdicts: `right` (all of `STRICT`), `partly`, `missed` (gold alone), `false` (predicted alone), `duplicate` (predicted
    alone, and its trigger overlaps that of a gold claim which another prediction got).
    """
    aliases = Aliases(names)
    wanted, given = _by_article(gold), _by_article(claims)
    rows: list[Pair] = []
    for article in sorted(wanted if articles is None else articles):
        rows += _reconcile_article(article, wanted[article], given[article], config.score, aliases)
    return tuple(rows)


def _by_article(claims: Iterable[Claim]) -> defaultdict[str, list[Claim]]:
    groups: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[claim.article].append(claim)
    return groups


def _reconcile_article(article: str, gold: list[Claim], pred: list[Claim], config: Score, aliases: Aliases) -> list[Pair]:
    same = namesakes(gold, pred, aliases)
    rows: list[tuple[int, Pair]] = []
    taken = match(gold, pred, config)
    for g, (p, similarity) in taken.items():
        fields = compare_fields(gold[g], pred[p], same)
        verdict: Verdict = "right" if all(fields[name] for name in STRICT) else "partly"
        row = Pair(
            article=article,
            gold=gold[g].id,
            pred=pred[p].id,
            verdict=verdict,
            fields=fields,
            score=round(_score(fields, config), 6),
            similarity=round(similarity, 6),
        )
        rows.append((gold[g].trigger.start, row))
    for g, claim in enumerate(gold):
        if g not in taken:
            rows.append((claim.trigger.start, Pair(article=article, gold=claim.id, pred=None, verdict="missed")))
    used = {p for p, _ in taken.values()}
    rivals = Spans((gold[g].trigger.start, gold[g].trigger.end, gold[g].id) for g in taken)
    for p, claim in enumerate(pred):
        if p not in used:
            twin = next(rivals.touching(claim.trigger.start, claim.trigger.end), None)
            verdict = "duplicate" if twin else "false"
            row = Pair(article=article, gold=None, pred=claim.id, verdict=verdict, duplicate_of=twin)
            rows.append((claim.trigger.start, row))
    return [row for _, row in sorted(rows, key=lambda item: (item[0], item[1].gold or "", item[1].pred or ""))]


def _score(fields: dict[str, bool | None], config: Score) -> float:
    weights = config.weights.model_dump()
    total: float = sum(weights.values())
    return (weights["found"] + sum(weights[name] for name in STRICT if fields[name])) / total if total else 0.0


# --- matching -----------------------------------------------------------------------------------------------------


def match(gold: Sequence[Claim], pred: Sequence[Claim], config: Score) -> dict[int, tuple[int, float]]:
    """The best one-to-one pairing of one article's claims: index in gold to index in pred and their similarity.

    Of pairings that are equally good the one is taken that scipy finds, given the claims in their order.
    """
    similarity = np.zeros((len(gold), len(pred)))
    for some_gold, some_pred in _stretches(gold, pred):
        block = _similarities([gold[i] for i in some_gold], [pred[i] for i in some_pred], config)
        similarity[np.ix_(some_gold, some_pred)] = block
    pairs = zip(*linear_sum_assignment(similarity, maximize=True), strict=True)
    return {int(g): (int(p), float(similarity[g, p])) for g, p in pairs if similarity[g, p] > 0}


def _stretches(gold: Sequence[Claim], pred: Sequence[Claim]) -> Iterator[tuple[list[int], list[int]]]:
    """Indices of the claims whose spans hang together, where both sides have one: others share no character."""
    spans = [(*_hull(claim), side, i) for side, claims in enumerate((gold, pred)) for i, claim in enumerate(claims)]
    group: tuple[list[int], list[int]] = ([], [])
    reach = -1
    for start, end, side, i in sorted(spans):
        if start >= reach:
            if group[0] and group[1]:
                yield group
            group = ([], [])
        group[side].append(i)
        reach = max(reach, end)
    if group[0] and group[1]:
        yield group


def _hull(claim: Claim) -> tuple[int, int]:
    return min(claim.evidence.start, claim.trigger.start), max(claim.evidence.end, claim.trigger.end)


def _similarities(gold: list[Claim], pred: list[Claim], config: Score) -> np.ndarray:
    """Similarity of each gold claim (row) and prediction (column); 0 where they may not pair."""
    triggers = _overlaps([claim.trigger for claim in gold], [claim.trigger for claim in pred])
    evidence = _overlaps([claim.evidence for claim in gold], [claim.evidence for claim in pred])
    types = np.array([claim.type for claim in gold])[:, None] == np.array([claim.type for claim in pred])[None, :]
    similarity: np.ndarray = config.trigger * triggers + config.evidence * evidence + config.type * types
    return np.where((triggers > 0) | ((evidence >= 0.5) & types), similarity, 0.0)


def _overlaps(gold: list[Text], pred: list[Text]) -> np.ndarray:
    """Intersection over union of each span of `gold` (row) and of `pred` (column)."""
    a = np.array([(span.start, span.end) for span in gold], dtype=float)
    b = np.array([(span.start, span.end) for span in pred], dtype=float)
    common = np.minimum(a[:, None, 1], b[None, :, 1]) - np.maximum(a[:, None, 0], b[None, :, 0])
    common = np.maximum(common, 0.0)
    union = (a[:, 1] - a[:, 0])[:, None] + (b[:, 1] - b[:, 0])[None, :] - common
    overlap: np.ndarray = np.divide(common, union, out=np.zeros_like(common), where=union > 0)
    return overlap


# --- fields -------------------------------------------------------------------------------------------------------


def compare_fields(gold: Claim, pred: Claim, same: Same) -> dict[str, bool | None]:
    """Which fields of a pair are right.

    `type`, `factuality`: equal. `date_day`: both none, or the same first and last day (`2023-11` is thirty days; hours are
    left out); `date_exact`: the values are equal; `date_overlap`: both none, or a day in common; `date_near`: both none, or
    first and last day each within one day. `outlets`, `speakers`: the same set of names. `agent_patient`: the same set of
    (role, name) among agents and patients; `participants`: among all. `citation`: the spans overlap. `suspect`: the same
    fields are doubted. `trigger`, `evidence`: exactly the same span. None where neither side has a citation or a doubt.
    """
    days, other = _days_of(gold), _days_of(pred)
    doubts, doubts_told = {doubt.field for doubt in gold.suspect}, {doubt.field for doubt in pred.suspect}
    cited = bool(gold.citation and pred.citation and _overlap(gold.citation, pred.citation))
    return {
        "type": gold.type == pred.type,
        "factuality": gold.factuality == pred.factuality,
        "date_day": days == other,
        "outlets": same_set(gold.outlets, pred.outlets, same),
        "speakers": same_set(gold.speakers, pred.speakers, same),
        "agent_patient": _same_participants(gold, pred, same, ("agent", "patient")),
        "date_exact": (gold.date and gold.date.value) == (pred.date and pred.date.value),
        "date_overlap": days == other or _meet(days, other),
        "date_near": days == other or _near(days, other),
        "participants": _same_participants(gold, pred, same, ("agent", "patient", "org", "other")),
        "citation": cited if gold.citation or pred.citation else None,
        "suspect": doubts == doubts_told if doubts or doubts_told else None,
        "trigger": (gold.trigger.start, gold.trigger.end) == (pred.trigger.start, pred.trigger.end),
        "evidence": (gold.evidence.start, gold.evidence.end) == (pred.evidence.start, pred.evidence.end),
    }


def same_set(gold: Sequence[str], pred: Sequence[str], same: Same) -> bool:
    """Whether two lists name the same things, whatever their order; a name listed twice counts once."""
    ours, theirs = _distinct(gold), _distinct(pred)
    return len(ours) == len(theirs) == matched(ours, theirs, same)


def matched(gold: Sequence[_T], pred: Sequence[_T], same: Callable[[_T, _T], bool]) -> int:
    """How many of two small sets pair up one to one, at most."""
    if not gold or not pred:
        return 0
    table = np.array([[same(a, b) for b in pred] for a in gold], dtype=float)
    return int(table[linear_sum_assignment(table, maximize=True)].sum())


Part = tuple[str, str, int | None, int | None]
"""Role, name, start and end of a participant."""


def parts(claim: Claim, roles: Sequence[str] = ("agent", "patient", "org", "other")) -> list[Part]:
    """The claim's participants in these roles; one name in one role counts once."""
    found: dict[tuple[str, str], Part] = {}
    for who in claim.participants:
        if who.role in roles:
            found.setdefault((who.role, _fold(who.name)), (who.role, who.name, who.start, who.end))
    return list(found.values())


def same_part(same: Same) -> Callable[[Part, Part], bool]:
    """Whether two participants are one: the same role, and the same name or overlapping mentions."""

    def equal(a: Part, b: Part) -> bool:
        return a[0] == b[0] and (same(a[1], b[1]) or _spans_overlap(a[2], a[3], b[2], b[3]))

    return equal


def _same_participants(gold: Claim, pred: Claim, same: Same, roles: Sequence[str]) -> bool:
    ours, theirs = parts(gold, roles), parts(pred, roles)
    return len(ours) == len(theirs) == matched(ours, theirs, same_part(same))


def _distinct(names: Sequence[str]) -> list[str]:
    return list({_fold(name): name for name in names}.values())


def _overlap(a: Text, b: Text) -> bool:
    return a.start < b.end and b.start < a.end


def _spans_overlap(start: int | None, end: int | None, other_start: int | None, other_end: int | None) -> bool:
    if start is None or end is None or other_start is None or other_end is None:
        return False
    return start < other_end and other_start < end


# --- names --------------------------------------------------------------------------------------------------------


@cache
def _fold(name: str) -> str:
    return folded(name)


class Aliases:
    """Which spellings stand for one name, by the run's names and the lexicon of outlets; a spelling may stand for several.

    >>> aliases = Aliases([Name(name="Jane Doe", label="PERSON", spellings={"ドウ": 2}, articles=1)])
    >>> aliases.same("ＪＡＮＥ DOE", "ドウ"), aliases.same("Jane Doe", "Acme")
    (True, False)
    """

    def __init__(self, names: Iterable[Name] = ()) -> None:
        self._names: defaultdict[str, set[str]] = defaultdict(set)
        for name in names:
            self._add(name.name, name.spellings)
        for countries in toml("outlets").values():
            for outlets in countries.values():
                for outlet, spellings in outlets.items():
                    self._add(outlet, [spelling.removeprefix("?") for spelling in spellings])

    def _add(self, name: str, spellings: Iterable[str]) -> None:
        for spelling in (name, *spellings):
            self._names[_fold(spelling)].add(_fold(name))

    def keys(self, name: str) -> set[str]:
        """What the name is known by: two names are one if they share a key."""
        return {_fold(name)} | self._names.get(_fold(name), set())

    def same(self, a: str, b: str) -> bool:
        """Whether the spellings are equal once folded, or stand for one name."""
        return _fold(a) == _fold(b) or not self.keys(a).isdisjoint(self.keys(b))


def namesakes(gold: Sequence[Claim], pred: Sequence[Claim], aliases: Aliases) -> Same:
    """Whether a gold name and a predicted name of one article are one: equal, aliases, or borne by overlapping mentions.

    Speakers and outlets have no span, so what the participants' mentions tell holds for the whole article: two names of
    which neither has its like on the other side, where a mention of the one overlaps a mention of the other and neither
    mention is shared by several names (`3人の研究者`).
    """
    ours, theirs = mentions(gold), mentions(pred)
    known_gold = {key for claim in gold for name in _names(claim) for key in aliases.keys(name)}
    known_pred = {key for claim in pred for name in _names(claim) for key in aliases.keys(name)}
    lone = Spans((*span, name) for span, name in theirs.items() if aliases.keys(name).isdisjoint(known_gold))
    linked: set[tuple[str, str]] = set()
    for span, name in ours.items():
        if aliases.keys(name).isdisjoint(known_pred):
            linked |= {(name, other) for other in lone.touching(*span)}

    def same(a: str, b: str) -> bool:
        return aliases.same(a, b) or (_fold(a), _fold(b)) in linked

    return same


def _names(claim: Claim) -> Iterator[str]:
    yield from (who.name for who in claim.participants)
    yield from claim.speakers


def mentions(claims: Sequence[Claim]) -> dict[tuple[int, int], str]:
    """The folded name that each mention bears, where it bears but one."""
    borne: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    for claim in claims:
        for who in claim.participants:
            if who.start is not None and who.end is not None:
                borne[who.start, who.end].add(_fold(who.name))
    return {span: next(iter(names)) for span, names in borne.items() if len(names) == 1}


class Spans(Generic[_T]):
    """Spans with something each, found by what they touch: O(log n) a search where spans are short."""

    def __init__(self, spans: Iterable[tuple[int, int, _T]]) -> None:
        self._spans = sorted(spans, key=lambda span: span[:2])
        self._starts = [span[0] for span in self._spans]
        self._longest = max((end - start for start, end, _ in self._spans), default=0)

    def touching(self, start: int, end: int) -> Iterator[_T]:
        """What the spans that share a character with `start:end` carry, in order."""
        first = bisect_right(self._starts, start - self._longest)
        for i in range(first, bisect_left(self._starts, end)):
            if self._spans[i][1] > start:
                yield self._spans[i][2]


# --- dates --------------------------------------------------------------------------------------------------------

Days = tuple[date | str, date | str]
"""First and last day; date.min or date.max where open, twice the value itself where it is no date."""

_POINT = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T([01]\d|2[0-4])(?::([0-5]\d)(?::([0-5]\d))?)?)?)?)?", re.ASCII)


def days(value: str) -> tuple[date, date] | None:
    """First and last day of an ISO 8601 value, date.min and date.max where open; None if it is no date of the calendar.

    >>> [str(day) for day in days("2023-11")]
    ['2023-11-01', '2023-11-30']
    >>> days("../2023-11-17T08") == (date.min, date(2023, 11, 17)), days("2023-02-30")
    (True, None)
    """
    first, slash, last = value.partition("/")
    if not slash:
        return _point(first)
    start = (date.min, date.min) if first == ".." else _point(first)
    end = (date.max, date.max) if last == ".." else _point(last)
    if start is None or end is None or first == last == ".." or start[0] > end[1]:
        return None
    return start[0], end[1]


def _point(value: str) -> tuple[date, date] | None:
    found = _POINT.fullmatch(value)
    if not found:
        return None
    year, month, day = (int(part) if part else None for part in found.groups()[:3])
    assert year is not None
    try:
        first = date(year, month or 1, day or 1)
        last = date(year, month or 12, day or calendar.monthrange(year, month or 12)[1])
    except ValueError:
        return None
    return first, last


def _days_of(claim: Claim) -> Days | None:
    if claim.date is None:
        return None
    return days(claim.date.value) or (claim.date.value, claim.date.value)


def _meet(a: Days | None, b: Days | None) -> bool:
    match a, b:
        case (date() as first, date() as last), (date() as other_first, date() as other_last):
            return first <= other_last and other_first <= last
    return False


def _near(a: Days | None, b: Days | None) -> bool:
    match a, b:
        case (date() as first, date() as last), (date() as other_first, date() as other_last):
            return abs(first - other_first) <= timedelta(days=1) and abs(last - other_last) <= timedelta(days=1)
    return False
