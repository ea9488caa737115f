"""Reading characters: folding for comparison with a map back to the text, and numerals. Never edits the text itself."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e\ufe0e\ufe0f"))
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－", "-") | dict.fromkeys("〜～∼˜", "~"))
_VOICED_MARKS = "ﾞﾟ\u3099\u309a"
_CHANGED = re.compile("[" + _VOICED_MARKS + "".join(map(chr, (*_INVISIBLE, *_DASHES))) + "]")


@dataclass(frozen=True, slots=True)
class Folded:
    """A text folded for comparison; `starts[i]` and `ends[i]` bound the original characters behind `text[i]`."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original span behind the folded span `start:end` (not empty)."""
        return self.starts[start], self.ends[end - 1]


def fold(text: str, offset: int = 0) -> Folded:
    """Fold width, compatibility forms, dashes and invisible characters, remembering where each character came from.

    >>> fold("１１／１７").text
    '11/17'
    >>> fold("ｱﾙﾄﾞ").span(2, 3)
    (2, 4)
    """
    if text.isascii() or (unicodedata.is_normalized("NFKC", text) and not _CHANGED.search(text)):
        places = range(offset, offset + len(text) + 1)
        return Folded(text, tuple(places[:-1]), tuple(places[1:]))
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    i = 0
    while i < len(text):
        j = i + 1
        while j < len(text) and text[j] in _VOICED_MARKS:
            j += 1
        piece = text[i:j]
        if not piece.isascii():
            piece = unicodedata.normalize("NFKC", piece).translate(_INVISIBLE).translate(_DASHES)
        for char in piece:
            chars.append(char)
            starts.append(offset + i)
            ends.append(offset + j)
        i = j
    return Folded("".join(chars), tuple(starts), tuple(ends))


@lru_cache(maxsize=1 << 13)
def folded(text: str) -> str:
    """The folded text alone, lower case, without blanks: what two spellings are compared by.

    >>> folded("Ｏｐｅｎ ＡＩ")
    'openai'
    """
    return "".join(fold(text).text.lower().split())


_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "元": 1, "両": 2, "数": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "億": 10**8, "兆": 10**12}


def number(text: str) -> float | None:
    """The number a numeral says, in digits, kanji or both; None if it says none.

    >>> number("二千二十三"), number("二〇二三"), number("3万5千"), number("1,234.5"), number("元")
    (2023, 2023, 35000, 1234.5, 1)
    """
    text = fold(text).text.replace(",", "").replace(" ", "")
    if not text:
        return None
    total: float = 0
    group: float = 0
    digits = ""
    for char in text:
        if char.isascii() and (char.isdigit() or char == "."):
            digits += char
        elif char in _DIGITS:
            digits += str(_DIGITS[char])
        elif char in _UNITS or char in _MYRIADS:
            value = _decimal(digits) if digits else None
            if digits and value is None:
                return None
            digits = ""
            if char in _UNITS:
                group += (1 if value is None else value) * _UNITS[char]
            else:
                group += value or 0
                total += (group or 1) * _MYRIADS[char]
                group = 0
        else:
            return None
    if digits:
        value = _decimal(digits)
        if value is None:
            return None
        group += value
    total += group
    return int(total) if total == int(total) else total


def _decimal(digits: str) -> float | None:
    try:
        return float(digits) if "." in digits else int(digits)
    except ValueError:
        return None
