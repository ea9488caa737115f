"""A second scorer, written from the definitions alone: plain rows in, figures out, nothing of keii imported.

`python tests/independent_scorer.py GOLD_DIR OUT` prints its figures beside those of OUT/scores.json.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections import defaultdict
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

Row = dict[str, Any]


def overlap(a: Row, b: Row) -> float:
    common = max(0, min(a["end"], b["end"]) - max(a["start"], b["start"]))
    return common / (a["end"] - a["start"] + b["end"] - b["start"] - common)


def similarity(gold: Row, pred: Row) -> float:
    trigger, evidence = overlap(gold["trigger"], pred["trigger"]), overlap(gold["evidence"], pred["evidence"])
    same = gold["type"] == pred["type"]
    return 0.5 * trigger + 0.3 * evidence + 0.2 * same if trigger > 0 or (evidence >= 0.5 and same) else 0.0


def fold(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).lower().split())


class Aliases:
    def __init__(self, groups: list[list[str]]) -> None:
        self.of: dict[str, set[int]] = defaultdict(set)
        for i, group in enumerate(groups):
            for name in group:
                self.of[fold(name)].add(i)

    def same(self, a: str, b: str) -> bool:
        return fold(a) == fold(b) or bool(self.of[fold(a)] & self.of[fold(b)])


def equal_sets(gold: list[Any], pred: list[Any], same: Any) -> bool:
    """Whether some order of one list matches the other item by item."""
    return len(gold) == len(pred) and any(all(map(same, gold, order)) for order in permutations(pred))


def unique(rows: list[Any], key: Any) -> list[Any]:
    return list({key(row): row for row in reversed(rows)}.values())


def day(row: Row) -> str | None:
    return row["date"] and "/".join(part[:10] for part in row["date"]["value"].split("/"))


def linked_names(gold: list[Row], pred: list[Row], aliases: Aliases) -> set[tuple[str, str]]:
    """Names without a like on the other side, of which two mentions overlap that bear no other name."""

    def names(rows: list[Row]) -> list[str]:
        return [who["name"] for row in rows for who in row["participants"]] + [name for row in rows for name in row["speakers"]]

    def mentions(rows: list[Row]) -> list[tuple[int, int, str]]:
        borne = defaultdict(set)
        for row in rows:
            for who in row["participants"]:
                if who["start"] is not None:
                    borne[who["start"], who["end"]].add(fold(who["name"]))
        return [(*span, *found) for span, found in borne.items() if len(found) == 1]

    ours, theirs = names(gold), names(pred)
    return {
        (a, b)
        for start, end, a in mentions(gold)
        if not any(aliases.same(a, other) for other in theirs)
        for other_start, other_end, b in mentions(pred)
        if start < other_end and other_start < end and not any(aliases.same(b, other) for other in ours)
    }


def compare(gold: Row, pred: Row, aliases: Aliases, linked: set[tuple[str, str]]) -> dict[str, bool]:
    def same(a: str, b: str) -> bool:
        return aliases.same(a, b) or (fold(a), fold(b)) in linked

    def who(row: Row) -> list[Row]:
        told = [one for one in row["participants"] if one["role"] in ("agent", "patient")]
        return unique(told, lambda one: (one["role"], fold(one["name"])))

    def same_who(a: Row, b: Row) -> bool:
        spans = a["start"] is not None and b["start"] is not None and a["start"] < b["end"] and b["start"] < a["end"]
        return a["role"] == b["role"] and (same(a["name"], b["name"]) or spans)

    return {
        "type": gold["type"] == pred["type"],
        "factuality": gold["factuality"] == pred["factuality"],
        "date_day": day(gold) == day(pred),
        "outlets": equal_sets(unique(gold["outlets"], fold), unique(pred["outlets"], fold), same),
        "speakers": equal_sets(unique(gold["speakers"], fold), unique(pred["speakers"], fold), same),
        "agent_patient": equal_sets(who(gold), who(pred), same_who),
    }


def harmonic(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def clusters(rows: list[tuple[str, str]]) -> list[set[str]]:
    groups = defaultdict(set)
    for mention, event in rows:
        groups[event].add(mention)
    return list(groups.values())


def muc(key: list[set[str]], response: list[set[str]]) -> tuple[float, float]:
    links = kept = 0
    for entity in key:
        parts = sum(bool(entity & other) for other in response) + len(entity - set().union(*response))
        links, kept = links + len(entity) - 1, kept + len(entity) - parts
    return kept, links


def b_cubed(key: list[set[str]], response: list[set[str]]) -> tuple[float, float]:
    right = sum(len(entity & other) ** 2 / len(entity) for entity in key for other in response)
    return right, sum(map(len, key))


def ceaf_e(key: list[set[str]], response: list[set[str]]) -> tuple[float, float]:
    table = np.array([[2 * len(a & b) / (len(a) + len(b)) for b in response] for a in key])
    return float(table[linear_sum_assignment(-table)].sum()), len(key)


def events(gold: list[tuple[str, str]], pred: list[tuple[str, str]]) -> dict[str, float]:
    key, response = clusters(gold), clusters(pred)
    found = {}
    for name, metric in (("muc", muc), ("b3", b_cubed), ("ceafe", ceaf_e)):
        (right, whole), (right_pred, whole_pred) = metric(key, response), metric(response, key)
        found[f"{name}.f1"] = harmonic(right_pred / whole_pred if whole_pred else 0, right / whole if whole else 0)
    return found | {"conll": sum(found.values()) / 3}


def figures(gold: list[Row], pred: list[Row], groups: list[list[str]]) -> dict[str, float]:
    """All figures over the articles of `gold`; `groups` are spellings that stand for one name."""
    aliases = Aliases(groups)
    ours, theirs = defaultdict(list), defaultdict(list)
    for row in gold:
        ours[row["article"]].append(row)
    for row in pred:
        if row["article"] in ours:
            theirs[row["article"]].append(row)
    compared, twin = [], {}
    for article in ours:
        table = np.array([[similarity(a, b) for b in theirs[article]] for a in ours[article]]).reshape(len(ours[article]), -1)
        linked = linked_names(ours[article], theirs[article], aliases)
        for i, j in zip(*linear_sum_assignment(-table), strict=True):
            if table[i, j] > 0:
                one, other = ours[article][i], theirs[article][j]
                compared.append(compare(one, other, aliases, linked))
                twin[article, other["id"]] = f"{article}/{one['id']}"
    n_gold, n_pred, n = len(gold), sum(map(len, theirs.values())), len(compared)
    found = {"detection.precision": n / n_pred, "detection.recall": n / n_gold, "detection.f1": harmonic(n / n_pred, n / n_gold)}
    found |= {f"fields.{name}": sum(row[name] for row in compared) / n for name in compared[0]}
    right = sum(all(row.values()) for row in compared)
    found["strict.f1"] = harmonic(right / n_pred, right / n_gold)
    key = [(f"{row['article']}/{row['id']}", row["event"]) for row in gold]
    told = [(row["article"], row["id"], row["event"]) for rows in theirs.values() for row in rows]
    response = [(twin.get((article, id), f"{article}/false {id}"), event or f"{article}/{id}") for article, id, event in told]
    paired = set(twin.values())
    matched = [row for row in key if row[0] in paired], [row for row in response if row[0] in paired]
    found |= {f"events.all.{name}": value for name, value in events(key, response).items()}
    return found | {f"events.matched.{name}": value for name, value in events(*matched).items()}


def read(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


if __name__ == "__main__":
    labels, out = Path(sys.argv[1]), Path(sys.argv[2])
    scores = json.loads((out / "scores.json").read_text(encoding="utf-8"))
    rows = [row for article in scores["counts"] for row in read(labels / f"{article}.jsonl")]
    spellings = [[row["name"], *row["spellings"]] for row in read(out / "names.jsonl")]
    for figure, value in figures(rows, read(out / "claims.jsonl"), spellings).items():
        print(f"{figure:28} {value:.4f} {scores['figures'][figure]['value']:.4f}")
