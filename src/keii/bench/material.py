"""The development material: articles and gold labels of the project and of a folder beside it, tagged once and kept.

    python -m keii.bench.material --shared ../shared

writes the texts of the articles labelled in `gold/wikinews` into `.cache/wikinews`: they are made from the rows of
`data/wikinews.jsonl`, which are not ours to copy. Those articles teach, and are not measured on.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from keii.gold import read_manifest
from keii.model import Article, Document, Mention, Token
from keii.segment import segment
from keii.tag import Analysis, tag

CACHE = Path(".cache/tokens.jsonl")
MORE = Path("gold/wikinews")
"""Labels of more Wikinews articles."""
TEXTS = Path(".cache/wikinews")


def gold_homes(shared: Path | None, *, more: bool = False) -> list[Path]:
    """The folders of labels: the project's own, that of `shared`, and with `more` those of the articles that only teach."""
    return [Path("gold")] + ([shared / "gold"] if shared else []) + ([MORE] if shared and more else [])


def gold_rows(shared: Path | None) -> dict[str, list[dict[str, Any]]]:
    """Gold rows by article: the project's own, then those of `shared/gold`; what a manifest counts to `test` is left out."""
    homes = gold_homes(shared)
    held_out = {name for home in homes for name, row in read_manifest(home).items() if row.split == "test"}
    rows: dict[str, list[dict[str, Any]]] = {}
    for home in homes:
        for path in sorted(home.glob("*.jsonl")):
            lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
            if lines and path.stem not in held_out:
                rows.setdefault(path.stem, lines)
    return rows


def article_paths(shared: Path | None, *, more: bool = False) -> dict[str, Path]:
    """The file of each development article by its id; `more`: with those that only teach."""
    homes = [Path("corpus")] + ([shared / "articles", shared / "articles" / "wikinews"] if shared else [])
    homes += [texts(shared)] if shared and more else []
    return {path.stem: path for home in homes for path in sorted(home.glob("*.txt"))}


@cache
def teachers() -> frozenset[str]:
    """The articles that only teach."""
    return frozenset(path.stem for path in MORE.glob("*.jsonl"))


@cache
def texts(shared: Path) -> Path:
    """The folder of the texts of the articles that only teach, written from their rows."""
    TEXTS.mkdir(parents=True, exist_ok=True)
    for line in (shared / "data" / "wikinews.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["id"] in teachers():
            (TEXTS / f"{row['id']}.txt").write_text(told(row), encoding="utf-8")
    return TEXTS


def told(row: dict[str, Any]) -> str:
    """An article as its file would be: title, date, body, sources."""
    sources = [[f"『{one['title']}』" if one["title"] else "", one["outlet"], one["date"]] for one in row["sources"]]
    lines = ["- " + " ".join(part for part in parts if part) for parts in sources]
    head = f"{row['title']}\n\n{row['published']}\n\n{row['body']}\n"
    return head + ("\n出典\n" + "\n".join(lines) + "\n" if lines else "")


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    print(texts(parser.parse_args().shared))


if __name__ == "__main__":
    main()
