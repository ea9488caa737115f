"""What the benches of claim fields share: the gold claims of each article with their candidates, and folds of stories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from keii.bench.material import article_paths, gold_homes, tagged, teachers
from keii.dates import dates
from keii.model import Article
from keii.read import read
from keii.train.material import Target, matched, read_labels, story


def material(shared: Path | None) -> list[list[Target]]:
    """The gold claims of every development article, in order of the trigger; last those of the articles that only teach."""
    articles = {one.id: one for one in read(list(article_paths(shared, more=True).values())) if isinstance(one, Article)}
    labels, _ = read_labels(gold_homes(shared, more=True), articles)
    order = sorted(labels, key=lambda article: (article in teachers(), article))
    documents = tagged([articles[article] for article in order])
    return [list(matched(dates(document), labels[document.article.id])) for document in documents]


def measured(articles: Sequence[list[Target]]) -> list[list[Target]]:
    """Those that do not only teach."""
    return [targets for targets in articles if not targets or targets[0].claim.article not in teachers()]


def folds(articles: Sequence[list[Target]], count: int) -> Iterator[tuple[list[int], list[int]]]:
    """Indices of articles to learn from and to measure on, no story in both."""
    from sklearn.model_selection import GroupKFold

    some = measured(articles)
    groups = [story(targets[0].claim.article) if targets else "" for targets in some]
    for train, test in GroupKFold(count).split(some, groups=groups):
        yield [*train, *range(len(some), len(articles))], list(test)
