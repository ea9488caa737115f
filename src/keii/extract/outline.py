"""What the second look sees of a candidate's grammar, as numbers: its form and that of the words above it, and its clause.

The first look adds up features one by one; trees combine them (a past tense at the end of a clause that is dated).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

from keii.extract.candidates import Candidate
from keii.extract.scene import GROUPS, SPEECH, Scene, View
from keii.model import RUNNING_TEXT

Floats = npt.NDArray[np.float64]
Row = tuple[float, ...]
_TENSES = {"past": 1, "pres": 2, "prog": 3, "cond": 4, "cont": 5}
_PLACES = ("quote", "joined", "nominal", "final", "comma", "unquote", "quoting", "mark", "noun", "more")
_CASES = ("", "を", "が", "に", "の", "は", "と", "で", "から", "も", "には", "による", "へ", "や", "まで", "により", "について")
_RELATIONS = (
    "ROOT", "acl", "advcl", "obj", "nsubj", "obl", "nmod", "compound", "ccomp", "conj", "fixed", "dep", "aux", "advmod", "amod",
)  # fmt: skip
_LABELS = ("", "PERSON", "ORG", "DATE", "OUTLET")
_KINDS = tuple(sorted(RUNNING_TEXT))
_NO_FORM: Row = (-3, -3, -3, -3, -3)
_NO_GROUPS: Row = (-1,) * len(GROUPS)
_FAR = 99


def outline(scene: Scene, found: Sequence[Candidate]) -> Floats:
    """A row a candidate; what a word does not have is told by numbers below 0."""
    rows: list[Row] = []
    at = -1
    for candidate in found:
        if candidate.sentence != at:
            at = candidate.sentence
            words, around = _Words(scene.view(at)), _around(scene, at)
        rows.append((*words.row(candidate.token), *scene.repeats(at, candidate.token), *around, candidate.end - candidate.start))
    return np.array(rows, dtype=np.float64).reshape(len(rows), -1 if rows else 0)


def _around(scene: Scene, number: int) -> Row:
    """The same for all candidates of a sentence: its kind and place, what it holds, and the manner of the article."""
    document, view = scene.document, scene.view(number)
    events = sum("E" in group or "O" in group for group in view.groups)
    return (
        _index(_KINDS, document.sentences[number].kind),
        len(view.tokens),
        "DATE" in view.labels,
        events,
        scene.lefts[number],
        len(document.sentences),
        *scene.manner,
    )


class _Words:
    """The words of one sentence."""

    def __init__(self, view: View) -> None:
        self.view = view

    def row(self, i: int) -> Row:
        view, token = self.view, self.view.tokens[i]
        head, clause, path, content = token.head, view.clause(i), view.path(i), view.complement(i)
        root = path[-1] if path else i
        return (
            *self._form(i),
            *_groups(view, i),
            *(_NO_FORM if head == i else self._form(head)),
            *(_NO_GROUPS if head == i else _groups(view, head)),
            *self._form(clause),
            *self._form(root),
            *_groups(view, root),
            *(_groups(view, content[0]) if content else _NO_GROUPS),
            _index(_RELATIONS, token.dep.partition("_")[0]),
            len(path),
            next((step for step, above in enumerate(path) if view.kinds[above] & SPEECH), -1),
            view.depths[i],
            _index(_LABELS, view.labels[i]),
            i / len(view.tokens),
            view.predicates[i],
            view.predicates[-1] - view.predicates[i + 1],
            i - view.since[i].get("DATE", i - _FAR),
            *self._arguments(i, clause),
        )

    def _arguments(self, i: int, clause: int) -> Row:
        view, kids = self.view, self.view.kids[i]
        labels, cases = {view.labels[child] for child in kids}, {view.case(child) for child in kids}
        above = view.kids[clause]
        return (
            len(kids),
            "DATE" in labels,
            "PERSON" in labels or "ORG" in labels,
            "が" in cases or "は" in cases,
            "を" in cases,
            any(view.labels[child] == "DATE" for child in above),
            any(view.case(child) == "が" for child in above),
        )

    def _form(self, i: int) -> Row:
        """Tense, place or case, negation and voice of a word."""
        return _coded(self.view.form(i))


@lru_cache(1 << 12)
def _coded(form: str) -> Row:
    first, _, rest = form.partition(".")
    if first == "n":
        return 0, 0, 0, -1, _index(_CASES, rest)
    parts = rest.split(".")
    return _TENSES.get(first, 9), "neg" in parts, "pass" in parts, _index(_PLACES, parts[-1]), -2


def _groups(view: View, i: int) -> Row:
    return _signs(view.groups[i])


@cache
def _signs(signs: str) -> Row:
    return tuple(float(sign in signs) for sign in GROUPS)


def _index(known: Sequence[str], name: str) -> int:
    return known.index(name) if name in known else -1
