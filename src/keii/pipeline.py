"""The stages in order: articles are analysed each by itself (in parallel, remembered), then told together.

analyse:  segment → tag → dates → names → attribute → extract        one article, pure
combine:  link names → merge → reconcile → score                     over all articles of the run
"""

from __future__ import annotations

import gc
import hashlib
import logging
import os
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, partial
from importlib.metadata import version
from itertools import chain, islice
from pathlib import Path
from typing import Protocol, TypeVar

from keii import lexicon
from keii.attribute import attribute
from keii.config import Config, Names
from keii.dates import dates
from keii.extract import extract
from keii.gold import Gold, read_gold
from keii.headline import headlines
from keii.merge import Each, merge
from keii.model import (
    RUNNING_TEXT,
    Analysis,
    Article,
    Claim,
    Document,
    Event,
    Failure,
    KeiiError,
    Mention,
    Name,
    NameMention,
    Pair,
    Scores,
)
from keii.names import link_names, names
from keii.read import read
from keii.reconcile import reconcile
from keii.score import score
from keii.segment import segment
from keii.store import Member, Store
from keii.tag import tag, versions

log = logging.getLogger(__name__)

BATCH = 16
"""Articles analysed at once: enough sentences to fill GiNZA's batches, little to lose when a run is killed."""
ANALYSIS_SECTIONS = ("read", "tag", "names", "extract")
"""Sections of the configuration that an article's analysis depends on."""
TOGETHER = frozenset(("merge.json", "synonyms.tsv", "page.tsv", "timeline.tsv", "report.tsv"))
"""Models and lexicons that serve articles together alone: where they change, no article is analysed anew."""
DIED = "analysis failed: the worker process died of it (out of memory?)"
"""Why an article failed whose worker died with nothing else under way."""
AHEAD = 32
"""So many batches of claims are sent to the workers before the first has to be back."""

_Batch = TypeVar("_Batch")
_Result = TypeVar("_Result")
Progress = Callable[[int, int], None]
"""Told how many of how many articles are done."""


class Workers(Protocol):
    """Processes, here or elsewhere, that do pieces of work."""

    at_once: int
    """So many batches of articles are sent before the first has to be back."""

    @property
    def died(self) -> type[Exception]:
        """What a piece of work raises if its worker died, perhaps of it."""

    def submit(self, work: Callable[..., _Result], /, *args: object) -> Future[_Result]: ...

    def wait(self, work: Collection[Future[_Result]]) -> Collection[Future[_Result]]:
        """Those pieces of work that are done, as soon as one is; raises KeiiError where nobody is left to do it."""


@dataclass
class Run:
    """What a run found, all in order of article: `gather` makes it, `tell` fills in what begins with `claims`."""

    read: int
    """How many articles were read now, and analysed or known; `analyses` also holds those of earlier runs into the folder."""
    analysed: int
    """How many articles were analysed now, the others being known."""
    analyses: tuple[Analysis, ...]
    failures: tuple[Failure, ...]
    claims: tuple[Claim, ...] = ()
    events: tuple[Event, ...] = ()
    names: tuple[Name, ...] = ()
    gold: Gold | None = None
    pairs: tuple[Pair, ...] = ()
    scores: Scores | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    """CPU seconds of each stage, those of all workers added up; `other` is what the run took beside them."""


# --- one article --------------------------------------------------------------------------------------------------


def analyse(articles: Sequence[Article], config: Config, clock: Counter[str] | None = None) -> list[Analysis]:
    """Analyse articles, GiNZA's part of it in one pass; `clock` collects the seconds of each stage."""
    timed = _Stopwatch(clock)
    with timed("segment"):
        documents = [segment(article) for article in articles]
    with timed("tag"):
        documents = tag(documents, config.tag)
    return [_analyse(document, config, timed) for document in documents]


def _analyse(document: Document, config: Config, timed: _Stopwatch) -> Analysis:
    with timed("dates"):
        document = dates(document)
    with timed("names"):
        document = names(document, config.names)
    with timed("attribute"):
        document = attribute(document)
    with timed("extract"):
        claims = extract(document, config.extract)
        told = headlines(document, claims)
    article, published = document.article, document.published
    return Analysis(
        id=article.id,
        path=article.path,
        sha256=article.sha256,
        text=article.text,
        body_start=article.body_start,
        title=article.title or _title(document),
        published=published.value if published else None,
        published_basis=published.basis if published else None,
        url=article.url,
        outlet=article.outlet,
        zone=article.zone,
        encoding=article.encoding,
        notes=article.notes,
        sentences=tuple((s.start, s.end) for s in document.sentences if s.kind in RUNNING_TEXT),
        mentions=tuple(
            NameMention(start=m.start, end=m.end, text=document.text(m), label=m.label, name=m.name, why=m.why)
            for m in document.mentions
        ),
        claims=claims,
        headlines=told,
        drops=dict(sorted(Counter(f"sentence: {s.kind}" for s in document.sentences if s.kind not in RUNNING_TEXT).items())),
    )


def _title(document: Document) -> str | None:
    return next((document.text(block) for block in document.blocks if block.kind in ("title", "heading")), None)


class _Stopwatch:
    """Adds up the CPU seconds spent inside `with stopwatch(stage):`; a busy machine does not change them."""

    def __init__(self, clock: Counter[str] | None) -> None:
        self._clock: Counter[str] = Counter() if clock is None else clock

    def __call__(self, stage: str) -> _Stopwatch:
        self._stage = stage
        return self

    def __enter__(self) -> None:
        self._begun = time.process_time()

    def __exit__(self, *_: object) -> None:
        self._clock[self._stage] += time.process_time() - self._begun  # type: ignore[assignment]


def cpu() -> float:
    """CPU seconds of this process and of those that it started and that ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


# --- many articles ------------------------------------------------------------------------------------------------


def key(article: Article, config: Config) -> str:
    """What an article's analysis depends on: its text and metadata, code, configuration, lexicons, models."""
    told = repr((article.id, article.text, article.title, article.published, article.url, article.outlet, article.zone))
    told += repr((article.sources, article.body_start, article.notes))
    return hashlib.sha256(f"{told}\0{fingerprint(config)}".encode()).hexdigest()


@cache
def fingerprint(config: Config) -> str:
    """A digest of what every analysis depends on: code, versions, configuration, lexicons and models, wherever these stand."""
    names, extract = config.names, config.extract
    settings = config.model_copy(update={"names": Names(), "extract": extract.model_copy(update={"model": None})})
    parts = [version("keii"), _code(), settings.fingerprint(*ANALYSIS_SECTIONS), lexicon.digest(without=TOGETHER)]
    parts += [repr(sorted(versions().items())), *map(_content, (names.names, names.outlets, extract.model))]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def whole_fingerprint(config: Config) -> str:
    """A digest of all that a run's outputs depend on but for its articles and gold."""
    own = config.extract.model / "merge.json" if config.extract.model else None
    parts = [fingerprint(config), config.fingerprint(), lexicon.digest(("lexicons", "models", "templates"))]
    parts.append(_content(own if own and own.exists() else None))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


@cache
def _code() -> str:
    """A digest of the package's own code, so that a changed working copy is not taken for the old one."""
    total = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        total.update(path.read_bytes())
    return total.hexdigest()[:16]


def _content(path: Path | None) -> str:
    """A digest of a file, or of a folder of models: of those that analysis needs."""
    if path is None:
        return ""
    try:
        if not path.is_dir():
            return hashlib.sha256(path.read_bytes()).hexdigest()
        models = [file for file in sorted(path.glob("*.json")) if file.name not in TOGETHER]
        return "\n".join(f"{model.name} {_content(model)}" for model in models)
    except OSError as error:
        raise KeiiError(f"{path}: cannot be read: {error.strerror}") from error


def analyse_all(
    articles: Mapping[str, Article],
    store: Store,
    config: Config,
    *,
    workers: Workers | None = None,
    progress: Progress | None = None,
    clock: Counter[str],
) -> tuple[list[Failure], int]:
    """Analyse what the store does not know yet; tell the failures and how many were analysed."""
    timed = _Stopwatch(clock)
    with timed("store"):
        keys = {id: key(article, config) for id, article in articles.items()}
        known = store.known(keys.values())
    todo = sorted((article for id, article in articles.items() if keys[id] not in known), key=lambda article: keys[article.id])
    batches = [todo[i : i + BATCH] for i in range(0, len(todo), BATCH)]
    failures: list[Failure] = []
    done = len(articles) - len(todo)
    tell = progress or (lambda done, total: None)
    tell(done, len(articles))
    perilous = store.begun() - (articles.keys() - {article.id for article in todo})
    try:
        for results, failed, seconds in _here(batches, config, store) if workers is None else _there(batches, config, workers):
            with timed("store"):
                store.put((keys[result.id], result) for result in results)
            failures += failed
            perilous -= {one.id for one in results} | {one.article for one in failed}
            perilous |= {one.article for one in failed if one.reason == DIED}
            done += len(results) + len(failed)
            clock.update(seconds)
            log.info("analysed %d of %d articles", done, len(articles))
            tell(done, len(articles))
    finally:  # not reached where this process dies: the store still tells what was under way
        store.begin(perilous)
    broken = {failure.article for failure in failures}
    with timed("store"):
        store.join((Member(id, keys[id], articles[id].path) for id in articles if id not in broken), leaving=broken)
    return failures, len(todo)


_Analysed = tuple[list[Analysis], list[Failure], Counter[str]]


def _here(batches: Iterable[Sequence[Article]], config: Config, store: Store) -> Iterator[_Analysed]:
    """Batches in turn, in this process; the store knows which one is under way, should the process die of it."""
    for batch in batches:
        store.begin(article.id for article in batch)
        yield _analyse_batch(batch, config)


def _there(batches: Iterable[Sequence[Article]], config: Config, workers: Workers) -> Iterator[_Analysed]:
    """Batches as the workers are done with them, in any order: the store puts them in theirs."""
    waiting, lost = iter(batches), list[Sequence[Article]]()
    under_way: dict[Future[_Analysed], Sequence[Article]] = {}
    while True:
        for batch in islice(waiting, workers.at_once - len(under_way)):
            under_way[workers.submit(_analyse_batch, batch, config)] = batch
        if not under_way:
            break
        for done in workers.wait(under_way):
            batch = under_way.pop(done)
            try:
                yield done.result()
            except workers.died:
                lost.append(batch)
    for article in chain.from_iterable(lost):
        yield _alone(article, config, workers)


def _alone(article: Article, config: Config, workers: Workers) -> _Analysed:
    """Analyse an article of a batch whose worker died with nothing else under way: if a worker dies again, it is of this one."""
    log.info("%s: a worker died over its batch: analysed alone", article.id)
    try:
        return _result(workers, workers.submit(_analyse_batch, [article], config))
    except workers.died:
        return [], [Failure(article.path, article.id, DIED)], Counter()


def _result(workers: Workers, work: Future[_Result]) -> _Result:
    workers.wait([work])
    return work.result()


@contextmanager
def _uncollected() -> Iterator[None]:
    """Hold off Python's search for reference cycles: a batch leaves none, and the search takes a twelfth of its time."""
    held = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if held:
            gc.enable()


@_uncollected()
def _analyse_batch(articles: Sequence[Article], config: Config) -> _Analysed:
    """Analyse a batch; if it fails, each article by itself, so that one that can't be analysed stops no other."""
    clock: Counter[str] = Counter()
    try:
        return analyse(articles, config, clock), [], clock
    except Exception as error:  # any fault of any stage: told below, by article
        if len(articles) == 1:
            log.debug("analysis failed", exc_info=True)
            reason = f"analysis failed: {type(error).__name__}: {error}".splitlines()[0]
            return [], [Failure(articles[0].path, articles[0].id, reason)], clock
    parts = [_analyse_batch([article], config) for article in articles]
    for part in parts:
        clock.update(part[2])
    return [result for part in parts for result in part[0]], [failure for part in parts for failure in part[1]], clock


# --- over all articles --------------------------------------------------------------------------------------------


def combine(
    analyses: Sequence[Analysis], config: Config, previous: Sequence[Event] = (), *, each: Each = map
) -> tuple[tuple[Claim, ...], tuple[Event, ...], tuple[Name, ...]]:
    """Link names over the articles and merge their claims into events; `each` does the work on batches of claims."""
    articles = {analysis.id: article_of(analysis) for analysis in analyses}
    links = link_names([_document(analysis, articles[analysis.id]) for analysis in analyses], config.names)
    claims = tuple(_rename(claim, links.run_name) for analysis in analyses for claim in analysis.claims)
    headlines = {
        claim.key: told for analysis in analyses for claim, told in zip(analysis.claims, analysis.headlines, strict=False)
    }
    claims, events = merge(claims, articles, config.merge, previous, headlines, models=config.extract.model, each=each)
    return claims, events, links.names


def article_of(analysis: Analysis) -> Article:
    """The article of an analysis, its date inferred where it told none."""
    return Article(
        id=analysis.id,
        text=analysis.text,
        body_start=analysis.body_start,
        path=analysis.path,
        title=analysis.title,
        published=analysis.published,
        url=analysis.url,
        outlet=analysis.outlet,
        zone=analysis.zone,
    )


def _on_workers(
    workers: Workers, clock: Counter[str], work: Callable[[_Batch], _Result], batches: Iterable[_Batch], /
) -> Iterator[_Result]:
    """What comes of each batch, in order; only so many are under way at once, so that what waits takes little memory."""
    under_way: deque[Future[tuple[_Result, float]]] = deque()
    for batch in batches:
        under_way.append(workers.submit(_timed, work, batch))
        if len(under_way) == AHEAD:
            yield _ended(_result(workers, under_way.popleft()), clock)
    while under_way:
        yield _ended(_result(workers, under_way.popleft()), clock)


def _timed(work: Callable[[_Batch], _Result], batch: _Batch) -> tuple[_Result, float]:
    begun = time.process_time()
    return work(batch), time.process_time() - begun


def _ended(batch: tuple[_Result, float], clock: Counter[str]) -> _Result:
    result, seconds = batch
    clock["combine"] += seconds  # type: ignore[assignment]
    log.debug("a batch of claims came back from a worker")
    return result


def _document(analysis: Analysis, article: Article) -> Document:
    """As much of a document as linking names needs: a text that holds the mentions, at places of their own."""
    text, mentions = "", []
    for mention in analysis.mentions:
        mentions.append(Mention(len(text), len(text) + len(mention.text), mention.label, mention.name, mention.why))
        text += mention.text + "\n"
    return Document(article=replace(article, text=text), mentions=tuple(mentions))


def _rename(claim: Claim, run_name: Mapping[tuple[str, str], str]) -> Claim:
    def name(old: str) -> str:
        return run_name.get((claim.article, old), old)

    return claim.model_copy(
        update={
            "participants": tuple(one.model_copy(update={"name": name(one.name)}) for one in claim.participants),
            "speakers": tuple(map(name, claim.speakers)),
            "outlets": tuple(map(name, claim.outlets)),
            "source": tuple(link.model_copy(update={"name": name(link.name)}) for link in claim.source),
        }
    )


def evaluate(
    claims: Iterable[Claim],
    gold: Gold,
    config: Config,
    names: Sequence[Name] = (),
    sentences: Mapping[str, Sequence[tuple[int, int]]] | None = None,
) -> tuple[tuple[Pair, ...], Scores]:
    """Reconcile claims with gold labels and score them."""
    claims = tuple(claims)
    pairs = reconcile(claims, gold.claims, config, names=names, articles=gold.articles)
    scores = score(
        pairs,
        claims,
        gold.claims,
        config,
        names=names,
        articles=gold.articles,
        genres=gold.genres,
        sentences={id: spans for id, spans in (sentences or {}).items() if id in gold.articles} or None,
    )
    return pairs, scores


def gather(
    paths: Sequence[Path],
    store: Store,
    config: Config,
    *,
    workers: Workers | None = None,
    progress: Progress | None = None,
) -> Run:
    """Read and analyse articles; those that the store holds from earlier runs belong to the run, but for those that fail now."""
    clock: Counter[str] = Counter()
    timed = _Stopwatch(clock)
    with timed("read"):
        items = list(read(paths, config.read))
    articles = {item.id: item for item in items if isinstance(item, Article)}
    failures = [item for item in items if isinstance(item, Failure)]
    failed, analysed = analyse_all(articles, store, config, workers=workers, progress=progress, clock=clock)
    with timed("store"):
        store.join((), leaving=_lost(store, articles, failures))
        found = [(store.get(member.key), member.path) for member in store.members()]
    analyses = tuple(analysis.model_copy(update={"path": path}) for analysis, path in found if analysis is not None)
    return Run(len(articles) - len(failed), analysed, analyses, tuple(sorted(failures + failed)), seconds=dict(clock))


def _lost(store: Store, articles: Mapping[str, Article], failures: Sequence[Failure]) -> set[str]:
    """The articles of earlier runs that can't be read now: by their ids, or by the file that held them."""
    ids = {failure.article for failure in failures}
    files = {failure.path for failure in failures} - {article.path for article in articles.values()}
    return {one.article for one in store.members() if one.article not in articles and (one.article in ids or one.path in files)}


def tell(
    run: Run,
    config: Config,
    gold: Path | None = None,
    previous: Sequence[Event] = (),
    *,
    workers: Workers | None = None,
) -> None:
    """Combine a run's articles and, with gold, score them; `previous` are the events of the run before."""
    clock: Counter[str] = Counter()
    timed = _Stopwatch(clock)
    with timed("combine"):
        each = map if workers is None else partial(_on_workers, workers, clock)
        run.claims, run.events, run.names = combine(run.analyses, config, previous, each=each)
    if gold is not None:
        with timed("score"):
            run.gold = read_gold(gold, {analysis.id: analysis.text for analysis in run.analyses})
            sentences = {analysis.id: analysis.sentences for analysis in run.analyses}
            run.pairs, run.scores = evaluate(run.claims, run.gold, config, run.names, sentences)
    run.seconds |= clock
