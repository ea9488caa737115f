"""What a candidate's words mean: GiNZA's vectors of the word itself, of its nearest argument and of its head.

Words never seen in the gold share with words like them what the dense weights say; see `docs/decisions.md`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from keii.extract.candidates import Candidate
from keii.extract.scene import Scene, View
from keii.tag import MEANING, meanings

Vectors = npt.NDArray[np.float32]
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
    told = [word for one in found for word in _words(scene.view(one.sentence), one.token)]
    return meanings(told).reshape(len(found), 3, MEANING)


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
    uses = np.array([_COLUMN[scene.view(one.sentence).uses[one.token]] for one in found], dtype=np.int64)
    own = np.zeros((len(found), _COLUMNS, MEANING), dtype=np.float32)
    own[np.arange(len(found)), uses] = vectors[:, 0]
    return np.hstack([own.reshape(len(found), -1), vectors[:, 1], vectors[:, 2], np.eye(_COLUMNS, dtype=np.float32)[uses]])
