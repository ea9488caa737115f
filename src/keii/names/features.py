"""What the sequence tagger sees of a token: the word, its kind, its neighbours, the noun run it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from typing import NamedTuple

from keii.model import Token
from keii.names import lexica
from keii.names.outlets import spelling_words
from keii.names.words import clusters
from keii.sums import Group, remembered
from keii.text import folded

_OPEN, _CLOSE = "「『（(【《〈", "」』）)】》〉"
_EDGE = "<>"
_RUN_POS = frozenset(("NOUN", "PROPN", "NUM"))
_JOINTS = frozenset("・=＝·&＆-")


class Told(NamedTuple):
    """The features of a token: those that come again and again in groups, the others by name."""

    groups: list[Group]
    names: list[str]

    def all(self) -> list[str]:
        return [*chain.from_iterable(group.names for group in self.groups), *self.names]


def token_features(tokens: Sequence[Token]) -> list[Told]:
    """The features of each token of a sentence, as `name=value` words."""
    words = [_word(token.surface, token.norm, token.tag, token.ent) for token in tokens]
    brackets, known, runs = _brackets(tokens), _known(tokens), _runs(tokens)
    padded = [_OUTSIDE, _OUTSIDE, *words, _OUTSIDE, _OUTSIDE]
    lexica_beside = [_EDGE, *known, _EDGE]
    rows = []
    for i, token in enumerate(tokens):
        far_left, left, word, right, far_right = padded[i : i + 5]
        above = tokens[token.head].lemma if 0 <= token.head < len(tokens) and token.head != i else "0"
        groups = [
            _own(word, token.norm, token.lemma),
            _standing(token.dep, brackets[i], known[i]),
            _beside(-2, far_left.kind, far_left.ent),
            _beside(2, far_right.kind, far_right.ent),
            _next(-1, left.kind, left.ent, left.shape, lexica_beside[i]),
            _next(1, right.kind, right.ent, right.shape, lexica_beside[i + 2]),
            _kinds(left.kind, word.kind, right.kind),
        ]
        names = [
            f"h={above}",
            f"w-2={far_left.written}",
            f"w-1={left.written}",
            f"w1={right.written}",
            f"w2={far_right.written}",
            f"ww-1={word.written}|{left.written}",
            f"ww1={word.written}|{right.written}",
            f"ks-1={word.kind}|{word.shape}|{left.written}",
            f"ks1={word.kind}|{word.shape}|{right.written}",
        ]
        if i:
            names.append(f"x-1={left.written[-1:]}")
        if i + 1 < len(tokens):
            names.append(f"x1={right.written[-1:]}")
        if left.clusters or right.clusters:
            groups.append(_clusters_beside(left.clusters, right.clusters))
        first, last = runs[i]
        if first >= 0:
            place, end = _place(i, first, last), words[last]
            groups.append(_run(min(last - first + 1, 6), place, word.shape, words[first].kind, end.kind))
            if end.clusters:
                groups.append(_run_cluster(end.clusters[0], place))
            names += [
                f"rl={end.written}|{place}",
                f"rh={words[last - 1].written if last > first else _EDGE}|{end.written}",
                f"rf={words[first].written}",
                f"rx={end.surface[-1:]}|{place}",
                f"rxx={end.surface[-2:]}|{place}",
                f"ra={padded[last + 3].surface}|{word.shape}|{place}",
                f"rb={padded[first + 1].surface}|{word.kind}",
            ]
        rows.append(Told(groups, names))
    return rows


@dataclass(frozen=True, eq=False, slots=True)
class _Word:
    """What a token is to its neighbours: its word as written and with its digits as 0, its kind, shape, entity and clusters.

    It is remembered, and what depends on it is looked up by its identity.
    """

    surface: str
    written: str
    kind: str
    shape: str
    ent: str
    clusters: tuple[int, int] | None


_OUTSIDE = _Word(_EDGE, _EDGE, _EDGE, _EDGE, _EDGE, None)


@lru_cache(maxsize=1 << 14)
def _word(surface: str, norm: str, tag: str, ent: str) -> _Word:
    kind = "-".join(tag.split("-")[:4])
    return _Word(surface, _digits(surface), kind, _shape(surface), ent or "O", clusters(surface) or clusters(norm))


@remembered
def _own(word: _Word, norm: str, lemma: str) -> Iterator[str]:
    """The features of a token alone."""
    surface = word.surface
    yield "b"
    yield f"w={word.written}"
    yield f"n={norm if not surface.isascii() and len(norm) < 12 else surface}"
    yield f"k={word.kind}"
    yield f"s={word.shape}"
    yield f"e={word.ent}"
    yield f"l={lemma}"
    for n in (1, 2, 3):
        if len(surface) > n:
            yield f"p{n}={surface[:n]}"
            yield f"x{n}={surface[-n:]}"
    if word.clusters:
        yield f"c0={word.clusters[0]}"
        yield f"C0={word.clusters[1]}"


@remembered
def _standing(dep: str, bracket: str, known: str) -> Iterator[str]:
    yield f"d={dep}"
    yield f"br={bracket}"
    yield f"g={known}"


@remembered
def _beside(offset: int, kind: str, ent: str) -> Iterator[str]:
    """Features of the token at some offset."""
    yield f"k{offset}={kind}"
    yield f"e{offset}={ent}"


@remembered
def _next(offset: int, kind: str, ent: str, shape: str, known: str) -> Iterator[str]:
    """Features of the token right before or behind."""
    yield f"k{offset}={kind}"
    yield f"e{offset}={ent}"
    yield f"s{offset}={shape}"
    yield f"g{offset}={known}"


@remembered
def _kinds(left: str, own: str, right: str) -> Iterator[str]:
    yield f"kk-1={own}|{left}"
    yield f"kk1={own}|{right}"


@remembered
def _clusters_beside(left: tuple[int, int] | None, right: tuple[int, int] | None) -> Iterator[str]:
    for offset, found in ((-1, left), (1, right)):
        if found:
            yield f"c{offset}={found[0]}"
            yield f"C{offset}={found[1]}"


@remembered
def _run(length: int, place: str, shape: str, first: str, last: str) -> Iterator[str]:
    """The form of the noun run a token stands in."""
    yield f"rn={length}|{place}|{shape}"
    yield f"rk={first}|{last}|{place}"


@remembered
def _run_cluster(last: int, place: str) -> Iterator[str]:
    yield f"rc={last}|{place}"


# --- words, brackets, lexica --------------------------------------------------------------------------------------


def _digits(word: str) -> str:
    return re.sub(r"[0-9０-９]", "0", word)


def _shape(word: str) -> str:
    """漢 ひ カ A a 0 and others, runs folded: プロA → カA."""
    return re.sub(r"(.)\1+", r"\1", "".join(_script(char) for char in word[:24]))[:6] + (
        "1" if len(word) == 1 else "2" if len(word) == 2 else "3" if len(word) < 5 else "5"
    )


def _script(char: str) -> str:
    if "ァ" <= char <= "ヺ" or char == "ー":
        return "K"
    if "ぁ" <= char <= "ん":
        return "H"
    if "一" <= char <= "鿿" or char in "々〇":
        return "C"
    if char.isdigit():
        return "0"
    if char.isalpha():
        return "A" if char.isupper() else "a"
    return "."


def _brackets(tokens: Sequence[Token]) -> list[str]:
    """The innermost bracket a token stands in, and whether the token fills it."""
    stack: list[str] = []
    found = []
    for i, token in enumerate(tokens):
        if token.surface in _CLOSE and stack:
            stack.pop()
        around = (i > 0 and tokens[i - 1].surface in _OPEN, i + 1 < len(tokens) and tokens[i + 1].surface in _CLOSE)
        found.append(f"{stack[-1] if stack else ''}{'<' if around[0] else ''}{'>' if around[1] else ''}")
        if token.surface in _OPEN:
            stack.append(token.surface)
    return found


def _runs(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """First and last token of the noun run each token stands in; (-1, -1) outside."""
    runs = [(-1, -1)] * len(tokens)
    i = 0
    while i < len(tokens):
        j = i
        while j < len(tokens) and (
            _in_run(tokens[j]) or (tokens[j].surface in _JOINTS and i < j < len(tokens) - 1 and _in_run(tokens[j + 1]))
        ):
            j += 1
        runs[i:j] = [(i, j - 1)] * (j - i)
        i = max(j, i + 1)
    return runs


def _in_run(token: Token) -> bool:
    return token.pos in _RUN_POS or token.tag.startswith(("接頭辞", "接尾辞"))


def _place(i: int, first: int, last: int) -> str:
    return "1" if first == last else "F" if i == first else "L" if i == last else "M"


def _known(tokens: Sequence[Token]) -> list[str]:
    """Which lexicon a token stands in, alone or as a part of the longest match: outlet, body, place, title."""
    found = ["O"] * len(tokens)
    i = 0
    while i < len(tokens):
        end, kind = _longest(tokens, i)
        for j in range(i, end):
            found[j] = f"{'B' if j == i else 'I'}{kind}"
        i = max(end, i + 1)
    return [
        kind if kind != "O" else f"T{lexica.titles().get(token.surface, '')}" for kind, token in zip(found, tokens, strict=True)
    ]


def _longest(tokens: Sequence[Token], i: int) -> tuple[int, str]:
    known, begun = _lexicon(), _beginnings()
    text = ""
    best = (i, "O")
    for j in range(i, min(i + 6, len(tokens))):
        text += lexica.key(tokens[j].surface)
        if text not in begun:
            break
        if text in known:
            best = (j + 1, known[text])
    return best


@cache
def _beginnings() -> frozenset[str]:
    """Every beginning of a spelling of the lexicon."""
    return lexica.beginnings(_lexicon())


@cache
def _lexicon() -> dict[str, str]:
    found = {folded(word): "outlet" for word in spelling_words()}
    found |= {spelling: body.label for spelling, body in lexica.bodies().items() if len(spelling) >= 2}
    return found
