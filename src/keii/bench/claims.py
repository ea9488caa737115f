"""How well claims are found, typed and told in every field, on articles whose story the models have not seen.

    python -m keii.bench.claims --shared ../shared

Cross-validated: each fold's articles are extracted by models learned from the other folds, every learned part of `extract`
alike, and merged by weights learned without their story; a story's articles stand in one fold, and those that the manifest
counts to `test` teach nothing. Beside it stand the rules alone and two baselines: every finite verb with GiNZA's names and
the nearest date, and every word of the lexicon of event types.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from keii.attribute import attribute
from keii.bench import events
from keii.bench.claimfields import measured
from keii.bench.material import article_paths, genre, gold_homes, tagged, teachers
from keii.config import Config, Extract
from keii.dates import dates
from keii.extract import extract
from keii.extract.learned import save
from keii.extract.scene import word_types
from keii.gold import read_gold
from keii.merge import group
from keii.model import RUNNING_TEXT, Article, Claim, ClaimDate, Document, EventType, Participant, Scores, Text, Token
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
_TYPES: tuple[EventType, ...] = get_args(EventType)


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
    learned = list(merged(work, list(cross_validated(work, arguments.folds))))
    systems = {
        "finite verbs": _each(work, finite_verbs),
        "trigger list": _each(work, trigger_list),
        "rules alone": _each(work, lambda document: extract(document, Extract(rules_only=True))),
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
        "when": when.learn(measured(targets)),
        "roles": roles.learn(cases),
    }


def merged(work: Work, claims: Sequence[Claim]) -> Iterator[Claim]:
    """The claims with their events: each story is merged by weights learned without it."""
    fold = events.folds(claims)
    weights = events.held_out(work.gold, found=True)
    for name, members in events.runs(claims).items():
        for number, told in enumerate(group(members, weights[fold[members[0].article]])):
            yield from (claim.model_copy(update={"event": f"{name}/{number}"}) for claim in told)


def scored(work: Work, claims: Iterable[Claim], articles: Sequence[str]) -> Scores:
    """Score the claims of some articles."""
    config = Config()
    chosen = [claim for claim in claims if claim.article in articles]
    gold = [claim for claim in work.gold if claim.article in articles]
    pairs = reconcile(chosen, gold, config, articles=articles)
    return score(pairs, chosen, gold, config, articles=articles)


def _table(systems: Mapping[str, Scores]) -> None:
    """A row a figure, a column a system; the last with its interval, its n and what people reach."""
    last = list(systems)[-1]
    print(f"{'':22}" + "".join(f"{name:>14}" for name in systems) + f"{'95 %':>16}{'n':>7}{'people':>9}")
    for name in FIGURES:
        figure = systems[last].figures[name]
        cells = "".join(_cell(scores.figures[name].value, 14) for scores in systems.values())
        interval = f"{figure.low:.3f}–{figure.high:.3f}" if figure.low is not None and figure.high is not None else ""
        people = human().get(name)
        print(f"{name:22}{cells}{interval:>16}{figure.n:>7}" + (f"{people[0]:>5.2f}/{people[1]:.2f}" if people else ""))


def _cell(value: float | None, width: int) -> str:
    return f"{'–' if value is None else f'{value:.3f}':>{width}}"


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


# --- baselines ----------------------------------------------------------------------------------------------------


def _each(work: Work, tell: Callable[[Document], Iterable[Claim]]) -> list[Claim]:
    return [claim for article in work.measured for claim in tell(work.documents[article])]


def finite_verbs(document: Document) -> Iterator[Claim]:
    """Every finite verb, typed by the lexicon, with the names GiNZA finds in its sentence and the nearest date."""
    return _baseline(document, lambda tokens, i: tokens[i].pos == "VERB" and _finite(tokens, i))


def trigger_list(document: Document) -> Iterator[Claim]:
    """Every word that the lexicon gives an event type."""
    return _baseline(document, lambda tokens, i: bool(word_types(tokens, i) & set(_TYPES)))


def _finite(tokens: Sequence[Token], i: int) -> bool:
    behind = tokens[i + 1] if i + 1 < len(tokens) else None
    return behind is None or behind.surface not in ("て", "で", "ながら", "つつ", "ば")


def _baseline(document: Document, chosen: Callable[[Sequence[Token], int], bool]) -> Iterator[Claim]:
    count = 0
    for number, sentence in enumerate(document.sentences):
        tokens = document.tokens[number]
        for i, token in enumerate(tokens):
            if sentence.kind in RUNNING_TEXT and chosen(tokens, i):
                count += 1
                yield Claim(
                    article=document.article.id,
                    id=f"c{count:03d}",
                    evidence=Text(start=sentence.start, end=sentence.end, text=document.text(sentence)),
                    trigger=Text(start=token.start, end=token.end, text=token.surface),
                    type=next((kind for kind in _TYPES if kind in word_types(tokens, i)), "other"),
                    factuality="fact",
                    date=_nearest(document, token),
                    participants=tuple(_people(document, sentence.start, token.start)),
                )


def _nearest(document: Document, token: Token) -> ClaimDate | None:
    whens = [when for when in document.whens if when.value and when.kind == "date"]
    near = min(whens, key=lambda when: abs(when.start - token.start), default=document.published)
    return ClaimDate(value=near.value, from_="document") if near and near.value else None


def _people(document: Document, start: int, end: int) -> Iterator[Participant]:
    found = [one for one in document.entities if start <= one.start < end and one.label in ("PERSON", "ORG")]
    for one in found[:1]:
        yield Participant(name=one.name, role="agent", start=one.start, end=one.end, text=document.text(one))


if __name__ == "__main__":
    main()
