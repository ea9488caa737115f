"""Speech acts: which verb of saying covers what, and who its subject is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from keii.attribute.names import Names, words
from keii.attribute.subjects import CLOSE, Subject, depths_of, subjects_of
from keii.model import Document, Source, Span, Token

_FUNCTIONAL = frozenset(
    [
        "こと",
        "もの",
        "の",
        "ところ",
        "上",
        "うえ",
        "後",
        "あと",
        "ほか",
        "際",
        "時",
        "とき",
        "ため",
        "通り",
        "とおり",
        "よう",
        "一方",
        "うち",
        "中",
        "わけ",
        "はず",
        "直後",
    ]
)
_LONGEST = 3000
"""A sentence of more tokens is no prose."""
_QUOTE_BEGIN = ("「", "『", "“")
_QUOTE_END = "」』”"


@dataclass(frozen=True, slots=True)
class Act:
    """One verb of saying, what it covers and who says it; `told` where its subject stands in the sentence."""

    verb: Span
    reach: Span
    subject: Subject | None
    cue: str

    @property
    def told(self) -> bool:
        """Whether its subject stands in the sentence."""
        return self.subject is not None

    @property
    def sources(self) -> tuple[Source, ...]:
        return self.subject.sources or self.subject.anyone if self.subject else ()


def acts(document: Document, index: int, names: Names) -> tuple[list[Act], list[Subject]]:
    """The speech acts of a sentence and its subjects, in order; none where it has no tokens."""
    tokens = document.tokens[index] if document.tokens else ()
    if not tokens or len(tokens) > _LONGEST:
        return [], []
    depths = depths_of(tokens)
    subjects = list(subjects_of(tokens, depths, names))
    found: list[Act] = []
    for start, end, cue in _verbs(tokens, depths):
        if _passive(tokens, end) or (cue == "訴える" and tokens[start - 1].surface not in ("と", "とも", "」", "』")):
            continue
        if _adnominal(tokens, end):
            found += _published(tokens, (start, end, cue), subjects)
            continue
        act = _act(tokens, depths, (start, end, cue), subjects, found)
        if cue not in _demands() or names.text[act.reach.start : act.reach.start + 1] in _QUOTE_BEGIN:
            found.append(act)
    return found, subjects


def said_by(document: Document, index: int, place: int) -> tuple[Source, ...]:
    """Who is the subject at a place of a sentence, else the topic of the sentences before it in the section."""
    for i in range(index, max(-1, index - 4), -1):
        sentence = document.sentences[i]
        tokens = document.tokens[i] if document.tokens else ()
        if sentence.section != document.sentences[index].section or not tokens:
            break
        names = Names(document)
        subjects = [s for s in subjects_of(tokens, depths_of(tokens), names) if s.sources and (i < index or s.end <= place)]
        if subjects:
            return _nearest(subjects).sources
    return ()


def _nearest(subjects: list[Subject]) -> Subject:
    """The topic told last, else the が phrase told last."""
    topics = [s for s in subjects if s.particle != "が"]
    return topics[-1] if topics else subjects[-1]


# --- verbs --------------------------------------------------------------------------------------------------------


@cache
def _demands() -> frozenset[str]:
    return frozenset(words("demand")) - frozenset(words("say"))


def _verbs(tokens: Sequence[Token], depths: list[int]) -> Iterator[tuple[int, int, str]]:
    """Verbs of saying outside quotation marks: first token, last token, dictionary form."""
    say, demand, light, content = (frozenset(words(kind)) for kind in ("say", "demand", "light", "content"))
    for i, token in enumerate(tokens):
        if depths[i]:
            continue
        if token.lemma in say or token.lemma in demand:
            if token.pos == "VERB" or (token.pos == "NOUN" and _verbal(tokens, i)):
                yield i, i, token.lemma
        elif (
            token.surface.startswith("明らか")
            and _surface(tokens, i + 1) == "に"
            and _surface(tokens, i + 2).startswith(("し", "する"))
        ):
            yield i, i + 2, "明らかにする"
        elif token.surface in ("し", "する") and _surface(tokens, i - 1) in ("と", "とも") and _deemed(tokens, i):
            yield i, i, "とする"
        elif token.lemma in light and token.pos == "VERB" and _object(tokens, i) in content:
            yield i, i, token.lemma


def _object(tokens: Sequence[Token], verb: int) -> str:
    """The noun before を of a verb, adverbs between them or not."""
    for i in range(verb - 1, max(0, verb - 4), -1):
        if tokens[i].surface in ("を", "も"):
            return tokens[i - 1].lemma
        if tokens[i].pos not in ("ADV", "NOUN", "ADJ", "AUX"):
            break
    return ""


def _surface(tokens: Sequence[Token], i: int) -> str:
    return tokens[i].surface if 0 <= i < len(tokens) else ""


def _verbal(tokens: Sequence[Token], i: int) -> bool:
    """Whether a verbal noun is a predicate: followed by する, or it ends its clause (と発表。)."""
    following = _surface(tokens, i + 1)
    if following in ("、", ",", "し", "する", "さ", "。", "", "！", "!", "せ") or not re.match(r"\w", following):
        return following not in ("、", ",") or _surface(tokens, i - 1) in ("と", "を", "も")
    return False


def _deemed(tokens: Sequence[Token], i: int) -> bool:
    """Whether とする is said (としている, とした) and not made or tried (しようとした, 目的とする)."""
    after = "".join(token.surface for token in tokens[i : i + 4])
    if not re.match(r"し(?:て(?:い|お)|た(?:。|うえ|上|$|が)|つつ|、)|する(?:。|声明|考え|見解|見方|$)", after):
        return False
    before = tokens[i - 2] if i > 1 else None
    if before is None or "意志推量" in before.inflection:
        return False
    if before.pos in ("VERB", "AUX", "ADJ") or before.surface[-1] in CLOSE:
        return True
    j = i - 2
    while j > 0 and tokens[j].pos in ("NOUN", "PROPN", "NUM", "SYM"):
        j -= 1
    return after.startswith("してい") and (tokens[j].surface != "を" or any(t.pos == "NUM" for t in tokens[j : i - 1]))


def _passive(tokens: Sequence[Token], end: int) -> bool:
    return re.match(r"(?:さ|せら)?(?:れ|られ)", "".join(token.surface for token in tokens[end + 1 : end + 3])) is not None


def _adnominal(tokens: Sequence[Token], end: int) -> bool:
    """Whether the verb only describes a noun (提示した条件), a functional noun apart (述べたうえで)."""
    i = end + 1
    while (
        i < len(tokens) and tokens[i].pos in ("AUX", "SCONJ") and tokens[i].surface not in ("と", "が", "けれど", "ので", "から")
    ):
        i += 1
    return i > end + 1 and i < len(tokens) and tokens[i].pos in ("NOUN", "PROPN", "PRON") and tokens[i].lemma not in _FUNCTIONAL


# --- what a verb covers -------------------------------------------------------------------------------------------


def _act(
    tokens: Sequence[Token], depths: list[int], verb: tuple[int, int, str], subjects: list[Subject], before: list[Act]
) -> Act:
    start, end, cue = verb
    floor = before[-1].verb.end if before else tokens[0].start
    span = Span(tokens[start].start, tokens[end].end)
    quote = _quote(tokens, depths, start)
    near = [s for s in subjects if floor <= s.start and tokens[s.token].end <= span.start]
    if quote is not None:
        near = [s for s in near if tokens[s.token].end <= quote or s.start > quote]
    subject = _choose(tokens, near, start, direct=quote is not None) or (before[-1].subject if before else None)
    return Act(span, _reach(tokens, subject, floor, span, quote), subject, cue)


def _choose(tokens: Sequence[Token], near: list[Subject], verb: int, *, direct: bool) -> Subject | None:
    """The subject of a verb of saying: a が right before it, else the topic (of its own clause), else a が."""
    for subject in reversed(near):
        if subject.particle == "が" and subject.anyone and not any(map(_ends_clause, tokens[subject.token + 1 : verb])):
            return subject
    for known in (True, False):
        able = [s for s in near if (s.sources if known else s.anyone)]
        topics = [s for s in able if s.particle != "が"]
        if topics:
            return topics[-1] if direct else _own_topic(tokens, topics)
        if able and (known or direct):
            return able[-1] if direct else able[0]
    return None


def _ends_clause(token: Token) -> bool:
    return token.pos in ("VERB", "AUX", "ADJ") or token.surface[-1] in CLOSE


def _own_topic(tokens: Sequence[Token], topics: list[Subject]) -> Subject:
    """The first topic, or a later one where a clause ends between them (Aは…が、Bは…と述べた)."""
    chosen = topics[0]
    for topic in topics[1:]:
        if any(
            t.tag == "助詞-接続助詞" and t.surface in ("が", "けれど", "けど", "し", "ので", "から", "のに")
            for t in tokens[chosen.token + 1 : topic.token]
        ):
            chosen = topic
    return chosen


def _quote(tokens: Sequence[Token], depths: list[int], verb: int) -> int | None:
    """Where the quotation begins that ends right before the verb of saying; None if it is told indirectly."""
    i = verb - 1
    while i >= 0 and verb - i <= 12 and tokens[i].surface[-1] not in _QUOTE_END:
        if tokens[i].pos == "VERB" or (tokens[i].surface in ("は", "。", "、") and verb - i > 3):
            return None
        i -= 1
    if i < 0 or tokens[i].surface[-1] not in _QUOTE_END:
        return None
    while i > 0 and (depths[i - 1] > 0 or tokens[i - 1].surface[-1] in _QUOTE_END):
        i -= 1
    return tokens[i].start


def _published(tokens: Sequence[Token], verb: tuple[int, int, str], subjects: list[Subject]) -> list[Act]:
    """Xが公表した資料では…: what follows is what X says."""
    start, end, cue = verb
    near = [s for s in subjects if s.particle == "が" and s.sources and s.token < start and start - s.token < 12]
    topic = any(t.surface in ("では", "は", "によると", "によれば") or t.surface == "で" for t in tokens[end + 1 : end + 12])
    if cue not in ("発表", "公表") or not near or not topic or any(map(_ends_clause, tokens[near[-1].token + 1 : start])):
        return []
    return [Act(Span(tokens[start].start, tokens[end].end), Span(tokens[end].end, tokens[-1].end), near[-1], cue)]


def _reach(tokens: Sequence[Token], subject: Subject | None, floor: int, verb: Span, quote: int | None) -> Span:
    """From the quotation, else from behind the subject, else (subject right before the verb) from the clause's beginning."""
    if quote is not None and quote >= floor:
        return Span(quote, verb.end)
    if subject is None or subject.end <= floor:
        return Span(floor, verb.end)
    before = [t for t in tokens if t.end <= subject.start and t.surface not in ("、", "，")]
    if not before or (before[-1].surface not in ("を", "と", "も", "旨") and subject.particle == "が"):
        return Span(subject.end, verb.end)
    inner = [t for t in tokens if subject.end < t.start < verb.start]
    if any(t.pos in ("VERB", "ADJ") for t in inner) or any(t.surface in ("と", "を", "旨") for t in inner[-3:]):
        return Span(subject.end, verb.end)
    return Span(floor, verb.end)
