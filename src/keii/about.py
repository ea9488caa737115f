"""`run.json`: what was run on what, and what became of it."""

from __future__ import annotations

import platform
from collections import Counter
from importlib.metadata import version
from typing import Any, Literal

from keii import lexicon
from keii.config import Config
from keii.model import Row
from keii.pipeline import Run
from keii.tag import versions


class ReadArticle(Row):
    """One article of a run; `published_basis` tells how its date is known."""

    id: str
    path: str
    sha256: str
    status: Literal["read"]
    title: str | None
    published: str | None
    published_basis: str | None
    outlet: str | None
    zone: str | None
    claims: int
    notes: list[str]


class FailedArticle(Row):
    """An input that could not be read or analysed, and why."""

    path: str
    article: str
    reason: str


class LabelledArticles(Row):
    """The articles that were scored, and a line for each file of gold that was left out."""

    articles: list[str]
    skipped: list[str]


class RunFile(Row):
    """`run.json`. `lexicons` is a digest, `drops` counts what was left out by reason, `config` holds every setting.

    `seconds` (of CPU, by stage) alone differs between two equal runs.
    """

    keii: str
    python: str
    versions: dict[str, str]
    lexicons: str
    config: dict[str, Any]
    articles: list[ReadArticle]
    failures: list[FailedArticle]
    drops: dict[str, int]
    counts: dict[str, int]
    gold: LabelledArticles | None
    seconds: dict[str, float]


def about(run: Run, config: Config) -> RunFile:
    """Tell of a run that has been told."""
    drops: Counter[str] = Counter()
    for analysis in run.analyses:
        drops.update(analysis.drops)
    return RunFile(
        keii=version("keii"),
        python=platform.python_version(),
        versions=dict(versions()),
        lexicons=lexicon.digest(),
        config=config.model_dump(mode="json"),
        articles=[
            ReadArticle(
                id=analysis.id,
                path=analysis.path,
                sha256=analysis.sha256,
                status="read",
                title=analysis.title,
                published=analysis.published,
                published_basis=analysis.published_basis,
                outlet=analysis.outlet,
                zone=analysis.zone,
                claims=len(analysis.claims),
                notes=list(analysis.notes),
            )
            for analysis in run.analyses
        ],
        failures=[FailedArticle(**failure._asdict()) for failure in run.failures],
        drops=dict(sorted(drops.items())),
        counts=counts(run),
        gold=LabelledArticles(articles=list(run.gold.articles), skipped=list(run.gold.skipped)) if run.gold else None,
        seconds={stage: round(seconds, 3) for stage, seconds in run.seconds.items()},
    )


def counts(run: Run) -> dict[str, int]:
    """The figures of a run's closing table."""
    return {
        "articles": len(run.analyses),
        "claims": len(run.claims),
        "dated": sum(claim.date is not None for claim in run.claims),
        "cited": sum(bool(claim.outlets) for claim in run.claims),
        "events": len(run.events),
        "conflicts": sum(len(event.conflicts) for event in run.events),
        "failures": len(run.failures),
    }
