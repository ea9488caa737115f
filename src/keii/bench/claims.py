"""How well claims are found, typed and told in every field, on articles whose story the models have not seen.

    python -m keii.bench.claims --shared ../shared

Cross-validated: each fold's articles are extracted by models learned from the other folds, every learned part of `extract`
alike, and merged by weights learned without their story; a story's articles stand in one fold, and those that the manifest
counts to `test` teach nothing. Beside it stand the rules alone, merged by the same weights, and two baselines: every finite
verb, and every word of the lexicon of event types (see `keii.bench.baselines`); one event for each day and participant.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from keii.attribute import attribute
from keii.bench import events
from keii.bench.baselines import finite_verbs, trigger_list
from keii.bench.material import article_paths, genre, gold_homes, tagged, teachers
from keii.config import Config, Extract
from keii.dates import dates
from keii.extract import extract
from keii.extract.learned import save
from keii.gold import read_gold
from keii.merge import group
from keii.merge.evidence import Model
from keii.model import Article, Claim, Document, Figure, Scores
from keii.names import names
from keii.read import read
from keii.reconcile import reconcile
from keii.score import human, score
from keii.train import detect, factuality, roles, when
from keii.train.detect import Labelled, folds
from keii.train.material import Labels, matched, read_labels

FIGURES = (
    "detection.f1", "detection.precision", "detection.recall", "fields.type", "fields.factuality", "fields.date_day",
    "fields.outlets", "fields.outlets_cited", "fields.speakers", "fields.agent_patient", "strict.f1", "events.matched.conll",
    "events.all.conll",
)  # fmt: skip
BANDS = 10
Floats = npt.NDArray[np.float64]


class Work(NamedTuple):
    """Labelled articles and their gold; `labels` are those of the articles that may teach, the `measured` may be read."""

    documents: Mapping[str, Document]
    gold: Sequence[Claim]
    labels: Labels
    measured: Sequence[str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--folds", type=int, default=5)
    arguments = parser.parse_args()
    work = material(arguments.shared if arguments.shared.is_dir() else None)
    weights = events.held_out(work.gold, found=True)
    learned = list(merged(list(cross_validated(work, arguments.folds)), weights))
    systems = {
        "finite verbs": list(merged(_each(work, finite_verbs))),
        "trigger list": list(merged(_each(work, trigger_list))),
        "rules alone": list(merged(_each(work, lambda document: extract(document, Extract(rules_only=True))), weights)),
        "rules + model": learned,
    }
    for kind in ("news", "blog"):
        articles = [article for article in work.measured if genre(article) == kind]
        print(f"{kind}: {len(articles)} articles, {sum(claim.article in articles for claim in work.gold)} gold claims")
        _table({name: scored(work, claims, articles) for name, claims in systems.items()})
        print()
    sure, paired = confidences(work, learned)
    print(f"confidence of rules + model: Brier score {np.mean((sure - paired) ** 2):.3f}; by band: mean told, share right, n")
    for told, right, n in reliability(sure, paired):
        print(f"{told:.2f} {right:.2f} {n}")


def material(shared: Path | None) -> Work:
    """The development articles, analysed up to attribution, with their gold."""
    paths = article_paths(shared, more=True)
    read_articles = {article.id: article for article in read(list(paths.values())) if isinstance(article, Article)}
    texts = {name: article.text for name, article in read_articles.items()}
    claims: dict[str, list[Claim]] = {}
    for home in gold_homes(shared, more=True):
        found = read_gold(home, texts)
        for article in found.articles:
            claims.setdefault(article, [claim for claim in found.claims if claim.article == article])
    documents = tagged([article for name, article in read_articles.items() if name in claims])
    analysed = {document.article.id: attribute(names(dates(document))) for document in documents}
    taught, _ = read_labels(gold_homes(shared, more=True), read_articles)
    shown = [article for article in analysed if article not in teachers()]
    return Work(analysed, [claim for rows in claims.values() for claim in rows], taught, shown)


def cross_validated(work: Work, count: int) -> Iterator[Claim]:
    """The claims of every article by models that have not seen its story."""
    articles, more = work.measured, [article for article in work.labels if article in teachers()]
    labelled = {article: detect.label(work.documents[article], work.gold) for article in work.labels}
    fold = folds(articles, work.gold, count)
    for k in sorted(set(fold)):
        seen = more + [article for article, n in zip(articles, fold, strict=True) if n != k and article in work.labels]
        with tempfile.TemporaryDirectory() as home:
            for name, model in models(work, labelled, seen).items():
                save(Path(home) / f"{name}.json", model)
            for article, n in zip(articles, fold, strict=True):
                if n == k:
                    yield from extract(work.documents[article], Extract(model=Path(home)))


def models(work: Work, labelled: Mapping[str, Labelled], seen: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Every learned part of `extract`, from some articles."""
    targets = [list(matched(work.documents[article], work.labels[article])) for article in seen]
    cases = [
        case
        for article in seen
        for case in roles.cases_of(work.documents[article], work.labels[article], apart=article in teachers())
    ]
    return {
        **detect.learn([labelled[article] for article in seen], work.gold),
        "factuality": factuality.learn(target for one in targets for target in one),
        "when": when.learn(targets),
        "roles": roles.learn(cases),
    }


def merged(claims: Sequence[Claim], weights: Mapping[str, Model] | None = None) -> Iterator[Claim]:
    """The claims with their events: each story by the weights of its fold, or one event for each day and participant."""
    fold = events.folds(claims)
    for name, members in events.runs(claims).items():
        model = weights[fold[members[0].article]] if weights else None
        for number, told in enumerate(group(members, model) if model else events.day_and_participant(members)):
            yield from (claim.model_copy(update={"event": f"{name}/{number}"}) for claim in told)


def _each(work: Work, tell: Callable[[Document], Iterable[Claim]]) -> list[Claim]:
    return [claim for article in work.measured for claim in tell(work.documents[article])]


def scored(work: Work, claims: Iterable[Claim], articles: Sequence[str]) -> Scores:
    """Score the claims of some articles."""
    config = Config()
    chosen = [claim for claim in claims if claim.article in articles]
    gold = [claim for claim in work.gold if claim.article in articles]
    pairs = reconcile(chosen, gold, config, articles=articles)
    return score(pairs, chosen, gold, config, articles=articles)


def _table(systems: Mapping[str, Scores]) -> None:
    """A row a figure, a column a system, each value with its 95 % interval; the last system's n, and what people reach."""
    last = list(systems)[-1]
    print(f"{'value, 95 % interval':22}" + "".join(f"{name:>17}" for name in systems) + f"{'n':>7}{'people':>11}")
    for name in FIGURES:
        cells = "".join(f"{_cell(scores.figures[name]):>17}" for scores in systems.values())
        people = human().get(name)
        told = f"{people[0]:>6.2f}/{people[1]:.2f}" if people else ""
        print(f"{name:22}{cells}{systems[last].figures[name].n:>7}{told}")


def _cell(figure: Figure) -> str:
    """A value and its interval: `.809 .791–.827`."""
    if figure.value is None or figure.low is None or figure.high is None:
        return "–" if figure.value is None else _rate(figure.value)
    return f"{_rate(figure.value)} {_rate(figure.low)}–{_rate(figure.high)}"


def _rate(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def confidences(work: Work, claims: Sequence[Claim]) -> tuple[Floats, Floats]:
    """Of each claim its confidence, and 1 if it is paired with gold, else 0."""
    pairs = reconcile(claims, work.gold, Config(), articles=work.measured)
    right = {(pair.article, pair.pred) for pair in pairs if pair.pred and pair.gold}
    paired = [float((claim.article, claim.id) in right) for claim in claims]
    return np.array([claim.confidence for claim in claims]), np.array(paired)


def reliability(sure: Floats, paired: Floats) -> Iterator[tuple[float, float, int]]:
    """For each band of confidence: how sure the claims are on average, how many are paired with gold, how many there are."""
    for band in range(BANDS):
        inside = (sure >= band / BANDS) & (sure < (band + 1) / BANDS + (band == BANDS - 1))
        if inside.any():
            yield float(sure[inside].mean()), float(paired[inside].mean()), int(inside.sum())


if __name__ == "__main__":
    main()
