"""Groups of a body: the board of X, its employees, its investors, named as the labelling guide says."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from keii import lexicon

_COUNT = re.compile(r"[\s　]?(?:約|数)?[0-9０-９〇一二三四五六七八九十百千]{0,6}(?:人|名)$")


def group_name(body: str, head: str) -> str | None:
    """The canonical name of a body's group: body and English noun where the body's name is Latin; None if `head` is no group.

    >>> group_name("Twitter", "主要な投資家たち"), group_name("小林製薬", "取締役会"), group_name("Twitter", "机")
    ('Twitter investors', '小林製薬取締役会', None)
    >>> group_name("Twitter", "上級研究員 3名")
    'Twitter senior researchers'
    """
    bare = _COUNT.sub("", head).removesuffix("ら").removesuffix("たち").removesuffix("達").removesuffix("のメンバー")
    found = next((row for row in _groups() if bare.endswith(row[0])), None)
    if found is None:
        return None
    word, english, link, plain = found
    return f"{body} {english}" if body.isascii() else f"{body}{link}{plain or word}"


@lru_cache(maxsize=1 << 14)
def group_owner(name: str) -> str:
    """The body that a group's canonical name tells, else the name itself.

    >>> group_owner("Twitter board"), group_owner("小林製薬の従業員"), group_owner("小林製薬")
    ('Twitter', '小林製薬', '小林製薬')
    """
    found = _owned().fullmatch(name)
    return found["latin"] or found["japanese"] if found else name


def group_words() -> tuple[str, ...]:
    """The words for groups of people."""
    return tuple(row[0] for row in _groups())


@cache
def group_english(word: str) -> str:
    """The English noun of a word for a group, as it is in the lexicon."""
    return next(row[1] for row in _groups() if row[0] == word)


@cache
def _owned() -> re.Pattern[str]:
    latin = "|".join(sorted({re.escape(f" {english}") for _, english, _, _ in _groups()}))
    japanese = "|".join(sorted({re.escape(f"{link}{plain or word}") for word, _, link, plain in _groups()}))
    return re.compile(rf"(?P<latin>.+?)(?:{latin})|(?P<japanese>.+?)(?:{japanese})")


@cache
def _groups() -> tuple[tuple[str, str, str, str], ...]:
    """Longest word first: word, English noun, what joins body and word in Japanese, the plain word for the group."""
    rows = ((row[0], row[1], (*row, "", "")[2], (*row, "", "", "")[3]) for row in lexicon.table("groups"))
    return tuple(sorted(rows, key=lambda row: -len(row[0])))
