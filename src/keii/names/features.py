"""What the sequence tagger sees of a token: the word, its kind, its neighbours, the noun run it stands in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from keii.model import Token
from keii.names import lexica
from keii.names.outlets import spelling_words
from keii.names.words import clusters
from keii.text import folded

_OPEN, _CLOSE = "「『（(【《〈", "」』）)】》〉"
_EDGE = "<>"
_RUN_POS = frozenset(("NOUN", "PROPN", "NUM"))
_JOINTS = frozenset("・=＝·&＆-")


def token_features(tokens: Sequence[Token]) -> list[list[str]]:
    """The features of each token of a sentence, as `name=value` words."""
    words = [token.norm if not token.surface.isascii() and len(token.norm) < 12 else token.surface for token in tokens]
    seen = [_seen(token.surface, token.tag) for token in tokens]
    surfaces, kinds, shapes = ([row[part] for row in seen] for part in range(3))
    ents = [token.ent or "O" for token in tokens]
    brackets = _brackets(tokens)
    runs = _runs(tokens)
    known = _known(tokens)
    groups = [clusters(token.surface) or clusters(token.norm) for token in tokens]
    rows = []
    for i, token in enumerate(tokens):
        first, last = runs[i]
        row = [*_own(token.surface, words[i], token.lemma, token.tag, ents[i])]
        row += [f"d={token.dep}", f"h={tokens[token.head].lemma}" if 0 <= token.head < len(tokens) and token.head != i else "h=0"]
        row += [f"br={brackets[i]}", f"g={known[i]}"]
        for offset in (-2, -1, 1, 2):
            j = i + offset
            inside = 0 <= j < len(tokens)
            row += _beside(offset, surfaces[j], kinds[j], ents[j]) if inside else _beside(offset, _EDGE, _EDGE, _EDGE)
            if abs(offset) == 1:
                row.append(f"s{offset}={shapes[j] if inside else _EDGE}")
                row.append(f"g{offset}={known[j] if inside else _EDGE}")
                row.append(f"kk{offset}={kinds[i]}|{kinds[j] if inside else _EDGE}")
                row.append(f"ww{offset}={surfaces[i]}|{surfaces[j] if inside else _EDGE}")
                row.append(f"ks{offset}={kinds[i]}|{shapes[i]}|{surfaces[j] if inside else _EDGE}")
                if inside:
                    row.append(f"x{offset}={surfaces[j][-1:]}")
        for offset in (-1, 0, 1):
            group = groups[i + offset] if 0 <= i + offset < len(tokens) else None
            if group:
                row += [f"c{offset}={group[0]}", f"C{offset}={group[1]}"]
        if first >= 0:
            run = tokens[first : last + 1]
            row.append(f"rl={surfaces[last]}|{_place(i, first, last)}")
            row.append(f"rh={surfaces[last - 1] if last > first else _EDGE}|{surfaces[last]}")
            if group := groups[last]:
                row.append(f"rc={group[0]}|{_place(i, first, last)}")
            row.append(f"rx={tokens[last].surface[-1:]}|{_place(i, first, last)}")
            row.append(f"rxx={tokens[last].surface[-2:]}|{_place(i, first, last)}")
            row.append(f"rn={min(len(run), 6)}|{_place(i, first, last)}|{shapes[i]}")
            row.append(f"rf={surfaces[first]}")
            row.append(f"ra={tokens[last + 1].surface if last + 1 < len(tokens) else _EDGE}|{shapes[i]}|{_place(i, first, last)}")
            row.append(f"rb={tokens[first - 1].surface if first else _EDGE}|{kinds[i]}")
            row.append(f"rk={kinds[first]}|{kinds[last]}|{_place(i, first, last)}")
        rows.append(row)
    return rows


@lru_cache(maxsize=1 << 13)
def _own(surface: str, word: str, lemma: str, tag: str, ent: str) -> tuple[str, ...]:
    """The features of a token alone."""
    written, kind, shape = _seen(surface, tag)
    cut = [n for n in (1, 2, 3) if len(surface) > n]
    ends = (*(f"p{n}={surface[:n]}" for n in cut), *(f"x{n}={surface[-n:]}" for n in cut))
    return "b", f"w={written}", f"n={word}", f"k={kind}", f"s={shape}", f"e={ent}", f"l={lemma}", *ends


@lru_cache(maxsize=1 << 13)
def _beside(offset: int, surface: str, kind: str, ent: str) -> tuple[str, ...]:
    """The features of the token at some offset."""
    return f"w{offset}={surface}", f"k{offset}={kind}", f"e{offset}={ent}"


@lru_cache(maxsize=1 << 13)
def _seen(surface: str, tag: str) -> tuple[str, str, str]:
    """A token's word with its digits as 0, its kind and its shape."""
    return _digits(surface), "-".join(tag.split("-")[:4]), _shape(surface)


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
