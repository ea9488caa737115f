"""Document -> tokens and GiNZA's entities; `keii.ginza` is imported when it is first used.

Each distinct piece of a sentence is analysed once, in batches sorted by length. A sentence is analysed in pieces of bounded
length, so its cost stays linear; a citation in brackets at its end is analysed apart, because it would take the root.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from keii.config import Tag
from keii.model import Document, Label, Mention, Sentence, Token
from keii.text import fold

if TYPE_CHECKING:
    from keii.ginza import Analysed, Doc

ANALYSED = frozenset({"title", "heading", "paragraph", "item", "entry", "quote", "caption"})
"""Kinds of block whose sentences get tokens."""

MEANING = 300
"""Length of a word's vector."""
_BATCH_CHARACTERS = 1600
_SIGNED = 1 << 63
"""From here on, spaCy's unsigned numbers stand for negative ones."""
_CITATION_AT_END = re.compile(r"[ \u3000]?[(（][^()（）]{0,80}\d{4}[a-z]?[)）][。．]?\s*$")
_PAUSES = "、，,;；・ \u3000」』)）"
_ENE_ORGANISATIONS = frozenset(
    """Company Company_Group Corporation_Other International_Organization Political_Organization_Other Political_Party Cabinet
    Government Military Pro_Sports_Organization Sports_Organization_Other Sports_League Sports_Federation Show_Organization
    Organization_Other Ethnic_Group_Other School Research_Institute""".split()  # noqa: SIM905
)
_ENE_PLACES = frozenset(
    """City County Province Country Continental_Region Domestic_Region GPE_Other Location_Other Geological_Region_Other Mountain
    Island River Lake Sea Bay Spa Facility_Other GOE_Other Public_Institution Airport Station Port Park Museum Zoo Theater
    Amusement_Park Worship_Place Sports_Facility Line_Other Road Railroad Bridge Tunnel Canal Water_Route""".split()  # noqa: SIM905
)


class _Piece(NamedTuple):
    """What goes through GiNZA at once; `offsets[i]` is where its i-th character stands in the sentence."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]


Analysis = tuple[tuple[Token, ...], tuple[Mention, ...]]
"""Tokens and entities of a sentence, offsets counted from its beginning."""


def tag(documents: Sequence[Document], config: Tag | None = None, known: dict[str, Analysis] | None = None) -> list[Document]:
    """Add tokens and entities to documents, all in one pass through GiNZA.

    `known` holds analyses of sentences by their text; it spares them and is filled with the new ones.
    """
    analysed = {} if known is None else known
    wanted = {document.text(sentence) for document in documents for sentence in document.sentences if sentence.kind in ANALYSED}
    analysed.update(_analyse(sorted(wanted - analysed.keys()), config or Tag()))
    return [_add(document, analysed) for document in documents]


@cache
def versions() -> Mapping[str, str]:
    """The versions that the tags depend on: spaCy, GiNZA, model, Sudachi and its dictionary."""
    from importlib.metadata import version

    return MappingProxyType({name: version(name) for name in ("spacy", "ginza", "ja_ginza", "SudachiPy", "SudachiDict-core")})


def meanings(words: Sequence[str]) -> npt.NDArray[np.float32]:
    """GiNZA's vector of each word, shape (words, `MEANING`): of length 1, less the mean of all words; 0 for an unknown word."""
    from keii import ginza

    rows = ginza.rows_of(words)
    found: npt.NDArray[np.float32] = ginza.vectors().data[rows] / ginza.lengths()[rows] - _mean()
    found[rows < 0] = 0
    return found


@cache
def _mean() -> npt.NDArray[np.float32]:
    """The mean of all vectors of length 1, shape (`MEANING`,)."""
    from keii import ginza

    found: npt.NDArray[np.float32] = ginza.unit_vectors().mean(axis=0)
    return found


def _add(document: Document, analysed: dict[str, Analysis]) -> Document:
    tokens: list[tuple[Token, ...]] = []
    entities: list[Mention] = []
    for sentence in document.sentences:
        found, named = analysed.get(document.text(sentence), ((), ())) if sentence.kind in ANALYSED else ((), ())
        tokens.append(tuple(_shift(token, sentence) for token in found))
        entities.extend(replace(entity, start=entity.start + sentence.start, end=entity.end + sentence.start) for entity in named)
    return replace(document, tokens=tuple(tokens), entities=tuple(entities))


def _shift(token: Token, sentence: Sentence) -> Token:
    return Token(token.start + sentence.start, token.end + sentence.start, *token[2:])


# --- GiNZA --------------------------------------------------------------------------------------------------------


def _analyse(sentences: Sequence[str], settings: Tag) -> dict[str, Analysis]:
    pieces = {text: list(_pieces(text, settings.max_sentence)) for text in sentences}
    parsed = parse({piece.text for found in pieces.values() for piece in found}, settings)
    return {text: _join([(piece, parsed[piece.text]) for piece in found]) for text, found in pieces.items()}


class Parsed(NamedTuple):
    """What GiNZA tells of a text; offsets count its characters, heads its tokens."""

    tokens: tuple[Token, ...]
    entities: tuple[Mention, ...]


def parse(texts: Iterable[str], settings: Tag) -> dict[str, Parsed]:
    """GiNZA's analysis of each text as it is, in batches sorted by length."""
    from keii import ginza

    parsed: dict[str, Parsed] = {}
    with ginza.zone():
        for batch in _batches(sorted(texts, key=lambda text: (len(text), text)), settings.batch):
            parsed.update(zip(batch, map(_parsed, batch, ginza.analyse(batch)), strict=True))
    return parsed


def _batches(texts: Sequence[str], most: int) -> Iterator[list[str]]:
    """Texts in order, at most so many and so many characters at once, by which memory peaks."""
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and (len(batch) == most or size + len(text) > _BATCH_CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch


def _pieces(sentence: str, limit: int) -> Iterator[_Piece]:
    """A sentence folded for GiNZA, its closing citation apart, cut at pauses where it is too long."""
    citation = _CITATION_AT_END.search(sentence[-100:])
    cut = len(sentence) - len(citation[0]) if citation else len(sentence)
    for start, end in ((0, cut), (cut, len(sentence))):
        while end - start > limit:
            window = sentence[start : start + limit]
            stop = start + (max(window.rfind(pause) for pause in _PAUSES) + 1 or limit)
            yield from _piece(sentence, start, stop)
            start = stop
        yield from _piece(sentence, start, end)


def _piece(sentence: str, start: int, end: int) -> Iterator[_Piece]:
    folded = fold(sentence[start:end], start)
    text = re.sub(r"[^\S ]|[\x00-\x1f\x7f\ud800-\udfff]", " ", folded.text)
    if text.strip():
        yield _Piece(text, folded.starts, folded.ends)


def _parsed(text: str, analysed: Analysed) -> Parsed:
    words = (i for i, word in enumerate(analysed.words) if not word.surface.isspace())
    places = {i: n for n, i in enumerate(words)}
    tokens = tuple(_tokens(analysed, places))
    return Parsed(tokens, tuple(_entities(text, analysed.doc, places, tokens)))


def _tokens(analysed: Analysed, places: Mapping[int, int]) -> Iterator[Token]:
    """The tokens that are no space, read from a table: a token object for each would take as long as the parser."""
    strings = analysed.doc.vocab.strings
    rows = analysed.doc.to_array(["IDX", "DEP", "ENT_TYPE", "HEAD"]).tolist()
    heads = [i + (row[-1] if row[-1] < _SIGNED else row[-1] - 2 * _SIGNED) for i, row in enumerate(rows)]
    for i, place in places.items():
        start, dep, ent, _ = rows[i]
        word, relation = analysed.words[i], strings[dep]
        head = heads[i]
        while head not in places and heads[head] != head:
            head = heads[head]
        yield Token(
            start=start,
            end=start + len(word.surface),
            surface=word.surface,
            lemma=word.lemma,
            norm=word.norm,
            pos=analysed.pos[i],
            tag=word.tag,
            dep=relation.removesuffix("_bunsetu"),
            head=places.get(head, place),
            bunsetu=relation.endswith("_bunsetu") or relation == "ROOT",
            ent=strings[ent],
            inflection=_first(word.inf),
            reading=_first(word.reading),
        )


@lru_cache(1 << 13)
def _first(form: str) -> str:
    """An inflection or reading as spaCy tells it as a feature of UD, whose values are parted by commas."""
    return min(re.sub("[=|]", "_", form).split(","))


def _entities(text: str, doc: Doc, places: Mapping[int, int], tokens: Sequence[Token]) -> Iterator[Mention]:
    for entity in doc.ents:
        label = ene_label(entity.label_)
        inside = [tokens[places[i]] for i in range(entity.start, entity.end) if i in places] if label else []
        if label and inside:
            start, end = inside[0].start, inside[-1].end
            yield Mention(start, end, label, text[start:end], (f"ginza:{entity.label_}",))


def _join(parts: list[tuple[_Piece, Parsed]]) -> Analysis:
    """The pieces of a sentence as one: offsets of the sentence, and one root, the first piece's last."""
    tokens: list[Token] = []
    entities: list[Mention] = []
    root: int | None = None
    for piece, parsed in parts:
        base = len(tokens)
        roots = [base + i for i, token in enumerate(parsed.tokens) if token.head == i]
        if root is None and roots:
            root = roots[-1]
            roots = []
        for i, token in enumerate(parsed.tokens, base):
            start, end = piece.starts[token.start], piece.ends[token.end - 1]
            head, dep = (root, "dep") if i in roots and root is not None else (base + token.head, token.dep)
            tokens.append(token._replace(start=start, end=end, head=head, dep=dep))
        for entity in parsed.entities:
            entities.append(replace(entity, start=piece.starts[entity.start], end=piece.ends[entity.end - 1]))
    return tuple(tokens), tuple(entities)


def ene_label(label: str) -> Label | None:
    """Our label for a label of GiNZA's extended named entity hierarchy (Sekine), None for what we do not tell.

    >>> ene_label("Company"), ene_label("City"), ene_label("Food_Other")
    ('ORG', 'PLACE', None)
    """
    match label:
        case "Person":
            return "PERSON"
        case "Date":
            return "DATE"
        case "Time":
            return "TIME"
        case "Newspaper" | "Magazine" | "Broadcast_Program":
            return "OUTLET"
    if label in _ENE_ORGANISATIONS:
        return "ORG"
    return "PLACE" if label in _ENE_PLACES else None
