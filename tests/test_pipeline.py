"""Articles on workers: what dies with a worker is tried again, and what killed it is told."""

import os
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from keii import pipeline
from keii.config import Config
from keii.model import Analysis, Article, Failure, KeiiError
from keii.pipeline import analyse_all
from keii.runner import _Renewed
from keii.store import opened

POISON = "毒"
KILLED = "analysis failed: it killed its worker process (out of memory?)"


def pool() -> Executor:
    """Two workers that are made anew when one dies; forked, so that they know what a test has put in place."""
    return _Renewed(lambda: ProcessPoolExecutor(2, mp_context=get_context("fork")))


def told(texts: Sequence[str], out: Path) -> tuple[list[Failure], list[str]]:
    """The failures of articles, and those that were analysed."""
    articles = {f"a{number:03}": Article(id=f"a{number:03}", text=text) for number, text in enumerate(texts)}
    with opened(out) as store, pool() as executor:
        failures, _ = analyse_all(articles, store, Config(), executor=executor)
        return failures, [member.article for member in store.members()]


@pytest.fixture(autouse=True)
def poisonous(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is found in articles; those that hold 毒 end the process that analyses them, 罠 fails."""
    monkeypatch.setattr(pipeline, "analyse", lambda articles, *_: [analysed(article) for article in articles])


def analysed(article: Article) -> Analysis:
    if POISON in article.text:
        os._exit(1)
    if "罠" in article.text:
        raise ZeroDivisionError("by\nzero")
    nothing = dict.fromkeys(("title", "published", "published_basis", "url", "outlet", "zone"))
    empty = dict.fromkeys(("notes", "sentences", "mentions", "claims"), ())
    about = {"id": article.id, "path": article.path, "sha256": article.sha256, "text": article.text}
    return Analysis.model_validate({**about, "body_start": 0, "drops": {}, **nothing, **empty})


@pytest.mark.parametrize("places", [[0], [39], [3, 4, 30]])
def test_an_article_that_kills_its_worker_is_told_and_stops_no_other(tmp_path: Path, places: list[int]) -> None:
    texts = [f"市は{number}日、橋の工事を始めた。{POISON if number in places else ''}" for number in range(40)]
    failures, known = told(texts, tmp_path)
    assert sorted(failures) == [Failure("", f"a{place:03}", KILLED) for place in places]
    assert known == [f"a{number:03}" for number in range(40) if number not in places]


def test_one_article_alone_that_kills_its_worker_is_a_failure(tmp_path: Path) -> None:
    assert told([POISON], tmp_path) == ([Failure("", "a000", KILLED)], [])


def test_where_all_workers_die_the_run_ends(tmp_path: Path) -> None:
    with pytest.raises(KeiiError, match="workers die whatever they are given"):
        told([POISON * (number + 1) for number in range(40)], tmp_path)


def test_an_article_that_fails_in_a_worker_is_told_with_the_reason(tmp_path: Path) -> None:
    assert told(["橋", "罠"], tmp_path) == ([Failure("", "a001", "analysis failed: ZeroDivisionError: by")], ["a000"])
