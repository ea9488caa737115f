"""What the boosted trees see of an option: places, distances and counts, a number each, in a row by name."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import get_args

import numpy as np
import numpy.typing as npt

from keii.extract.grammar import chain, path_to_root
from keii.extract.when.features import BEHIND, SOURCE, Frame, form, token_at
from keii.extract.when.options import STORY, Days, Offer, Option, Taken, dated, lead, ordinal, span
from keii.model import RUNNING_TEXT, Document, EventType, Factuality, Grain, When

Cells = Iterator[tuple[str, float]]
_ABSENT = -99.0
_BASES = ("absolute", "article", "heading", "context", "event", "given", "dateline", "text", "references", "metadata")
_TENSES = ("", "past", "present", "stative")
_LINKS = ("adnominal", "attempt", "case", "clause", "continued", "quote", "topic")
_KINDS = ("paragraph", "item", "entry", "quote")
_FORMS = ("た", "て", "、", "plain", "が", "と", "ない", "ば", "の", "ため", "を", "に", "する", "れる", "いる", "は")
_OPENINGS = (
    "また",
    "一方",
    "なお",
    "その後",
    "しかし",
    "さらに",
    "この",
    "これ",
    "同",
    "だが",
    "そして",
    "それ",
    "ただ",
    "当時",
    "現在",
)
_ENDS = ("まで", "から", "以降", "以来", "前", "後", "時点", "現在", "付", "間")
_MARKS = (
    "以降",
    "以来",
    "現在",
    "時点",
    "午前",
    "午後",
    "ごろ",
    "から",
    "まで",
    "に",
    "は",
    "の",
    "、",
    "も",
    "で",
    "を",
    "が",
    "と",
    "前",
    "後",
    "付",
    "頃",
)
_VERBS = (
    "発表", "明らか", "話す", "述べる", "語る", "分かる", "判明", "発覚", "伝える", "報じる", "言う", "為る", "見る", "成る",
    "決める", "決定", "説明", "主張",
)  # fmt: skip
_MARK = re.compile("|".join(_MARKS))
_ADVERBS = {
    "once": re.compile("これまで|以前|かつて|既に|すでに|過去|従来|もともと|元々|当初|前回|長年|初めて|史上"),
    "then": re.compile("その後|それから|以降|以後|以来|その間|まもなく|やがて|直後|翌"),
    "ahead": re.compile("今後|これから|将来|近く|次回|来"),
    "now": re.compile("現在|今も|今は|いま|今なお|まだ|依然|最近|近年|このほど|このたび|この日|今回|当日"),
}
_LOOK_BACK = 12


class Sheet:
    """What is asked of a document once: its dates by sentence, and which of them it is about."""

    def __init__(self, document: Document) -> None:
        published = document.published
        running = [i for i, sentence in enumerate(document.sentences) if sentence.kind in RUNNING_TEXT]
        self.dated = [dated(document, sentence) for sentence in document.sentences]
        self.published = span(published.value) if published else None
        self.ordinal = ordinal(published.value) if published else None
        self.basis = place(_BASES, published.basis) if published else _ABSENT
        self.first = running[0] if running else 0
        told = [(i, span(when.value)) for i in running for when in self.dated[i]]
        self.story = lead(document)
        self.lead, self.lead_at = (span(self.story[1].value), self.story[0]) if self.story else (None, -1)
        self.tally = Counter(days for _, days in told)
        self.most = max(self.tally.values(), default=0)
        titles = (i for i, sentence in enumerate(document.sentences) if sentence.kind == "title")
        self.title = {span(when.value) for i in titles for when in self.dated[i]}

    def away(self, value: str | None) -> float:
        """Days between the article's own date and a value, as a signed logarithm."""
        at = ordinal(value)
        if at is None or self.ordinal is None:
            return _ABSENT
        return math.copysign(math.log1p(abs(at - self.ordinal)), at - self.ordinal)


def table(frame: Frame, sheet: Sheet, found: Sequence[Offer]) -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
    """The names of the columns, and a row for each offer, in order."""
    shared = dict(_claim(frame, sheet))
    past = _Past(frame, sheet)
    rows = [{**dict(_offer(frame, sheet, offer)), **dict(past.cells(offer)), **shared} for offer in found]
    return tuple(rows[0]), np.array([list(row.values()) for row in rows], dtype=np.float64)


def place(names: Sequence[str], name: str) -> float:
    """A name's number among names, -1 where it is none of them."""
    return float(names.index(name)) if name in names else -1.0


def _claim(frame: Frame, sheet: Sheet) -> Cells:
    """The claim, its sentence and the claim before."""
    candidate, tokens, sentence = frame.candidate, frame.tokens, frame.sentence
    text = frame.document.article.text
    root, above = frame.path[-1], frame.path[1] if len(frame.path) > 1 else frame.path[0]
    behind, end = chain(tokens, candidate.token).surface, chain(tokens, root).surface
    yield "own", len(frame.own)
    yield "own before", len(frame.before)
    yield "type", place(get_args(EventType), frame.type)
    yield "factuality", place(get_args(Factuality), frame.factuality)
    yield "tense", place(_TENSES, frame.tense)
    yield "steps", len(frame.steps)
    yield "link", place(_LINKS, frame.steps[0].link) if frame.steps else -1
    yield "kind", place(_KINDS, sentence.kind)
    yield "quoted", frame.depths[candidate.token]
    yield "source named", bool(SOURCE.search(frame.lead))
    yield "sentence", candidate.sentence - sheet.first
    yield "before the first date", candidate.sentence < sheet.lead_at
    yield "opening", next((k for k, word in enumerate(_OPENINGS) if text.startswith(word, sentence.start)), -1)
    yield from ((name, bool(adverb.search(frame.lead))) for name, adverb in _ADVERBS.items())
    yield "lasting", "てい" in behind or "でい" in behind
    yield "done", "た" in behind or "だ" in behind
    yield "root done", "た" in end
    yield "root lasting", "てい" in end
    yield "root verb", place(_VERBS, tokens[root].norm)
    yield "verb above", place(_VERBS, tokens[above].norm)
    yield "depth", len(frame.path) - 1
    yield "published", sheet.basis
    yield "offset", candidate.start - sentence.start
    yield "length", sentence.end - sentence.start
    yield "date first", bool(frame.own) and not text[sentence.start : frame.own[0].start].strip("　 、")
    yield "rule", frame.rule.source == "sentence"


def _offer(frame: Frame, sheet: Sheet, offer: Offer) -> Cells:
    """The date itself and where it stands."""
    own = [option for option in offer if option.source == "sentence" and not option.back]
    nearest = min(own, key=lambda option: _far(frame, option), default=None)
    first, value = offer[0], offer[0].value
    when = (nearest or first).when
    sources = {option.source for option in offer}
    yield "is own", bool(own)
    yield "is none", when is None
    yield from ((f"is {source}", source in sources) for source in ("document", "heading", "context"))
    yield "is line", any(option.source == "sentence" and option.back for option in offer)
    yield "taken", place(get_args(Taken), (nearest or first).taken)
    yield "told so", any(option.taken == "told" for option in offer)
    yield "shape", _shape(value)
    yield "grain", place(get_args(Grain), when.grain) if when else -1
    yield "basis", place(_BASES, when.basis) if when else -1
    yield "away", sheet.away(value)
    yield "is published", value is not None and span(value) == sheet.published
    yield "digits", len(value or "")
    yield "is rule", frame.rule in offer
    yield "is lead", value is not None and span(value) == sheet.lead
    yield "in title", span(value) in sheet.title
    yield "tally", sheet.tally[span(value)]
    yield "tally most", sheet.tally[span(value)] == sheet.most
    yield from _spots(frame, sheet, span(value))
    yield from _beside(frame, nearest.when if nearest else None)


def _far(frame: Frame, option: Option) -> tuple[int, int]:
    assert option.when is not None
    before = option.when.end <= frame.candidate.start
    return (0, frame.candidate.start - option.when.end) if before else (1, option.when.start)


def _shape(value: str | None) -> float:
    if value is None:
        return -1
    return 1 if value.startswith("..") else 2 if value.endswith("..") else 3 if "/" in value else 0


def _spots(frame: Frame, sheet: Sheet, days: Days) -> Cells:
    """Where the date is told in the sentences before and right behind."""
    at = frame.candidate.sentence
    spot = (_ABSENT, _ABSENT, _ABSENT)
    between = 0
    for number in range(at - 1, max(-1, at - _LOOK_BACK - 1), -1):
        told = [span(when.value) for when in sheet.dated[number]]
        if days in told:
            spot = (at - number, told.index(days), len(told))
            break
        between += bool(told)
    behind = [span(when.value) for whens in sheet.dated[at + 1 : at + 3] for when in whens]
    yield from zip(("spot back", "spot index", "spot dates"), spot, strict=True)
    yield "spot dated between", between
    yield "behind", days in behind
    yield "next", bool(behind) and behind[0] == days


def _beside(frame: Frame, when: When | None) -> Cells:
    """How an expression of the sentence itself stands to the event."""
    names = (
        "side", "distance", "commas", "crossed", "index", "rank", "between", "up", "down", "governor", "governed",
        "governor form", "mark", "second mark", "end", "quote", "source between", "last", "crossed form", "crossed done",
        "bracket", "same word", "claim between", "taken by last", "taken",
    )  # fmt: skip
    cells = [_ABSENT] * len(names) if when is None else list(_own(frame, when))
    yield from ((f"own {name}", cell) for name, cell in zip(names, cells, strict=True))


def _own(frame: Frame, when: When) -> Iterator[float]:
    candidate, tokens, text = frame.candidate, frame.tokens, frame.document.article.text
    low, high = min(when.end, candidate.end), max(when.start, candidate.start)
    first, at = token_at(tokens, when.start), token_at(tokens, when.end - 1)
    left, right = sorted((at, candidate.token))
    crossed = [i for i in frame.predicates if left < i < right and i != candidate.token]
    nearest = sorted(frame.before, key=lambda one: -one.end)
    yield 0 if when.end <= candidate.start else 2 if when.start >= candidate.end else 1
    yield high - low
    yield text.count("、", low, high)
    yield len(crossed)
    yield frame.own.index(when)
    yield nearest.index(when) if when in nearest else _ABSENT
    yield sum(one is not when and low <= one.start <= high for one in frame.own)
    yield from _governor(frame, first, at)
    yield from _marks(text, when)
    yield frame.depths[at] - frame.depths[candidate.token]
    yield bool(SOURCE.search(text, low, max(low, high)))
    yield when is frame.own[-1]
    yield place(_FORMS, form(tokens, crossed[-1])) if crossed else -1
    yield sum(form(tokens, i) == "た" for i in crossed)
    yield sum(text.count(one, frame.sentence.start, when.start) for one in "（(") - sum(
        text.count(one, frame.sentence.start, when.start) for one in "）)"
    )
    yield text.startswith("同", when.start)
    takers = [other.candidate for other, option in frame.past if option.when and option.when.start == when.start]
    yield bool(frame.past) and low <= frame.past[0][0].candidate.start < high
    yield bool(takers) and takers[0] == frame.past[0][0].candidate
    yield len(takers)


def _governor(frame: Frame, first: int, at: int) -> Iterator[float]:
    """Steps from the word that the expression depends on up to where its path meets the event's, and what that word is."""
    tokens, governor = frame.tokens, at
    for _ in range(len(tokens)):
        if not first <= governor <= at or tokens[governor].head == governor:
            break
        governor = tokens[governor].head
    up = [governor, *path_to_root(tokens, governor)]
    meet = next((k for k in up if k in frame.path), None)
    yield up.index(meet) if meet is not None else _ABSENT
    yield frame.path.index(meet) if meet is not None else _ABSENT
    yield (governor > frame.candidate.token) - (governor < frame.candidate.token)
    yield governor in frame.predicates
    yield place(_FORMS, form(tokens, governor))


def _marks(text: str, when: When) -> Iterator[float]:
    """The particles behind an expression, and the relation word it ends in."""
    at = when.end
    if bracket := BEHIND.match(text, at, min(at + 30, len(text))):
        at = bracket.end()
    first = _MARK.match(text, at, at + 3)
    second = _MARK.match(text, first.end(), first.end() + 3) if first else None
    yield place(_MARKS, first[0]) if first else -1
    yield place(_MARKS, second[0]) if second else -1
    yield next((k for k, word in enumerate(_ENDS) if text.endswith(word, when.start, when.end)), -1)


class _Past:
    """The claims before and their dates, the last first."""

    def __init__(self, frame: Frame, sheet: Sheet) -> None:
        self.frame, self.sheet, self.told = frame, sheet, frame.told
        here = frame.candidate.sentence
        claims = [claim for claim, _ in frame.past]
        ordinals = [ordinal(option.value) for _, option in frame.past]
        self.distinct = list(dict.fromkeys(self.told))
        self.count = Counter(self.told)
        self.top = max(self.count.values(), default=0)
        self.here = [days for days, claim in zip(self.told, claims, strict=True) if claim.candidate.sentence == here]
        self.story, self.newest = self._story(ordinals)
        last = next((claim.candidate.sentence for claim in claims if claim.candidate.sentence != here), None)
        self.sentence = [days for days, claim in zip(self.told, claims, strict=True) if claim.candidate.sentence == last]
        self.fact = next((k for k, claim in enumerate(claims) if claim.factuality == "fact"), None)
        self.statement = next((k for k, claim in enumerate(claims) if claim.type == "statement"), None)
        self.likes = [days for days, claim in zip(self.told, claims, strict=True) if claim.type == frame.type]
        self.alike = next((k for k, claim in enumerate(claims) if claim.type == frame.type), None)

    def _story(self, ordinals: Sequence[int | None]) -> tuple[list[Days], int | None]:
        today = self.sheet.ordinal
        if today is None:
            return [], None
        low, high = today + STORY[0], today + STORY[1]
        closed = [".." not in (option.value or "..") for _, option in self.frame.past]
        near = [
            days
            for days, at, whole in zip(self.told, ordinals, closed, strict=True)
            if at is not None and whole and low <= at <= high
        ]
        return list(dict.fromkeys(near)), max((at for at in ordinals if at is not None and at <= high), default=None)

    def cells(self, offer: Offer) -> Cells:
        """How an offer continues them."""
        frame, days, value = self.frame, span(offer[0].value), offer[0].value
        ages = _ages(self.told, days)
        claim, option = frame.past[ages[0]] if ages else (None, None)
        best = max(frame.kin.values(), default=0.0)
        yield "age", ages[0] if ages else _ABSENT
        yield "age distinct", self.distinct.index(days) if ages else _ABSENT
        yield "times", len(ages)
        yield "share", len(ages) / max(1, len(self.told))
        yield "times most", bool(ages) and len(ages) == self.top
        yield "gap", frame.candidate.sentence - claim.candidate.sentence if claim else _ABSENT
        yield "from sentence", option is not None and option.source == "sentence"
        yield "same factuality", claim is not None and claim.factuality == frame.factuality
        yield "kin", frame.kin.get(days, 0.0)
        yield "kin best", days in frame.kin and frame.kin[days] == best
        yield "namesake", days in frame.namesakes
        yield "namesakes", frame.namesakes.count(days)
        yield "namesake first", bool(frame.namesakes) and frame.namesakes[-1] == days
        yield "alike", self.likes.count(days)
        yield "alike share", self.likes.count(days) / max(1, len(self.likes))
        yield "alike last", bool(self.likes) and self.likes[0] == days
        yield "alike first", bool(self.likes) and self.likes[-1] == days
        there = frame.document.sentences[claim.candidate.sentence] if claim else None
        yield "claim section", there is not None and there.section == frame.sentence.section
        yield "claim block", there is not None and there.block == frame.sentence.block
        yield "namesake last", bool(frame.namesakes) and frame.namesakes[0] == days
        yield "story", self.story.index(days) if days in self.story else _ABSENT
        yield "newest", self.newest is not None and ordinal(value) == self.newest
        yield "sentence first", bool(self.sentence) and self.sentence[-1] == days
        yield "sentence last", bool(self.sentence) and self.sentence[0] == days
        for name, at in (("fact", self.fact), ("statement", self.statement), ("alike", self.alike)):
            yield f"last {name}", at is not None and self.told[at] == days
        yield "here", self.here.count(days)
        yield from self._last(value)

    def _last(self, value: str | None) -> Cells:
        """The claim before, whatever the offer."""
        frame, sheet = self.frame, self.sheet
        yield "claims", len(frame.past)
        yield "claims here", len(self.here)
        yield "dates", len(self.distinct)
        claim, option = frame.past[0] if frame.past else (None, None)
        here = frame.document.sentences[claim.candidate.sentence] if claim else None
        last = option.value if option else None
        yield "last gap", frame.candidate.sentence - claim.candidate.sentence if claim else _ABSENT
        yield "last block", here is not None and here.block == frame.sentence.block
        yield "last section", here is not None and here.section == frame.sentence.section
        yield "last away", sheet.away(last)
        yield "last to this", sheet.away(value) - sheet.away(last) if value and last else _ABSENT
        yield "last none", option is not None and option.when is None
        yield "last is lead", last is not None and span(last) == sheet.lead
        yield "last is published", last is not None and span(last) == sheet.published
        yield "last own", option is not None and option.source == "sentence"
        yield "last before", option is not None and option.taken == "before"
        yield "last type", place(get_args(EventType), claim.type) if claim else -1
        yield "last factuality", place(get_args(Factuality), claim.factuality) if claim else -1
        same = claim is not None and bool(self.here)
        low, high = sorted((claim.candidate.token, frame.candidate.token)) if claim and same else (0, 0)
        yield "last crossed", sum(low <= i < high for i in frame.predicates)
        yield "last join", _join(frame, claim.candidate.token) if claim and same else 0
        start = claim.candidate.start if claim else frame.candidate.start
        yield "last dates between", sum(start <= when.start < frame.candidate.start for when in frame.own)


def _ages(told: Sequence[Days], days: Days) -> list[int]:
    return [age for age, other in enumerate(told) if other == days]


def _join(frame: Frame, other: int) -> int:
    """Whether the claim before hangs on this one (1), this one on it (2), or neither (3)."""
    return 1 if frame.candidate.token in path_to_root(frame.tokens, other) else 2 if other in frame.path else 3
