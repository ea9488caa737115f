"""Whom a number stands for: the names in the lines below (以下の3人が辞任した), or before it (A氏、B氏の2人)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from keii.extract.roles.phrases import Phrase, behind, phrases
from keii.model import Document, Token

_POINTERS = frozenset({"以下", "下記", "左記", "次"})
_AS_FOLLOWS = frozenset({"通り", "とおり"})
_ACTORS = frozenset({"PERSON", "ORG", "OUTLET", "PLACE"})
_MOST = 100
"""The most lines of a list."""
_BEFORE = 6
"""The most tokens that stand before the name in a line: its bullet or number, a title."""


def pointed(tokens: Sequence[Token], found: Sequence[Phrase]) -> Phrase | None:
    """The phrase of a sentence that the lines below it list: 以下の3人が, 次の各氏に; the pointing word where it is 次の通り."""
    place = next((i for i, token in enumerate(tokens) if token.surface in _POINTERS and _points(tokens, i)), None)
    if place is None:
        return None
    whole = [phrase for phrase in found if not phrase.inner]
    if tokens[place + 2].lemma in _AS_FOLLOWS:
        topic = next((phrase for phrase in whole if phrase.last < place and phrase.particles[:1] == ("は",)), None)
        return topic or _itself(tokens, place)
    phrase = next((phrase for phrase in whole if phrase.last > place), None)
    while phrase is not None and phrase.particles[:1] == ("の",):  # 以下3人の研究者
        above = tokens[phrase.head].head
        phrase = next((other for other in whole if other.first <= above <= other.last and other is not phrase), None)
    return phrase


def _points(tokens: Sequence[Token], i: int) -> bool:
    """Whether 以下 and the like point down: before の or a number, not behind a measure (5度以下の)."""
    if i + 2 >= len(tokens) or (i and tokens[i - 1].end == tokens[i].start and tokens[i - 1].pos in ("NOUN", "NUM", "PROPN")):
        return False
    return tokens[i + 1].surface == "の" or (tokens[i].surface != "次" and tokens[i + 1].pos == "NUM")


def _itself(tokens: Sequence[Token], i: int) -> Phrase:
    start, end = tokens[i].start, tokens[i].end
    return Phrase(0, i, i, i, start, end, tokens[i].surface, "", False, ())


def before_number(tokens: Sequence[Token], found: Sequence[Phrase], n: int, count: int, label: str) -> tuple[Phrase, ...]:
    """The names that phrase `n`, a number of people or bodies, sums up (日産のA社長、ホンダのB社長の2人); () if it does not."""
    whole = [phrase for phrase in found[:n] if not phrase.inner]
    if not whole or whole[-1].particles[:1] != ("の",) or not _adjoins(tokens, whole[-1], found[n]):
        return ()
    named = [phrase for phrase in whole if phrase.label == label][-count:]
    enough = len(named) == count and named[-1] is whole[-1]
    return tuple(named) if enough and all(_listed(tokens, phrase) for phrase in named[:-1]) else ()


def _adjoins(tokens: Sequence[Token], one: Phrase, other: Phrase) -> bool:
    """Whether nothing but の and 計 stands between two phrases."""
    between = tokens[behind(tokens, one.last) : other.first]
    return all(token.surface in ("の", "計", "合計") for token in between)


def _listed(tokens: Sequence[Token], phrase: Phrase) -> bool:
    """Whether a name is followed by another of its list: 、, と, ・."""
    i = behind(tokens, phrase.last)
    return i < len(tokens) and tokens[i].surface in ("、", "と", "・", "や", "および", "及び")


def lines_below(document: Document, number: int) -> tuple[Phrase, ...]:
    """The names that begin the lines behind a sentence, () where no line follows or the first begins with no name."""
    found = tuple(_names(document, number))
    return found if len(found) > 1 or (found and document.sentences[number + 1].kind == "item") else ()


def _names(document: Document, number: int) -> Iterator[Phrase]:
    for below in range(number + 1, min(number + 1 + _MOST, len(document.sentences))):
        tokens = document.tokens[below]
        sentence = document.sentences[below]
        if not tokens or tokens[-1].surface == "。" or not _begins_line(document.article.text, sentence.start):
            return
        whole = [phrase for phrase in phrases(document, below) if phrase.first <= _BEFORE]
        named = next((phrase for phrase in whole if phrase.label in _ACTORS and not phrase.inner), None)
        named = named or next((phrase for phrase in whole if phrase.label in _ACTORS), None)
        if named is None and sentence.kind == "item" and whole:
            named = whole[0]
        if named is None:
            return
        yield replace(named, names=named.names or (named.text,))


def _begins_line(text: str, start: int) -> bool:
    return text[max(0, start - 20) : start].rstrip(" \u3000\t").endswith("\n")
