"""How well names are found and joined: `python -m keii.bench.names --shared ../shared`.

Exact spans on IOB2 Wikinews and UD_Japanese-GSD (dev) beside stock GiNZA, outlets counted as the organisations they are;
canonical names as clusters of mentions (B-cubed) on the hand-labelled articles. Intervals are 95 % bootstrap intervals
over sentences or articles. IOB2 Wikinews is part of what the tagger learned from: `--cross 2` measures it by
cross-validation (two trainings, some minutes each); without it the table is in-sample and says so.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from rich.console import Console
from rich.table import Table

from keii.model import Article, Document, Mention
from keii.names import crf, is_name, names
from keii.names.tagger import tagged
from keii.train.names import examples, gold_spans, learn, read_suite, to_json

Span = tuple[int, int, str]
_LABELS = ("PERSON", "ORG", "DATE", "TIME")


class Counts(NamedTuple):
    """True positives, false positives, false negatives of one unit (a sentence)."""

    right: int = 0
    wrong: int = 0
    missing: int = 0


# --- suites of labelled sentences ---------------------------------------------------------------------------------


def ours(document: Document) -> set[Span]:
    """What `keii tag` tells of a sentence, outlets as organisations; dates and times are the tagger's."""
    mentions = {(m.start, m.end, "ORG" if m.label == "OUTLET" else m.label) for m in names(document).mentions if is_name(m)}
    times = {(t.start, t.end, t.label) for spans in tagged(document.tokens) for t in spans if t.label in ("DATE", "TIME")}
    return mentions | times


def ginza(document: Document) -> set[Span]:
    """GiNZA's own entities, its extended labels folded to ours."""
    return {(e.start, e.end, "ORG" if e.label == "OUTLET" else e.label) for e in document.entities}


def compare(gold: set[Span], found: set[Span], label: str) -> Counts:
    told, right = {s for s in found if s[2] == label}, {s for s in gold if s[2] == label}
    return Counts(len(told & right), len(told - right), len(right - told))


def f1(counts: Iterable[Counts]) -> float:
    right, wrong, missing = (sum(column) for column in zip(*counts, strict=True))
    return float(2 * right / max(1, 2 * right + wrong + missing))


def interval(counts: Sequence[Counts], resamples: int = 500) -> tuple[float, float]:
    draw = random.Random(0)
    values = sorted(f1(draw.choices(counts, k=len(counts))) for _ in range(resamples))
    return values[int(0.025 * resamples)], values[int(0.975 * resamples)]


def errors(text: str, gold: set[Span], found: set[Span]) -> Iterable[str]:
    """The kind of each error: wrong label, wrong border, missing or invented, with its label and shape."""
    places = {(s, e): label for s, e, label in gold}
    told = {(s, e): label for s, e, label in found}
    for (start, end), label in told.items():
        if label in _LABELS and places.get((start, end)) != label:
            near = [other for (s, e), other in places.items() if s < end and start < e]
            yield (
                f"{label} for {places[start, end]}"
                if (start, end) in places
                else f"{label}: border"
                if label in near
                else f"{label}: invented"
            )
    for (start, end), label in places.items():
        if label in _LABELS and told.get((start, end)) != label and not any(s < end and start < e for s, e in told):
            yield f"{label}: missed ({_shape(text[start:end])})"


def _shape(text: str) -> str:
    if text.isascii():
        return "Latin"
    return "katakana" if all("ァ" <= c <= "ヿ" for c in text) else "kanji" if all("一" <= c <= "鿿" for c in text) else "mixed"


def suite(console: Console, name: str, path: Path, *, cross: int = 0) -> None:
    rows, documents = read_suite(path)
    golds = [set(gold_spans(row)) for row in rows]
    told = _cross_validated(rows, documents, path, cross) if cross else [ours(document) for document in documents]
    systems = {"keii": told, "GiNZA": [ginza(document) for document in documents]}
    table = Table("system", "label", "n", "P", "R", "F1", "95 %", title=name)
    for system, found in systems.items():
        for label in _LABELS:
            counts = [compare(gold, told, label) for gold, told in zip(golds, found, strict=True)]
            right, wrong, missing = (sum(column) for column in zip(*counts, strict=True))
            if right + missing < 10:
                continue
            low, high = interval(counts)
            cells = (right / max(1, right + wrong), right / (right + missing), f1(counts))
            table.add_row(system, label, str(right + missing), *(f"{x:.3f}" for x in cells), f"{low:.3f}–{high:.3f}")
    console.print(table)
    kinds = Counter(
        kind
        for row, gold, told in zip(rows, golds, systems["keii"], strict=True)
        for kind in errors(str(row["text"]), gold, told)
    )
    console.print("errors:", ", ".join(f"{kind} {n}" for kind, n in kinds.most_common(20)))


def _cross_validated(rows: Sequence[dict[str, object]], documents: Sequence[Document], path: Path, folds: int) -> list[set[Span]]:
    """Each fold told with a tagger that learned from the other folds and the other suites; rules and lexicons as they are."""
    others = [
        example
        for name in ("ud_gsd_train", "stockmark_wikipedia")
        for example in examples(*read_suite(path.with_name(f"{name}.jsonl")), dates=name != "stockmark_wikipedia")
    ]
    own = examples(rows, documents, dates=True, weight=2.0)
    found: list[set[Span]] = []
    for fold in range(folds):
        low, high = len(rows) * fold // folds, len(rows) * (fold + 1) // folds
        model = crf.from_json(to_json(learn([*others, *own[:low], *own[high:]]), least=0.05))
        with patch.object(crf, "load", return_value=model):
            found.extend(ours(document) for document in documents[low:high])
    return found


# --- canonical names ----------------------------------------------------------------------------------------------


def b_cubed(pairs: Sequence[tuple[str, str]]) -> tuple[float, float, float]:
    """Precision, recall and F1 of clusters (Bagga and Baldwin 1998) from (gold name, found name) of each mention."""
    gold, found = defaultdict(set), defaultdict(set)
    for i, (right, told) in enumerate(pairs):
        gold[right].add(i)
        found[told].add(i)
    shares = [
        (len(gold[right] & found[told]) / len(found[told]), len(gold[right] & found[told]) / len(gold[right]))
        for right, told in pairs
    ]
    precision, recall = (sum(column) / max(1, len(pairs)) for column in zip(*shares, strict=True))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def gold_names(path: Path) -> dict[tuple[int, int], str]:
    """The canonical name of each participant's span; spans that several share are left out."""
    spans: dict[tuple[int, int], set[str]] = defaultdict(set)
    for line in path.read_text(encoding="utf-8").splitlines():
        for participant in json.loads(line)["participants"]:
            if participant["start"] is not None:
                spans[participant["start"], participant["end"]].add(participant["name"])
    return {span: next(iter(told)) for span, told in spans.items() if len(told) == 1}


def mention_at(mentions: Sequence[Mention], start: int, end: int) -> Mention | None:
    """The mention of a span: the same one, else the last one inside (X の取締役会 is the board, not X)."""
    inside = [m for m in mentions if m.start < end and start < m.end]
    return next((m for m in inside if (m.start, m.end) == (start, end)), inside[-1] if inside else None)


def canonical(console: Console, title: str, articles: Path, gold: Path) -> None:
    from keii.segment import segment
    from keii.tag import tag

    paths = [path for path in sorted(articles.glob("*.txt")) if (gold / f"{path.stem}.jsonl").is_file()]
    documents = tag([segment(Article(id=path.stem, text=path.read_bytes().decode())) for path in paths])
    pairs: list[tuple[str, str]] = []
    missed = same = 0
    for path, document in zip(paths, documents, strict=True):
        mentions = names(document).mentions
        for (start, end), name in gold_names(gold / f"{path.stem}.jsonl").items():
            mention = mention_at(mentions, start, end)
            missed += mention is None
            same += mention is not None and mention.name == name
            pairs.append((f"{path.stem}/{name}", f"{path.stem}/{mention.name if mention else f'?{start}'}"))
    if not pairs:
        return
    found = [pair for pair in pairs if "/?" not in pair[1]]
    table = Table("mentions", "n", "B³ P", "B³ R", "B³ F1", title=title)
    for kind, rows in (("all", pairs), ("found", found)):
        table.add_row(kind, str(len(rows)), *(f"{x:.3f}" for x in b_cubed(rows)))
    console.print(table)
    console.print(f"not found: {missed} of {len(pairs)}; the very name of the gold: {same} of {len(found)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--cross", type=int, default=0, metavar="FOLDS", help="cross-validate the tagger on IOB2 Wikinews")
    arguments = parser.parse_args()
    shared, console = arguments.shared, Console(width=120)
    suite(console, "UD_Japanese-GSD dev", shared / "data" / "ner" / "ud_gsd_dev.jsonl")
    how = f"{arguments.cross}-fold cross-validated" if arguments.cross else "in-sample"
    suite(console, f"IOB2 Wikinews ({how})", shared / "data" / "ner" / "iob2_wikinews.jsonl", cross=arguments.cross)
    own = Path(__file__).parents[3]
    for title, articles, gold in (
        ("source articles, shared gold", shared / "articles", shared / "gold"),
        ("source articles, own gold", shared / "articles", own / "gold"),
        ("corpus", own / "corpus", own / "gold"),
        ("Wikinews", shared / "articles" / "wikinews", shared / "gold"),
    ):
        canonical(console, title, articles, gold)


if __name__ == "__main__":
    main()
