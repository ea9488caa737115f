"""What speaks for and against two claims being one event: named features of pairs of a table's rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.sparse import csr_array

from keii.merge.discourse import OPENERS, TAILS
from keii.merge.table import DAY, DEALS, FAR, TYPES, Bools, Floats, Ints, Sets, Table, row_sums

_PERSONAL = [TYPES.index(name) for name in ("justice", "start-position", "end-position")]
_COUNTED = [TYPES.index(name) for name in ("figure", "harm", "election", "contest")]
_ACTS = [TYPES.index(name) for name in ("justice", "demand", "start-position", "end-position")]
_FACT, _NEGATED, _POSSIBLE, _PLANNED = range(4)
_FIGURE = TYPES.index("figure")
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

JOINT = {
    "one speaker, same sentence": ("both statement", "same agent", "one time", "same sentence"),
    "one speaker, near": ("both statement", "same agent", "one time", "near in article"),
    "one speaker, later": ("both statement", "same agent", "one time", "later in article"),
    "one speaker, sentence opens also": ("both statement", "same agent", "one time", "opens also"),
    "statement in other words": ("both statement", "same type, other trigger"),
    "another post's change days apart": ("two posts", "two days apart or more"),
    "another act, one post": ("two posts", "same type", "no paraphrase"),
    "another fact, days apart": ("two facts", "days apart"),
    "one quoted, trigger named": ("one quoted", "trigger named"),
    "lead, no name in common": ("lead", "no name in common"),
    "lead, nobody on one side": ("lead", "nobody on one side"),
    "lead, other agent": ("lead", "other agent"),
    "same deal": ("two deals", "same agent", "same patient"),
    "same deal, come true": ("two deals", "same patient", "prospect, fact on another day"),
    "harm, figure, same clock time": ("harm, figure", "same clock time"),
    "harm, other, same agent": ("harm, other", "same agent"),
    "figure of it": ("one figure", "together", "same date", "names"),
    "figure of it, other article": ("one figure", "other article", "same date", "names"),
    "same trigger, same date": ("same trigger", "same date"),
    "trigger paraphrase, same date": ("trigger paraphrase", "same date"),
    "parts of one happening, same date": ("parts of one happening", "same date"),
    "another side's contest": ("both contest", "no agent or patient in common"),
    "another side's election": ("both election", "no agent or patient in common"),
    "another demand, days apart": ("both demand", "two days apart or more"),
    "another step of justice, days apart": ("both justice", "two days apart or more"),
    "said at it": ("clause at", "same type", "same date"),
    "said that": ("clause that", "same type", "same date"),
}
"""Features that say more together than each by itself: the product of others."""
PLACED = {"same sentence": "same sentence", "same article, same date": "beside, same date", "other article": "other article"}
"""Where two claims of one of the types of `PLACED_TYPES` stand: they are one event more or less often by that."""
PLACED_TYPES = ("harm", "contest", "election", "other", "justice", "figure")


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
    found |= _discourse(table, a, b, same_article, same_sentence)
    counts = np.isin(table.type[a], _COUNTED) & np.isin(table.type[b], _COUNTED)
    another_day = np.asarray(found["days apart"], dtype=np.float64) >= 0.5
    found["another after a denial"] = (_after_denial(table, a, b) | _after_denial(table, b, a)) & (table.type[a] == table.type[b])
    figures = np.asarray(found["both figure"], dtype=bool) & same_sentence & (np.asarray(found["same trigger"]) == 0)
    found["another figure in one sentence"] = figures & np.asarray(found["other amount"], dtype=bool)
    found["another count on another day"] = counts & another_day & np.asarray(found["other amount"], dtype=bool)
    told = {name: np.asarray(value, dtype=np.float64) for name, value in found.items()}
    return told | _joint(told)


def _after_denial(table: Table, a: Ints, b: Ints) -> Bools:
    """The first is a prospect that its article denies, the second what came true, or is to, at least a day later."""
    told = np.isin(table.fact[b], (_FACT, _PLANNED)) & table.dated[b] & (table.denied[b] >= FAR)
    later: Bools = told & (table.denied[a] < FAR) & (table.low[b] >= table.denied[a] + DAY)
    return later


def _place(table: Table, a: Ints, b: Ints, same_article: Bools, same_sentence: Bools) -> dict[str, Bools]:
    gap = np.abs(table.order[a] - table.order[b])
    beside = same_article & ~same_sentence
    return {
        "other article": ~same_article,
        "same sentence": same_sentence,
        "next sentence": same_article & (gap == 1),
        "near in article": beside & (gap <= 2),
        "later in article": beside & (gap > 2),
        "far apart in article": same_article & (gap > 5),
        "lead": beside & (np.minimum(table.order[a], table.order[b]) == 0),
        "two entries": beside & table.entry[a] & table.entry[b],
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
    found: dict[str, Floats | Bools] = {f"both {name}": same & (ours == i) for i, name in enumerate(TYPES)}
    for one, other in RELATED:
        found[f"{one}, {other}"] = table.either(table.type, TYPES.index(one), TYPES.index(other), a, b)
    found |= {
        "same trigger": equal,
        "trigger kanji": chars * (equal == 0),
        "trigger paraphrase": alike * (equal == 0),
        "parts of one happening": frame * (equal == 0),
        "parts of one happening, same sentence": frame * (equal == 0) * same_sentence,
        "trigger cluster": _dot(table.narrow, a, b) * (equal == 0),
        "trigger wide cluster": _dot(table.wide, a, b) * (equal == 0),
        "same type, other trigger": same & unlike & (frame == 0),
        "same type, other trigger, same sentence": same & unlike & (frame == 0) & same_sentence,
        "other type, same trigger": ~same & ((equal > 0) | (chars > 0.6)),
        "same factuality": table.fact[a] == table.fact[b],
        "one negated": (table.fact[a] == _NEGATED) != (table.fact[b] == _NEGATED),
        "possible, negated": table.either(table.fact, _NEGATED, _POSSIBLE, a, b),
        "two facts": (table.fact[a] == _FACT) & (table.fact[b] == _FACT),
        "another act in one sentence": same & np.isin(ours, _ACTS) & unlike & (frame == 0) & same_sentence,
        "same type": same,
        "no paraphrase": unlike,
        "two posts": table.position[a] & table.position[b],
        "two deals": np.isin(ours, DEALS) & np.isin(theirs, DEALS),
        "one figure": (ours == _FIGURE) != (theirs == _FIGURE),
    }
    return found


def _date(table: Table, a: Ints, b: Ints) -> dict[str, Floats | Bools]:
    both = table.dated[a] & table.dated[b]
    closed = table.closed[a] & table.closed[b]
    gap = np.maximum(table.low[a], table.low[b]) - np.minimum(table.high[a], table.high[b])
    wide = np.maximum(table.high[a] - table.low[a], table.high[b] - table.low[b]) > 3 * DAY
    clock = table.clock[a] & table.clock[b]
    equal = both & (table.low[a] == table.low[b]) & (table.high[a] == table.high[b])
    apart = np.abs(table.low[a] - table.low[b])
    came_true = (table.fact[a] == _FACT) != (table.fact[b] == _FACT)
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
        "a quarter of an hour apart": clock & (apart >= 15),
        "two hours apart": clock & (apart >= 120),
        "both inherited": table.inherited[a] & table.inherited[b],
        "prospect, fact on another day": both & came_true & (gap >= DAY),
        "one undated": table.dated[a] != table.dated[b],
        "both undated": ~table.dated[a] & ~table.dated[b],
    }


def _who(table: Table, a: Ints, b: Ints) -> dict[str, Floats | Bools]:
    found: dict[str, Floats | Bools] = {"names": _cosine(table.names, a, b), "words of names": _cosine(table.who, a, b)}
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
    named = (_size(table.names, a) > 0) & (_size(table.names, b) > 0)
    found["no agent or patient in common"] = named & (found["same agent"] == 0) & (found["same patient"] == 0)
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


def _discourse(table: Table, a: Ints, b: Ints, same_article: Bools, same_sentence: Bools) -> dict[str, Floats | Bools]:
    swapped = table.at[a] > table.at[b]
    first, second = np.where(swapped, b, a), np.where(swapped, a, b)
    goes_on = same_article & ~same_sentence & (np.abs(table.order[a] - table.order[b]) <= 2)
    found: dict[str, Floats | Bools] = {
        f"clause {name}": same_sentence & (table.tail[first] == i) for i, name in enumerate(TAILS)
    }
    found |= {f"opens {name}": goes_on & (table.opener[second] == i) for i, name in enumerate(OPENERS)}
    named = np.maximum(_named(table, a, b), _named(table, b, a))
    told = _common(table.who, table.words, a, b) + _common(table.who, table.words, b, a)
    counted, numbered = _dot(table.counters, a, b) > 0, _dot(table.ordinals, a, b) > 0
    return found | {
        "one quoted": table.quoted[a] != table.quoted[b],
        "noun and verb": table.verb[a] != table.verb[b],
        "trigger named": named * ~same_sentence,
        "names in text": told / np.maximum(_size(table.who, a) + _size(table.who, b), 1) * ~same_sentence,
        "other ordinal": counted & ~numbered,
        "same ordinal": numbered & ~same_sentence,
    }


def _joint(found: Mapping[str, Floats]) -> dict[str, Floats]:
    """What is told by several features together, from those of the pairs so far."""
    parts = {
        **found,
        "one time": found["same date"] + found["both undated"],
        "together": found["same sentence"] + found["near in article"],
        "beside, same date": (found["near in article"] + found["later in article"]) * found["same date"],
    }
    joint: dict[str, Floats] = {name: np.prod([parts[part] for part in of], axis=0) for name, of in JOINT.items()}
    for kind in PLACED_TYPES:
        joint |= {f"both {kind}, {where}": found[f"both {kind}"] * parts[part] for where, part in PLACED.items()}
    return joint


def _named(table: Table, a: Ints, b: Ints) -> Floats:
    """How much of the first trigger's words stands in the second sentence, besides its own trigger."""
    shared = _common(table.said, table.words, a, b) - _dot(table.said, a, b)
    return np.maximum(shared, 0) / np.maximum(_size(table.said, a), 1)


def _dot(these: Sets, a: Ints, b: Ints) -> Floats:
    return _dot2(these, these, a, b)


def _dot2(left: Sets, right: Sets, a: Ints, b: Ints) -> Floats:
    return row_sums(csr_array(left.matrix[a].multiply(right.matrix[b])))


def _common(left: Sets, right: Sets, a: Ints, b: Ints) -> Floats:
    """How many names are in both sets, whatever they weigh."""
    count: Floats = np.diff(csr_array(left.matrix[a].multiply(right.matrix[b])).indptr).astype(np.float64)
    return count


def _size(these: Sets, rows: Ints) -> Floats:
    return these.size[rows]


def _cosine(these: Sets, a: Ints, b: Ints) -> Floats:
    return _dot(these, a, b) / np.maximum(np.sqrt(_size(these, a) * _size(these, b)), 1e-9)


def _dice(these: Sets, a: Ints, b: Ints) -> Floats:
    return 2 * _dot(these, a, b) / np.maximum(_size(these, a) + _size(these, b), 1e-9)
