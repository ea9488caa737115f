"""The mentions of a document by place, the cue words, and outlets in words that are known to cite."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache

from rapidfuzz.distance import OSA

from keii import lexicon
from keii.model import Document, Mention, Source
from keii.names import find_outlets, outlet_named

_BLOG = re.compile(r"^([A-Za-z0-9][A-Za-z0-9 .&-]*?) ?(?:公式)?ブログ$")
_STAND_INS = ("同社", "同局", "同グループ")
_FORM = re.compile(r"^(?:[米英仏独]?(?:紙|誌|メディア)?・?|地元)")


@cache
def words(kind: str) -> tuple[str, ...]:
    """The cue words of a kind, longest first."""
    rows = [row[2].split() for row in lexicon.table("cues") if row[0] == kind]
    return tuple(sorted({word for row in rows for word in row}, key=lambda word: (-len(word), word)))


def pattern(*kinds: str) -> str:
    """An alternation of the cue words of the kinds."""
    return "(?:" + "|".join(re.escape(word) for kind in kinds for word in words(kind)) + ")"


def stem(word: str) -> str:
    """A verb of the lexicon without its ending, for search in text (書き込む: 書き込)."""
    return re.sub(r"(?<=.)[うくすつぬふむるぐ]$", "", word)


class Names:
    """The mentions of a document by place."""

    def __init__(self, document: Document) -> None:
        self.text = document.article.text
        self.all = document.mentions
        self._starts = [mention.start for mention in self.all]

    def inside(self, start: int, end: int, *labels: str) -> list[Mention]:
        """Mentions of the labels that lie inside a span."""
        found = []
        for index in range(bisect_left(self._starts, start), len(self.all)):
            mention = self.all[index]
            if mention.start >= end:
                break
            if mention.end <= end and (not labels or mention.label in labels):
                found.append(mention)
        return found

    def ending(self, end: int) -> Mention | None:
        """The mention that ends at a place."""
        index = bisect_left(self._starts, end) - 1
        return self.all[index] if index >= 0 and self.all[index].end == end else None

    def outlets(self, start: int, end: int) -> list[Mention]:
        """Outlets named in a span; words for a company that happens to be one (同社) are left out."""
        return [m for m in self.inside(start, end, "OUTLET") if self.text[m.start : m.end] not in _STAND_INS]

    def short_for(self, word: str) -> str | None:
        """The one outlet of the article whose name or spelling begins with a word (日刊: 日刊スポーツ)."""
        longer = {
            m.name for m in self.all if m.label == "OUTLET" and (m.name.startswith(word) or self.text.startswith(word, m.start))
        }
        return longer.pop() if len(word) > 1 and len(longer) == 1 else None


def cited_outlets(names: Names, start: int, end: int) -> list[Mention]:
    """Outlets in words that are known to cite: where none is mentioned, the words are read by themselves."""
    found = names.outlets(start, end)
    if found:
        return found
    text = names.text[start:end]
    return [
        Mention(m.start + start, m.end + start, "OUTLET", m.name, m.why)
        for m in find_outlets(text + "によると")
        if m.end <= len(text)
    ]


@cache
def outlet_meant(word: str) -> str | None:
    """The outlet that words meant as one name: as the lexicon has it, or one slip of the pen away.

    >>> outlet_meant("毎日新問"), outlet_meant("The Vrege"), outlet_meant("県警")
    ('毎日新聞', 'The Verge', None)
    """
    plain = _FORM.sub("", word.strip(" 　「」『』()（）.,、。"))
    named = outlet_named(plain) if 1 < len(plain) <= 40 else None
    if named:
        return named[0]
    near = {name for spelling, name in _spellings().get(plain[:1].lower(), ()) if _slip(plain, spelling)}
    return near.pop() if len(near) == 1 else None


def _slip(word: str, spelling: str) -> bool:
    """Whether one letter is wrong, missing, too many or changed places; kanji names keep their first two."""
    if abs(len(spelling) - len(word)) > 1:
        return False
    if len(word) == 3 and word.isupper() and word[0] == spelling[0]:
        return sorted(word) == sorted(spelling)
    kanji = re.search(r"[一-龠]", spelling) is not None
    if len(word) < (4 if kanji else 5) or word[: 2 if kanji else 1].lower() != spelling[: 2 if kanji else 1].lower():
        return False
    return OSA.distance(word.lower(), spelling.lower(), score_cutoff=1) == 1


@cache
def _spellings() -> dict[str, tuple[tuple[str, str], ...]]:
    """Every spelling of the lexicon that is no everyday word, with its canonical name, by its first letter."""
    pairs = {
        (spelling, name)
        for countries in lexicon.toml("outlets").values()
        for outlets in countries.values()
        for name, spellings in outlets.items()
        for spelling in (name, *spellings)
        if not spelling.startswith("?")
    }
    return {first: tuple(sorted(p for p in pairs if p[0][0].lower() == first)) for first in {p[0][0].lower() for p in pairs}}


def source(mention: Mention, cue: str) -> Source:
    """A mention as a link of the chain."""
    if mention.label == "OUTLET":
        page = _BLOG.match(mention.name)
        return Source("outlet", f"{page[1]} Blog" if page else mention.name, cue, mention.start, mention.end)
    return Source("person" if mention.label == "PERSON" else "body", mention.name, cue, mention.start, mention.end)
