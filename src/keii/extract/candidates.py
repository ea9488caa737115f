"""Sentences -> candidate triggers: every word that may name an event, before the model keeps or drops it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from keii.extract.grammar import chain, is_content, is_function, is_sahen
from keii.extract.scene import Scene, View
from keii.model import RUNNING_TEXT, Document, Token

_KANA, _KANJI = re.compile("[ぁ-ゖァ-ヺｦ-ﾟ]"), re.compile("[一-龠々]")
_OTHER = re.compile("[A-Za-z\u00c0-\u04ff\uac00-\ud7a3]")
_LATIN = 12
"""Letters of a sentence that is in another language where it has neither kana nor kanji."""
_CHINESE = 40
"""Kanji of a sentence that is Chinese where it has no kana: a Japanese headline has fewer."""
_DIGITS = frozenset("0123456789〇一二三四五六七八九十百千万億兆")
_MANNERS = frozenset({
    "記者", "事情", "家宅", "書類", "現行犯", "司法", "病理", "刑事", "民事", "業務", "資本", "経済", "首班", "戦力外",
    "現場", "国際",
})  # fmt: skip
"""Plain nouns that make one event word with the verbal noun behind them, also where that is used as a noun."""
_HONORIFIC = frozenset({"ご", "お", "御"})
_PARTS = 3
"""Words before a verbal noun that may make one event word with it."""
_LONGEST = 20
"""Tokens of a number before its counter."""


class Candidate(NamedTuple):
    """A word that may be a trigger: its sentence, its token in that sentence, and the trigger's span."""

    sentence: int
    token: int
    start: int
    end: int


def candidates(document: Document) -> Iterator[Candidate]:
    """Every candidate of the running text, in order, one a bunsetu head or verbal noun."""
    for number, sentence in enumerate(document.sentences):
        if sentence.kind in RUNNING_TEXT and not _is_foreign(document.text(sentence)):
            tokens = document.tokens[number]
            for i in range(len(tokens)):
                if may_trigger(tokens, i):
                    start, end = trigger_span(tokens, i)
                    yield Candidate(number, i, start, end)


def _is_foreign(text: str) -> bool:
    """Whether a sentence is in another language: without kana, and Latin, Cyrillic or Korean, or long in kanji (Chinese)."""
    if _KANA.search(text):
        return False
    kanji = len(_KANJI.findall(text))
    return kanji > _CHINESE or (not kanji and len(_OTHER.findall(text)) > _LATIN)


def shortlist(scene: Scene, found: Iterable[Candidate]) -> list[Candidate]:
    """The candidates that the models look at: all but those that a claim as good as never has as its trigger."""
    return [one for one in found if _is_likely(scene.view(one.sentence), one.token)]


def _is_likely(view: View, i: int) -> bool:
    """Not a plain noun, unless it is a predicate, ends the sentence or happens (事故が起きる); no count before の."""
    use, head = view.uses[i], view.tokens[i].head
    if view.groups[i][0] in "EO":
        return True
    if use == "count":
        return view.case(i) != "の"
    if use != "noun":
        return use != "sahen compound"
    return view.tokens[i].pos != "PROPN" and (head == i or "A" in view.groups[head] or view.verbal(i))


def may_trigger(tokens: Sequence[Token], i: int) -> bool:
    """Tell whether a token may name an event: a verb, a verbal noun, a predicate, a count, another head of a bunsetu."""
    token = tokens[i]
    if not is_content(token) or is_function(token) or (token.dep == "compound" and not is_sahen(token)):
        return False
    if token.pos in ("VERB", "ADJ") or is_sahen(token):
        return True
    return token.bunsetu and token.pos in ("NOUN", "PROPN", "NUM", "ADV")


def trigger_span(tokens: Sequence[Token], i: int) -> tuple[int, int]:
    """The shortest words that name the event: a count with its number, a verb with its negation, else the word."""
    first = i
    if not is_sahen(tokens[i]) and tokens[i].pos in ("NOUN", "NUM", "PROPN"):
        least = max(0, i - _LONGEST)
        while first > least and tokens[first - 1].end == tokens[first].start and set(tokens[first - 1].surface) & _DIGITS:
            first -= 1
    last = i
    behind = chain(tokens, i)
    if tokens[i].pos in ("VERB", "ADJ"):
        for j in range(i + 1, behind.end):
            # 認めないのではないか: what stands behind の says nothing of the verb
            if tokens[j].pos == "SCONJ" and tokens[j].surface in ("の", "ん"):
                break
            if tokens[j].lemma in ("ない", "ぬ", "ず", "まい"):
                last = j
    return tokens[first].start, tokens[last].end


def event_words(tokens: Sequence[Token], i: int) -> tuple[int, int]:
    """The span of `trigger_span` with the words before that make one event word with a verbal noun (書類送検, 業務停止命令).

    What the event happens to (社長解任) and names are no part of it.
    """
    start, end = trigger_span(tokens, i)
    first = i
    while first and i - first < _PARTS and is_sahen(tokens[i]) and _makes_one(tokens, first, i):
        first -= 1
        start = tokens[first].start
    return start, end


def _makes_one(tokens: Sequence[Token], first: int, i: int) -> bool:
    """Whether the word before token `first` belongs to the event word that ends in the verbal noun `i`."""
    before = tokens[first - 1]
    if before.end != tokens[first].start or before.pos == "PROPN" or not first <= before.head <= i:
        return False
    if is_sahen(before) or "形状詞可能" in before.tag or before.surface in _MANNERS:
        return True
    if first < i or tokens[i].pos != "VERB":
        return False
    if before.tag.startswith("接頭辞"):
        return before.surface not in _HONORIFIC
    alone = first < 2 or tokens[first - 2].end != before.start or tokens[first - 2].pos not in ("NOUN", "PROPN", "NUM")
    return alone and before.dep == "compound" and before.tag == "名詞-普通名詞-一般" and not before.ent
