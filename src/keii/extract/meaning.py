"""What a candidate's words mean: GiNZA's vectors of the word itself, of its nearest argument and of its head.

Words never seen in the gold share with words like them what the dense weights say; see `docs/decisions.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from keii.extract.candidates import Candidate
from keii.extract.scene import Scene, View
from keii.tag import MEANING, meanings

Vectors = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
_ARGUMENTS = frozenset({"を", "が", "に", "と"})
_WORDS = ("NOUN", "PROPN", "VERB")
_OWN = 2.0
"""The word itself counts more for the type than the words beside it."""
_NOTHING = ""
_COLUMN = {"verb": 0, "adj": 1, "sahen verb": 2, "sahen noun": 3, "sahen compound": 3, "count": 4, "noun": 4}
"""Uses whose words share weights."""
_COLUMNS = 5


def words(scene: Scene, found: Sequence[Candidate]) -> Vectors:
    """The vectors of each candidate's word, argument and head, shape (candidates, 3, `MEANING`); 0 where there is none."""
    return meanings(_asked(scene, found)).reshape(len(found), 3, MEANING)


def _asked(scene: Scene, found: Sequence[Candidate]) -> list[str]:
    """Each candidate's word, argument and head, one behind the other."""
    return [word for one in found for word in _words(scene.view(one.sentence), one.token)]


def _words(view: View, i: int) -> tuple[str, str, str]:
    token = view.tokens[i]
    kids = [child for child in view.kids[i] if child < i and view.tokens[child].pos in _WORDS]
    arguments = [child for child in kids if view.case(child) in _ARGUMENTS] or kids
    argument = view.tokens[arguments[-1]].norm if arguments else _NOTHING
    return token.norm, argument, view.tokens[token.head].norm if token.head != i else _NOTHING


def for_type(vectors: Vectors) -> Vectors:
    """One row a candidate, shape (candidates, 3 * `MEANING`)."""
    return np.hstack([_OWN * vectors[:, 0], vectors[:, 1], vectors[:, 2]])


def for_claim(vectors: Vectors, scene: Scene, found: Sequence[Candidate]) -> Vectors:
    """One row a candidate, the word in the columns of its use, shape (candidates, 7 * `MEANING` + 5)."""
    uses = _uses(scene, found)
    own = np.zeros((len(found), _COLUMNS, MEANING), dtype=np.float32)
    own[np.arange(len(found)), uses] = vectors[:, 0]
    return np.hstack([own.reshape(len(found), -1), vectors[:, 1], vectors[:, 2], np.eye(_COLUMNS, dtype=np.float32)[uses]])


def _uses(scene: Scene, found: Sequence[Candidate]) -> npt.NDArray[np.int64]:
    return np.array([_COLUMN[scene.view(one.sentence).uses[one.token]] for one in found], dtype=np.int64)


class Senses:
    """What weights of `for_claim` and of `for_type` make of candidates; what they make of a word is remembered."""

    _MOST = 1 << 14

    def __init__(self, claim: Floats, type: Floats) -> None:
        """A weight for each column of `for_claim`, a row of weights for each of `for_type` and in it a column a class."""
        parts = claim[:-_COLUMNS].reshape(-1, MEANING).T
        self._weights = np.hstack([parts, _OWN * type[:MEANING], type[MEANING : 2 * MEANING], type[2 * MEANING :]])
        self._bias, self._classes = claim[-_COLUMNS:], type.shape[1]
        self._known: dict[str, Floats] = {}

    def totals(self, scene: Scene, found: Sequence[Candidate]) -> tuple[Floats, Floats]:
        """`for_claim` and `for_type` of the candidates times their weights, shapes (candidates,) and (candidates, classes)."""
        told, uses, n = _asked(scene, found), _uses(scene, found), self._classes
        self._learn(dict.fromkeys(told))
        made = np.array([self._known[word] for word in told]).reshape(len(found), 3, -1)
        own, argument, head = made[:, 0], made[:, 1], made[:, 2]
        claim = own[np.arange(len(found)), uses] + argument[:, _COLUMNS] + head[:, _COLUMNS + 1] + self._bias[uses]
        first = _COLUMNS + 2
        return claim, own[:, first : first + n] + argument[:, first + n : first + 2 * n] + head[:, first + 2 * n :]

    def _learn(self, told: Iterable[str]) -> None:
        if len(self._known) > self._MOST:
            self._known = {}
        fresh = [word for word in told if word not in self._known]
        if fresh:
            self._known.update(zip(fresh, meanings(fresh) @ self._weights, strict=True))
