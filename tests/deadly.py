"""An article that kills every process that analyses it."""

import os
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from keii import pipeline, workers
from keii.model import Article
from keii.workers import _Cluster, _Pool

ARTICLE = "hashi-2"
STATUS = 9
"""What a process ends with that the article killed."""


class Pool(_Pool):
    """A pool whose processes die of the article."""

    def submit(self, work: Callable[..., Any], /, *args: object) -> Future[Any]:
        return super().submit(unless_deadly, work, *args)


class Cluster(_Cluster):
    """A cluster whose workers die of the article."""

    def submit(self, work: Callable[..., Any], /, *args: object) -> Future[Any]:
        return super().submit(unless_deadly, work, *args)


def arm() -> None:
    """Let this process die of the article, and those of its pools."""
    analyse = pipeline.analyse
    pipeline.analyse = lambda articles, *more: unless_deadly(analyse, list(articles), *more)
    workers._Pool = Pool  # type: ignore[misc]


def unless_deadly(work: Callable[..., Any], articles: Any, *more: Any) -> Any:
    """Do a piece of work, unless it is over the article."""
    if isinstance(articles, list) and any(isinstance(one, Article) and one.id == ARTICLE for one in articles):
        os._exit(STATUS)
    return work(articles, *more)
