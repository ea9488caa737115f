"""Noun phrases that may take part in an event: their spans without titles, their names, and what they are joined with."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from keii import lexicon
from keii.extract.grammar import chain, is_sahen
from keii.model import Document, Mention, Token
from keii.names.lexica import titles

_APART = 16
"""The most tokens of a compound that the parser cut."""
_GLOSS = 24
"""The most tokens of a gloss in brackets."""
_GLOSSES = 3
"""The most glosses behind one noun."""
_COUNTED = re.compile(r"[ \u3000]?(?:約|数)?[0-9０-９一二三四五六七八九十百千]+(?:人|名)")
"""How many a group is of: 上級研究員 3名."""
_INNER = ("compound", "nummod", "clf", "fixed")
_NOUNS = ("NOUN", "PROPN", "PRON", "NUM")
VOCATIONS = frozenset({"Position_Vocation", "Person"})
"""GiNZA's labels of nouns that name people by what they are."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase. `first`, `head`, `last` index its sentence's tokens; `start`, `end` span the name without its title."""

    sentence: int
    first: int
    head: int
    last: int
    start: int
    end: int
    text: str
    label: str
    """What kind of name it is, "" for a common noun."""
    title: bool
    particles: tuple[str, ...]
    inner: bool = False
    """A name inside a compound that says something else (日産社内)."""
    names: tuple[str, ...] = ()
    """Whom it names: several for 両社, one elsewhere."""


@cache
def words(kind: str) -> frozenset[str]:
    """The words of a class of `lexicons/participants.tsv`."""
    return frozenset(word for row in lexicon.table("participants") if row[0] == kind for word in row[1].split())


def phrases(document: Document, number: int) -> tuple[Phrase, ...]:
    """The noun phrases of a sentence in order; names inside compounds come before the phrase they stand in."""
    tokens = document.tokens[number]
    found: list[Phrase] = []
    names = _names(document, number)
    glosses = _glosses(tokens)
    taken = set(glosses)
    for i, token in enumerate(tokens):
        if token.bunsetu and token.pos in _NOUNS and i not in taken:
            first, last = _extent(tokens, i)
            while last + 1 < len(tokens) and _continues(tokens, last + 1) and tokens[last].ent not in ("Date", "Time"):
                i = last + 1
                while not tokens[i].bunsetu:
                    i += 1
                last = _extent(tokens, i)[1]
            taken.update(range(first, last + 1))
            found += _bunsetu(document, number, (first, i, last), names)
    outside = glosses | {i for phrase in found if not phrase.inner for i in range(phrase.first, phrase.last + 1)}
    yielded = {(phrase.start, phrase.end) for phrase in found}
    for mention in names:
        first, last = _tokens_of(tokens, mention)
        if (mention.start, mention.end) not in yielded and first <= last and not {first, last} & outside:
            found.append(_phrase(document, number, (first, last, last), mention, title=False, inner=True))
    return _once(found)


def _tokens_of(tokens: Sequence[Token], mention: Mention) -> tuple[int, int]:
    """First and last token that share a character with a mention."""
    first = bisect_right(tokens, mention.start, key=lambda token: token.end)
    return first, bisect_left(tokens, mention.end, key=lambda token: token.start) - 1


def _once(found: Sequence[Phrase]) -> tuple[Phrase, ...]:
    """The phrases in order, of those with one span the last (the one that carries the particle)."""
    last = {(phrase.start, phrase.end): phrase for phrase in sorted(found, key=lambda phrase: phrase.last)}
    return tuple(sorted(last.values(), key=lambda phrase: (phrase.start, phrase.end)))


def _names(document: Document, number: int) -> list[Mention]:
    """The names of people, bodies and places that begin in a sentence."""
    sentence = document.sentences[number]
    mentions = document.mentions or document.entities
    first, last = (bisect_left(mentions, place, key=lambda mention: mention.start) for place in (sentence.start, sentence.end))
    return [mention for mention in mentions[first:last] if mention.label not in ("DATE", "TIME")]


def _touching(names: Sequence[Mention], start: int, end: int) -> list[Mention]:
    """The names that share a character with a span, or end where it begins."""
    first = bisect_left(names, start, key=lambda mention: mention.end)
    last = bisect_left(names, end, key=lambda mention: mention.start)
    return list(names[first:last])


def _extent(tokens: Sequence[Token], i: int) -> tuple[int, int]:
    """First and last token of the noun that a bunsetu head stands for."""
    first = last = i
    while (
        first > 0
        and tokens[first - 1].dep in _INNER
        and tokens[first - 1].pos != "PUNCT"
        and first <= tokens[first - 1].head <= i
    ):
        first -= 1
    while (
        last + 1 < len(tokens)
        and tokens[last + 1].dep in _INNER
        and tokens[last + 1].head in range(first, last + 1)
        and tokens[last + 1].pos in _NOUNS
    ):
        last += 1
    return first, last


def _continues(tokens: Sequence[Token], i: int) -> bool:
    """Whether the noun before runs on without a particle (大分県 + 警): the parser cut a compound."""
    if tokens[i].pos not in _NOUNS or tokens[i].start != tokens[i - 1].end:
        return False
    head = next((j for j in range(i, min(i + _APART, len(tokens))) if tokens[j].bunsetu), None)
    return (
        head is not None
        and all(tokens[j].pos in _NOUNS for j in range(i, head + 1))
        and tokens[i].tag.startswith(("名詞", "接尾辞"))
        and "副詞可能" not in tokens[i].tag
        and "数詞" not in tokens[i].tag
    )


def _bunsetu(document: Document, number: int, place: tuple[int, int, int], names: Sequence[Mention]) -> Iterator[Phrase]:
    tokens = document.tokens[number]
    first, head, last = place
    first = _reach_back(tokens, first, names)
    place = (first, head, last)
    if _is_time(document, tokens, first, last) or (tokens[last].lemma in words("empty") and first == last):
        return
    inside = [m for m in _touching(names, tokens[first].start, tokens[last].end) if m.end > tokens[first].start]
    bare = last
    while bare >= first and (tokens[bare].surface in titles() or tokens[bare].surface in words("title")):
        bare -= 1
    core_end = tokens[bare].end if bare >= first else None
    final = inside[-1] if inside else None
    titled = core_end is not None and bare < last
    opening = next((m for m in inside if m.label == "PERSON" and m.start == tokens[first].start), None)
    if (
        opening
        and opening.end < tokens[last].end
        and opening is inside[-1]
        and not is_sahen(tokens[last])
        and tokens[last].surface[-1:] in words("person")
    ):
        yield _phrase(document, number, place, opening, title=True)
        return
    counted = final and final.label == "ORG" and _COUNTED.fullmatch(document.article.text, final.end, tokens[last].end)
    if final and (
        counted
        or final.end >= tokens[last].end
        or (titled and core_end is not None and final.end >= core_end and final.label == "PERSON")
    ):
        inside.pop()
        yield from (_inner(document, number, place, m) for m in inside)
        yield _phrase(document, number, place, final, title=titled)
        return
    yield from (_inner(document, number, place, m) for m in inside)
    yield _phrase(
        document,
        number,
        place,
        None,
        title=titled and tokens[bare].pos == "PROPN",
        bare=bare if titled and tokens[bare].pos == "PROPN" else last,
    )


def _reach_back(tokens: Sequence[Token], first: int, names: Sequence[Mention]) -> int:
    """The first token of the name that runs into a phrase: the parser may cut a name from its title (天王寺谷 + 選手)."""
    start = tokens[first].start
    name = next((m for m in _touching(names, start, start + 1) if m.start < start), None)
    while name and first > 0 and tokens[first - 1].start >= name.start and tokens[first - 1].end == tokens[first].start:
        first -= 1
    return first


def _inner(document: Document, number: int, place: tuple[int, int, int], mention: Mention) -> Phrase:
    return _phrase(document, number, place, mention, title=False, inner=True)


def _phrase(
    document: Document,
    number: int,
    place: tuple[int, int, int],
    mention: Mention | None,
    *,
    title: bool,
    inner: bool = False,
    bare: int | None = None,
) -> Phrase:
    tokens = document.tokens[number]
    first, head, last = place
    bare = last if bare is None else bare
    start, end = (mention.start, mention.end) if mention else (tokens[first].start, tokens[bare].end)
    return Phrase(
        sentence=number,
        first=first,
        head=head,
        last=last,
        start=start,
        end=end,
        text=document.article.text[start:end],
        label=mention.label if mention else "",
        title=title,
        particles=() if inner and mention and mention.end < tokens[last].end else case(tokens, last),
        inner=inner,
        names=(mention.name,) if mention else (),
    )


def case(tokens: Sequence[Token], last: int) -> tuple[str, ...]:
    """The particles behind a noun phrase, past closing marks and a gloss: X(42歳)が."""
    found = []
    start = behind(tokens, last)
    for token in tokens[start : start + 6]:
        if token.pos in ("ADP", "SCONJ") or token.dep == "fixed":
            found.append(token.surface)
        elif token.pos != "PUNCT" or token.surface not in '」』)）"”':
            break
    return tuple(found)


def behind(tokens: Sequence[Token], last: int) -> int:
    """The first token behind a noun phrase, its closing quotation marks and its glosses in brackets: X(読み)(22歳)が."""
    i = _behind_marks(tokens, last + 1)
    for _ in range(_GLOSSES):
        close = _gloss_end(tokens, i)
        if close is None:
            break
        i = _behind_marks(tokens, close + 1)
    return i


def _behind_marks(tokens: Sequence[Token], i: int) -> int:
    while i < len(tokens) and tokens[i].surface in '」』”"':
        i += 1
    return i


def _gloss_end(tokens: Sequence[Token], i: int) -> int | None:
    """Where the bracket closes that opens at token `i`; None if none opens there or it is too long for a gloss."""
    if i >= len(tokens) or tokens[i].surface not in ("(", "（"):
        return None
    return next((j for j in range(i + 1, min(i + _GLOSS, len(tokens))) if tokens[j].surface in (")", "）")), None)


def _glosses(tokens: Sequence[Token]) -> frozenset[int]:
    """The tokens of glosses: brackets directly behind a noun."""
    found: set[int] = set()
    for i in range(1, len(tokens)):
        if tokens[i].surface in ("(", "（") and tokens[i - 1].pos in (*_NOUNS, "PUNCT") and i not in found:
            close = _gloss_end(tokens, i)
            found.update(range(i, close + 1) if close else ())
    return frozenset(found)


def _is_time(document: Document, tokens: Sequence[Token], first: int, last: int) -> bool:
    end = tokens[last].end
    place = bisect_left(document.whens, end, key=lambda when: when.start) - 1
    if place >= 0 and document.whens[place].end >= end:
        return True
    return tokens[last].ent in ("Date", "Time")


def is_verbal_next(tokens: Sequence[Token], b: Phrase) -> bool:
    """XとY, where Y is what X is met or agreed with (A社と提携)."""
    token = tokens[b.last]
    return is_sahen(token) and "する" in chain(tokens, b.last).lemmas[:1]


@lru_cache(maxsize=10_000)
def noun_class(text: str, label: str) -> str:
    """The kind of thing a phrase names, by its label or its last characters."""
    if label:
        return label
    if text[:1].isdigit() or text[:1] in "数一二三四五六七八九十百千万約":
        return "people" if text[-1:] in "人名" else "count"
    for kind in ("person", "body"):
        if any(text[-n:] in words(kind) for n in (4, 3, 2, 1)):
            return kind
    return "thing"


def kind_of(tokens: Sequence[Token], phrase: Phrase) -> str:
    """`noun_class` of a phrase, `event` where its head is a verbal noun."""
    if phrase.label:
        return phrase.label
    if tokens[phrase.last].ent in VOCATIONS:
        return "person"
    if is_sahen(tokens[phrase.last]):
        return "event"
    return noun_class(phrase.text, "")
