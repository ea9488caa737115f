"""All claims side by side, so that many pairs are compared at once: a row for each claim.

A row depends on the claim and its article's other claims alone, not on the rest of the run: what is far from a new article
keeps its events, and rows made apart, on several machines too, can stand below one another.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from hashlib import blake2b
from typing import NamedTuple, get_args

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from keii import lexicon
from keii.extract.clusters import clusters
from keii.merge.discourse import is_entry, is_quoted, opener, ordinals, tail
from keii.merge.words import Amount, amounts, content, kanji, offices, paraphrases
from keii.model import Claim, EventType
from keii.names import group_owner
from keii.reconcile import days

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

DAY = 1440
FAR = 10**10
_COLUMNS = 1 << 62
_HOUR = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d)(?::(\d\d))?", re.ASCII)
_WEEKDAY = re.compile(r"([月火水木金土日])(?:曜|[)）])")
_BEHIND = 10
"""An amount so many characters behind the last trigger of a sentence is still its own."""
_SAME_TALK = 3 * DAY
"""A prospect and its denial are of one time."""
TYPES: tuple[str, ...] = get_args(EventType)
DEALS = [TYPES.index(name) for name in ("transfer-ownership", "transfer-money", "agree", "launch")]
"""Types that are offered, agreed on and done on different days."""


class Moment(NamedTuple):
    """When, in minutes since the year 1: half open, `low`, `high` at ±10¹⁰ where open; `clock` tells whether an hour is told."""

    low: int
    high: int
    clock: bool

    @property
    def closed(self) -> bool:
        return self.low > -FAR and self.high < FAR


def moment(claim: Claim) -> Moment | None:
    """When a claim's event is told to be, in the zone of the telling; None without a date."""
    if claim.date is None:
        return None
    bounds = days(claim.date.value)
    if bounds is None:
        return None
    first, last = bounds
    low = -FAR if first.year == 1 else first.toordinal() * DAY
    high = FAR if last.year == 9999 else (last.toordinal() + 1) * DAY
    hour = _HOUR.fullmatch(claim.date.value)
    if hour and int(hour[2]) < 24:
        low += int(hour[2]) * 60 + int(hour[3] or 0)
        return Moment(low, low + (1 if hour[3] else 60), True)
    if first == last and any(doubt.field == "date" for doubt in claim.suspect):
        meant = _by_weekday(first.toordinal(), claim.date.text or "")
        low, high = min(low, meant * DAY), max(high, (meant + 1) * DAY)
    return Moment(low, high, False)


def _by_weekday(day: int, told: str) -> int:
    """The day nearest to a day that has the weekday told: a writer is wrong in the one or in the other."""
    weekday = _WEEKDAY.search(told)
    if not weekday:
        return day
    ahead = ("月火水木金土日".index(weekday[1]) - (day - 1)) % 7
    return day + (ahead if ahead <= 3 else ahead - 7)


class Sets(NamedTuple):
    """Weighted sets, one a row, as a sparse matrix, and the sum of the squared weights of each."""

    matrix: csr_array
    size: Floats

    def take(self, rows: Ints) -> Sets:
        return Sets(self.matrix[rows], self.size[rows])

    @staticmethod
    def join(parts: Sequence[Sets]) -> Sets:
        """Sets below one another."""
        counts = np.concatenate([np.diff(part.matrix.indptr) for part in parts])
        data, indices = (np.concatenate([getattr(part.matrix, name) for part in parts]) for name in ("data", "indices"))
        return Sets(_matrix(data, indices, counts), np.concatenate([part.size for part in parts]))


def sets(rows: Sequence[Mapping[str, float]]) -> Sets:
    """Named weights of each row; a name's column is the same wherever it stands."""
    columns = {name: column(name) for name in {name for row in rows for name in row}}
    indices = np.array([columns[name] for row in rows for name in row], dtype=np.int64)
    data = np.array([weight for row in rows for weight in row.values()], dtype=np.float64)
    matrix = _matrix(data, indices, np.array([len(row) for row in rows]))
    matrix.sort_indices()
    return Sets(matrix, row_sums(matrix.multiply(matrix)))


def column(name: str) -> int:
    """The number of a name: a hash, so that nobody has to hand out numbers."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest()) % _COLUMNS


def _matrix(data: Floats, indices: Ints, counts: Ints) -> csr_array:
    starts = np.concatenate([[0], np.cumsum(counts)])
    return csr_array((data, indices, starts), shape=(len(counts), _COLUMNS))


def rows_of(matrix: csr_array) -> Ints:
    """The row of each value."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def row_sums(matrix: csr_array) -> Floats:
    return np.bincount(rows_of(matrix), weights=matrix.data, minlength=matrix.shape[0]).astype(np.float64)


class Table:
    """Claims of whole articles side by side: one array, or `Sets`, for each thing that pairs are compared by."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        by_article: defaultdict[str, list[int]] = defaultdict(list)
        for i, claim in enumerate(claims):
            by_article[claim.article].append(i)
        self.article = np.array([column(claim.article) for claim in claims], dtype=np.int64)
        self.certain = np.array([claim.confidence >= 1 for claim in claims])
        self.sentence = np.array([claim.evidence.start for claim in claims], dtype=np.int64)
        self.at = np.array([claim.trigger.start for claim in claims], dtype=np.int64)
        self.order = np.zeros(len(claims), dtype=np.int64)
        self.place = np.zeros(len(claims), dtype=np.int64)
        for rows in by_article.values():
            starts = sorted({claims[i].evidence.start for i in rows})
            order = {start: k for k, start in enumerate(starts)}
            for place, i in enumerate(sorted(rows, key=lambda i: claims[i].trigger.start)):
                self.order[i] = order[claims[i].evidence.start]
                self.place[i] = place
        self._dates([moment(claim) for claim in claims])
        self.denied = self._denied(claims)
        self._sets(claims, by_article)
        self._discourse(claims)
        self.keys = sets(
            [
                _ones(keys(claim, int(low) // DAY if dated else None))
                for claim, low, dated in zip(claims, self.low, self.dated, strict=True)
            ]
        )

    def __len__(self) -> int:
        return len(self.article)

    def take(self, rows: Ints) -> Table:
        """A table of some of the rows."""
        if np.array_equal(rows, np.arange(len(self))):
            return self
        part = object.__new__(Table)
        for name, values in vars(self).items():
            vars(part)[name] = values.take(rows)
        return part

    @staticmethod
    def join(parts: Sequence[Table]) -> Table:
        """Tables of different articles below one another."""
        if len(parts) == 1:
            return parts[0]
        whole = object.__new__(Table)
        for name, values in vars(parts[0]).items():
            join = Sets.join if isinstance(values, Sets) else np.concatenate
            vars(whole)[name] = join([vars(part)[name] for part in parts])
        return whole

    @property
    def roles(self) -> dict[str, Sets]:
        return {"agent": self.agent, "patient": self.patient, "org": self.org}

    def _dates(self, moments: Sequence[Moment | None]) -> None:
        self.dated = np.array([m is not None for m in moments])
        self.low = np.array([m.low if m else 0 for m in moments], dtype=np.int64)
        self.high = np.array([m.high if m else 0 for m in moments], dtype=np.int64)
        self.clock = np.array([bool(m and m.clock) for m in moments])
        self.closed = np.array([bool(m and m.closed) for m in moments])

    def _denied(self, claims: Sequence[Claim]) -> Ints:
        """When the change that a prospect tells of was over: the end of the day its article denies it for, `FAR` where none."""
        denials: defaultdict[tuple[str, str, str], list[tuple[int, int]]] = defaultdict(list)
        for i, claim in enumerate(claims):
            if claim.factuality == "negated" and self.dated[i] and self.closed[i]:
                for who in _patients(claim):
                    denials[claim.article, claim.type, who].append((int(self.low[i]), int(self.high[i])))
        for of in denials.values():
            of.sort()
        over = np.full(len(claims), FAR, dtype=np.int64)
        for i, claim in enumerate(claims):
            if claim.factuality != "fact" and self.dated[i]:
                for who in _patients(claim):
                    of = denials.get((claim.article, claim.type, who), [])
                    first = bisect_left(of, (int(self.low[i]) - _SAME_TALK, 0))
                    if first < len(of) and of[first][0] <= self.low[i] + _SAME_TALK:
                        over[i] = min(over[i], of[first][1])
        return over

    def _sets(self, claims: Sequence[Claim], by_article: Mapping[str, list[int]]) -> None:
        self.type = np.array([TYPES.index(claim.type) for claim in claims], dtype=np.int64)
        self.position = np.isin(self.type, [TYPES.index("start-position"), TYPES.index("end-position")])
        self.grouped = np.array(
            [any(_is_group(who.name) for who in claim.participants if who.role == "patient") for claim in claims]
        )
        self.patient_words = sets(
            [_ones(w for who in claim.participants if who.role == "patient" for w in content(who.name)) for claim in claims]
        )
        self.fact = np.array([["fact", "negated", "possible", "planned"].index(claim.factuality) for claim in claims])
        self.names = sets(_weighed([{who.name for who in claim.participants} for claim in claims], by_article))
        self.agent, self.patient = (
            sets([_ones(who.name for who in claim.participants if who.role == role) for claim in claims])
            for role in ("agent", "patient")
        )
        self.org = sets([_ones(group_owner(who.name) for who in claim.participants if who.role == "org") for claim in claims])
        self.speakers = sets([_ones(claim.speakers) for claim in claims])
        self.outlets = sets([_ones(claim.outlets) for claim in claims])
        self.words = sets(_weighed([content(claim.evidence.text) for claim in claims], by_article))
        self.near = sets(_weighed([content(context(claim)) for claim in claims], by_article))
        self.trigger = sets(_weighed([[claim.trigger.text] for claim in claims], by_article))
        self.kanji = sets([_ones(kanji(claim.trigger.text)) for claim in claims])
        self.paraphrases = sets(_weighed([paraphrases(claim.trigger.text) for claim in claims], by_article))
        self.frames = sets(_weighed([paraphrases(claim.trigger.text, "frame") for claim in claims], by_article))
        self.offices = sets([_ones(office.kind for office in offices(context(claim, 20))) for claim in claims])
        alike = [_clusters(claim.trigger.text) for claim in claims]
        self.wide, self.narrow = (sets([_ones(of[i : i + 1]) for of in alike]) for i in (0, 2))
        told = own_amounts(claims).values()
        self.numbers = sets([_ones(f"{a.low} {a.unit}" for a in mine) for mine in told])
        self.units = sets([_ones(a.unit for a in mine) for mine in told])

    def _discourse(self, claims: Sequence[Claim]) -> None:
        self.tail = np.array([tail(claim) for claim in claims], dtype=np.int64)
        self.opener = np.array([opener(claim.evidence.text) for claim in claims], dtype=np.int64)
        self.entry = np.array([is_entry(claim.evidence.text) for claim in claims])
        self.quoted = np.array([is_quoted(claim) for claim in claims])
        self.verb = np.array(["ぁ" <= claim.trigger.text[-1:] <= "ゖ" for claim in claims])
        self.inherited = np.array([not claim.date or claim.date.from_ not in {"sentence", "heading"} for claim in claims])
        numbered = [ordinals(claim) for claim in claims]
        self.ordinals = sets([_ones(f"{number}{counter}" for counter, number in of.items()) for of in numbered])
        self.counters = sets([_ones(of) for of in numbered])
        self.said = sets([_ones(content(claim.trigger.text)) for claim in claims])
        self.who = sets([_ones(w for c in claim.participants for w in content(c.name)) for claim in claims])

    @staticmethod
    def either(values: Ints, one: int, other: int, a: Ints, b: Ints) -> Bools:
        """Whether the two rows have these two values, in either order."""
        met: Bools = ((values[a] == one) & (values[b] == other)) | ((values[a] == other) & (values[b] == one))
        return met


def _patients(claim: Claim) -> Iterator[str]:
    return (who.name for who in claim.participants if who.role == "patient")


def _ones(names: Iterable[str]) -> dict[str, float]:
    return dict.fromkeys(names, 1.0)


def _weighed(rows: Sequence[Iterable[str]], by_article: Mapping[str, list[int]]) -> list[dict[str, float]]:
    """Weigh each name by how few of its article's claims bear it."""
    weighed: list[dict[str, float]] = [{} for _ in rows]
    for members in by_article.values():
        seen = Counter(name for i in members for name in rows[i])
        for i in members:
            weighed[i] = {name: _rarity(seen[name]) for name in rows[i]}
    return weighed


@cache
def _rarity(count: int) -> float:
    return float(1 / (1 + np.log(count)) ** 0.5)


def keys(claim: Claim, day: int | None) -> Iterator[str]:
    """What claims of one event are likely to share, besides rare words: a name, a class of triggers, a type, a day."""
    names = {who.name for who in claim.participants}
    kinds = paraphrases(claim.trigger.text)
    for name in names:
        yield f"{name}\0type\0{claim.type}"
        yield from (f"{name}\0class\0{kind}" for kind in kinds)
    if day is not None:
        yield from (f"{name}\0day\0{day}" for name in names)
        yield from (f"\0class, day\0{kind}\0{day}" for kind in kinds)
        if not names:
            yield f"\0type, day\0{claim.type}\0{day}"


def context(claim: Claim, width: int = 16) -> str:
    """The words just before a trigger, and the trigger."""
    end = claim.trigger.end - claim.evidence.start
    start = max(0, claim.trigger.start - claim.evidence.start - width)
    return claim.evidence.text[start:end]


@cache
def _groups() -> re.Pattern[str]:
    rows = lexicon.table("groups")
    return re.compile("|".join(sorted({re.escape(word) for row in rows for word in row[:2] if word}, key=len, reverse=True)))


@lru_cache(maxsize=65536)
def _is_group(name: str) -> bool:
    """Whether a name is that of several people, who may be told by name elsewhere."""
    return bool(_groups().search(name) or re.search(r"[0-9０-９数][人名]|ら$|たち$", name))


@lru_cache(maxsize=65536)
def _clusters(trigger: str) -> tuple[str, ...]:
    """The clusters of the trigger's word, or of the verb that its stem is likely of."""
    found = clusters(trigger)
    stem = trigger
    while not found and len(stem) > 1 and "ぁ" <= stem[-1] <= "ゖ":
        stem = stem[:-1]
        for ending in ("", *"るうくぐすつぬぶむ", "える", "れる", "ける", "める", "せる", "きる", "じる"):
            found = found or clusters(stem + ending)
    if not found:
        for size in range(min(len(trigger), 6), 1, -1):
            found = found or clusters(trigger[-size:])
    return found


def own_amounts(claims: Sequence[Claim]) -> dict[str, tuple[Amount, ...]]:
    """The amounts that each claim tells, by its key: those in its trigger, else those of its sentence whose next trigger it is.

    The last trigger has those right behind it too.
    """
    triggers: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    for claim in claims:
        triggers[claim.article, claim.evidence.start].add(claim.trigger.end)
    found: dict[str, tuple[Amount, ...]] = {}
    for claim in claims:
        ends = triggers[claim.article, claim.evidence.start]
        base, sentence = claim.evidence.start, claim.evidence.text
        before = max((end for end in ends if end < claim.trigger.end), default=base)
        mine = amounts(sentence)
        inside = tuple(a for a in mine if base + a.start < claim.trigger.end and claim.trigger.start < base + a.end)
        if inside or re.search(r"[0-9０-９]", claim.trigger.text):
            found[claim.key] = inside
            continue
        ahead = tuple(a for a in mine if before <= base + a.start < claim.trigger.end)
        last = claim.trigger.end == max(ends)
        behind = tuple(a for a in mine if last and 0 <= base + a.start - claim.trigger.end <= _BEHIND)
        found[claim.key] = ahead or tuple(
            a for a in behind if not re.search("[、。]", sentence[claim.trigger.end - base : a.start])
        )
    return found
