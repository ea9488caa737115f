"""What the benches of claim fields share: gold claims mapped to candidates, stories, folds, and how a model is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from keii.bench.material import article_paths, genre, gold_homes, gold_rows, tagged, teachers
from keii.dates import dates
from keii.extract.candidates import Candidate, candidates
from keii.model import Article, Document
from keii.read import read


class Gold(NamedTuple):
    """A gold claim and the candidate that its trigger overlaps."""

    document: Document
    row: dict[str, Any]
    candidate: Candidate

    @property
    def genre(self) -> str:
        return genre(self.document.article.id)


def material(shared: Path | None) -> list[list[Gold]]:
    """The gold claims of every development article, in order of the trigger; last those of the articles that only teach."""
    rows, paths = gold_rows(shared, more=True), article_paths(shared, more=True)
    articles = [article for article in read([paths[id] for id in rows if id in paths]) if isinstance(article, Article)]
    documents = sorted(tagged(articles), key=lambda document: (document.article.id in teachers(), document.article.id))
    return [list(matched(dates(document), rows[document.article.id])) for document in documents]


def matched(document: Document, rows: list[dict[str, Any]]) -> Iterator[Gold]:
    """Each row with the candidate that its trigger overlaps most; those that overlap none are left out."""
    found = list(candidates(document))
    for row in sorted(rows, key=lambda row: (row["trigger"]["start"], row["trigger"]["end"])):
        start, end = row["trigger"]["start"], row["trigger"]["end"]
        near = [one for one in found if one.start < end and start < one.end]
        if near:
            best = max(near, key=lambda one: (min(end, one.end) - max(start, one.start), -abs(one.end - end), one.end))
            yield Gold(document, row, best)


def story(article: str) -> str:
    """What an article is left out with: the articles about one story."""
    if article.startswith("wn"):
        return article
    return "openai" if article[:3] in ("000", "001") else article.rsplit("-", 1)[0]


def measured(articles: Sequence[list[Gold]]) -> list[list[Gold]]:
    """Those that do not only teach."""
    return [claims for claims in articles if not claims or claims[0].document.article.id not in teachers()]


def folds(articles: Sequence[list[Gold]], count: int) -> Iterator[tuple[list[int], list[int]]]:
    """Indices of articles to learn from and to measure on, no story in both."""
    from sklearn.model_selection import GroupKFold

    some = measured(articles)
    groups = [story(claims[0].document.article.id) if claims else "" for claims in some]
    for train, test in GroupKFold(count).split(some, groups=groups):
        yield [*train, *range(len(some), len(articles))], list(test)


def digests(shared: Path | None) -> str:
    """One digest of all gold files a model was made from."""
    total = hashlib.sha256()
    for home in gold_homes(shared, more=True):
        for path in sorted(home.glob("*.jsonl")):
            total.update(path.read_bytes())
    return total.hexdigest()[:16]


def write_model(name: str, data: dict[str, Any], command: str, shared: Path | None) -> None:
    """Write `models/NAME.json`, one feature a line, with the command and the digest of the gold it was made from."""
    path = Path(__file__).parents[1] / "models" / f"{name}.json"
    head = {"made_by": command, "gold": digests(shared), **{key: value for key, value in data.items() if key != "weights"}}
    lines = [f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(value)}" for key, value in sorted(data["weights"].items())]
    top = json.dumps(head, ensure_ascii=False)[:-1]
    path.write_text(f'{top}, "weights": {{\n' + ",\n".join(lines) + "\n}}\n", encoding="utf-8")
