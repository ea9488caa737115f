"""A linear-chain conditional random field (Lafferty et al. 2001) over token features: decoding, in numpy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

LABELS = ("PERSON", "ORG", "NORP", "PLACE", "FAC", "MISC", "DATE", "TIME")
TAGS = ("O", *(f"{prefix}-{label}" for label in LABELS for prefix in "BI"))


@dataclass(frozen=True, slots=True)
class Model:
    """`weights[rows[feature]]` scores the tags; `steps[a, b]` scores tag b behind tag a, row -1 the first tag."""

    rows: dict[str, int]
    weights: NDArray[np.float32]
    steps: NDArray[np.float32]

    def scores(self, features: Sequence[Sequence[str]]) -> NDArray[np.float32]:
        """Scores of all tags for each token, shape (tokens, tags)."""
        row = self.rows.get
        table = np.zeros((len(features), len(TAGS)), dtype=np.float32)
        places: list[int] = []
        starts: list[int] = []
        filled: list[int] = []
        for i, words in enumerate(features):
            known = [place for place in map(row, words) if place is not None]
            if known:
                starts.append(len(places))
                filled.append(i)
                places += known
        if places:
            table[filled] = np.add.reduceat(self.weights.take(places, axis=0), starts)
        return table


def decode(scores: NDArray[np.float32], steps: NDArray[np.float32]) -> list[int]:
    """The best sequence of tags (Viterbi); an I- tag follows its B- or I- tag only."""
    if not len(scores):
        return []
    best = scores[0] + steps[-1]
    back = np.zeros(scores.shape, dtype=np.int32)
    between = steps[:-1]
    for i in range(1, len(scores)):
        paths = best[:, None] + between
        back[i] = paths.argmax(axis=0)
        best = paths.max(axis=0) + scores[i]
    tags = [int(best.argmax())]
    for i in range(len(scores) - 1, 0, -1):
        tags.append(int(back[i, tags[-1]]))
    return tags[::-1]


def allowed() -> NDArray[np.bool_]:
    """Which tag may follow which: shape (tags + 1, tags), the last row for the first token."""
    table = np.ones((len(TAGS) + 1, len(TAGS)), dtype=bool)
    for b, tag in enumerate(TAGS):
        if tag.startswith("I-"):
            table[:, b] = [other[2:] == tag[2:] for other in (*TAGS, "O-none")]
    return table


def spans(tags: Sequence[int]) -> list[tuple[int, int, str]]:
    """Tags as (first token, token behind the last, label)."""
    found: list[tuple[int, int, str]] = []
    for i, tag in enumerate(tags):
        name = TAGS[tag]
        if name.startswith("B-"):
            found.append((i, i + 1, name[2:]))
        elif name.startswith("I-") and found and found[-1][1] == i:
            found[-1] = (found[-1][0], i + 1, name[2:])
    return found


def is_there() -> bool:
    """Whether the model was learned."""
    return (files("keii") / "models" / "names.json").is_file()


@cache
def load() -> Model:
    """The learned model, `models/names.json`."""
    data = json.loads((files("keii") / "models" / "names.json").read_text(encoding="utf-8"))
    return from_json(data)


def from_json(data: dict[str, object]) -> Model:
    features = data["features"]
    assert isinstance(features, dict)
    weights = np.zeros((len(features), len(TAGS)), dtype=np.float32)
    for i, pairs in enumerate(features.values()):
        for tag, weight in zip(pairs[::2], pairs[1::2], strict=True):
            weights[i, tag] = weight / 100
    steps = np.array(data["steps"], dtype=np.float32) / 100
    steps[~allowed()] = -1e4
    return Model({word: i for i, word in enumerate(features)}, weights, steps.astype(np.float32))
