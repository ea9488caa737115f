"""The development material: articles and gold labels of the project and of a folder beside it, tagged once and kept."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from keii.gold import read_manifest
from keii.model import Article, Document, Mention, Token
from keii.segment import segment
from keii.tag import Analysis, tag

CACHE = Path(".cache/tokens.jsonl")


def gold_rows(shared: Path | None, project: Path = Path()) -> dict[str, list[dict[str, Any]]]:
    """Gold rows by article: the project's own, then those of `shared/gold`; what a manifest counts to `test` is left out."""
    homes = [project / "gold"] + ([shared / "gold"] if shared else [])
    held_out = {name for home in homes for name, row in read_manifest(home).items() if row.split == "test"}
    rows: dict[str, list[dict[str, Any]]] = {}
    for home in homes:
        for path in sorted(home.glob("*.jsonl")):
            lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
            if lines and path.stem not in held_out:
                rows.setdefault(path.stem, lines)
    return rows


def article_paths(shared: Path | None, project: Path = Path()) -> dict[str, Path]:
    """The file of each development article by its id."""
    homes = [project / "corpus"] + ([shared / "articles", shared / "articles" / "wikinews"] if shared else [])
    return {path.stem: path for home in homes for path in sorted(home.glob("*.txt"))}


def genre(article: str) -> str:
    """`news` for Wikinews articles, `blog` for the source articles and the corpus."""
    return "news" if article.startswith("wn") else "blog"


def tagged(articles: Iterable[Article], cache: Path = CACHE) -> list[Document]:
    """Segment and tag articles; sentences once tagged are kept in `cache`."""
    known = _load(cache)
    before = set(known)
    documents = tag([segment(article) for article in articles], known=known)
    cache.parent.mkdir(parents=True, exist_ok=True)
    with cache.open("a", encoding="utf-8") as stream:
        for text, (tokens, entities) in known.items():
            if text not in before:
                row = [text, tokens, [(e.start, e.end, e.label, e.name, e.why) for e in entities]]
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    return documents


def _load(cache: Path) -> dict[str, Analysis]:
    if not cache.exists():
        return {}
    known: dict[str, Analysis] = {}
    for line in cache.read_text(encoding="utf-8").splitlines():
        text, tokens, entities = json.loads(line)
        known[text] = (
            tuple(Token(*token) for token in tokens),
            tuple(Mention(start, end, label, name, tuple(why)) for start, end, label, name, why in entities),
        )
    return known
