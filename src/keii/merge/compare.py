"""What speaks for and against two claims being one event: a table of all claims, and named features of pairs of its rows.

A pair's features depend on the two claims and their articles' other claims alone, not on the rest of the run: what is far
from a new article keeps its events.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple, get_args

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from keii import lexicon
from keii.extract.clusters import clusters
from keii.merge.words import Amount, amounts, content, kanji, offices, paraphrases
from keii.model import Claim, EventType
from keii.reconcile import days

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

DAY = 1440
_FAR = 10**10
_HOUR = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d)(?::(\d\d))?", re.ASCII)
_BEHIND = 10
"""An amount so many characters behind the last trigger of a sentence is still its own."""
TYPES: tuple[str, ...] = get_args(EventType)
_PERSONAL = [TYPES.index(name) for name in ("justice", "start-position", "end-position")]
_COUNTED = [TYPES.index(name) for name in ("figure", "harm", "election", "contest")]
RELATED = (
    ("harm", "figure"),
    ("harm", "other"),
    ("harm", "justice"),
    ("justice", "other"),
    ("figure", "other"),
    ("statement", "other"),
    ("statement", "demand"),
    ("statement", "agree"),
    ("statement", "meet"),
    ("statement", "reject"),
    ("demand", "other"),
    ("demand", "justice"),
    ("meet", "agree"),
    ("meet", "reject"),
    ("meet", "other"),
    ("agree", "transfer-ownership"),
    ("agree", "other"),
    ("transfer-money", "transfer-ownership"),
    ("transfer-ownership", "demand"),
    ("election", "start-position"),
    ("election", "other"),
    ("election", "figure"),
    ("contest", "other"),
    ("contest", "figure"),
    ("launch", "other"),
    ("start-position", "other"),
    ("end-position", "reject"),
)
"""Pairs of types that one happening is often told under."""


class Moment(NamedTuple):
    """When, in minutes since the year 1: half open, `low`, `high` at ±10¹⁰ where open; `clock` tells whether an hour is told."""

    low: int
    high: int
    clock: bool

    @property
    def closed(self) -> bool:
        return self.low > -_FAR and self.high < _FAR


def moment(claim: Claim) -> Moment | None:
    """When a claim's event is told to be, in the zone of the telling; None without a date."""
    if claim.date is None:
        return None
    bounds = days(claim.date.value)
    if bounds is None:
        return None
    first, last = bounds
    low = -_FAR if first.year == 1 else first.toordinal() * DAY
    high = _FAR if last.year == 9999 else (last.toordinal() + 1) * DAY
    hour = _HOUR.fullmatch(claim.date.value)
    if hour and int(hour[2]) < 24:
        low += int(hour[2]) * 60 + int(hour[3] or 0)
        return Moment(low, low + (1 if hour[3] else 60), True)
    return Moment(low, high, False)


class Sets(NamedTuple):
    """Weighted sets, one a row, as a sparse matrix, and the sum of the squared weights of each."""

    matrix: csr_array
    size: Floats


def sets(rows: Sequence[Mapping[str, float]], columns: dict[str, int] | None = None) -> Sets:
    """Named weights of each row; `columns` are filled in order of first use, and shared by sets that are to be compared."""
    columns = {} if columns is None else columns
    indices = [columns.setdefault(name, len(columns)) for row in rows for name in row]
    data = [weight for row in rows for weight in row.values()]
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    matrix = csr_array((data, indices, starts), shape=(len(rows), max(len(columns), 1)), dtype=np.float64)
    matrix.sort_indices()
    return Sets(matrix, _row_sums(matrix.multiply(matrix)))


def _row_sums(matrix: csr_array) -> Floats:
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return np.bincount(rows, weights=matrix.data, minlength=matrix.shape[0]).astype(np.float64)


class Table:
    """All claims side by side: one array or sparse matrix for each thing that pairs are compared by."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self.claims = claims
        self.amounts = own_amounts(claims)
        self.content = [content(claim.evidence.text) for claim in claims]
        by_article: defaultdict[str, list[int]] = defaultdict(list)
        for i, claim in enumerate(claims):
            by_article[claim.article].append(i)
        ids = {article: i for i, article in enumerate(by_article)}
        self.article = np.array([ids[claim.article] for claim in claims], dtype=np.int64)
        self.sentence = np.array([claim.evidence.start for claim in claims], dtype=np.int64)
        self.at = np.array([claim.trigger.start for claim in claims], dtype=np.int64)
        self.order = np.zeros(len(claims), dtype=np.int64)
        for rows in by_article.values():
            starts = sorted({claims[i].evidence.start for i in rows})
            place = {start: k for k, start in enumerate(starts)}
            for i in rows:
                self.order[i] = place[claims[i].evidence.start]
        self._dates([moment(claim) for claim in claims])
        self._sets(by_article)

    def _dates(self, moments: Sequence[Moment | None]) -> None:
        self.dated = np.array([m is not None for m in moments])
        self.low = np.array([m.low if m else 0 for m in moments], dtype=np.int64)
        self.high = np.array([m.high if m else 0 for m in moments], dtype=np.int64)
        self.clock = np.array([bool(m and m.clock) for m in moments])
        self.closed = np.array([bool(m and m.closed) for m in moments])

    def _sets(self, by_article: Mapping[str, list[int]]) -> None:
        claims = self.claims
        self.types = TYPES
        self.type = np.array([TYPES.index(claim.type) for claim in claims], dtype=np.int64)
        self.position = np.isin(self.type, [TYPES.index("start-position"), TYPES.index("end-position")])
        self.grouped = np.array(
            [any(_is_group(who.name) for who in claim.participants if who.role == "patient") for claim in claims]
        )
        self.name_words = sets([_ones(w for who in claim.participants for w in content(who.name)) for claim in claims])
        self.patient_words = sets(
            [_ones(w for who in claim.participants if who.role == "patient" for w in content(who.name)) for claim in claims]
        )
        self.fact = np.array([["fact", "negated", "possible", "planned"].index(claim.factuality) for claim in claims])
        columns: dict[str, int] = {}
        self.names = sets(_weighed([{who.name for who in claim.participants} for claim in claims], by_article), columns)
        self.roles = {
            role: sets([_ones(who.name for who in claim.participants if who.role == role) for claim in claims], columns)
            for role in ("agent", "patient", "org")
        }
        self.speakers = sets([_ones(claim.speakers) for claim in claims])
        self.outlets = sets([_ones(claim.outlets) for claim in claims])
        self.words = sets(_weighed(self.content, by_article))
        self.near = sets(_weighed([content(context(claim)) for claim in claims], by_article))
        self.trigger = sets(_weighed([[claim.trigger.text] for claim in claims], by_article))
        self.kanji = sets([_ones(kanji(claim.trigger.text)) for claim in claims])
        self.paraphrases = sets(_weighed([paraphrases(claim.trigger.text) for claim in claims], by_article))
        self.frames = sets(_weighed([paraphrases(claim.trigger.text, "frame") for claim in claims], by_article))
        self.offices = sets([_ones(office.kind for office in offices(context(claim, 20))) for claim in claims])
        self.clusters = [
            sets([_ones(c[i : i + 1]) for c in map(_clusters, (claim.trigger.text for claim in claims))]) for i in range(3)
        ]
        self.numbers = sets([_ones(f"{a.low} {a.unit}" for a in mine) for mine in self.amounts.values()])
        self.units = sets([_ones(a.unit for a in mine) for mine in self.amounts.values()])

    @staticmethod
    def either(values: Ints, one: int, other: int, a: Ints, b: Ints) -> Bools:
        """Whether the two rows have these two values, in either order."""
        met: Bools = ((values[a] == one) & (values[b] == other)) | ((values[a] == other) & (values[b] == one))
        return met


def _ones(names: Iterable[str]) -> dict[str, float]:
    return dict.fromkeys(names, 1.0)


def _weighed(rows: Sequence[Iterable[str]], by_article: Mapping[str, list[int]]) -> list[dict[str, float]]:
    """Weigh each name by how few of its article's claims bear it."""
    weighed: list[dict[str, float]] = [{} for _ in rows]
    for members in by_article.values():
        seen = Counter(name for i in members for name in rows[i])
        for i in members:
            weighed[i] = {name: 1 / (1 + np.log(seen[name])) ** 0.5 for name in sorted(rows[i])}
    return weighed


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
    return bool(_groups().search(name) or re.search(r"[0-9０-９数][0-9０-９]*[人名]|ら$|たち$", name))


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


# --- pairs --------------------------------------------------------------------------------------------------------


def compare(table: Table, a: Ints, b: Ints) -> dict[str, Floats]:
    """The features of the pairs `a[i]`, `b[i]`, by name."""
    found: dict[str, Floats | Bools] = {}
    same_article = table.article[a] == table.article[b]
    same_sentence = same_article & (table.sentence[a] == table.sentence[b])
    found |= _place(table, a, b, same_article, same_sentence)
    found |= _kind(table, a, b, same_sentence)
    found |= _date(table, a, b)
    found |= _who(table, a, b)
    found |= _told(table, a, b, same_sentence)
    counts = np.isin(table.type[a], _COUNTED) & np.isin(table.type[b], _COUNTED)
    another_day = np.asarray(found["days apart"], dtype=np.float64) >= 0.5
    found["another count on another day"] = counts & another_day & np.asarray(found["other amount"], dtype=bool)
    return {name: np.asarray(value, dtype=np.float64) for name, value in found.items()}


def _place(table: Table, a: Ints, b: Ints, same_article: Bools, same_sentence: Bools) -> dict[str, Bools]:
    gap = np.abs(table.order[a] - table.order[b])
    return {
        "other article": ~same_article,
        "same sentence": same_sentence,
        "next sentence": same_article & (gap == 1),
        "far apart in article": same_article & (gap > 5),
        "triggers near": same_sentence & (np.abs(table.at[a] - table.at[b]) < 12),
    }


def _kind(table: Table, a: Ints, b: Ints, same_sentence: Bools) -> dict[str, Floats | Bools]:
    ours, theirs = table.type[a], table.type[b]
    same = ours == theirs
    equal = _dot(table.trigger, a, b)
    chars = _dice(table.kanji, a, b)
    alike = np.minimum(_dot(table.paraphrases, a, b), 2)
    frame = np.minimum(_dot(table.frames, a, b), 2)
    unlike = (chars == 0) & (alike == 0) & (equal == 0)
    found: dict[str, Floats | Bools] = {f"both {name}": same & (ours == i) for i, name in enumerate(table.types)}
    for one, other in RELATED:
        found[f"{one}, {other}"] = table.either(table.type, TYPES.index(one), TYPES.index(other), a, b)
    found |= {
        "same trigger": equal,
        "trigger kanji": chars * (equal == 0),
        "trigger paraphrase": alike * (equal == 0),
        "parts of one happening": frame * (equal == 0),
        "parts of one happening, same sentence": frame * (equal == 0) * same_sentence,
        "trigger cluster": _dot(table.clusters[2], a, b) * (equal == 0),
        "trigger wide cluster": _dot(table.clusters[0], a, b) * (equal == 0),
        "same type, other trigger": same & unlike & (frame == 0),
        "same type, other trigger, same sentence": same & unlike & (frame == 0) & same_sentence,
        "other type, same trigger": ~same & ((equal > 0) | (chars > 0.6)),
        "same factuality": table.fact[a] == table.fact[b],
        "one negated": (table.fact[a] == 1) != (table.fact[b] == 1),
    }
    return found


def _date(table: Table, a: Ints, b: Ints) -> dict[str, Floats | Bools]:
    both = table.dated[a] & table.dated[b]
    closed = table.closed[a] & table.closed[b]
    gap = np.maximum(table.low[a], table.low[b]) - np.minimum(table.high[a], table.high[b])
    wide = np.maximum(table.high[a] - table.low[a], table.high[b] - table.low[b]) > 3 * DAY
    clock = table.clock[a] & table.clock[b]
    equal = both & (table.low[a] == table.low[b]) & (table.high[a] == table.high[b])
    came_true = (table.fact[a] == 0) != (table.fact[b] == 0)
    return {
        "same date": equal & closed,
        "same clock time": equal & clock,
        "dates meet": both & closed & ~equal & (gap < 0) & ~wide,
        "coarse dates meet": both & closed & ~equal & (gap < 0) & wide,
        "same open date": equal & ~closed,
        "open dates": both & ~closed & ~equal,
        "day beside": both & closed & ~clock & (gap >= 0) & (gap <= DAY),
        "days apart": both * np.minimum(np.log2(1 + np.maximum(gap, 0) / DAY), 9) * ~(clock & (gap < DAY)),
        "two days apart or more": both & closed & (gap > DAY),
        "one day apart, one clock": both & closed & (table.clock[a] != table.clock[b]) & (gap >= 0) & (gap <= DAY),
        "other clock time": clock & (gap > 0),
        "prospect, fact on another day": both & came_true & (gap >= DAY),
        "one undated": table.dated[a] != table.dated[b],
        "both undated": ~table.dated[a] & ~table.dated[b],
    }


def _who(table: Table, a: Ints, b: Ints) -> dict[str, Floats | Bools]:
    found: dict[str, Floats | Bools] = {"names": _cosine(table.names, a, b), "words of names": _cosine(table.name_words, a, b)}
    position = (table.position[a]) & (table.position[b])
    statement = (table.type[a] == table.type[b]) & (table.type[a] == TYPES.index("statement"))
    for role in ("agent", "patient", "org"):
        these = table.roles[role]
        shared, ours, theirs = _dot(these, a, b), _size(these, a), _size(these, b)
        found[f"same {role}"] = shared / np.maximum(np.maximum(ours, theirs), 1)
        found[f"other {role}"] = (shared == 0) & (ours > 0) & (theirs > 0)
        found[f"{role} told once"] = (ours > 0) != (theirs > 0)
    personal = np.isin(table.type[a], _PERSONAL) & (table.type[a] == table.type[b]) | position
    change = np.asarray(found["other patient"], dtype=bool) & personal & (_cosine(table.patient_words, a, b) < 0.5)
    found["another person's change"] = change & ~table.grouped[a] & ~table.grouped[b]
    found["other patient of the same change"] = change & (table.grouped[a] | table.grouped[b])
    found["other org of the same change"] = np.asarray(found["other org"], dtype=bool) & position
    offices, ours, theirs = _dot(table.offices, a, b), _size(table.offices, a), _size(table.offices, b)
    found["same office"] = position & (offices > 0)
    found["other office"] = position & (offices == 0) & (ours > 0) & (theirs > 0)
    found["other speaker of a statement"] = np.asarray(found["other agent"], dtype=bool) & statement
    found["no name in common"] = (found["names"] == 0) & (_size(table.names, a) > 0) & (_size(table.names, b) > 0)
    found["nobody"] = (_size(table.names, a) == 0) & (_size(table.names, b) == 0)
    found["nobody on one side"] = (_size(table.names, a) == 0) != (_size(table.names, b) == 0)
    found["same speaker"] = _dot(table.speakers, a, b) > 0
    found["other speaker"] = (_dot(table.speakers, a, b) == 0) & (_size(table.speakers, a) > 0) & (_size(table.speakers, b) > 0)
    agent, patient = table.roles["agent"], table.roles["patient"]
    found["agent is patient"] = (_dot2(agent, patient, a, b) > 0) | (_dot2(patient, agent, a, b) > 0)
    return found


def _told(table: Table, a: Ints, b: Ints, same_sentence: Bools) -> dict[str, Floats | Bools]:
    numbers, units = _dot(table.numbers, a, b), _dot(table.units, a, b)
    return {
        "evidence words": _cosine(table.words, a, b) * ~same_sentence,
        "words at trigger": _cosine(table.near, a, b),
        "same amount": numbers > 0,
        "other amount": (numbers == 0) & (units > 0),
        "same outlet": _dot(table.outlets, a, b) > 0,
    }


def _dot(these: Sets, a: Ints, b: Ints) -> Floats:
    return _dot2(these, these, a, b)


def _dot2(left: Sets, right: Sets, a: Ints, b: Ints) -> Floats:
    return _row_sums(csr_array(left.matrix[a].multiply(right.matrix[b])))


def _size(these: Sets, rows: Ints) -> Floats:
    return these.size[rows]


def _cosine(these: Sets, a: Ints, b: Ints) -> Floats:
    return _dot(these, a, b) / np.maximum(np.sqrt(_size(these, a) * _size(these, b)), 1e-9)


def _dice(these: Sets, a: Ints, b: Ints) -> Floats:
    return 2 * _dot(these, a, b) / np.maximum(_size(these, a) + _size(these, b), 1e-9)
