"""GiNZA, loaded lean: the only module that imports spaCy and GiNZA. Its output is that of `spacy.load("ja_ginza")`.

numpy multiplies matrices in place of blis, on one thread; what takes long and is not needed is left out, and what is the same
for many words is worked out once (docs/decisions.md).
The 480,000 words that have a vector are kept as sorted numbers, not as a dictionary and a store of strings: 200 MB less.
"""

from __future__ import annotations

import ctypes
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import spacy
import srsly
from spacy.attrs import IS_SPACE, SHAPE  # type: ignore[import-not-found]
from spacy.lang.ja import DetailedToken, get_dtokens_and_spaces
from spacy.language import Language
from spacy.strings import get_string_id
from spacy.tokens import Doc as Doc
from spacy.util import get_package_path
from spacy.vectors import Vectors
from thinc.api import NumpyOps
from threadpoolctl import threadpool_limits

_LEFT_OUT = ("vocab", "bunsetu_recognizer", "compound_splitter")
"""The recognizer is worse than cubic in sentence length, and the parser's own labels mark bunsetu heads all the same."""
_LOOKED_AT = (SHAPE, IS_SPACE)
"""What the models look at of a spelling."""
Floats = npt.NDArray[np.float32]
_REMEMBERED = 1 << 13
"""The vectors of so many words are remembered."""
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""Settings of glibc's `mallopt`, as malloc.h numbers them."""


@cache
def model() -> Language:
    """The pipeline: tok2vec, parser, ner and morphologizer over Sudachi's tokens."""
    threadpool_limits(1)  # such small products are slower on several threads, and workers divide the cores
    _keep_freed_memory()
    nlp = spacy.load("ja_ginza", exclude=_LEFT_OUT)
    nlp.vocab.vectors = vectors()
    vocab: Any = nlp.vocab
    vocab.lex_attr_getters = {name: vocab.lex_attr_getters[name] for name in _LOOKED_AT}
    _use_numpy_products(nlp)
    return nlp


@contextmanager
def zone() -> Iterator[Language]:
    """The pipeline for one pass: what it keeps of the words that it saw is given back."""
    nlp = model()
    with nlp.memory_zone():
        yield nlp
    _give_back_memory()


class Analysed(NamedTuple):
    """A text as GiNZA has it: heads, relations and entities in `doc`, and of each of its tokens the word and part of speech."""

    doc: Doc
    words: list[DetailedToken]
    pos: list[str]


def analyse(texts: Sequence[str]) -> list[Analysed]:
    """What `nlp.pipe` finds, all texts in one batch; inside a `zone`."""
    nlp = model()
    embed, encode = _parts()
    told = [_words(text) for text in texts]
    docs = [Doc(nlp.vocab, words=[word.surface for word in found], spaces=spaces) for found, spaces in told]
    for doc, vectors in zip(docs, encode(embed([[word.surface for word in found] for found, _ in told])), strict=True):
        cast("Any", doc).tensor = vectors
    for name in ("parser", "ner"):
        pipe: Any = nlp.get_pipe(name)
        pipe.set_annotations(docs, pipe.predict(docs))
    morphologizer: Any = nlp.get_pipe("morphologizer")
    labels = [label.removeprefix("POS=") for label in morphologizer.labels]
    kinds = morphologizer.predict(docs)
    return [
        Analysed(doc, found, [labels[kind] for kind in row.tolist()])
        for doc, (found, _), row in zip(docs, told, kinds, strict=True)
    ]


@cache
def _parts() -> tuple[_Embedding, _Encoder]:
    nlp = model()
    embed, encode = cast("Any", nlp.get_pipe("tok2vec")).model.layers
    return _Embedding(nlp, embed), _Encoder(encode)


def _use_numpy_products(nlp: Language) -> None:
    """Let numpy multiply matrices: blis chooses generic kernels on many processors. Same output."""
    ops = NumpyOps(use_blis=False)
    for _, pipe in nlp.pipeline:
        network = getattr(pipe, "model", None)
        for node in network.walk() if network is not None and hasattr(network, "walk") else ():
            node.ops = ops


# --- from texts to vectors ----------------------------------------------------------------------------------------


def _words(text: str) -> tuple[list[DetailedToken], list[bool]]:
    """The words of a text, as spaCy's Japanese tokenizer tells them, and whether a space is behind each."""
    words = [word for word in map(_word, cast("Any", model().tokenizer).tokenizer.tokenize(text)) if word.surface]
    if text.split() == [text]:
        return words, [False] * len(words)
    apart = [word for before, word in pairwise([None, *words]) if not (_is_space(before) and _is_space(word))]
    found, spaces = cast("Any", get_dtokens_and_spaces)(apart, text)
    return found, spaces


def _word(morpheme: Any) -> DetailedToken:
    surface, (tag, inflection) = morpheme.surface(), _kind(tuple(morpheme.part_of_speech()))
    lemma = morpheme.dictionary_form() or surface
    return DetailedToken(surface, tag, inflection, lemma, morpheme.normalized_form(), morpheme.reading_form(), None)


@cache
def _kind(parts: tuple[str, ...]) -> tuple[str, str]:
    """A word's tag and inflection: of these Sudachi has some hundreds."""
    kinds = [part if part != "*" else "" for part in parts]
    return "-".join(filter(None, kinds[:4])), ";".join(filter(None, kinds[4:]))


def _is_space(word: DetailedToken | None) -> bool:
    return word is not None and word.tag == "空白" and bool(word.surface.isspace())


class _Embedding:
    """The part of tok2vec that looks at each word by itself: its vectors of words are remembered."""

    def __init__(self, nlp: Language, embed: Any) -> None:
        self._vocab, self._embed = nlp.vocab, embed
        self._places: dict[str, int] = {}
        self._table = np.zeros((_REMEMBERED, embed.get_dim("nO")), dtype=np.float32)

    def __call__(self, texts: Sequence[Sequence[str]]) -> list[Floats]:
        """A row a word, for each text."""
        fresh = [word for word in dict.fromkeys(chain.from_iterable(texts)) if word not in self._places]
        if len(self._places) + len(fresh) > _REMEMBERED:
            self._places.clear()
            fresh = list(dict.fromkeys(chain.from_iterable(texts)))
        if fresh:
            first = len(self._places)
            (self._table[first : first + len(fresh)],) = self._embed.predict([Doc(self._vocab, words=fresh)])
            self._places.update(zip(fresh, range(first, first + len(fresh)), strict=True))
        return [self._table[[self._places[word] for word in words]] for words in texts]


class _Encoder:
    """The part of tok2vec that looks at words in their text, by layers, each of which looks at a row and its neighbours.

    Texts stand in one table with rows of zeros around, that they don't touch each other. What a layer makes of a row that is
    further from all texts than there were layers is always the same (`idle`); what it makes of a row that is further from them
    than there are layers to come, no text gets to see. Neither is worked out.
    """

    def __init__(self, encode: Any) -> None:
        self._layers = [_Layer(residual) for residual in encode.layers[0].layers]
        rows: Floats = np.zeros((16, encode.get_dim("nO")), dtype=np.float32)
        """More than one row: numpy rounds the product of a single one otherwise."""
        self._idle = [rows := layer(rows, np.zeros((16, 3), dtype=np.int64)) for layer in self._layers]

    def __call__(self, texts: Sequence[Floats]) -> list[Floats]:
        depth = len(self._layers)
        starts = depth + np.cumsum([0, *(len(rows) + depth for rows in texts)])
        spans = [slice(start, start + len(rows)) for start, rows in zip(starts.tolist(), texts, strict=False)]
        table = np.zeros((starts[-1], self._idle[0].shape[1]), dtype=np.float32)
        inside = np.zeros(len(table), dtype=bool)
        for span, rows in zip(spans, texts, strict=True):
            table[span], inside[span] = rows, True
        within = [inside]
        """Which rows are in a text or at most 1, 2, 3 ... rows away."""
        for _ in range(depth // 2):
            near = within[-1].copy()
            near[1:] |= within[-1][:-1]
            near[:-1] |= within[-1][1:]
            within.append(near)
        for number, (layer, idle) in enumerate(zip(self._layers, self._idle, strict=True), 1):
            at = np.flatnonzero(within[min(number, depth - number)])
            told = layer(table, at[:, None] + (-1, 0, 1))
            table[:] = idle[0]
            table[at] = told
        return [table[span] for span in spans]


class _Layer:
    """A residual layer: of a row and its neighbours the greatest of three linear maps, normalised, is added to the row."""

    def __init__(self, residual: Any) -> None:
        nodes = {node.name: node for node in residual.walk()}
        maxout, norm = nodes["maxout"], nodes["layernorm"]
        weights, bias = maxout.get_param("W"), maxout.get_param("b")
        self._width, self._pieces, inputs = weights.shape
        self._weights = np.ascontiguousarray(weights.transpose(1, 0, 2)).reshape(-1, inputs)
        self._bias = np.ascontiguousarray(bias.T).reshape(-1)
        self._scale, self._shift = norm.get_param("G"), norm.get_param("b")

    def __call__(self, rows: Floats, windows: npt.NDArray[np.int64]) -> Floats:
        """`windows` are the places of each row to make and of its neighbours, shape (rows to make, 3)."""
        maps = rows.take(windows, axis=0).reshape(len(windows), -1) @ self._weights.T
        maps += self._bias
        best: Floats = maps[:, : self._width]
        for piece in range(1, self._pieces):
            np.maximum(best, maps[:, piece * self._width : (piece + 1) * self._width], out=best)
        best = best - best.mean(axis=1, keepdims=True)
        best *= (np.square(best).mean(axis=1, keepdims=True) + 1e-08) ** (-1.0 / 2.0)
        best *= self._scale
        best += self._shift
        best += rows.take(windows[:, 1], axis=0)
        return best


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
