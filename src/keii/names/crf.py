"""A linear-chain conditional random field (Lafferty et al. 2001) over token features: decoding, in numpy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from keii.names.features import Told
from keii.sums import Floats, Sums

LABELS = ("PERSON", "ORG", "NORP", "PLACE", "FAC", "MISC", "DATE", "TIME")
TAGS = ("O", *(f"{prefix}-{label}" for label in LABELS for prefix in "BI"))


@dataclass(frozen=True)
class Model:
    """`weights[rows[feature]]` scores the tags; `steps[a, b]` scores tag b behind tag a, row -1 the first tag.

    The last row of weights is that of no feature.
    """

    rows: dict[str, int]
    weights: NDArray[np.float32]
    steps: NDArray[np.float32]

    def scores(self, features: Sequence[Told]) -> Floats:
        """Scores of all tags for each token, shape (tokens, tags)."""
        if not features:
            return np.zeros((0, len(TAGS)))
        row = self.rows.get
        places: list[int] = []
        starts: list[int] = []
        for told in features:
            starts.append(len(places))
            places.append(len(self.rows))
            places += [place for place in map(row, told.names) if place is not None]
        named = np.add.reduceat(self.weights.take(places, axis=0), starts)
        total: Floats = named + self._sums.totals([told.groups for told in features])
        return total

    @cached_property
    def _sums(self) -> Sums:
        return Sums([dict(zip(self.rows, self.weights, strict=False))], [len(TAGS)])


def decode(scores: Floats, lengths: Sequence[int], steps: NDArray[np.float32]) -> list[list[int]]:
    """The best sequence of tags of each sentence (Viterbi, all sentences at once); an I- tag follows its B- or I- tag only.

    `scores` are of the sentences' tokens one behind the other, shape (tokens, tags); `lengths` are the sentences' own.
    """
    bounds = np.cumsum([0, *lengths])
    order = np.argsort([-length for length in lengths], kind="stable")
    starts = bounds[order]
    at_least = [int(n) for n in np.cumsum(np.bincount(lengths, minlength=1)[::-1])[::-1][1:]]
    """How many sentences have a first token, a second one and so on: these come first in order."""
    back = np.zeros(scores.shape, dtype=np.int64)
    between = np.ascontiguousarray(steps[:-1].T)
    best = scores[starts[: at_least[0] if at_least else 0]] + steps[-1]
    for i, n in enumerate(at_least[1:], 1):
        paths = best[:n, None, :] + between
        back[starts[:n] + i] = paths.argmax(axis=2)
        best[:n] = paths.max(axis=2) + scores[starts[:n] + i]
    tags = np.zeros(len(scores), dtype=np.int64)
    tag = best.argmax(axis=1)
    for i, n in reversed(list(enumerate(at_least))):
        tags[starts[:n] + i] = tag[:n]
        tag[:n] = back[starts[:n] + i, tag[:n]]
    return [tags[start:end].tolist() for start, end in pairwise(bounds)]


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
    """A model as `names.train` writes it, in hundredths: sums of whole numbers are exact, and of equals the first tag wins."""
    features = data["features"]
    assert isinstance(features, dict)
    weights = np.zeros((len(features) + 1, len(TAGS)), dtype=np.float32)
    for i, pairs in enumerate(features.values()):
        for tag, weight in zip(pairs[::2], pairs[1::2], strict=True):
            weights[i, tag] = weight
    steps = np.array(data["steps"], dtype=np.float32)
    steps[~allowed()] = -1e6
    return Model({word: i for i, word in enumerate(features)}, weights, steps.astype(np.float32))
