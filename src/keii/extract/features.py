"""What the learned models see of a candidate: its word, its morphology, its clause, its sentence, its article."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from functools import cache, cached_property
from typing import get_args

from keii import lexicon
from keii.extract.candidates import Candidate
from keii.extract.clusters import clusters
from keii.extract.grammar import chain, children, is_content, is_sahen, path_to_root, quote_depth
from keii.model import Document, EventType, Token

_DIGIT = re.compile(r"\d")
SPECIFIC = frozenset(get_args(EventType)) - {"other", "statement"}
_POLITE = ("です", "ます")
_FIRST_PERSON = frozenset({"私", "わたし", "僕", "筆者", "我々", "わたしたち", "私たち", "自分", "みなさん", "皆さん", "あなた"})


class Scene:
    """A document as the features look at it; everything that is asked of a sentence or the article is worked out once."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._mentions = document.mentions or document.entities
        self._mention_starts = [mention.start for mention in self._mentions]
        self._when_starts = [when.start for when in document.whens]
        self._sentences: dict[int, tuple[str, ...]] = {}
        self._depths: dict[int, list[int]] = {}

    def label(self, token: Token) -> str:
        """What kind of name or date a token is part of."""
        i = bisect_left(self._when_starts, token.end) - 1
        if i >= 0 and self.document.whens[i].end > token.start:
            return "DATE"
        i = bisect_left(self._mention_starts, token.end) - 1
        if i >= 0 and self._mentions[i].end > token.start:
            return self._mentions[i].label
        return ""

    def depths(self, number: int) -> list[int]:
        if number not in self._depths:
            self._depths[number] = quote_depth(self.document.tokens[number])
        return self._depths[number]

    def sentence(self, number: int) -> tuple[str, ...]:
        """Features of a sentence as a whole."""
        if number not in self._sentences:
            self._sentences[number] = tuple(self._sentence_features(number))
        return self._sentences[number]

    @cached_property
    def article(self) -> tuple[str, ...]:
        """Features of the article: how polite, how personal, how decorated, how long it is."""
        running = [tokens for sentence, tokens in zip(self.document.sentences, self.document.tokens, strict=True) if tokens]
        ends = [{token.lemma for token in tokens[-4:]} for tokens in running]
        polite = sum(bool(end & set(_POLITE)) for end in ends) / max(1, len(ends))
        headings = sum(block.kind == "heading" for block in self.document.blocks)
        return (f"art:polite={round(polite * 3)}", f"art:headings={min(headings, 6) // 2}")

    @cached_property
    def topics(self) -> tuple[str, ...]:
        """The article's topics, strongest first: the specific event types that its words speak of more than chance would."""
        counts: Counter[str] = Counter()
        words = 0
        for tokens in self.document.tokens:
            for token in tokens:
                kinds = word_types(token) & SPECIFIC
                words += bool(kinds)
                counts.update({kind: 1 / len(kinds) for kind in kinds})  # type: ignore[arg-type]
        return tuple(
            kind for kind, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if n > max(1.5, 0.12 * words)
        )

    def kinds(self, number: int) -> tuple[str, ...]:
        """The specific event types that a sentence's words speak of."""
        return tuple(sorted({kind for token in self.document.tokens[number] for kind in word_types(token) & SPECIFIC}))

    def _sentence_features(self, number: int) -> Iterator[str]:
        sentence, tokens = self.document.sentences[number], self.document.tokens[number]
        yield f"s:kind={sentence.kind}"
        level = self.document.sections[sentence.section].level
        yield f"s:level={level}"
        place = sum(1 for other in self.document.sentences[:number] if other.kind == sentence.kind)
        yield f"s:place={min(place, 3)}"
        later = sum(1 for other in self.document.sentences[number + 1 :] if other.kind == sentence.kind)
        yield f"s:left={min(later, 2)}"
        labels = {self.label(token) for token in tokens} - {""}
        for label in labels:
            yield f"s:has={label}"
        yield f"s:length={min(len(tokens) // 12, 5)}"
        lemmas = {token.lemma for token in tokens}
        if lemmas & _FIRST_PERSON:
            yield "s:first person"
        roots = [i for i, token in enumerate(tokens) if token.head == i]
        for i in roots[-1:]:
            yield f"s:root={tokens[i].norm}"
            yield f"s:root chain={'+'.join(chain(tokens, i).lemmas[:5])}"
        end = [token.lemma for token in tokens if token.pos != "PUNCT"][-3:]
        yield f"s:end={'+'.join(end)}"
        yield f"s:end1={end[-1] if end else ''}"
        if tokens and tokens[-1].surface in "?？!！":
            yield f"s:mark={tokens[-1].surface}"
        if tokens:
            yield f"s:first={tokens[0].lemma}"
        head = self.document.sections[sentence.section].heading
        if head:
            yield f"s:dated heading={bool(_DIGIT.search(self.document.text(head)))}"


def describe(scene: Scene, candidate: Candidate) -> dict[str, float]:
    """The features of a candidate, by name."""
    names = [*_word(scene, candidate), *_morphology(scene, candidate), *_clause(scene, candidate), *_context(scene, candidate)]
    sentence = scene.sentence(candidate.sentence)
    tokens = scene.document.tokens[candidate.sentence]
    use = _use(tokens, candidate.token)
    names += sentence
    names += [f"{use}&{name}" for name in sentence if name.startswith(("s:kind", "s:end1", "s:has", "s:root chain"))]
    names += scene.article
    names += [f"{use}&{name}" for name in scene.article]
    return dict.fromkeys(names, 1.0)


def _use(tokens: tuple[Token, ...], i: int) -> str:
    """How a word is used: as a verb, an adjective, a verbal noun, a count, another noun."""
    token = tokens[i]
    if token.pos == "VERB":
        return "sahen verb" if is_sahen(token) else "verb"
    if token.pos == "ADJ":
        return "adj"
    if is_sahen(token):
        return "sahen compound" if token.dep == "compound" else "sahen noun"
    return "count" if i and _DIGIT.match(tokens[i - 1].surface) else "noun"


def _word(scene: Scene, candidate: Candidate) -> Iterator[str]:
    tokens = scene.document.tokens[candidate.sentence]
    token = tokens[candidate.token]
    use = _use(tokens, candidate.token)
    yield f"w={token.norm}"
    yield f"use={use}"
    yield f"w={token.norm}&{use}"
    yield f"tag={token.tag}"
    yield f"dep={token.dep}"
    yield f"ent={token.ent}"
    yield f"label={scene.label(token)}"
    yield f"last={token.norm[-1:]}"
    yield f"first={token.norm[:1]}"
    kinds = word_types(token)
    yield f"lexset={'+'.join(sorted(kinds))}"
    for kind in kinds:
        yield f"lex={kind}"
        yield f"lex={kind}&{use}"
        yield f"lex={kind}&topic={kind in scene.topics}"
    for n, topic in enumerate(scene.topics[:3]):
        yield f"topic{n}={topic}"
        yield f"topic={topic}"
        yield f"topic={topic}&lexset={'+'.join(sorted(kinds & SPECIFIC))}&{use}"
        yield f"topic={topic}&w={token.norm}"
    for kind in scene.kinds(candidate.sentence):
        yield f"beside={kind}"
        yield f"beside={kind}&{bool(kinds & SPECIFIC)}"
    for cluster in clusters(token.norm):
        yield f"c={cluster}"
        yield f"c={cluster}&{use}"


def _morphology(scene: Scene, candidate: Candidate) -> Iterator[str]:
    tokens, i = scene.document.tokens[candidate.sentence], candidate.token
    use = _use(tokens, i)
    behind = chain(tokens, i)
    shape = "+".join(behind.lemmas[:5])
    yield f"chain={shape}"
    yield f"chain={use}&{shape}"
    for lemma in behind.lemmas:
        yield f"aux={lemma}"
        yield f"aux={use}&{lemma}"
    for n, lemma in enumerate(behind.lemmas[:2]):
        yield f"chain{n}={lemma}"
    yield f"chain end={behind.lemmas[-1] if behind.lemmas else ''}&{use}"
    if behind.end < len(tokens):
        following = tokens[behind.end]
        yield f"next={following.norm}"
        yield f"next={use}&{following.norm}&{shape}"
        yield f"next pos={following.pos}"
        if behind.end + 1 < len(tokens):
            yield f"next2={tokens[behind.end + 1].norm}"
            yield f"next12={following.norm}+{tokens[behind.end + 1].norm}"
    else:
        yield "next=END"
    if i:
        yield f"prev={tokens[i - 1].norm}"
        yield f"prev={use}&{tokens[i - 1].norm}"
        yield f"prev pos={tokens[i - 1].pos}"
        yield f"prev label={scene.label(tokens[i - 1])}"
    if i > 1:
        yield f"prev2={tokens[i - 2].norm}+{tokens[i - 1].norm}"


def _clause(scene: Scene, candidate: Candidate) -> Iterator[str]:
    tokens, i = scene.document.tokens[candidate.sentence], candidate.token
    use = _use(tokens, i)
    head = tokens[i].head
    if head != i:
        above = tokens[head]
        yield f"head={above.norm}"
        yield f"head={use}&{tokens[i].dep}&{above.norm}"
        yield f"head pos={above.pos}&{tokens[i].dep}"
        yield f"head chain={'+'.join(chain(tokens, head).lemmas[:4])}&{use}"
        for cluster in clusters(above.norm)[:2]:
            yield f"head c={cluster}&{use}&{tokens[i].dep}"
        for kind in word_types(above):
            yield f"head lex={kind}&{use}"
    path = path_to_root(tokens, i)
    yield f"depth={min(len(path), 5)}&{use}"
    for above_index in path[1:4]:
        yield f"above={tokens[above_index].norm}&{use}"
    seen = set()
    for child in children(tokens, i):
        case = next((t.surface for t in tokens[child + 1 : child + 3] if t.pos == "ADP"), "")
        label = scene.label(tokens[child])
        seen.add(tokens[child].dep)
        yield f"child={tokens[child].dep}&{case}"
        yield f"child={case}&{label}&{use}"
        if case in ("を", "が", "に", "と", "の", "で", "は") or tokens[child].dep == "compound":
            yield f"arg={case}&{tokens[child].norm}"
            yield f"arg={case}&{tokens[i].norm}&{label}"
            for cluster in clusters(tokens[child].norm)[:2]:
                yield f"arg={case}&{cluster}&{use}"
            for kind in word_types(tokens[child]):
                yield f"arg={case}&lex={kind}&{use}"
            yield f"arg={case}&last={tokens[child].norm[-1:]}&{use}"
    yield f"deps={'+'.join(sorted(seen & {'nsubj', 'obj', 'obl', 'nmod', 'compound', 'dislocated', 'iobj'}))}&{use}"


def _context(scene: Scene, candidate: Candidate) -> Iterator[str]:
    document, tokens, i = scene.document, scene.document.tokens[candidate.sentence], candidate.token
    use = _use(tokens, i)
    yield f"quoted={min(scene.depths(candidate.sentence)[i], 2)}&{use}"
    before = [scene.label(token) for token in tokens[:i]]
    for label in ("DATE", "PERSON", "ORG", "OUTLET"):
        if label in before:
            distance = len(before) - max(n for n, other in enumerate(before) if other == label)
            yield f"since {label}={min(distance // 4, 4)}&{use}"
        else:
            yield f"no {label} before&{use}"
    contents = [n for n, token in enumerate(tokens) if is_content(token)]
    left = sum(1 for n in contents if n < i and tokens[n].pos in ("VERB", "ADJ"))
    right = sum(1 for n in contents if n > i and tokens[n].pos in ("VERB", "ADJ"))
    yield f"verbs left={min(left, 4)}&{use}"
    yield f"verbs right={min(right, 4)}&{use}"
    if candidate.sentence and document.tokens[candidate.sentence - 1]:
        earlier = {token.norm for token in document.tokens[candidate.sentence - 1]}
        yield f"told before={tokens[i].norm in earlier}&{use}"


# --- word classes -------------------------------------------------------------------------------------------------


@cache
def _types() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for kind, words in lexicon.table("event_types"):
        for word in words.split():
            found.setdefault(word, set()).add(kind)
    return {word: frozenset(kinds) for word, kinds in found.items()}


def word_types(token: Token) -> frozenset[str]:
    """The event types that lexicons/event_types.tsv gives a word."""
    return _types().get(token.norm) or _types().get(token.lemma) or frozenset()


_TYPE_FEATURES = (
    "topic", "beside", "lexset", "w=", "use=", "lex=", "c=", "arg=", "child=", "head=", "head lex", "head c", "last=", "first=",
    "ent=", "chain0", "deps",
)  # fmt: skip


def is_type_feature(name: str) -> bool:
    """Tell whether a feature says what kind of event a word names, and not only whether it names one."""
    return name.startswith(_TYPE_FEATURES)
