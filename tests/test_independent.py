"""Our scores against those of `independent_scorer.py`, to the third decimal, on random labels."""

from __future__ import annotations

import random
from typing import Any

import pytest
from independent_scorer import figures

from keii.config import Config
from keii.model import Claim, Name
from keii.reconcile import reconcile
from keii.score import score

NAMES = ["山田太郎", "山田", "Jane Doe", "ドウ", "北海商会", "市役所", "ＡＢＣ", "abc"]
GROUPS = [["山田太郎", "山田"], ["Jane Doe", "ドウ"]]
DATES = [None, "2023", "2023-11", "2023-11-17", "2023-11-17T09", "2023-11-18", "2023-11-17/2023-11-19", "../2023-11-17"]


def labels(seed: int, articles: int = 6) -> list[dict[str, Any]]:
    """Random labels over sentences of 30 characters: triggers that overlap, shared spans, events over articles."""
    rng = random.Random(seed)
    rows = []
    for article in range(articles):
        starts = sorted(rng.randrange(300) for _ in range(rng.randint(3, 25)))
        for n, start in enumerate(starts):
            sentence = start // 30 * 30
            people = [
                {"name": rng.choice(NAMES), "role": rng.choice(["agent", "patient", "org"])} for _ in range(rng.randint(0, 3))
            ]
            for who in people:
                at = rng.choice([None, sentence + rng.randrange(20)])
                who |= {"start": at, "end": at and at + 4} if at else {"start": None, "end": None}
            when = rng.choice(DATES)
            row = {
                "article": f"a{article}",
                "id": f"c{n:03}",
                "evidence": {"start": sentence, "end": sentence + rng.choice([30, 30, 20])},
                "trigger": {"start": start, "end": start + rng.randint(1, 4)},
                "type": rng.choice(["other", "harm", "meet"]),
                "factuality": rng.choice(["fact", "fact", "planned"]),
                "date": when and {"value": when, "from": "document"},
                "participants": people,
                "speakers": rng.sample(NAMES, rng.randint(0, 2)),
                "outlets": rng.sample(["甲新聞", "乙放送"], rng.randint(0, 1)),
                "event": f"E{rng.randrange(40)}",
            }
            rows.append(row)
    return rows


def claim(row: dict[str, Any]) -> Claim:
    return Claim.model_validate(row | {key: row[key] | {"text": ""} for key in ("evidence", "trigger")})


@pytest.mark.parametrize("seed", range(20))
def test_two_scorers_agree(seed: int) -> None:
    gold, pred = labels(seed), labels(seed + 100)
    if seed % 2:  # half of the time the prediction is close to the gold
        pred = [row | {"event": other["event"]} for row, other in zip(gold[::-2][::-1], pred, strict=False)]
    config = Config.model_validate({"score": {"resamples": 2}})
    ours, theirs = [claim(row) for row in gold], [claim(row) for row in pred]
    names = [Name(name=first, label="PERSON", spellings=dict.fromkeys(rest, 1), articles=1) for first, *rest in GROUPS]
    scores = score(reconcile(theirs, ours, config, names=names), theirs, ours, config, names=names)
    wanted = figures(gold, pred, GROUPS)
    found = {name: scores.figures[name].value or 0.0 for name in wanted}
    assert found == pytest.approx(wanted, abs=5e-4)
