"""Whether two spellings say one name: katakana variants, and katakana beside Latin."""

from __future__ import annotations

import re
import warnings
from functools import cache

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from keii import lexicon

_SEPARATOR = re.compile(r"[・=＝·･ ]")
_SMALL = str.maketrans("ァィゥェォャュョヮ", "アイウエオヤユヨワ")

_ROWS = (
    *("アエオイウヤユヨワ", "カキクケコガギグゲゴ", "サシスセソザジズゼゾチツ", "タテトダデド"),
    *("ナニヌネノ", "ハヒフヘホ", "バビブベボ", "マミムメモ", "ラリルレロ"),
)


def is_katakana(name: str) -> bool:
    return bool(re.fullmatch(r"[ァ-ヴー・=＝·･ ]{2,}", name))


def is_latin(name: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-zÀ-ÿ0-9'’.&\- ]{2,}", name)) and name[0].isupper()


def sound(katakana: str) -> str:
    """Katakana without what spellings of one foreign name differ in.

    >>> sound("オコナー") == sound("オコナ"), sound("ヴァージニア") == sound("バージニア")
    (True, True)
    """
    for written, plain in lexicon.table("sounds"):
        katakana = katakana.replace(written, plain)
    return katakana.translate(_SMALL)


def same_katakana(name: str, other: str) -> bool:
    """Two katakana spellings of one name: part for part alike, one part at most a little off.

    >>> same_katakana("ケビン・オコナー", "ケビン・オコナ"), same_katakana("イリーナ・ベローワ", "イリーナ・ベロワ")
    (True, True)
    >>> same_katakana("ジョージ・ブッシュ", "ローラ・ブッシュ"), same_katakana("イラン", "イラク")
    (False, False)
    """
    parts, others = _parts(name), _parts(other)
    if len(parts) != len(others):
        return False
    off = [(a, b) for a, b in zip(parts, others, strict=True) if a != b]
    if not off:
        return min(len("".join(parts)), len("".join(others))) >= 3
    if len(off) > 1:
        return False
    a, b = off[0]
    close = Levenshtein.distance(a, b) <= (1 if min(len(a), len(b)) < 6 else 2)
    return close and a[0] == b[0] and min(len(a), len(b)) >= (3 if len(parts) > 1 else 6)


@cache
def _parts(name: str) -> tuple[str, ...]:
    return tuple(sound(part) for part in _SEPARATOR.split(name) if part)


@cache
def _spoken(word: str) -> str:
    """How a Latin word is said in katakana, by kanalizer (MIT)."""
    import kanalizer

    letters = re.sub(r"[^a-z]", "", _plain(word))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a word that it cannot finish is read as far as it goes
            return sound(kanalizer.convert(letters)) if letters else ""
    except ValueError:
        return ""


def _plain(word: str) -> str:
    import unicodedata

    return "".join(c for c in unicodedata.normalize("NFD", word.lower()) if c.isascii())


@cache
def sounds_like(katakana: str, latin: str) -> bool:
    """A katakana and a Latin name that say the same, word for word.

    >>> sounds_like("ジョン・カーペンター", "John Carpenter"), sounds_like("ジョン・カーペンター", "Linda Torres")
    (True, False)
    """
    parts, words = _parts(katakana), latin.replace("-", " ").split()
    if len(parts) != len(words) or (len(parts) == 1 and min(len(parts[0]), len(latin)) < 4):
        return False
    scores = [fuzz.ratio(part, _spoken(word)) if _spoken(word) else 0.0 for part, word in zip(parts, words, strict=True)]
    floor, mean = (40.0, 66.0) if len(parts) > 1 else (78.0, 78.0)
    return min(scores) >= floor and sum(scores) / len(scores) >= mean


@cache
def says(katakana: str, latin: str) -> bool:
    """Whether one katakana word, or one with a Latin end, says one Latin word or a part of a name; short ones to the letter.

    >>> says("イリヤ", "Ilya"), says("サム", "Sam"), says("サム", "Tom"), says("メタルQZ", "MetalQZ")
    (True, True, False, True)
    """
    end = re.search(r"(?<![A-Z])[A-Z]*$", katakana)
    tail = end[0] if end else ""
    if not latin.endswith(tail) or len(latin) <= len(tail):
        return False
    told, spoken = sound(katakana.removesuffix(tail)), _spoken(latin.removesuffix(tail).strip())
    return told == spoken or (min(len(told), len(spoken)) >= 4 and fuzz.ratio(told, spoken) >= 78)


def block(name: str) -> tuple[str, int]:
    """What two spellings of one name share: the row of the first sound, and the number of parts."""
    parts = _parts(name) if is_katakana(name) else tuple(_spoken(word) for word in name.replace("-", " ").split())
    first = parts[0][:1] if parts else ""
    return next((row for row in _ROWS if first and first in row), first), len(parts)
