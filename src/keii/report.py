"""The accuracy report: one self-contained page of figures, with every claim beside its gold on the article's own text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from keii.compare import Comparison, told
from keii.model import Article, Claim, Pair, Scores, Text
from keii.page import render
from keii.reconcile import STRICT
from keii.score import HEADLINES, human
from keii.score.causes import causes

_ALSO = ("citation", "suspect")
"""Fields that the review list shows beside the strict ones."""


def report(
    scores: Scores,
    pairs: Sequence[Pair],
    claims: Iterable[Claim],
    gold: Iterable[Claim],
    articles: Mapping[str, Article],
    *,
    comparison: Comparison | None = None,
    trained: int = 0,
) -> str:
    """Render the page: HTML that loads nothing, whose policy lets nothing but its own script and style run.

    `claims` and `gold` are those that `reconcile` was given, `articles` by id. With a `comparison` (run A against this
    run as B) the page tells what changed; of `trained` articles it warns that models may have learned from them.
    """
    rows = _rows(pairs, claims, gold)
    data = {
        "articles": {name: _article(name, articles) for name in sorted(scores.counts)},
        "rows": rows if comparison is None else _with_changes(rows, comparison),
        "strict": STRICT,
        "fields": (*STRICT, *_ALSO),
    }
    return render(
        "report",
        data,
        scores=scores,
        headlines=[(name, scores.figures[name]) for name in HEADLINES if name in scores.figures],
        others=sorted((name, figure) for name, figure in scores.figures.items() if name not in HEADLINES and figure.n),
        human=human(),
        strict=STRICT,
        causes=Counter(cause for row in rows for cause in row["causes"]).most_common(),
        confusion={name: _confusion(scores.confusion.get(name, {})) for name in ("type", "factuality", "grain")},
        comparison=comparison,
        trained=trained,
        changes=Counter(change.kind for change in comparison.changes) if comparison else {},
        headline_differences=[row for row in comparison.figures if row.figure in HEADLINES] if comparison else [],
    )


def _article(name: str, articles: Mapping[str, Article]) -> dict[str, str]:
    article = articles.get(name)
    if article is None:
        return {"title": name, "text": ""}
    first = next((line.strip() for line in article.text[article.body_start :].splitlines() if line.strip()), name)
    return {"title": article.title or first[:80], "text": article.text}


# --- rows of the review list --------------------------------------------------------------------------------------


def _rows(pairs: Sequence[Pair], claims: Iterable[Claim], gold: Iterable[Claim]) -> list[dict[str, Any]]:
    ours = {(claim.article, claim.id): claim for claim in gold}
    theirs = {(claim.article, claim.id): claim for claim in claims}
    pairings = [(pair, ours.get((pair.article, pair.gold or "")), theirs.get((pair.article, pair.pred or ""))) for pair in pairs]
    rows = []
    for (pair, one, other), why in zip(pairings, causes(pairings), strict=True):
        rows.append(
            {
                "article": pair.article,
                "verdict": pair.verdict,
                "score": pair.score,
                "fields": {name: pair.fields.get(name) for name in (*STRICT, *_ALSO)},
                "causes": why,
                "gold": one and _claim(one),
                "pred": other and {**_claim(other), "confidence": other.confidence, "why": other.why},
            }
        )
    return rows


def _claim(claim: Claim) -> dict[str, Any]:
    people = [(who.start, who.end) for who in claim.participants if who.start is not None]
    dated = claim.date and claim.date.start is not None and (claim.date.start, claim.date.end)
    return {
        "id": claim.id,
        "type": claim.type,
        "event": claim.event,
        "evidence": _span(claim.evidence),
        "trigger": _span(claim.trigger),
        "date": dated or None,
        "people": people,
        "citation": _span(claim.citation),
        "told": {name: told(claim, name).removesuffix("–") for name in (*STRICT, *_ALSO)},
    }


def _span(span: Text | None) -> tuple[int, int] | None:
    return (span.start, span.end) if span else None


def _with_changes(rows: list[dict[str, Any]], comparison: Comparison) -> list[dict[str, Any]]:
    by_gold = {(change.article, change.gold): change.kind for change in comparison.changes if change.gold}
    by_pred = {(change.article, change.b): change.kind for change in comparison.changes if not change.gold and change.b}
    for row in rows:
        kind = (
            by_gold.get((row["article"], row["gold"]["id"])) if row["gold"] else by_pred.get((row["article"], row["pred"]["id"]))
        )
        row["change"] = kind
    return rows


# --- tables -------------------------------------------------------------------------------------------------------


def _confusion(cells: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """Rows and columns in one order, the frequent first, `false` and `missed` last; how deep each cell is shaded, 0–4."""
    totals: Counter[str] = Counter()
    for row, columns in cells.items():
        for column, n in columns.items():
            totals[row] += n
            totals[column] += n
    values = [value for value, _ in totals.most_common() if value not in ("missed", "false")]
    rows, columns_shown = (
        [*values, *(["false"] if "false" in cells else [])],
        [*values, *(["missed"] if "missed" in totals else [])],
    )
    shown = []
    for row in rows:
        most = sum(cells.get(row, {}).values()) or 1
        line = [(cells.get(row, {}).get(column, 0), row == column) for column in columns_shown]
        shown.append((row, [(n, min(4, -(-4 * n // most)) if n else 0, same) for n, same in line]))
    return {"columns": columns_shown, "rows": shown}
