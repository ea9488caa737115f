"""A document as the learned models look at it: what is asked of a sentence or an article again and again, worked out once."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from functools import cache, cached_property
from itertools import accumulate
from typing import get_args

from keii import lexicon
from keii.extract.grammar import Chain, chain, is_content, is_function, is_sahen, path_to_root, quote_depth
from keii.model import RUNNING_TEXT, Document, EventType, Sentence, Token
from keii.sums import Group

Kinds = frozenset[str]
SPECIFIC: Kinds = frozenset(get_args(EventType)) - {"other", "statement"}
SPEECH: Kinds = frozenset({"speech", "statement", "reporting"})
GROUPS: dict[str, Kinds] = {
    "E": SPECIFIC,
    "O": frozenset({"other"}),
    "S": SPEECH,
    "A": frozenset({"aspect"}),
    "T": frozenset({"state"}),
}
"""Groups of event types, by the sign that stands for them."""
USES = ("verb", "sahen verb", "adj", "sahen noun", "sahen compound", "count", "noun")
"""How a word is used; a verbal noun as verb, as noun, inside a compound."""
_NONE: Kinds = frozenset()
_DIGIT = re.compile(r"\d")
_CONDITIONS = frozenset({"ば", "たら", "だら", "なら", "たなら"})
_JOINING = frozenset({"が", "ので", "から", "し", "けど", "けれど", "けれども", "のに"})
_LONGEST = 4
_MATES = 6
_PIECE = 350
"""A word further from its head hangs on it only because a long sentence is analysed in pieces."""


class View:
    """One sentence: of every token its use, event types, name or date, function words, children and case."""

    def __init__(self, tokens: Sequence[Token], labels: list[str]) -> None:
        self.tokens = tokens
        self.labels = labels
        self.chains: list[Chain] = [chain(tokens, i) for i in range(len(tokens))]
        self.kinds: list[Kinds] = [word_types(tokens, i) for i in range(len(tokens))]
        self.uses = [_use(tokens, i) for i in range(len(tokens))]
        self.kids: list[list[int]] = [[] for _ in tokens]
        for i, token in enumerate(tokens):
            if token.head != i and abs(token.head - i) <= _PIECE:
                self.kids[token.head].append(i)
        self.depths = quote_depth(tokens)
        self.norms = {token.norm for token in tokens}
        self.predicates = [0, *accumulate(int(token.pos in ("VERB", "ADJ") and is_content(token)) for token in tokens)]
        """How many verbs and adjectives stand before each token."""
        self.since = _since(labels)
        self.groups = ["".join(sign for sign, kinds in GROUPS.items() if found & kinds) or "-" for found in self.kinds]
        self._forms: dict[int, str] = {}
        self._cases: dict[int, str] = {}
        self._paths: dict[int, list[int]] = {}

    @cached_property
    def specific(self) -> tuple[str, ...]:
        """The specific event types that the sentence's words speak of."""
        return tuple(sorted({kind for kinds in self.kinds for kind in kinds & SPECIFIC}))

    def case(self, i: int) -> str:
        """The particles behind a noun, joined ("には"), or the conjunction behind a predicate."""
        if i not in self._cases:
            behind = self.tokens[i + 1 : self.chains[i].end]
            self._cases[i] = "".join(token.surface for token in behind if token.pos in ("ADP", "SCONJ", "PART"))
        return self._cases[i]

    def path(self, i: int) -> list[int]:
        """The heads above a word, nearest first."""
        if i not in self._paths:
            self._paths[i] = path_to_root(self.tokens, i)
        return self._paths[i]

    def verbal(self, i: int) -> bool:
        return self.uses[i] in ("verb", "sahen verb", "adj") or self.chains[i].lemmas[:1] in (("する",), ("だ",), ("です",))

    def form(self, i: int) -> str:
        """Tense and place of a predicate ("past.final", "prog.quote", "cont"), or a noun's particles."""
        if i not in self._forms:
            self._forms[i] = self._predicate(i) if self.verbal(i) else f"n.{self.case(i) or self._next(i)}"
        return self._forms[i]

    def _predicate(self, i: int) -> str:
        lemmas = self.chains[i].lemmas
        tense = "past" if "た" in lemmas or "だ" in lemmas[1:] else "pres"
        if "いる" in lemmas or "おる" in lemmas:
            tense = f"prog.{tense}"
        polar = ".neg" if {"ない", "ぬ", "ず", "まい"} & set(lemmas) else ""
        voice = ".pass" if {"れる", "られる"} & set(lemmas) else ""
        last = lemmas[-1] if lemmas else ""
        if last in _CONDITIONS:
            return f"cond{polar}"
        if last in ("て", "で") or (not lemmas and "連用形" in self.tokens[i].inflection):
            return f"cont{polar}{voice}"
        return f"{tense}{polar}{voice}.{self._place(i, last)}"

    def _place(self, i: int, last: str) -> str:
        if last in ("と", "という", "とも", "とは"):
            return "quote"
        if last in _JOINING:
            return "joined"
        if last in ("の", "こと"):
            return "nominal"
        return self._next(i)

    def _next(self, i: int) -> str:
        end = self.chains[i].end
        if end >= len(self.tokens):
            return "final"
        following = self.tokens[end]
        if following.pos == "PUNCT":
            return {"。": "final", "、": "comma", "」": "unquote", "「": "quoting"}.get(following.surface, "mark")
        if following.lemma in ("こと", "の", "もの", "事"):
            return "nominal"
        return "noun" if following.pos in ("NOUN", "PROPN", "PRON", "NUM") else "more"

    def complement(self, i: int) -> tuple[int, str] | None:
        """What a word says or does: the last word before its と or を, and the particles between (〜を+発表 → 〜, を)."""
        j = i - 1
        while j >= 0 and not (self.tokens[j].pos in ("ADP", "SCONJ") and self.tokens[j].surface in ("と", "を", "も", "など")):
            if i - j > _MATES or self.tokens[j].surface in ("は", "が", "、", "。"):
                return None
            j -= 1
        k = j
        while k >= 0 and (
            is_function(self.tokens[k]) or self.tokens[k].pos == "PUNCT" or self.tokens[k].lemma in ("こと", "旨", "事")
        ):
            k -= 1
        return (k, "".join(token.surface for token in self.tokens[k + 1 : j + 1])) if k >= 0 else None

    def below(self, i: int) -> list[int]:
        """A word and everything that hangs on it."""
        found, queue = [i], [i]
        while queue:
            kids = self.kids[queue.pop()]
            found += kids
            queue += kids
        return found

    def clause(self, i: int) -> int:
        """The nearest predicate at or above a word."""
        seen = {i}
        while not self.verbal(i) and self.tokens[i].head not in seen:
            i = self.tokens[i].head
            seen.add(i)
        return i


class Scene:
    """A document and its sentences' views; `sentences` keeps each sentence's own features, and those told beside a use."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._mentions = document.mentions or document.entities
        self._mention_starts = [mention.start for mention in self._mentions]
        self._when_starts = [when.start for when in document.whens]
        self._views: dict[int, View] = {}
        self.sentences: dict[int, tuple[Group, tuple[str, ...]]] = {}
        kinds = [sentence.kind for sentence in document.sentences]
        seen: Counter[str] = Counter()
        self.places: list[int] = []
        for kind in kinds:
            self.places.append(seen[kind])
            seen[kind] += 1
        self.lefts = [seen[kind] - place - 1 for kind, place in zip(kinds, self.places, strict=True)]

    def view(self, number: int) -> View:
        if number not in self._views:
            tokens = self.document.tokens[number]
            self._views[number] = View(tokens, [self._label(token) for token in tokens])
        return self._views[number]

    def repeats(self, number: int, i: int) -> tuple[bool, int, int]:
        """Whether the title tells a word too, how often the running text does, and how often before."""
        token = self.view(number).tokens[i]
        places = self._told.get(token.norm, [])
        titled = token.surface in self._title or token.lemma in self._title
        return titled, len(places), bisect_left(places, (number, i))

    def heading(self, sentence: Sentence) -> str:
        """The text of the heading that a sentence stands under."""
        span = self.document.sections[sentence.section].heading
        return self.document.text(span) if span else ""

    def _label(self, token: Token) -> str:
        """What kind of name or date a token is part of."""
        i = bisect_left(self._when_starts, token.end) - 1
        if i >= 0 and self.document.whens[i].end > token.start:
            return "DATE"
        i = bisect_left(self._mention_starts, token.end) - 1
        if i >= 0 and self._mentions[i].end > token.start:
            return self._mentions[i].label
        return ""

    @cached_property
    def topics(self) -> tuple[str, ...]:
        """The article's topics, strongest first: the specific event types that its words speak of more than chance would."""
        counts: Counter[str] = Counter()
        words = 0
        for number, tokens in enumerate(self.document.tokens):
            for found in self.view(number).kinds if tokens else ():
                kinds = found & SPECIFIC
                words += bool(kinds)
                counts.update({kind: 1 / len(kinds) for kind in kinds})
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return tuple(kind for kind, n in ranked if n > max(1.5, 0.12 * words))

    @cached_property
    def manner(self) -> tuple[float, float, int]:
        """How polite and how much in the past tense the article is (shares of its sentences), and how many headings divide it."""
        ends = [{token.lemma for token in tokens[-4:]} for tokens in self.document.tokens if tokens]
        polite = sum(bool(end & {"です", "ます"}) for end in ends) / max(1, len(ends))
        past = sum("た" in end for end in ends) / max(1, len(ends))
        return polite, past, sum(block.kind == "heading" for block in self.document.blocks)

    @cached_property
    def style(self) -> tuple[str, ...]:
        """The article's manner in thirds."""
        polite, past, headings = self.manner
        return f"polite={round(polite * 3)}", f"past={round(past * 3)}", f"headings={min(headings, 6) // 2}"

    @cached_property
    def _title(self) -> str:
        sentences = self.document.sentences
        found = "".join(self.document.text(sentence) for sentence in sentences if sentence.kind == "title")
        return found or self.document.article.title or ""

    @cached_property
    def _told(self) -> dict[str, list[tuple[int, int]]]:
        """Where the running text tells each content word (by its norm): sentence and token, in order."""
        found: dict[str, list[tuple[int, int]]] = {}
        for number, sentence in enumerate(self.document.sentences):
            if sentence.kind in RUNNING_TEXT:
                for i, token in enumerate(self.document.tokens[number]):
                    if is_content(token):
                        found.setdefault(token.norm, []).append((number, i))
        return found


def _since(labels: Sequence[str]) -> list[dict[str, int]]:
    """For each token the last token before it that bears each label."""
    last: dict[str, int] = {}
    found = []
    for i, label in enumerate(labels):
        found.append(last)
        if label:
            last = {**last, label: i}
    return found


def _use(tokens: Sequence[Token], i: int) -> str:
    token = tokens[i]
    if token.pos == "VERB":
        return "sahen verb" if is_sahen(token) else "verb"
    if token.pos == "ADJ":
        return "adj"
    if is_sahen(token):
        return "sahen compound" if token.dep == "compound" else "sahen noun"
    return "count" if i and _DIGIT.match(tokens[i - 1].surface) else "noun"


@cache
def _types() -> dict[str, Kinds]:
    found: dict[str, set[str]] = {}
    for kind, words in lexicon.table("event_types"):
        for word in words.split():
            found.setdefault(word, set()).add(kind)
    return {word: frozenset(kinds) for word, kinds in found.items()}


def word_types(tokens: Sequence[Token], i: int) -> Kinds:
    """The event types that lexicons/event_types.tsv gives a word, or the longest compound that ends in it."""
    token, written = tokens[i], ""
    if not is_content(token):
        return _NONE
    known = _types().get
    found = known(token.norm) or known(token.lemma) or _NONE
    for j in range(i - 1, max(-1, i - _LONGEST), -1):
        if tokens[j].end != tokens[j + 1].start or tokens[j].pos in ("PUNCT", "SYM"):
            break
        written = tokens[j].surface + written
        found = known(written + token.lemma) or found
    return found
