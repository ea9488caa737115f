"""GiNZA, loaded lean: the only module that imports spaCy and GiNZA. Its output is that of `spacy.load("ja_ginza")`.

numpy multiplies matrices in place of blis, on one thread; what takes long and is not needed is left out (docs/decisions.md).
The 480,000 words that have a vector are kept as sorted numbers, not as a dictionary and a store of strings: 200 MB less.
"""

from __future__ import annotations

import ctypes
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import spacy
import srsly
from spacy.language import Language
from spacy.strings import get_string_id
from spacy.tokens import Doc as Doc
from spacy.util import get_package_path
from spacy.vectors import Vectors
from thinc.api import NumpyOps
from thinc.types import Floats2d, Floats3d
from threadpoolctl import threadpool_limits

_LEFT_OUT = ("vocab", "bunsetu_recognizer", "compound_splitter")
"""The recognizer is worse than cubic in sentence length, and the parser's own labels mark bunsetu heads all the same."""
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""Settings of glibc's `mallopt`, as malloc.h numbers them."""


@cache
def model() -> Language:
    """The pipeline: tok2vec, parser, ner and morphologizer over Sudachi's tokens."""
    threadpool_limits(1)  # such small products are slower on several threads, and workers divide the cores
    _keep_freed_memory()
    nlp = spacy.load("ja_ginza", exclude=_LEFT_OUT)
    nlp.vocab.vectors = vectors()
    cast("Any", nlp.tokenizer).need_subtokens = False  # parts of compounds are for the splitter alone
    _use_numpy_products(nlp)
    return nlp


@contextmanager
def zone() -> Iterator[Language]:
    """The pipeline for one pass: what it keeps of the words that it saw is given back."""
    nlp = model()
    with nlp.memory_zone():
        yield nlp
    nlp.vocab.morphology = type(nlp.vocab.morphology)(nlp.vocab.strings)  # it keeps the form of every token, zone or not
    _give_back_memory()


def _use_numpy_products(nlp: Language) -> None:
    """Let numpy multiply matrices and take maxima: blis chooses generic kernels on many processors. Same output."""
    ops = _Ops(use_blis=False)
    for _, pipe in nlp.pipeline:
        network = getattr(pipe, "model", None)
        for node in network.walk() if network is not None and hasattr(network, "walk") else ():
            node.ops = ops


class _Ops(NumpyOps):  # type: ignore[misc]
    def maxout(self, X: Floats3d) -> tuple[Floats2d, None]:
        """The greatest of each unit's pieces; which one it was, only training asks."""
        best = X[:, :, 0]
        for piece in range(1, X.shape[2]):
            best = self.xp.maximum(best, X[:, :, piece])
        return best, None


# --- words and their vectors --------------------------------------------------------------------------------------


class WordVectors(Vectors):  # type: ignore[misc]
    """spaCy's vectors, looked up by sorted hashes of words: `keys[i]` has row `rows[i]` of `data`."""

    def __init__(self, data: npt.NDArray[np.float32], keys: npt.NDArray[np.uint64], rows: npt.NDArray[np.int32]) -> None:
        super().__init__(data=data)
        order = keys.argsort()
        self.keys_, self.rows_ = keys[order], rows[order]

    def find(self, *, keys: Sequence[int] | npt.NDArray[np.uint64]) -> npt.NDArray[np.int32]:
        """The row of each word's hash, -1 where it has none."""
        wanted = np.asarray(keys, dtype=np.uint64)
        at = np.minimum(np.searchsorted(self.keys_, wanted), len(self.keys_) - 1)
        return np.where(self.keys_[at] == wanted, self.rows_[at], -1)


@cache
def vectors() -> WordVectors:
    """The vectors of GiNZA's words, shape (rows, 300): many words share a row."""
    rows: dict[int, int] = srsly.msgpack_loads((_home() / "key2row").read_bytes())
    return WordVectors(
        np.load(_home() / "vectors"),
        np.fromiter(rows.keys(), dtype=np.uint64, count=len(rows)),
        np.fromiter(rows.values(), dtype=np.int32, count=len(rows)),
    )


@cache
def lengths() -> npt.NDArray[np.float32]:
    """The length of each vector, shape (rows, 1), never 0."""
    found: npt.NDArray[np.float32] = np.maximum(np.linalg.norm(vectors().data, axis=1, keepdims=True), 1e-9)
    return found


def unit_vectors() -> npt.NDArray[np.float32]:
    """All vectors with length 1, shape (rows, 300); made anew each time, for the table is large."""
    found: npt.NDArray[np.float32] = vectors().data / lengths()
    return found


def rows_of(words: Sequence[str]) -> npt.NDArray[np.int32]:
    """The row of each word among the vectors, -1 for an unknown one."""
    return vectors().find(keys=[get_string_id(word) for word in words])


def words() -> list[str]:
    """All words that GiNZA's vocabulary tells."""
    found: list[str] = json.loads((_home() / "strings.json").read_text(encoding="utf-8"))
    return found


def _home() -> Path:
    """The folder of GiNZA's vocabulary."""
    return next(get_package_path("ja_ginza").glob("ja_ginza-*")) / "vocab"


# --- memory -------------------------------------------------------------------------------------------------------


def _keep_freed_memory() -> None:
    """Let glibc keep what large arrays leave for the next ones: to fetch and give it back each time takes a tenth of a run."""
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(_M_MMAP_THRESHOLD, 4 << 20)
        mallopt(_M_TRIM_THRESHOLD, 128 << 20)


def _give_back_memory() -> None:
    """Let glibc give back what it kept: the stages behind need other memory."""
    if malloc_trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        malloc_trim(0)
