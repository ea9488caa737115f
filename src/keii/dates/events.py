"""Expressions that name no time but an event or what was told last (発表直後, 事件当時, 公示を前に, これまで)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from keii import lexicon
from keii.dates.atoms import words

_LONGEST = 8
_EVENT = re.compile(rf"[一-龠々ァ-ヴー]{{1,{_LONGEST}}}$")
_NEXT = r"(?=[、はにもへでか]|まで|[一-龠](?!後))"
_SUFFIX = re.compile(
    rf"(?P<at>の?直後|(?<=[いきしちっんえけせてれ]た)直後|当時(?!の|か)|当初|早々){_NEXT}|(?P<after>の?後)(?=[、はにも])"
    r"|(?P<before>の?直前(?=[、はにもま])|の?前(?=[、にはも])(?!にある)|に先立ち|に先立って|に先がけて|を前に(?!し))"
)
_TOLD = re.compile(
    r"(?<![一-龠])(?P<now>これまで(?:に(?!な|も))?(?!の|通り|どおり)|以前から(?!の))|(?<![一-龠])(?P<then>それまで(?!の)|その(?:直)?前(?=[、には])|当時(?=[、はも]|[一-龠]))"
)


class Mark(NamedTuple):
    """One such expression: its span, the event (empty where it counts from what was told last), and how it is bounded.

    `bound` is `at`, `before` or, for what counts from the article's own date, `now`.
    """

    start: int
    end: int
    event: str
    bound: str


def marks(text: str) -> Iterator[Mark]:
    """The expressions of a sentence that count from an event or from what was told last, in order.

    >>> [(mark.event, mark.bound) for mark in marks("事件当時は店にいた。逮捕前にはこれまで否認していた。")]
    [('事件', 'at'), ('逮捕', 'before'), ('', 'now')]
    """
    last = 0
    for mark in sorted([*_from_events(text), *_from_told(text)]):
        if mark.start >= last:
            last = mark.end
            yield mark


def _from_events(text: str) -> Iterator[Mark]:
    for match in _SUFFIX.finditer(text):
        head = _EVENT.search(text, max(0, match.start() - _LONGEST), match.start())
        if head and is_event(head[0]):
            yield Mark(head.start(), match.end(), head[0], "before" if match["before"] else "at")
        elif match["at"] == "直後" and text[match.start() - 1] == "た":
            yield Mark(match.start() - 1, match.end(), "", "at")


def _from_told(text: str) -> Iterator[Mark]:
    for match in _TOLD.finditer(text):
        bound = "now" if match["now"] else "at" if match["then"] == "当時" else "before"
        yield Mark(match.start(), match.end(), "", bound)


def is_event(word: str) -> bool:
    """Whether a word ends in an event word."""
    return any(word[-length:] in _events() for length in range(2, len(word) + 1))


@cache
def _events() -> frozenset[str]:
    """The event words that are nouns by their writing (解任, レース), each at least two characters."""
    return frozenset(words("event")) | frozenset(
        word
        for kind, line in lexicon.table("event_types")
        if kind not in ("state", "aspect")
        for word in line.split(" ")
        if re.fullmatch("[一-龠々ァ-ヴー]{2,}", word)
    )
