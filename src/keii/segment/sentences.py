"""A block -> its sentences: cut at 。！？ outside brackets, with the citation and the emoji behind the stop."""

from __future__ import annotations

import re
from collections.abc import Iterator

EMOJI = "\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\U0001f000-\U0001faff"
JOINERS = "\u200d\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff"
_OPEN, _CLOSE = "「『（(【［[〔〈《“", "」』）)】］]〕〉》”"
_STOPS = "。．！？!?｡"
_CITATION = (
    r"[ \u3000]?[(（]?(?:via|出典|引用元)[:： ][^()（）。\n]{1,40}[)）]?$"
    r"|[ \u3000]?[(（][^()（）\n]{0,80}\d{4}[a-z]?[)）]。?|[ \u3000]?\[\d{1,2}\]"
)
_TAIL = re.compile(rf"(?:{_CITATION}|[{EMOJI}{JOINERS}]|[ \u3000](?=[{EMOJI}])|[!！?？])+")
_SPOKEN = re.compile(rf"(?:です|ます|した|せん|でした|ですね|ますね|[よね])(?=[{EMOJI}][{EMOJI}{JOINERS}]*[ \u3000])")
_CONTINUES = re.compile(r"[とがのはをにもやでへ、,)）」』]|など|という|って|から")
LONGEST = 2000
"""Characters of the longest sentence: what is longer, a list without stops or no prose, is cut at a pause."""
_PAUSES = "、,，;；:： \u3000\n\t"
_KANA_OR_KANJI = re.compile(r"[ぁ-んァ-ヴー一-龠々]")


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut `text[start:end]` into sentences without blanks around them. Linear time.

    >>> text = "「行く。必ず」と述べた(田中, 2023)。Yahoo! JAPANも報じた🎉 終わり"
    >>> [text[a:b] for a, b in sentences(text, 0, len(text))]
    ['「行く。必ず」と述べた(田中, 2023)。', 'Yahoo! JAPANも報じた🎉 終わり']
    """
    inside = _inside_brackets(text, start, end)
    spoken = {match.end() for match in _SPOKEN.finditer(text, start, end)}
    first, i = start, start
    while i < end:
        if inside[i - start] or not ((text[i] in _STOPS and _is_stop(text, i, end)) or i + 1 in spoken):
            i += 1
            continue
        stop = i + 1
        while stop < end:
            tail = _TAIL.match(text, stop, end)
            if tail:
                stop = tail.end()
            elif text[stop] in _CLOSE and not inside[stop - start]:
                stop += 1
            else:
                break
        yield from bounded(text, first, stop)
        first = i = stop
    yield from bounded(text, first, end)


def bounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span without blanks around it, in pieces of at most `LONGEST` characters, cut behind their last pause."""
    while end - start > LONGEST:
        reach = start + LONGEST
        pause = max(text.rfind(mark, start, reach) for mark in _PAUSES)
        cut = pause + 1 if pause >= start else reach
        yield from _trimmed(text, start, cut)
        start = cut
    yield from _trimmed(text, start, end)


def _inside_brackets(text: str, start: int, end: int) -> bytearray:
    """1 where a character stands inside a pair of brackets; a bracket without a partner is none."""
    inside = bytearray(end - start)
    stack: list[int] = []
    pairs: list[tuple[int, int]] = []
    for i in range(start, end):
        if text[i] in _OPEN:
            stack.append(i)
        elif text[i] in _CLOSE and stack:
            pairs.append((stack.pop(), i))
    covered = start
    for left, right in sorted(pairs):
        if right >= covered:
            begin = max(left, covered)
            inside[begin - start : right + 1 - start] = b"\x01" * (right + 1 - begin)
            covered = right + 1
    return inside


def _is_stop(text: str, i: int, end: int) -> bool:
    char = text[i]
    following = text[i + 1 : min(i + 4, end)]
    previous = text[i - 1] if i else ""
    if char in "。｡":
        return True
    if char == "．":
        return bool(_KANA_OR_KANJI.match(previous)) and not following[:1].isdigit()
    if _CONTINUES.match(following):
        return False
    in_latin_name = previous.isascii() and previous.isalpha() and re.match(r" ?[A-Za-zァ-ヴ]", following)
    return not in_latin_name


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end
