"""Claims -> headlines: who does what, in the words of the sentence, without date, source or words that point elsewhere.

The sentence's analysis gives the predicate that a claim's trigger belongs to and what depends on it. The headline is a row of
these phrases as they stand, the subject's particle replaced by 、, and the predicate without its tense, politeness and
continuing forms (発表した -> 発表, 引き下げられました -> 引き下げられる, 戻らなかった -> 戻らない). Phrases are shortened, then
left out, until it fits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from keii.headline.clause import Clause, Phrase
from keii.headline.sentence import EDGES, LONGEST, Texts
from keii.model import Claim, Document

__all__ = ["LONGEST", "headlines"]

_SOURCE = re.compile(r"^[^「『“]{0,30}(?:によると|によれば|によりますと)、?")
_PAIRS = (("「", "」"), ("『", "』"), ("“", "”"))


def headlines(document: Document, claims: Sequence[Claim]) -> tuple[str, ...]:
    """The headline of each claim, "" where its sentence was not analysed or is too long."""
    texts = Texts(document)
    return tuple(_headline(texts, claim) for claim in claims)


def _headline(texts: Texts, claim: Claim) -> str:
    sentence = texts.sentence(claim)
    if sentence is None:
        return ""
    clause = Clause(sentence, claim)
    phrases, predicate = clause.phrases(), clause.predicate()
    if len(phrases) == 1 and phrases[0].particle == "が":
        phrases = [phrases[0].ending("が")]
    return _fit(phrases, predicate)


def _fit(phrases: Sequence[Phrase], predicate: str) -> str:
    """The phrases before the predicate, the least worth shortened first, then left out, until they fit."""
    chosen = dict.fromkeys(phrases, 0)

    def too_long() -> bool:
        return sum(len(phrase.texts[n]) for phrase, n in chosen.items()) > LONGEST - len(predicate)

    cheapest = sorted(phrases, key=lambda phrase: phrase.worth)
    for phrase in cheapest:
        while too_long() and chosen[phrase] < len(phrase.texts) - 1:
            chosen[phrase] += 1
    for phrase in cheapest:
        if too_long():
            del chosen[phrase]
    ordered = sorted(chosen, key=lambda phrase: (not phrase.subject, phrase.near, phrase.at))
    return _joined([phrase.texts[chosen[phrase]] for phrase in ordered] + [predicate])


def _joined(parts: Sequence[str]) -> str:
    """The parts as one line: a blank between Latin words, no source at its head, no quotation mark without its partner."""
    text = parts[0]
    for before, after in pairwise(parts):
        latin = before[-1:].isascii() and before[-1:].isalnum() and after[:1].isascii() and after[:1].isalnum()
        text += (" " if latin else "") + after
    text = _SOURCE.sub("", text)
    for opening, closing in _PAIRS:
        if text.count(opening) != text.count(closing):
            text = text.replace(opening, "").replace(closing, "")
    return text.strip(EDGES)[:LONGEST]
