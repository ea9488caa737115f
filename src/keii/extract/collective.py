"""The second look at a candidate: how its first score stands beside those of its head, its children, its sentence, its article.

Of two words for one event (発表 beside 行う) only one is the trigger; a speech act is a claim only if its content is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from keii.extract.candidates import Candidate
from keii.extract.outline import outline
from keii.extract.scene import GROUPS, USES, Scene, View

Floats = npt.NDArray[np.float64]
FAR = -6.0
"""The score of a neighbour that is not there."""
_FORMS = ("past", "pres", "prog", "cond", "cont", "n")
_TELLING = ("other", "statement", "figure")
COLUMNS = (
    "score", "head", "head's head", "child", "before", "before2", "behind", "behind2", "gap before", "gap behind", "rank",
    "sentence max", "sentence sum", "candidates", "sentence before", "sentence behind", "article", "use", "group", "form",
    "place", "sentence place", "head use", "head group", "head type", "child use", "child type", "same type", "entropy",
    "other", "statement", "figure", "clause", "content",
)  # fmt: skip
_AT = {name: k for k, name in enumerate(COLUMNS)}


class First(NamedTuple):
    """What the first look found of a document's candidates: scores by family of features, their sum, and types' probabilities.

    Behind the families stands one more part, which is not in the sum: what the words' meanings alone say.
    """

    parts: Floats
    scores: Floats
    types: Floats
    classes: tuple[str, ...]


def look(scene: Scene, found: Sequence[Candidate], first: First) -> Floats:
    """The table of a document's candidates, shape (candidates, columns): `COLUMNS`, its parts, its head's parts, its outline."""
    table = np.full((len(found), len(COLUMNS)), FAR)
    if not len(found):
        return np.hstack([table, first.parts, first.parts, outline(scene, found)])
    heads = np.full(len(found), -1)
    chances = 1 / (1 + np.exp(-first.scores))
    kinds = first.types.argmax(axis=1)
    spans = _sentences(found)
    best = {number: float(first.scores[start:end].max()) for number, (start, end) in spans.items()}
    for number, (start, end) in spans.items():
        block = _Block(scene.view(number), found[start:end], first.scores[start:end], kinds[start:end])
        rows = table[start:end]
        rows[:, _AT["sentence sum"]] = chances[start:end].sum()
        rows[:, _AT["sentence before"]] = best.get(number - 1, FAR)
        rows[:, _AT["sentence behind"]] = best.get(number + 1, FAR)
        rows[:, _AT["sentence place"]] = scene.places[number]
        block.fill(rows)
        heads[start:end] = np.where(block.heads >= 0, block.heads + start, -1)
    table[:, _AT["score"]] = first.scores
    table[:, _AT["article"]] = chances.mean()
    table[:, _AT["entropy"]] = -(first.types * np.log(first.types + 1e-9)).sum(axis=1)
    for name in _TELLING:
        if name in first.classes:
            table[:, _AT[name]] = first.types[:, first.classes.index(name)]
    above = np.where((heads >= 0)[:, None], first.parts[heads], 0.0)
    return np.hstack([table, first.parts, above, outline(scene, found)])


def _sentences(found: Sequence[Candidate]) -> dict[int, tuple[int, int]]:
    """Where each sentence's candidates begin and end in the list."""
    spans: dict[int, tuple[int, int]] = {}
    for i, candidate in enumerate(found):
        spans[candidate.sentence] = (spans.get(candidate.sentence, (i, i))[0], i + 1)
    return spans


class _Block:
    """The candidates of one sentence."""

    def __init__(self, view: View, found: Sequence[Candidate], scores: Floats, kinds: npt.NDArray[np.int64]) -> None:
        self.view, self.scores, self.kinds = view, scores, kinds
        self.tokens = [candidate.token for candidate in found]
        self.at = {token: i for i, token in enumerate(self.tokens)}
        self.heads = np.array([self._head(token) for token in self.tokens])

    def _head(self, token: int) -> int:
        """The nearest candidate above a token, or -1."""
        return next((self.at[above] for above in self.view.path(token) if above in self.at), -1)

    def fill(self, rows: Floats) -> None:
        """Write what the sentence's other candidates say of each into its row."""
        scores, n = self.scores, len(self.tokens)
        rows[:, _AT["rank"]] = np.argsort(np.argsort(-scores, kind="stable"), kind="stable")
        rows[:, _AT["sentence max"]] = scores.max()
        rows[:, _AT["candidates"]] = n
        rows[:, _AT["place"]] = np.arange(n) / n
        for step, name in ((1, "before"), (2, "before2")):
            rows[step:, _AT[name]] = scores[: max(0, n - step)]
        for step, name in ((1, "behind"), (2, "behind2")):
            rows[: max(0, n - step), _AT[name]] = scores[step:]
        gaps = np.diff(self.tokens)
        rows[1:, _AT["gap before"]] = gaps
        rows[:-1, _AT["gap behind"]] = gaps
        children = self._best_children()
        for i, row in enumerate(rows):
            self._own(i, row)
            self._above(i, row)
            if i in children:
                self._below(i, children[i], row)
        self._rivals(rows)

    def _best_children(self) -> dict[int, int]:
        """The highest child of each candidate that has one; of equals the first."""
        children: dict[int, int] = {}
        for i, head in enumerate(self.heads.tolist()):
            if head >= 0 and (head not in children or self.scores[i] > self.scores[children[head]]):
                children[head] = i
        return children

    def _own(self, i: int, row: Floats) -> None:
        view, token = self.view, self.tokens[i]
        row[_AT["use"]], row[_AT["group"]], row[_AT["form"]] = *self._what(i), _form(view.form(token))
        clause = self.at.get(view.clause(token), i)
        if clause != i:
            row[_AT["clause"]] = self.scores[clause]
        content = view.complement(token)
        if content and content[0] in self.at:
            row[_AT["content"]] = self.scores[self.at[content[0]]]

    def _above(self, i: int, row: Floats) -> None:
        head = self.heads[i]
        if head >= 0:
            row[_AT["head"]], row[_AT["head type"]] = self.scores[head], self.kinds[head] == self.kinds[i]
            row[_AT["head use"]], row[_AT["head group"]] = self._what(head)
            if self.heads[head] >= 0:
                row[_AT["head's head"]] = self.scores[self.heads[head]]

    def _below(self, i: int, child: int, row: Floats) -> None:
        row[_AT["child"]], row[_AT["child type"]] = self.scores[child], self.kinds[child] == self.kinds[i]
        row[_AT["child use"]] = self._what(child)[0]

    def _rivals(self, rows: Floats) -> None:
        """The best other candidate of the same type."""
        for kind in np.unique(self.kinds):
            same = np.flatnonzero(self.kinds == kind)
            if len(same) > 1:
                order = same[np.argsort(-self.scores[same], kind="stable")]
                rows[same, _AT["same type"]] = self.scores[order[0]]
                rows[order[0], _AT["same type"]] = self.scores[order[1]]

    def _what(self, i: int) -> tuple[int, int]:
        """A candidate's use and groups as numbers."""
        token = self.tokens[i]
        signs = self.view.groups[token]
        return USES.index(self.view.uses[token]), sum(1 << k for k, sign in enumerate(GROUPS) if sign in signs)


def _form(form: str) -> int:
    return 2 * _FORMS.index(form.partition(".")[0]) + form.endswith("final")
