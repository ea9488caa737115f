"""Which noun phrases are coordinated and share one role: XとYが, X、Y、Z, 日産の内田社長とホンダの三部社長が.

The parser joins the first of them with whatever noun comes next. Here the second is the first phrase behind the conjunction
that is alike: past what modifies it by の (ホンダの) or, in one clause, by a verb (横浜に本店を置く). An apposition (俳優・X)
is no coordination.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from keii.extract.grammar import is_sahen
from keii.extract.roles.phrases import VOCATIONS, Phrase, behind, is_verbal_next, kind_of, noun_class, words
from keii.model import Token
from keii.names.lexica import titles

_WORDS = frozenset({"と", "や", "および", "及び", "ならびに", "並びに", "かつ", "または", "とか", "＆", "&"})
_MARKS = frozenset({"、", "・", "/"})
_JOIN = _WORDS | _MARKS
_FRAMES = (("の", "ほか"), ("の", "他"), ("を", "はじめ"), ("を", "始め"), ("に", "加え"))
"""Words that together join one with more: Xのほか、Y; Xをはじめとする Y."""
_FILLERS = frozenset({"など", "両", "それに", "また", "さらに", "更に", "そして", "同じく"})
"""What may stand behind a conjunction."""
_ENDINGS = frozenset({"と", "し", "する", "た", "て", "、"})
"""What may stand behind one of several words."""
_QUOTES = frozenset('』」"”「『“')
_COMITATIVE = frozenset({"共", "とも", "一緒", "同時", "同様", "並行"})
"""Nouns that make a と behind them a comitative."""
_TOGETHER = 100
"""The most names that share one role."""
_APART = 20
"""The most tokens between a conjunction and the second phrase."""
_KATAKANA = re.compile(r"[ァ-ヶー・]{3,}")
_CLASSES = {"ORG": "body", "OUTLET": "body", "PERSON": "person", "people": "person"}


class Conjunction(NamedTuple):
    """What joins a phrase with another: its word or mark, and the token behind it."""

    mark: str
    end: int


def joined(tokens: Sequence[Token], phrases: Sequence[Phrase]) -> list[list[int]]:
    """The numbers of the phrases in groups that share one role, by where the last of each ends."""
    group: dict[int, list[int]] = {}
    for n in range(len(phrases)):
        own = group.setdefault(n, [n])
        second = _in_compound(tokens, phrases, n) if phrases[n].inner else _second(tokens, phrases, n)
        if second is not None and second not in group and len(own) < _TOGETHER:
            own.append(second)
            group[second] = own
    groups = {id(members): members for members in group.values()}.values()
    return sorted(groups, key=lambda members: (phrases[members[-1]].last, members[-1]))


def _in_compound(tokens: Sequence[Token], phrases: Sequence[Phrase], n: int) -> int | None:
    """The next of several people named in one compound (田中・鈴木両氏), titles between left out."""
    if n + 1 == len(phrases):
        return None
    a, b = phrases[n], phrases[n + 1]
    if a.label != "PERSON" or b.label != "PERSON" or b.first > a.last + 1:
        return None
    between = [token.surface for token in tokens[a.first : b.last + 1] if a.end <= token.start and token.end <= b.start]
    marks = [word for word in between if word not in titles() and word not in words("title")]
    return n + 1 if marks and all(mark in _JOIN for mark in marks) else None


def _second(tokens: Sequence[Token], phrases: Sequence[Phrase], n: int) -> int | None:
    """The phrase that a conjunction behind phrase `n` joins with it."""
    a = phrases[n]
    conjunction = _conjunction(tokens, a)
    near = next((m for m in range(n + 1, len(phrases)) if not phrases[m].inner and phrases[m].first >= conjunction.end), None)
    if not conjunction.mark or near is None or phrases[near].first > conjunction.end or is_verbal_next(tokens, phrases[near]):
        return None
    b, mark = phrases[near], conjunction.mark
    if b.text in _COMITATIVE or _ends_clause(tokens, a, b, mark) or _apposed(tokens, a, b, mark):
        return None
    alike = (m for m in _heads(tokens, phrases, near, a, mark) if _alike(tokens, a, phrases[m], near=m == near))
    first = next(alike, None)
    return first if first is not None else near if _loosely(tokens, a, b, mark) else None


def _conjunction(tokens: Sequence[Token], a: Phrase) -> Conjunction:
    """What stands behind a phrase that joins it with the next."""
    first = behind(tokens, a.last)
    while first < len(tokens) and tokens[first].surface in titles():  # X(42)氏
        first += 1
    end = first
    surfaces = [token.surface for token in tokens[first : first + 3]]
    if tuple(surfaces[:2]) in _FRAMES:
        end += 2
        while end < len(tokens) and tokens[end].surface in _ENDINGS:
            end += 1
        return Conjunction("と", end)
    if surfaces[:1] == ["ら"]:
        return Conjunction("ら", first + 1)
    mark = ""
    while end < len(tokens) and (tokens[end].surface in _JOIN | _QUOTES or (mark and _fills(tokens[end]))):
        mark = mark or (tokens[end].surface if tokens[end].surface in _JOIN else "")
        end += 1
    return Conjunction(mark if end < len(tokens) and tokens[end].surface != "の" else "", end)


def _fills(token: Token) -> bool:
    return token.pos in ("CCONJ", "DET") or token.surface in _FILLERS


def _ends_clause(tokens: Sequence[Token], a: Phrase, b: Phrase, mark: str) -> bool:
    """A verbal noun, a number or a noun of time before a comma ends its clause (3人が死亡、2人が負傷; 横断中、)."""
    if mark != "、" or a.label:
        return False
    last = tokens[a.last]
    if noun_class(a.text, "") == "count":
        return bool(b.label)
    return {last.lemma, last.norm} & words("empty") != set() or (is_sahen(last) and not is_sahen(tokens[b.last]))


def _apposed(tokens: Sequence[Token], a: Phrase, b: Phrase, mark: str) -> bool:
    """What somebody or something is, before the name (X社の開発者、Y氏; 新型車・Z): no second one."""
    last = tokens[a.last]
    if mark not in _MARKS or not b.label:
        return False
    said = last.pos == "NOUN" and not a.title and (last.ent in VOCATIONS or last.surface[-1:] in words("person"))
    return (said and b.label == "PERSON") or (mark == "・" and not a.label)


def _heads(tokens: Sequence[Token], phrases: Sequence[Phrase], near: int, a: Phrase, mark: str) -> Iterator[int]:
    """The phrase behind the conjunction and those that it modifies, by の or by one clause; the one to be preferred first."""
    whole = [m for m in range(near, len(phrases)) if not phrases[m].inner and phrases[m].first <= phrases[near].first + _APART]
    for k, m in enumerate(whole):
        b = phrases[m]
        above = whole[k + 1] if k + 1 < len(whole) and _modifies(tokens, b, phrases[whole[k + 1]]) else None
        if above is not None and (not b.label or a.label == b.label == "PLACE") and _alike(tokens, a, phrases[above], near=True):
            yield above
        yield m
        if above is None:
            break
    else:
        return
    if mark in _WORDS:
        yield from (m for m in whole[k + 1 :] if _by_clause(tokens, phrases[near], phrases[m]))


def _modifies(tokens: Sequence[Token], b: Phrase, c: Phrase) -> bool:
    """XのY, or a name right behind what it is (関連会社「Y」)."""
    at = behind(tokens, b.last)
    named = c.first > b.last and all(token.surface in _QUOTES for token in tokens[b.last + 1 : c.first])
    return named or (at < len(tokens) and tokens[at].surface == "の" and c.first == at + 1)


def _by_clause(tokens: Sequence[Token], b: Phrase, c: Phrase) -> bool:
    """Whether all from one phrase up to another is one clause that modifies this one: no comma, no topic, a verb before it."""
    between = tokens[b.last + 1 : c.first]
    return (
        bool(between)
        and between[-1].pos in ("VERB", "AUX")
        and not any(token.surface in ("、", "は", "も") or (token.pos == "SCONJ") for token in between)
        and tokens[b.head].head < c.first
    )


def _alike(tokens: Sequence[Token], a: Phrase, b: Phrase, *, near: bool) -> bool:
    """Two names of one class, or two common nouns of one; right behind the conjunction also a name and a noun."""
    if a.names and a.names == b.names:
        return False
    first, second = _class(tokens, a), _class(tokens, b)
    if first != second or (not near and bool(a.label) != bool(b.label)):
        return False
    return first not in ("thing", "event", "count") or near or a.text[-1:] == b.text[-1:]


def _class(tokens: Sequence[Token], phrase: Phrase) -> str:
    kind = kind_of(tokens, phrase)
    return _CLASSES.get(kind, kind)


def _loosely(tokens: Sequence[Token], a: Phrase, b: Phrase, mark: str) -> bool:
    """Whether what is right behind a conjunction is joined though it is of another class: not a name that modifies a noun."""
    if mark == "ら":
        return False
    at = behind(tokens, b.last)
    modifies = at < len(tokens) and tokens[at].surface == "の"
    if bool(a.label) == (bool(b.label) or (bool(a.label) and _is_name(tokens, b))):
        return not (modifies and b.label and a.label)
    return mark in _WORDS and bool(b.label) and not modifies


def _is_name(tokens: Sequence[Token], phrase: Phrase) -> bool:
    """A name whose kind is not known: a proper noun, or katakana."""
    return "固有名詞" in tokens[phrase.last].tag or _KATAKANA.fullmatch(phrase.text) is not None
