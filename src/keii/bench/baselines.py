"""Two simple ways to find claims, for `keii.bench.claims` to stand beside: every finite verb, and a list of trigger words.

Both tell every field as well as a plain pattern can: participants are GiNZA's people and bodies by the particle behind them,
the date is the nearest, factuality follows from the words right behind the trigger, an outlet stands before によると.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import get_args

from keii.extract.scene import word_types
from keii.model import (
    RUNNING_TEXT,
    Claim,
    ClaimDate,
    Document,
    EventType,
    Factuality,
    Mention,
    Participant,
    Role,
    Sentence,
    Text,
    Token,
)
from keii.names.outlets import outlet_named

_TYPES: tuple[EventType, ...] = get_args(EventType)
_SIGNS: dict[Factuality, str] = {
    "possible": "だろう|でしょう|可能性|かもしれ|[み見](?:られ|て)|疑い|容疑|恐れ|おそれ",
    "planned": "予定|方針|計画|見通し|意向|考え|つもり|べき|ため|求め|よう[にと求呼要]|[おこそとのもろ]う(?:と|$)|する$|"
    "[うくすつむるぐぶ]こと",
    "negated": "な(?:い|かっ|く)|ませ|ず",
}
_BEHIND = 12
_CITED = re.compile(r"([^、。「」『』（）()]+)[」』）)]?[紙誌]?(?:によると|によれば)")


def finite_verbs(document: Document) -> Iterator[Claim]:
    """Every finite verb."""
    return _claims(document, lambda tokens, i: tokens[i].pos == "VERB" and not _joins(tokens[i + 1 : i + 2]))


def trigger_list(document: Document) -> Iterator[Claim]:
    """Every word that the lexicon gives an event type."""
    return _claims(document, lambda tokens, i: bool(word_types(tokens, i) & set(_TYPES)))


def _joins(behind: Sequence[Token]) -> bool:
    return any(token.surface in ("て", "で", "ながら", "つつ", "ば") for token in behind)


def _claims(document: Document, chosen: Callable[[Sequence[Token], int], bool]) -> Iterator[Claim]:
    places = [
        (sentence, tokens, i)
        for sentence, tokens in zip(document.sentences, document.tokens, strict=True)
        if sentence.kind in RUNNING_TEXT
        for i in range(len(tokens))
        if chosen(tokens, i)
    ]
    for number, (sentence, tokens, i) in enumerate(places, 1):
        token = tokens[i]
        yield Claim(
            article=document.article.id,
            id=f"c{number:03d}",
            evidence=Text(start=sentence.start, end=sentence.end, text=document.text(sentence)),
            trigger=Text(start=token.start, end=token.end, text=token.surface),
            type=next((kind for kind in _TYPES if kind in word_types(tokens, i)), "other"),
            factuality=_factuality(document.article.text[token.end : sentence.end]),
            date=_nearest(document, sentence, token),
            participants=tuple(_participants(document, sentence, token)),
            outlets=tuple(_outlets(document.text(sentence))),
        )


def _factuality(text: str) -> Factuality:
    """By the words right behind the trigger, up to the next mark."""
    behind = re.split("[、。]", text[:_BEHIND])[0]
    return next((value for value, signs in _SIGNS.items() if re.search(signs, behind)), "fact")


def _nearest(document: Document, sentence: Sentence, token: Token) -> ClaimDate | None:
    """The nearest date of the sentence, else the last before it, else the article's."""
    whens = [when for when in document.whens if when.value and when.kind == "date"]
    own = [when for when in whens if sentence.start <= when.start < sentence.end]
    before = [when for when in whens if when.start < sentence.start]
    near = min(own, key=lambda when: abs(when.start - token.start)) if own else before[-1] if before else document.published
    return ClaimDate(value=near.value, from_="document") if near and near.value else None


def _participants(document: Document, sentence: Sentence, token: Token) -> Iterator[Participant]:
    """Who stands before the trigger: the nearest with を is acted on; the nearest with は or が, else the nearest other, acts."""
    before = [one for one in document.entities if sentence.start <= one.start < token.start and one.label in ("PERSON", "ORG")]
    behind = [document.article.text[one.end : one.end + 1] for one in before]
    patient = [one for one, particle in zip(before, behind, strict=True) if particle == "を"][-1:]
    subject = [one for one, particle in zip(before, behind, strict=True) if particle in ("は", "が")][-1:]
    agent = subject or [one for one in before if one not in patient][-1:]
    yield from (_participant(document, one, "agent") for one in agent)
    yield from (_participant(document, one, "patient") for one in patient)


def _participant(document: Document, entity: Mention, role: Role) -> Participant:
    return Participant(name=entity.name, role=role, start=entity.start, end=entity.end, text=document.text(entity))


def _outlets(sentence: str) -> Iterator[str]:
    for match in _CITED.finditer(sentence):
        if told := outlet_named(match[1]):
            yield told[0]
