"""Scores a run against gold: counts per article, rates over all of them, each with its interval."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from keii.config import Config
from keii.lexicon import table
from keii.model import Claim, Name, Pair, Scores
from keii.reconcile import FIELDS, Aliases, Spans, matched, mentions, namesakes, parts, same_part
from keii.score import bootstrap, clusters, spans
from keii.score.counts import PRF, Calibration, Count, Share
from keii.score.groups import Pairing, confusion, groups, reliability

__all__ = ["HEADLINES", "human", "score"]

HEADLINES = (
    "detection.f1",
    "detection.precision",
    "detection.recall",
    "fields.type",
    "fields.factuality",
    "fields.date_day",
    "fields.outlets",
    "fields.outlets_cited",
    "fields.speakers",
    "fields.agent_patient",
    "strict.f1",
    "partial.f1",
    "participants.f1",
    "events.matched.conll",
    "events.all.conll",
    "names.b3.f1",
)
"""The figures that a reader should see first."""

Tally = dict[str, Count]


def score(
    pairs: Sequence[Pair],
    claims: Iterable[Claim],
    gold: Iterable[Claim],
    config: Config,
    *,
    names: Iterable[Name] = (),
    articles: Collection[str] | None = None,
    genres: Mapping[str, str] | None = None,
    sentences: Mapping[str, Sequence[tuple[int, int]]] | None = None,
) -> Scores:
    """Score what `reconcile` paired; `claims` and `gold` are those that it was given, `names` and `articles` too.

    Figures (`scores.figures`), all over the labelled articles together (micro):

    - `detection`: a prediction is right if it is paired; precision of all predictions, recall of all gold claims, F1.
    - `strict`: right if all of `reconcile.STRICT` are; `partial`: as right as its score (`config.score.weights`).
    - `fields.X`: share of the pairs whose field is right (see `reconcile.compare_fields`); of `citation` and `suspect` those
      pairs where a side has one; `fields.date_day_dated`, `fields.outlets_cited`, `fields.speakers_told`: those pairs whose
      gold claim is dated, cites an outlet, names a speaker.
    - `participants`: (role, name) over the pairs, each matched at most once.
    - `events.matched.*`: events over the paired claims alone, each pair one mention; `events.all.*`: over all gold and all
      predicted claims, unpaired ones matching nothing. MUC, B-cubed, CEAF-e, LEA; `conll` is the mean F1 of the first three.
      A claim without an event is one of its own.
    - `names.b3`: which mentions of participants bear one name, over mentions that overlap.
    - `spans.trigger.*` (labelled by type), `spans.participant.*` (by role): see `spans.count`.
    - `calibration.ece`, `calibration.brier`: of the confidence that a prediction is paired.
    - `segmentation`: edges of gold evidence against those of `sentences` (article to spans), where they are given.
    """
    labelled = sorted({pair.article for pair in pairs} if articles is None else articles)
    ours, theirs = _index(gold, labelled), _index(claims, labelled)
    pairings = [(pair, ours.get((pair.article, pair.gold)), theirs.get((pair.article, pair.pred))) for pair in pairs]
    counts: dict[str, Tally] = {article: {} for article in labelled}
    by_article, aliases = _by_article(pairings), Aliases(names)
    for article in labelled:
        counts[article] |= _count(by_article[article], aliases)
        if sentences is not None and article in sentences:
            evidence = {(claim.evidence.start, claim.evidence.end) for _, claim, _ in by_article[article] if claim}
            counts[article]["segmentation"] = spans.edges(evidence, sentences[article])
    for home, key, response, where in _events(pairings):
        for article, found in clusters.count(key, response, where).items():
            counts[article] |= {f"{home}.{metric}": count for metric, count in found.items()}
    for article, found in _names(by_article).items():
        counts[article] |= {f"names.{metric}": count for metric, count in found.items()}
    return _scores(pairings, counts, config, genres or {})


def _scores(pairings: Sequence[Pairing], counts: Mapping[str, Tally], config: Config, genres: Mapping[str, str]) -> Scores:
    plain = {
        article: {name: tuple(round(float(column), 6) for column in count.columns) for name, count in tally.items()}
        for article, tally in counts.items()
    }
    calibration = Calibration()
    for tally in counts.values():
        calibration += tally["calibration"]  # type: ignore[arg-type]
    verdicts = Counter(pair.verdict for pair, _, _ in pairings)
    return Scores(
        articles=len(counts),
        gold=sum(gold is not None for _, gold, _ in pairings),
        predicted=sum(pred is not None for _, _, pred in pairings),
        matched=verdicts["right"] + verdicts["partly"],
        verdicts={verdict: verdicts[verdict] for verdict in ("right", "partly", "missed", "false", "duplicate")},
        figures=bootstrap.figures(plain, resamples=config.score.resamples, seed=config.score.seed),
        by=groups(pairings, genres),
        confusion=confusion(pairings),
        reliability=reliability(calibration),
        counts=plain,
    )


def human() -> dict[str, tuple[float, float]]:
    """What two careful people reach who label apart: figure to (blog and site articles, news)."""
    return {name: (float(blog), float(news)) for name, blog, news in table("human")}


# --- counting one article -----------------------------------------------------------------------------------------


def _index(claims: Iterable[Claim], articles: Collection[str]) -> dict[tuple[str, str | None], Claim]:
    known = set(articles)
    return {(claim.article, claim.id): claim for claim in claims if claim.article in known}


def _by_article(pairings: Iterable[Pairing]) -> defaultdict[str, list[Pairing]]:
    found: defaultdict[str, list[Pairing]] = defaultdict(list)
    for pairing in pairings:
        found[pairing[0].article].append(pairing)
    return found


def _count(pairings: Sequence[Pairing], aliases: Aliases) -> Tally:
    gold = [claim for _, claim, _ in pairings if claim]
    pred = [claim for _, _, claim in pairings if claim]
    both = [(pair, ours, theirs) for pair, ours, theirs in pairings if ours and theirs]
    tally: Tally = {}
    for name, right in (
        ("detection", float(len(both))),
        ("strict", float(sum(pair.verdict == "right" for pair, _, _ in both))),
        ("partial", sum(pair.score for pair, _, _ in both)),
    ):
        tally[name] = PRF(right, float(len(pred)), right, float(len(gold)))
    tally |= _count_fields(both)
    same = same_part(namesakes(gold, pred, aliases))
    participants = PRF()
    for _, ours, theirs in both:
        a, b = parts(ours), parts(theirs)
        right = float(matched(a, b, same))
        participants += PRF(right, float(len(b)), right, float(len(a)))
    tally["participants"] = participants
    for home, of in (("trigger", _triggers), ("participant", _participants)):
        tally |= {f"spans.{home}.{scheme}": count for scheme, count in spans.count(of(gold), of(pred)).items()}
    calibration = Calibration()
    for _, ours_or_none, theirs_or_none in pairings:
        if theirs_or_none:
            calibration += Calibration.of(theirs_or_none.confidence, ours_or_none is not None)
    tally["calibration"] = calibration
    return tally


def _count_fields(both: Sequence[tuple[Pair, Claim, Claim]]) -> Tally:
    shares = {f"fields.{name}": Share() for name in (*FIELDS, "date_day_dated", "outlets_cited", "speakers_told")}
    for pair, gold, _ in both:
        told = {
            "date_day_dated": pair.fields["date_day"] if gold.date else None,
            "outlets_cited": pair.fields["outlets"] if gold.outlets else None,
            "speakers_told": pair.fields["speakers"] if gold.speakers else None,
        }
        for name, right in (pair.fields | told).items():
            if right is not None:
                shares[f"fields.{name}"] += Share(float(right), 1.0)
    return dict(shares)


def _triggers(claims: Iterable[Claim]) -> list[spans.Labelled]:
    return [(claim.trigger.start, claim.trigger.end, claim.type) for claim in claims]


def _participants(claims: Iterable[Claim]) -> list[spans.Labelled]:
    return [
        (who.start, who.end, who.role)
        for claim in claims
        for who in claim.participants
        if who.start is not None and who.end is not None
    ]


# --- clusters over all articles -----------------------------------------------------------------------------------


Clustering = tuple[str, list[frozenset[str]], list[frozenset[str]], dict[str, str]]
"""Name of the figures, entities of gold, entities predicted, and the article of each mention."""


def _events(pairings: Sequence[Pairing]) -> list[Clustering]:
    """The events of both sides over one set of mentions: a pair is one mention, named by its gold claim."""
    found: list[Clustering] = []
    for home, only_matched in (("events.matched", True), ("events.all", False)):
        key: list[tuple[str, str]] = []
        response: list[tuple[str, str]] = []
        where: dict[str, str] = {}
        for pair, gold, pred in pairings:
            if only_matched and not (gold and pred):
                continue
            mention = gold.key if gold else f"{pair.article}/?{pair.pred}"
            where[mention] = pair.article
            if gold:
                key.append((mention, gold.event or f"?{mention}"))
            if pred:
                response.append((mention, pred.event or f"?{mention}"))
        found.append((home, clusters.entities(key), clusters.entities(response), where))
    return found


def _names(by_article: Mapping[str, Sequence[Pairing]]) -> dict[str, dict[str, PRF]]:
    """B-cubed of the names that mentions bear: each gold mention with the first free prediction that overlaps it."""
    key: list[tuple[str, str]] = []
    response: list[tuple[str, str]] = []
    where: dict[str, str] = {}
    for article, pairings in by_article.items():
        ours = mentions([claim for _, claim, _ in pairings if claim])
        theirs = mentions([claim for _, _, claim in pairings if claim])
        free = set(theirs)
        index = Spans((*span, span) for span in theirs)
        for span in sorted(ours):
            rivals = [other for other in index.touching(*span) if other in free]
            if rivals:
                other = span if span in rivals else rivals[0]
                free.discard(other)
                mention = f"{article}/{span[0]}:{span[1]}"
                where[mention] = article
                key.append((mention, ours[span]))
                response.append((mention, theirs[other]))
    return clusters.count(clusters.entities(key), clusters.entities(response), where, metrics=("b3",))
