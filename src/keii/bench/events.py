"""How well merging groups claims: `python -m keii.bench.events [--shared DIR] [--scale]`.

Gold claims go in, so that only the grouping is measured; the weights are learned without the story that is measured (the
Wikinews articles are held out a fifth at a time). Beside it two baselines: one event for each day and participant, and every
claim alone. Then the conflicts that were planted in the corpus.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np

from keii.bench.material import MORE, gold_homes, teachers, texts
from keii.gold import read_claims, read_texts
from keii.merge import group
from keii.merge.evidence import Model
from keii.merge.record import record
from keii.merge.table import own_amounts
from keii.model import Article, Claim
from keii.read import read
from keii.score.clusters import METRICS, Entities, Shares, entities
from keii.train.material import ungrouped
from keii.train.merge import ALONE, THRESHOLD, blur, both, examples, fit, story

FOLDS = 5
"""Parts that the Wikinews articles are held out in."""


class Row(NamedTuple):
    """One line of the table; `precision`, `recall` are of pairs of claims."""

    what: str
    claims: int
    muc: float
    b3: float
    ceafe: float
    precision: float
    recall: float

    @property
    def conll(self) -> float:
        return (self.muc + self.b3 + self.ceafe) / 3


def gold_claims(shared: Path | None) -> list[Claim]:
    """All gold claims with their texts: the project's own and, for articles it has not, those of `shared/gold`."""
    known = read_texts([Path("corpus")] + ([shared / "articles", texts(shared)] if shared else []))
    claims: dict[str, tuple[Claim, ...]] = {}
    for home in gold_homes(shared, more=True):
        for path in sorted(home.glob("*.jsonl")):
            if path.stem in known and path.stem not in claims:
                claims[path.stem] = read_claims(path, known)
    return [claim for article in sorted(claims) for claim in claims[article]]


def score(what: str, groups: Iterable[Sequence[Claim]]) -> Row:
    """Compare groups of gold claims with their events."""
    named = [(claim, str(i)) for i, members in enumerate(groups) for claim in members]
    key = entities((claim.key, claim.event) for claim, _ in named)
    response = entities((claim.key, name) for claim, name in named)
    muc, b3, ceafe = (_f1(METRICS[name], key, response) for name in ("muc", "b3", "ceafe"))
    ours, theirs = _pairs(response), _pairs(key)
    right = len(ours & theirs)
    return Row(what, len(named), muc, b3, ceafe, right / max(len(ours), 1), right / max(len(theirs), 1))


def _f1(metric: Callable[[Entities[str], Entities[str]], Shares], key: Entities[str], response: Entities[str]) -> float:
    recall, precision = _ratio(metric(key, response)), _ratio(metric(response, key))
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _ratio(shares: Shares) -> float:
    return sum(right for right, _ in shares) / (sum(whole for _, whole in shares) or 1.0)


def _pairs(groups: Iterable[frozenset[str]]) -> set[tuple[str, str]]:
    return {pair for members in groups for pair in combinations(sorted(members), 2)}


# --- what is compared ---------------------------------------------------------------------------------------------


def alone(claims: Sequence[Claim]) -> list[list[Claim]]:
    """Every claim its own event."""
    return [[claim] for claim in claims]


def day_and_participant(claims: Sequence[Claim]) -> list[list[Claim]]:
    """One event for each day and first participant told."""
    groups: defaultdict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        day = claim.date.value[:10] if claim.date else ""
        groups[day, claim.participants[0].name if claim.participants else claim.key].append(claim)
    return list(groups.values())


def folds(claims: Sequence[Claim]) -> dict[str, str]:
    """The fold of each article that does not only teach: its story, or a fifth of the Wikinews articles."""
    names = {claim.article: story(claim.article) for claim in claims if claim.article not in teachers()}
    return {a: f"wikinews {zlib.crc32(a.encode()) % FOLDS}" if name == ALONE else name for a, name in names.items()}


def held_out(claims: Sequence[Claim], *, found: bool = False) -> dict[str, Model]:
    """For each fold the model learned from all others, but for articles whose events teach nothing.

    `found`: with the weights for claims that the program found.
    """
    fold = folds(claims)
    silent = ungrouped((Path("gold"), MORE))
    taught = [claim for claim in claims if claim.article not in silent]
    of = partial(examples, apart=teachers())
    known = both(of(taught), of(blur(taught))) if found else of(taught)
    models = {}
    for held in sorted(set(fold.values())):
        kept = [i for i, (a, b) in enumerate(known.articles) if held not in (fold.get(a), fold.get(b))]
        weights = fit(known.only(kept))
        models[held] = Model(weights, weights, THRESHOLD)
    return models


def runs(claims: Sequence[Claim]) -> dict[str, list[Claim]]:
    """What is merged together: the source articles, each story of the corpus, the folds of Wikinews."""
    fold = folds(claims)
    sets: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.article in fold:
            sets["source articles" if claim.article[:4] in {"000_", "001_"} else fold[claim.article]].append(claim)
    return dict(sets)


def table(claims: Sequence[Claim], how: Callable[[str, list[Claim]], list[list[Claim]]]) -> list[Row]:
    """Scores of each run, of the corpus on average, and of all Wikinews articles together."""
    groups = {name: how(name, members) for name, members in runs(claims).items()}
    rows = [score(name, of) for name, of in sorted(groups.items()) if not name.startswith("wikinews")]
    corpus = [row for row in rows if row.what != "source articles"]
    if corpus:
        size = sum(row.claims for row in corpus)
        muc, b3, ceafe, precision, recall = np.mean([row[2:] for row in corpus], axis=0)
        rows.append(Row("corpus, mean of stories", size, muc, b3, ceafe, precision, recall))
    news = [members for name, of in sorted(groups.items()) if name.startswith("wikinews") for members in of]
    return rows + ([score("wikinews", news)] if news else [])


# --- conflicts ----------------------------------------------------------------------------------------------------


def conflict_rows(claims: Sequence[Claim], planted: Path, articles: Mapping[str, Article]) -> list[str]:
    """Which planted conflicts are found among the gold events, and how many others are told per event."""
    events: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        if not claim.article.startswith("wn") and claim.event:
            events[claim.event].append(claim)
    wanted = {(row["event"], row["field"]) for row in map(json.loads, planted.read_text(encoding="utf-8").splitlines())}
    amounts = own_amounts(claims)
    told = {(id, c.field) for id, members in events.items() for c in record(id, members, amounts, articles).conflicts}
    by_field = Counter(field for _, field in wanted)
    lines = [f"{'conflicts':12s} planted  found  others"]
    for field in sorted(by_field | Counter(field for _, field in told)):
        found = sum(1 for _, f in wanted & told if f == field)
        others = sum(1 for _, f in told - wanted if f == field)
        lines.append(f"{field:12s} {by_field[field]:7d} {found:6d} {others:7d}")
    recall = len(wanted & told) / max(len(wanted), 1)
    lines.append(
        f"recall {recall:.3f} of {len(wanted)}; {len(told - wanted) / max(len(events), 1):.3f} others per event of {len(events)}"
    )
    lines.append("missed: " + " ".join(f"{event}:{field}" for event, field in sorted(wanted - told)))
    lines.append("others: " + " ".join(f"{event}:{field}" for event, field in sorted(told - wanted)))
    return lines


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m keii.bench.events", description=main.__doc__)
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--scale", action="store_true", help="time 10,000 and 100,000 synthetic claims instead")
    options = parser.parse_args()
    if options.scale:
        from keii.bench.synthetic import scale

        print("\n".join(scale()))
        return
    claims = gold_claims(options.shared)
    models = held_out(claims)
    fold = folds(claims)
    ways: dict[str, Callable[[str, list[Claim]], list[list[Claim]]]] = {
        "merge": lambda _, members: group(members, models[fold[members[0].article]]),
        "same day and participant": lambda _, members: day_and_participant(members),
        "every claim alone": lambda _, members: alone(members),
    }
    for name, how in ways.items():
        print(f"{name:26s} claims CoNLL   MUC    B³ CEAFe pairP pairR")
        for row in table(claims, how):
            rates = " ".join(f"{rate:5.3f}" for rate in (row.conll, row.muc, row.b3, row.ceafe, row.precision, row.recall))
            print(f"  {row.what:24s} {row.claims:6d} {rates}")
    planted = Path("gold/planted/conflicts.jsonl")
    if planted.exists():
        homes = [Path("corpus")] + ([options.shared / "articles"] if options.shared else [])
        articles = {found.id: found for found in read(homes) if isinstance(found, Article)}
        print("\n".join(conflict_rows(claims, planted, articles)))


if __name__ == "__main__":
    main()
