"""Who a stretch of text names: mentions, outlets, unnamed sources and words that stand for one told before."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache

from keii import lexicon
from keii.model import Document, Mention, Source
from keii.names.outlets import find_outlets


@cache
def words(kind: str) -> tuple[str, ...]:
    """The cue words of a kind, longest first."""
    rows = [row[2].split() for row in lexicon.table("cues") if row[0] == kind]
    return tuple(sorted({word for row in rows for word in row}, key=lambda word: (-len(word), word)))


@cache
def pattern(kind: str) -> str:
    return "(?:" + "|".join(re.escape(word) for word in words(kind)) + ")"


def stem(word: str) -> str:
    """A verb of the lexicon without its ending, for search in text (書き込む: 書き込)."""
    return re.sub(r"(?<=.)[うくすつぬふむるぐ]$", "", word)


class Names:
    """The mentions of a document by place."""

    def __init__(self, document: Document) -> None:
        self.text = document.article.text
        self.all = document.mentions
        self.starts = [mention.start for mention in self.all]

    def inside(self, start: int, end: int, *labels: str) -> list[Mention]:
        """Mentions of the labels that lie inside a span."""
        found = []
        for mention in self.all[bisect_left(self.starts, start) :]:
            if mention.start >= end:
                break
            if mention.end <= end and (not labels or mention.label in labels):
                found.append(mention)
        return found

    def ending(self, end: int) -> Mention | None:
        """The mention that ends at a place."""
        index = bisect_left(self.starts, end) - 1
        return self.all[index] if index >= 0 and self.all[index].end == end else None

    def short_outlet(self, word: str) -> str | None:
        """The one outlet of the article whose name or spelling begins with a word (日刊: 日刊スポーツ)."""
        if len(word) < 2:
            return None
        longer = {m.name for m in self.all if m.label == "OUTLET" and (m.name.startswith(word) or self.text.startswith(word, m.start))}
        return longer.pop() if len(longer) == 1 else None

    def outlets(self, start: int, end: int) -> list[Mention]:
        return self.inside(start, end, "OUTLET")


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


def source(mention: Mention, cue: str) -> Source:
    kind = {"OUTLET": "outlet", "PERSON": "person"}.get(mention.label, "body")
    return Source(kind, mention.name, cue, mention.start, mention.end)  # type: ignore[arg-type]
