"""A sentence as headlines are cut from it: its tree, what no headline holds, and the words of its phrases."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from keii.extract.grammar import chain, is_content, is_sahen, is_verbal
from keii.lexicon import table
from keii.model import Claim, Document, Mention, Participant, Token

LONGEST = 40
"""Code points of a headline."""
QUOTED = 24
"""Code points of what somebody says, or of a clause, where there is no room for the whole."""
_MOST = 500
"""Tokens of a sentence that is still read; nothing longer is written by people."""
EDGES = " 　、。，．,・✅✔☑★☆●○■◆◇▼▽▶▷⏰※→⇒>＞:：-–—―~〜…*#"
OPENING, CLOSING = frozenset("「『“"), frozenset("」』”")
_PAUSES = frozenset("、，,。")
_BRACKETS = re.compile(r"[（(\[［【〔][^（()）\[\]［］【】〔〕]{0,80}[）)\]］】〕]")


@cache
def words_of(kind: str) -> frozenset[str]:
    """A class of words of lexicons/headline.tsv."""
    return frozenset(word for name, words in table("headline") if name == kind for word in words.split(" "))


class Texts:
    """A document's sentences by where they start, each with the dates, citations and mentions that stand in it."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._starts = [sentence.start for sentence in document.sentences]
        self._hidden: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        self._mentions: defaultdict[int, list[Mention]] = defaultdict(list)
        self.written: dict[str, str] = {}
        """How the article writes each name where it tells it first."""
        for when in document.whens:
            if when.kind in ("date", "time"):
                self._hide(when.start, when.end)
        for cited in document.citations:
            if cited.start is not None and cited.end is not None and any(s.kind in ("outlet", "document") for s in cited.sources):
                self._hide(cited.start, cited.end)
        for mention in document.mentions:
            self._mentions[self._number(mention.start)].append(mention)
            told = document.text(mention)
            if told not in words_of("pointing"):
                self.written.setdefault(mention.name, told)

    def sentence(self, claim: Claim) -> Sentence | None:
        """The sentence of a claim, None if it is too long; what the claim's trigger stands in is not hidden, whatever it is."""
        start, trigger = claim.evidence.start, claim.trigger
        number = self._number(start)
        if number < 0 or self._starts[number] != start or not 0 < len(self._document.tokens[number]) <= _MOST:
            return None
        sentence = self._document.sentences[number]
        brackets = ((start + a.start(), start + a.end()) for a in _BRACKETS.finditer(self._document.text(sentence)))
        hidden = [(a, b) for a, b in (*self._hidden[number], *brackets) if b <= trigger.start or trigger.end <= a]
        return Sentence(self._document.tokens[number], hidden, self._mentions[number], self.written)

    def _number(self, place: int) -> int:
        return bisect_right(self._starts, place) - 1

    def _hide(self, start: int, end: int) -> None:
        self._hidden[self._number(start)].append((start, end))


class Sentence:
    """The tokens of one sentence with their tree. Indices are those of `tokens`; `hidden` are those that no headline holds."""

    def __init__(
        self,
        tokens: Sequence[Token],
        hidden: Iterable[tuple[int, int]],
        mentions: Sequence[Mention],
        written: Mapping[str, str],
    ) -> None:
        self.tokens, self.mentions, self.written = tokens, mentions, written
        self.hidden = frozenset(i for start, end in hidden for i in self.inside(start, end))
        self.children: list[list[int]] = [[] for _ in tokens]
        for i, token in enumerate(tokens):
            if token.head != i:
                self.children[token.head].append(i)

    def inside(self, start: int, end: int) -> range:
        """The tokens that a span touches."""
        first = bisect_right(self.tokens, start, key=lambda token: token.end)
        return range(first, bisect_left(self.tokens, end, first, key=lambda token: token.start))

    def head_of(self, start: int, end: int) -> int:
        """The token that the words of a span hang on."""
        inside = self.inside(start, end)
        content = [i for i in inside if is_content(self.tokens[i])] or inside or [0]
        return next((i for i in reversed(content) if self.tokens[i].head not in content or self.tokens[i].head == i), content[-1])

    def below(self, i: int) -> set[int]:
        """A token and all that depends on it."""
        found, waiting = {i}, [i]
        while waiting:
            for j in self.children[waiting.pop()]:
                if j not in found:
                    found.add(j)
                    waiting.append(j)
        return found

    def noun_phrase(self, i: int) -> int:
        """The head of the noun phrase that a name opens (地元の漁師, 田中容疑者), if that is no event."""
        while (head := self.tokens[i].head) > i and self.tokens[head].pos in ("NOUN", "PROPN") and head not in self.hidden:
            owner = self.tokens[i].dep == "nmod" and chain(self.tokens, i).surface == "の" and not is_sahen(self.tokens[head])
            if (self.tokens[i].dep != "compound" and not owner) or is_verbal(self.tokens, head):
                break
            i = head
        return i

    def last(self, i: int) -> int:
        """The index behind a noun with what belongs to it on its right: suffixes, closing marks, what stands in brackets."""
        last, own, head = i + 1, self.below(i), self.tokens[i].head
        while last < (head if head > i else len(self.tokens)) and self._belongs(last, own):
            last += 1
        return last

    def _belongs(self, i: int, own: set[int]) -> bool:
        token = self.tokens[i]
        if token.surface in CLOSING or token.tag.startswith("接尾辞"):
            return True
        return i in own and token.surface not in _PAUSES and (token.dep in ("compound", "punct") or i in self.hidden)

    def end(self, i: int) -> int:
        """The index behind the particles that follow a token, compound ones (について, をめぐって) with them."""
        end = chain(self.tokens, i).end
        while end < len(self.tokens) and self.tokens[end].dep in ("fixed", "case"):
            end += 1
        return end

    # --- words

    def words(self, i: int, level: int, needed: frozenset[int]) -> Iterator[int]:
        """The tokens of a phrase, in no order: level 0 all of it, 1 without its clauses, 2 without its owners too.

        Words that are hidden, that point elsewhere or that only place it in time are left out; `needed` ones are not.
        """
        waiting = [i]
        while waiting:
            i = waiting.pop()
            yield i
            waiting += [j for j in self.children[i] if self._stays(j, level, needed)]

    def points(self, i: int) -> bool:
        """Whether a word points at something told elsewhere: この, これ, and the ら of これら."""
        many = i > 0 and self.tokens[i].tag.startswith("接尾辞") and self.tokens[i - 1].surface in words_of("pointing")
        return many or self.tokens[i].surface in words_of("pointing")

    def _stays(self, i: int, level: int, needed: frozenset[int]) -> bool:
        token = self.tokens[i]
        adverb = token.dep in ("advmod", "advcl", "cc", "discourse") and self.tokens[token.head].pos != "ADJ"
        if i in self.hidden or adverb or self.points(i):
            return False
        if level == 0 or i in needed:
            return True
        bare = token.surface in words_of("formal") | words_of("times")
        if bare and any(self.tokens[j].dep == "acl" for j in self.children[i]):
            return False
        adjective = token.pos == "ADJ" and len(self.children[i]) <= 2
        return not (token.dep in ("acl", "amod") and not adjective) and not (level == 2 and token.dep == "nmod")

    def text(self, kept: Iterable[int]) -> str:
        """The words of tokens in order, a blank where the text has one, 、 where it has one among or between them."""
        told, before = "", -1
        for i in kept:
            token = self.tokens[i]
            if token.surface in _PAUSES:
                continue
            if told and any(one.surface in _PAUSES for one in self.tokens[before + 1 : i]):
                told += self._between(before, i)
            elif told[-1:].isascii() and token.surface[:1].isascii() and self.tokens[i - 1].end < token.start:
                told += " "
            told, before = told + token.surface, i
        return told.strip(EDGES)

    def _between(self, first: int, last: int) -> str:
        """A pause between two words: 、, but within a name what the text has (Minato, Inc.)."""
        start, end = self.tokens[first].end, self.tokens[last].start
        named = any(one.start < start and end < one.end for one in self.mentions)
        blank = " " if named and self.tokens[last - 1].end < end else ""
        return "".join(one.surface for one in self.tokens[first + 1 : last]) + blank if named else "、"

    def tail(self, kept: Sequence[int]) -> Sequence[int]:
        """The last bunsetu of some words, as many as there is room for, one at least."""
        size, best = 0, len(kept)
        for n in range(len(kept) - 1, -1, -1):
            size += len(self.tokens[kept[n]].surface)
            if size > QUOTED and best < len(kept):
                break
            if n == 0 or (is_content(self.tokens[kept[n]]) and not is_content(self.tokens[kept[n - 1]])):
                best = n
        return kept[best:]

    # --- names

    def who(self, i: int, participants: Iterable[Participant]) -> list[Participant]:
        """The participants that a token names."""
        token = self.tokens[i]
        return [one for one in participants if one.start is not None and one.start < token.end and token.start < (one.end or 0)]

    def names(self, i: int, participants: Iterable[Participant]) -> set[int]:
        """The tokens of the names that a token belongs to: none is cut in two."""
        spans = [(one.start, one.end) for one in self.who(i, participants) if one.start is not None and one.end is not None]
        spans += [(one.start, one.end) for one in self.mentions if one.label not in ("DATE", "TIME") and self._touches(i, one)]
        return {j for start, end in spans for j in self.inside(start, end)} - self.hidden

    def _touches(self, i: int, mention: Mention) -> bool:
        return mention.start < self.tokens[i].end and self.tokens[i].start < mention.end

    def is_outlet(self, i: int, outlets: Sequence[str]) -> bool:
        """Tell whether a token names one of the outlets."""
        return any(one.label == "OUTLET" and one.name in outlets and self._touches(i, one) for one in self.mentions)
