"""Learns how much each feature of two claims counts for their being one event.

Logistic regression (L2, L-BFGS-B) over pairs of claims of one story, with the signs held that reason gives: what two claims
share never counts against their being one event, what sets them apart never for it. So a story of another kind than those
learned from does no harm.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from itertools import combinations
from typing import Any, NamedTuple, get_args

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from keii.merge.blocks import blocks, pairs
from keii.merge.compare import compare
from keii.merge.evidence import Model, Weights
from keii.merge.table import Floats, Ints, Table
from keii.model import Claim, KeiiError, Role
from keii.train import material

ALONE = "~"
"""The story, as it were, of all articles that share theirs with none."""
THRESHOLD = -0.6
"""Mean log-odds from which clusters join: best CoNLL over the stories held out."""
PENALTY = 3.0
EASY = 0.35
"""Share of the pairs told apart that is learned from first, each for so many more."""
PLAIN = -6.0
"""Log-odds from which down a pair is plainly two events, and not learned from again."""
FOR = (
    "same ", "words", "names", "trigger kanji", "trigger paraphrase", "trigger cluster", "trigger wide", "parts of",
    "evidence words", "one speaker", "statement in", "possible, negated", "one quoted, trigger", "harm, other, same",
    "harm, figure, same", "said ", "clause or", "figure of it",
)  # fmt: skip
AGAINST = (
    "another", "other agent", "other clock", "other patient", "other org", "other office", "other amount", "other speaker",
    "other type", "other ordinal", "two days", "days apart", "two hours", "a quarter", "prospect", "one undated", "no name",
    "no paraphrase", "day beside", "triggers near", "same type, other", "two entries", "clause after", "opens then",
)  # fmt: skip
EITHER = ("same sentence", "same type", "figure of it, other article")


class Examples(NamedTuple):
    """Pairs of claims of one story: names of features, their values (pairs, features), whether one event, the two articles."""

    names: list[str]
    values: Floats
    same: npt.NDArray[np.bool_]
    articles: list[tuple[str, str]]

    def only(self, rows: Sequence[int]) -> Examples:
        return Examples(self.names, self.values[rows], self.same[rows], [self.articles[i] for i in rows])


def learn(claims: Sequence[Claim], apart: Collection[str]) -> dict[str, Any]:
    """The content of models/merge.json, learned from claims with their events, as they are and as the program would find them."""
    told = [claim for claim in claims if claim.event]
    if len({claim.event for claim in told}) < 2 or not (known := examples(told, apart)).same.any():
        raise KeiiError("keii train needs labelled claims of two events, and two claims of one")
    return Model(fit(known), fit(both(known, examples(blur(told), apart))), THRESHOLD).dump()


def story(article: str) -> str:
    """The story of an article; `ALONE` where its id names none."""
    name = material.story(article)
    return ALONE if name == article else name


def examples(claims: Sequence[Claim], apart: Collection[str]) -> Examples:
    """All pairs of claims of one story; of the articles that share theirs with none, the pairs that merging compares.

    Articles that are labelled `apart` tell of their own events alone: they make no pairs with others.
    """
    stories: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        stories[story(claim.article)].append(claim)
    names: list[str] = []
    values: list[Floats] = []
    same: list[bool] = []
    articles: list[tuple[str, str]] = []
    for name, members in sorted(stories.items()):
        table = Table(members)
        a, b = _compared(table) if name == ALONE else _all(len(members))
        alone = np.array([claim.article in apart for claim in members])
        kept = (table.article[a] == table.article[b]) | ~(alone[a] | alone[b])
        a, b = a[kept], b[kept]
        found = compare(table, a, b)
        names = list(found)
        values.append(np.stack(list(found.values()), axis=1))
        same += [members[i].event == members[j].event for i, j in zip(a, b, strict=True)]
        articles += [(members[i].article, members[j].article) for i, j in zip(a, b, strict=True)]
    return Examples(names, np.concatenate(values), np.array(same, dtype=bool), articles)


def _all(count: int) -> tuple[Ints, Ints]:
    a, b = np.array(list(combinations(range(count), 2)), dtype=np.int64).reshape(-1, 2).T
    return a, b


def _compared(table: Table) -> tuple[Ints, Ints]:
    """The pairs that merging compares, in order."""
    found = [block.rows[np.stack(pairs(block, 3))] for block in blocks(table, len(table.words.matrix.data) + len(table))]
    a, b = np.concatenate([np.zeros((2, 0), np.int64), *found], axis=1)
    order = np.lexsort((b, a))
    return a[order], b[order]


def fit(known: Examples) -> Weights:
    """Fit weights, first to a share of all pairs, then to those that are not plainly two events by these first weights.

    A story counts by the square root of its number of pairs.
    """
    names, values, same, articles = known
    stories = [story(a) for a, _ in articles]
    pairs = Counter(stories)
    weight = np.array([pairs[name] ** -0.5 for name in stories])
    some = same | (np.random.default_rng(0).random(len(same)) < EASY)
    first = _regress(names, values[some], same[some], np.where(same, weight, weight / EASY)[some])
    hard = values @ first[:-1] + first[-1] > PLAIN
    found = _regress(names, values[hard], same[hard], weight[hard])
    weights = {name: round(float(w), 3) for name, w in zip(names, found[:-1], strict=True)}
    return Weights(round(float(found[-1]), 3), {name: w for name, w in sorted(weights.items()) if w})


def _regress(names: Sequence[str], values: Floats, same: npt.NDArray[np.bool_], weight: Floats) -> Floats:
    """Weights of the features, and the bias last."""
    x, y, weight = values.astype(np.float64), same.astype(np.float64), weight / weight.mean()

    def loss(v: Floats) -> tuple[float, Floats]:
        z = x @ v[:-1] + v[-1]
        wrong = weight * (1 / (1 + np.exp(-z)) - y)
        total = float(weight @ (np.logaddexp(0, z) - y * z)) + PENALTY / 2 * float(v[:-1] @ v[:-1])
        return total, np.append(x.T @ wrong + PENALTY * v[:-1], wrong.sum())

    start = np.append(np.zeros(len(names)), -3.0)
    bounds = [*map(_bounds, names), (None, None)]
    found: Floats = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 200}).x
    return found


def _bounds(name: str) -> tuple[float | None, float | None]:
    if name in EITHER:
        return None, None
    if name.startswith(AGAINST):
        return None, 0.0
    return (0.0, None) if name.startswith(FOR) else (None, None)


def both(one: Examples, other: Examples) -> Examples:
    """The examples of two, one behind the other."""
    values, same = np.concatenate([one.values, other.values]), np.concatenate([one.same, other.same])
    return Examples(one.names, values, same, one.articles + other.articles)


# --- claims as the program finds them -----------------------------------------------------------------------------


def blur(claims: Sequence[Claim], seed: int = 0) -> list[Claim]:
    """Make the mistakes that the program makes, about as often (docs/accuracy.md): dates, participants, types, speakers."""
    rng = np.random.default_rng(seed)
    by_article: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_article[claim.article].append(claim)
    return [_blurred(claim, by_article[claim.article], rng) for claim in claims]


def _blurred(claim: Claim, others: Sequence[Claim], rng: np.random.Generator) -> Claim:
    """One claim with mistakes; wrong dates, names and types are mostly those of the article's other claims."""
    told: dict[str, Any] = {}
    lot = rng.random()
    if lot < 0.25:
        told["date"] = others[int(rng.integers(len(others)))].date if lot < 0.2 else None
    participants = list(claim.participants)
    if participants and rng.random() < 0.25:
        participants.pop(int(rng.integers(len(participants))))
    if rng.random() < 0.1:
        participants += others[int(rng.integers(len(others)))].participants[:1]
    if participants and rng.random() < 0.08:
        at = int(rng.integers(len(participants)))
        participants[at] = participants[at].model_copy(update={"role": get_args(Role)[int(rng.integers(4))]})
    if rng.random() < 0.2:
        told["type"] = "other" if rng.random() < 0.5 else others[int(rng.integers(len(others)))].type
    if rng.random() < 0.15:
        told["speakers"] = ()
    return claim.model_copy(update={**told, "participants": tuple(participants)})
