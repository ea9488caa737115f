"""The stages in order: articles are analysed each by itself (in parallel, remembered), then told together.

analyse:  segment → tag → dates → names → attribute → extract        one article, pure
combine:  link names → merge → reconcile → score                     over all articles of the run
"""

from __future__ import annotations

import gc
import hashlib
import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from keii import lexicon
from keii.attribute import attribute
from keii.config import Config
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

AHEAD = 32
"""So many batches of claims are sent to the workers before the first has to be back."""

_Batch = TypeVar("_Batch")
_Result = TypeVar("_Result")
Progress = Callable[[int, int], None]
"""Told how many of how many articles are done."""


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
    """CPU seconds of each stage, those of all workers added up."""


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


# --- many articles ------------------------------------------------------------------------------------------------


def key(article: Article, config: Config) -> str:
    """What an article's analysis depends on: its text and metadata, code, configuration, lexicons, models."""
    told = repr((article.id, article.text, article.title, article.published, article.url, article.outlet, article.zone))
    told += repr((article.sources, article.body_start, article.notes))
    return hashlib.sha256(f"{told}\0{fingerprint(config)}".encode()).hexdigest()


@cache
def fingerprint(config: Config) -> str:
    """A digest of code version, configuration, lexicons and models."""
    parts = [version("keii"), _code(), config.fingerprint(*ANALYSIS_SECTIONS), lexicon.digest(), repr(sorted(versions().items()))]
    parts += [_content(path) for path in (config.names.names, config.names.outlets, config.extract.model) if path]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


@cache
def _code() -> str:
    """A digest of the package's own code, so that a changed working copy is not taken for the old one."""
    total = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        total.update(path.read_bytes())
    return total.hexdigest()[:16]


def _content(path: Path) -> str:
    """A digest of a file, or of a folder of models."""
    try:
        files = sorted(path.glob("*.json")) if path.is_dir() else [path]
        return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()
    except OSError as error:
        raise KeiiError(f"{path}: cannot be read: {error.strerror}") from error


def analyse_all(
    articles: Mapping[str, Article],
    store: Store,
    config: Config,
    *,
    executor: Executor | None = None,
    progress: Progress | None = None,
    clock: Counter[str] | None = None,
) -> tuple[list[Failure], int]:
    """Analyse what the store does not know yet; tell the failures and how many were analysed."""
    keys = {id: key(article, config) for id, article in articles.items()}
    known = store.known(keys.values())
    todo = sorted((article for id, article in articles.items() if keys[id] not in known), key=lambda article: keys[article.id])
    batches = [todo[i : i + BATCH] for i in range(0, len(todo), BATCH)]
    failures: list[Failure] = []
    done = len(articles) - len(todo)
    tell = progress or (lambda done, total: None)
    tell(done, len(articles))
    for results, failed, seconds in _finished(batches, config, executor):
        store.put((keys[result.id], result) for result in results)
        failures += failed
        done += len(results) + len(failed)
        if clock is not None:
            clock.update(seconds)
        log.info("analysed %d of %d articles", done, len(articles))
        tell(done, len(articles))
    broken = {failure.article for failure in failures}
    store.join((Member(id, keys[id], articles[id].path) for id in articles if id not in broken), leaving=broken)
    return failures, len(todo)


_Analysed = tuple[list[Analysis], list[Failure], Counter[str]]


def _finished(batches: Sequence[Sequence[Article]], config: Config, executor: Executor | None) -> Iterator[_Analysed]:
    """Batches as they are done, in any order: the store puts them in theirs.

    What was lost with a worker that died is tried again, a batch at a time until one kills its worker too, then as before.
    """
    if executor is None:
        yield from (_analyse_batch(batch, config) for batch in batches)
        return
    waiting = list(batches)
    while waiting:
        lost = []
        places = {executor.submit(_analyse_batch, batch, config): place for place, batch in enumerate(waiting)}
        for future in as_completed(places):
            place = places.pop(future)
            try:
                yield future.result()
            except Exception as error:
                if not _is_death(error):
                    raise
                lost.append(place)
        waiting = [waiting[place] for place in sorted(lost)]
        failed: list[Failure] = []
        while waiting and not failed:
            found = _analyse_alone(waiting.pop(0), config, executor)
            failed = found[1]
            yield found


def _is_death(error: Exception) -> bool:
    """Tell whether a worker died of its work: of a local pool, or of a Dask scheduler (an extra, so known by name)."""
    return isinstance(error, BrokenExecutor) or type(error).__name__ == "KilledWorker"


def _analyse_alone(batch: Sequence[Article], config: Config, executor: Executor) -> _Analysed:
    """Analyse a batch while the workers do nothing else; if that kills one, each article by itself."""
    try:
        return executor.submit(_analyse_batch, batch, config).result()
    except Exception as error:
        if not _is_death(error):
            raise
    if len(batch) == 1:
        return (
            [],
            [Failure(batch[0].path, batch[0].id, "analysis failed: it killed its worker process (out of memory?)")],
            Counter(),
        )
    log.warning("a worker died of a batch of articles: they are analysed one by one")
    found = _joined([_analyse_alone([article], config, executor) for article in batch])
    if not found[0]:
        raise KeiiError("workers die whatever they are given (out of memory? try fewer --jobs)")
    return found


def _joined(parts: Sequence[_Analysed]) -> _Analysed:
    clock: Counter[str] = Counter()
    for part in parts:
        clock.update(part[2])
    return [result for part in parts for result in part[0]], [failure for part in parts for failure in part[1]], clock


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
    return _joined([([], [], clock), *(_analyse_batch([article], config) for article in articles)])


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
    executor: Executor, clock: Counter[str], work: Callable[[_Batch], _Result], batches: Iterable[_Batch], /
) -> Iterator[_Result]:
    """What comes of each batch, in order; only so many are under way at once, so that what waits takes little memory."""
    under_way: deque[Future[tuple[_Result, float]]] = deque()
    for batch in batches:
        under_way.append(executor.submit(_timed, work, batch))
        if len(under_way) == AHEAD:
            yield _ended(under_way.popleft(), clock)
    while under_way:
        yield _ended(under_way.popleft(), clock)


def _timed(work: Callable[[_Batch], _Result], batch: _Batch) -> tuple[_Result, float]:
    begun = time.process_time()
    return work(batch), time.process_time() - begun


def _ended(batch: Future[tuple[_Result, float]], clock: Counter[str]) -> _Result:
    result, seconds = batch.result()
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
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Run:
    """Read and analyse articles; those that the store holds from earlier runs belong to the run, but for those that fail now."""
    clock: Counter[str] = Counter()
    timed = _Stopwatch(clock)
    with timed("read"):
        items = list(read(paths, config.read))
    articles = {item.id: item for item in items if isinstance(item, Article)}
    failures = [item for item in items if isinstance(item, Failure)]
    failed, analysed = analyse_all(articles, store, config, executor=executor, progress=progress, clock=clock)
    store.join((), leaving=_lost(store, articles, failures))
    with timed("store"):
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
    executor: Executor | None = None,
) -> None:
    """Combine a run's articles and, with gold, score them; `previous` are the events of the run before."""
    clock: Counter[str] = Counter()
    timed = _Stopwatch(clock)
    with timed("combine"):
        each = map if executor is None else partial(_on_workers, executor, clock)
        run.claims, run.events, run.names = combine(run.analyses, config, previous, each=each)
    if gold is not None:
        with timed("score"):
            run.gold = read_gold(gold, {analysis.id: analysis.text for analysis in run.analyses})
            sentences = {analysis.id: analysis.sentences for analysis in run.analyses}
            run.pairs, run.scores = evaluate(run.claims, run.gold, config, run.names, sentences)
    run.seconds |= clock
