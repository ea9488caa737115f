"""What the boosted trees see of an offer: places, distances and counts, a number each, in a row by name."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from typing import get_args

import numpy as np
import numpy.typing as npt

from keii.extract.factuality import read_cues
from keii.extract.grammar import chain, is_content, is_sahen, path_to_root, quote_depth
from keii.extract.when.options import STORY, Dating, Days, Offer, Option, Sheet, Taken, ordinal, span
from keii.model import EventType, Factuality, Grain, Token, When

Cells = dict[str, float]
_ABSENT = -99.0
_NEVER = ("", "")
"""Days that no offer has."""
_LOOK_BACK = 12


def _numbered(names: Sequence[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(names)}


_TYPES, _FACTUALITIES = _numbered(get_args(EventType)), _numbered(get_args(Factuality))
_TAKEN, _GRAINS = _numbered(get_args(Taken)), _numbered(get_args(Grain))
_BASES = _numbered(("absolute", "article", "heading", "context", "event", "given", "dateline", "text", "references", "metadata"))
_TENSES = _numbered(("", "past", "present", "stative"))
_LINKS = _numbered(("adnominal", "attempt", "case", "clause", "continued", "quote", "topic"))
_FORMS = _numbered(("た", "て", "、", "plain", "が", "と", "ない", "ば", "の", "ため", "を", "に", "する", "れる", "いる", "は"))
_OPENINGS = (
    "また", "一方", "なお", "その後", "しかし", "さらに", "この", "これ", "同", "だが", "そして", "それ", "ただ", "当時", "現在",
)  # fmt: skip
_ENDS = ("まで", "から", "以降", "以来", "前", "後", "時点", "現在", "付", "間")
_MARKS = _numbered((
    "以降", "以来", "現在", "時点", "午前", "午後", "ごろ", "から", "まで", "に", "は", "の", "、", "も", "で", "を", "が", "と",
    "前", "後", "付", "頃",
))  # fmt: skip
_VERBS = _numbered((
    "発表", "明らか", "話す", "述べる", "語る", "分かる", "判明", "発覚", "伝える", "報じる", "言う", "為る", "見る", "成る",
    "決める", "決定", "説明", "主張",
))  # fmt: skip
_MARK = re.compile("|".join(_MARKS))
_BEHIND = re.compile(r"[\s　]*[（(][^）)]{0,20}[）)]")


class Pages:
    """A document's sheet, and what is asked of each of its sentences once."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.text = sheet.document.article.text
        self._lines: dict[int, Line] = {}
        self._matter: dict[int, frozenset[str]] = {}

    def line(self, number: int) -> Line:
        if number not in self._lines:
            self._lines[number] = Line(self.sheet.document.tokens[number])
        return self._lines[number]

    def matter(self, number: int) -> frozenset[str]:
        """The content words of a sentence."""
        if number not in self._matter:
            tokens = self.sheet.document.tokens[number]
            kept = (token.lemma for token in tokens if token.pos in ("NOUN", "PROPN", "VERB") and len(token.lemma) > 1)
            self._matter[number] = frozenset(kept)
        return self._matter[number]

    def away(self, value: str | None) -> float:
        """Days between the article's own date and a value, as a signed logarithm."""
        at, today = ordinal(value), self.sheet.ordinal
        if at is None or today is None:
            return _ABSENT
        return math.copysign(math.log1p(abs(at - today)), at - today)


class Line:
    """What is asked of a sentence's tokens once."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.starts = [token.start for token in tokens]
        self.depths = quote_depth(tokens)
        self.predicates = [i for i in range(len(tokens)) if _predicate(tokens, i)]

    def at(self, position: int) -> int:
        """The token at a place of the text."""
        return max(0, bisect_left(self.starts, position + 1) - 1)

    def between(self, low: int, high: int) -> list[int]:
        """The predicates from one token up to another."""
        return self.predicates[bisect_left(self.predicates, low) : bisect_left(self.predicates, high)]


def _predicate(tokens: Sequence[Token], i: int) -> bool:
    token = tokens[i]
    if token.pos in ("VERB", "ADJ"):
        return is_content(token)
    behind = tokens[i + 1].surface if i + 1 < len(tokens) else ""
    return behind in ("、", "し", "さ", "する") and is_content(token) and is_sahen(token)


def _form(tokens: Sequence[Token], i: int) -> str:
    """The form that a predicate ends in: its last function word."""
    behind = chain(tokens, i)
    last = tokens[behind.end - 1]
    return last.surface if last.pos in ("ADP", "SCONJ", "PART") else last.lemma if behind.lemmas else "plain"


class Frame:
    """What is asked of a claim once, whatever the offer."""

    def __init__(
        self, pages: Pages, claim: Dating, found: Sequence[Offer], rule: Option, past: Sequence[tuple[Dating, Option]]
    ) -> None:
        candidate, sheet = claim.candidate, pages.sheet
        self.pages, self.sheet, self.claim, self.candidate, self.rule, self.past = pages, sheet, claim, candidate, rule, past
        self.sentence = sheet.document.sentences[candidate.sentence]
        self.line = pages.line(candidate.sentence)
        self.tokens = self.line.tokens
        self.path = [candidate.token, *path_to_root(self.tokens, candidate.token)]
        own = (o for offer in found for o in offer.options if o.source == "sentence" and not o.back and o.taken == "told")
        self.own = sorted((o.when for o in own if o.when), key=lambda when: when.start)
        self.before = [when for when in self.own if when.end <= candidate.start]
        self.history = History(pages, claim, past)


def table(frame: Frame, found: Sequence[Offer]) -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
    """The names of the columns, and a row for each offer, in order."""
    rows = [_offer(frame, offer) | frame.history.cells(frame.pages, offer) for offer in found]
    shared = _claim(frame) | _last(frame)
    cells = np.empty((len(rows), len(rows[0]) + len(shared)))
    cells[:, : len(rows[0])] = [list(row.values()) for row in rows]
    cells[:, len(rows[0]) :] = list(shared.values())
    return (*rows[0], *shared), cells


def _claim(frame: Frame) -> Cells:
    """The claim and its sentence."""
    candidate, tokens, sentence, sheet = frame.candidate, frame.tokens, frame.sentence, frame.sheet
    text, reading = frame.pages.text, read_cues(tokens, candidate.token)
    root, above = frame.path[-1], frame.path[1] if len(frame.path) > 1 else frame.path[0]
    behind, end = chain(tokens, candidate.token).surface, chain(tokens, root).surface
    return {
        "own": len(frame.own),
        "own before": len(frame.before),
        "type": _TYPES[frame.claim.type],
        "factuality": _FACTUALITIES[frame.claim.factuality],
        "tense": _TENSES.get(reading.tense, -1),
        "steps": len(reading.steps),
        "link": _LINKS.get(reading.steps[0].link, -1) if reading.steps else -1,
        "sentence": candidate.sentence - sheet.first,
        "opening": next((k for k, word in enumerate(_OPENINGS) if text.startswith(word, sentence.start)), -1),
        "lasting": "てい" in behind or "でい" in behind,
        "done": "た" in behind or "だ" in behind,
        "root done": "た" in end,
        "root lasting": "てい" in end,
        "root verb": _VERBS.get(tokens[root].norm, -1),
        "verb above": _VERBS.get(tokens[above].norm, -1),
        "depth": len(frame.path) - 1,
        "published": _BASES.get(sheet.document.published.basis, -1) if sheet.document.published else _ABSENT,
        "offset": candidate.start - sentence.start,
        "length": sentence.end - sentence.start,
    }


def _last(frame: Frame) -> Cells:
    """The claim before."""
    candidate = frame.candidate
    claim, option = frame.past[0] if frame.past else (None, None)
    start = claim.candidate.start if claim else candidate.start
    return {
        "claims": len(frame.past),
        "dates": len(frame.history.age),
        "last away": frame.pages.away(option.value) if option else _ABSENT,
        "last type": _TYPES[claim.type] if claim else -1,
        "last factuality": _FACTUALITIES[claim.factuality] if claim else -1,
        "last dates between": sum(start <= when.start < candidate.start for when in frame.own),
    }


def _offer(frame: Frame, offer: Offer) -> Cells:
    """The date itself and where it stands."""
    sheet, days, options = frame.sheet, offer.days, offer.options
    own = [option for option in options if option.source == "sentence" and not option.back]
    nearest = min(own, key=lambda option: _far(frame, option), default=None)
    shown, value = nearest or options[0], offer.value
    when = shown.when
    sources = {option.source for option in options}
    tally = sheet.tally.get(days, 0)
    return {
        "is own": bool(own),
        "is none": when is None,
        "is document": "document" in sources,
        "is heading": "heading" in sources,
        "is context": "context" in sources,
        "taken": _TAKEN[shown.taken],
        "told so": any(option.taken == "told" for option in options),
        "shape": _shape(value),
        "grain": _GRAINS[when.grain] if when else -1,
        "basis": _BASES.get(when.basis, -1) if when else -1,
        "away": frame.pages.away(value),
        "is published": value is not None and days == sheet.published,
        "digits": len(value or ""),
        "is rule": frame.rule in options,
        "is lead": value is not None and days == sheet.lead,
        "tally": tally,
        "tally most": tally == sheet.most,
        **_spots(sheet, frame.candidate.sentence, days),
        **(_own(frame, nearest.when) if nearest and nearest.when else _NOT_OWN),
    }


def _far(frame: Frame, option: Option) -> tuple[int, int]:
    assert option.when is not None
    before = option.when.end <= frame.candidate.start
    return (0, frame.candidate.start - option.when.end) if before else (1, option.when.start)


def _shape(value: str | None) -> float:
    if value is None:
        return -1
    return 1 if value.startswith("..") else 2 if value.endswith("..") else 3 if "/" in value else 0


def _spots(sheet: Sheet, at: int, days: Days) -> Cells:
    """Where the date is told in the sentences before and right behind."""
    back, index, count, between = _ABSENT, _ABSENT, _ABSENT, 0
    for number in range(at - 1, max(-1, at - _LOOK_BACK - 1), -1):
        told = sheet.days[number]
        if days in told:
            back, index, count = at - number, told.index(days), len(told)
            break
        between += bool(told)
    behind = [other for told in sheet.days[at + 1 : at + 3] for other in told]
    return {
        "spot back": back,
        "spot index": index,
        "spot dates": count,
        "spot dated between": between,
        "behind": days in behind,
        "next": bool(behind) and behind[0] == days,
    }


def _own(frame: Frame, when: When) -> Cells:
    """How an expression of the sentence itself stands to the event."""
    candidate, line, text = frame.candidate, frame.line, frame.pages.text
    low, high = min(when.end, candidate.end), max(when.start, candidate.start)
    first, at = line.at(when.start), line.at(when.end - 1)
    left, right = sorted((at, candidate.token))
    crossed = [i for i in line.between(left + 1, right) if i != candidate.token]
    nearest = sorted(frame.before, key=lambda one: -one.end)
    index = next(k for k, one in enumerate(frame.own) if one is when)
    return {
        "own side": 0 if when.end <= candidate.start else 2 if when.start >= candidate.end else 1,
        "own distance": high - low,
        "own commas": text.count("、", low, high),
        "own crossed": len(crossed),
        "own index": index,
        "own rank": nearest.index(when) if when in nearest else _ABSENT,
        **_governor(frame, first, at),
        **_marks(frame.pages.text, when),
        "own quote": line.depths[at] - line.depths[candidate.token],
        "own crossed form": _FORMS.get(_form(line.tokens, crossed[-1]), -1) if crossed else -1,
        "own bracket": sum(text.count(one, frame.sentence.start, when.start) for one in "（(")
        - sum(text.count(one, frame.sentence.start, when.start) for one in "）)"),
        "own taken": sum(option.when is not None and option.when.start == when.start for _, option in frame.past),
    }


_NOT_OWN: Cells = {
    f"own {name}": _ABSENT
    for name in (
        "side", "distance", "commas", "crossed", "index", "rank", "up", "down", "governor", "governed", "governor form",
        "mark", "end", "quote", "crossed form", "bracket", "taken",
    )
}  # fmt: skip


def _governor(frame: Frame, first: int, at: int) -> Cells:
    """Steps from the word that the expression depends on up to where its path meets the event's, and what that word is."""
    tokens, governor = frame.tokens, at
    for _ in range(len(tokens)):
        if not first <= governor <= at or tokens[governor].head == governor:
            break
        governor = tokens[governor].head
    up = [governor, *path_to_root(tokens, governor)]
    meet = next((k for k in up if k in frame.path), None)
    return {
        "own up": up.index(meet) if meet is not None else _ABSENT,
        "own down": frame.path.index(meet) if meet is not None else _ABSENT,
        "own governor": (governor > frame.candidate.token) - (governor < frame.candidate.token),
        "own governed": governor in frame.line.predicates,
        "own governor form": _FORMS.get(_form(tokens, governor), -1),
    }


def _marks(text: str, when: When) -> Cells:
    """The particles behind an expression, and the relation word it ends in."""
    at = when.end
    if text[at : at + 1] in "（( 　" and (bracket := _BEHIND.match(text, at, min(at + 30, len(text)))):
        at = bracket.end()
    first = _MARK.match(text, at, at + 3)
    return {
        "own mark": _MARKS[first[0]] if first else -1,
        "own end": next((k for k, word in enumerate(_ENDS) if text.endswith(word, when.start, when.end)), -1),
    }


class History:
    """The claims before and their dates, the last first."""

    def __init__(self, pages: Pages, claim: Dating, past: Sequence[tuple[Dating, Option]]) -> None:
        self.sheet, self.claim, self.past = pages.sheet, claim, past
        here, lemma = claim.candidate.sentence, self.sheet.lemma(claim.candidate)
        last = past[0][1].value if past else None
        self.away = pages.away(last) if last else None
        self.told = told = [span(option.value) for _, option in past]
        claims = [other for other, _ in past]
        self.first: dict[Days, int] = {}
        for at, days in enumerate(told):
            self.first.setdefault(days, at)
        self.age = {days: age for age, days in enumerate(self.first)}
        self.count = Counter(told)
        self.here = [days for days, other in zip(told, claims, strict=True) if other.candidate.sentence == here]
        self.likes = [days for days, other in zip(told, claims, strict=True) if other.type == claim.type]
        same = (self.sheet.lemma(other.candidate) == lemma for other in claims)
        self.namesakes = [days for days, alike in zip(told, same, strict=False) if alike] if len(lemma) > 1 else []
        self.fact = next((days for days, other in zip(told, claims, strict=True) if other.factuality == "fact"), _NEVER)
        self.statement = next((days for days, other in zip(told, claims, strict=True) if other.type == "statement"), _NEVER)
        self.story, self.newest = self._story()
        self.kin = self._kin(pages, here)
        self.closest = max(self.kin.values(), default=0.0)

    def _story(self) -> tuple[dict[Days, int], int | None]:
        """The days near the article's own, the last told first, and the newest day that is not ahead of it."""
        today = self.sheet.ordinal
        if today is None:
            return {}, None
        low, high = today + STORY[0], today + STORY[1]
        values = [option.value for _, option in self.past]
        ordinals = [ordinal(value) for value in values]
        near = dict.fromkeys(
            days
            for days, value, at in zip(self.told, values, ordinals, strict=True)
            if at is not None and low <= at <= high and ".." not in (value or "")
        )
        return {days: k for k, days in enumerate(near)}, max(
            (at for at in ordinals if at is not None and at <= high), default=None
        )

    def _kin(self, pages: Pages, here: int) -> dict[Days, float]:
        """How much of this sentence's matter the sentences share that told each date."""
        matter = pages.matter(here)
        kin: dict[Days, float] = {}
        for days, number in {(days, other.candidate.sentence) for days, (other, _) in zip(self.told, self.past, strict=True)}:
            if number != here:
                other = pages.matter(number)
                kin[days] = max(kin.get(days, 0.0), len(matter & other) / (1 + min(len(matter), len(other))))
        return kin

    def cells(self, pages: Pages, offer: Offer) -> Cells:
        """How an offer continues them."""
        days, here = offer.days, self.claim.candidate.sentence
        sentences = self.sheet.document.sentences
        at, times = self.first.get(days), self.count.get(days, 0)
        claim, option = self.past[at] if at is not None else (None, None)
        there = sentences[claim.candidate.sentence] if claim else None
        alike = self.likes.count(days)
        return {
            "age": _ABSENT if at is None else at,
            "age distinct": self.age.get(days, _ABSENT),
            "times": times,
            "share": times / max(1, len(self.told)),
            "gap": here - claim.candidate.sentence if claim else _ABSENT,
            "from sentence": option is not None and option.source == "sentence",
            "same factuality": claim is not None and claim.factuality == self.claim.factuality,
            "kin": self.kin.get(days, 0.0),
            "kin best": self.kin.get(days, -1.0) == self.closest,
            "namesake": days in self.namesakes,
            "namesakes": self.namesakes.count(days),
            "alike": alike,
            "alike share": alike / max(1, len(self.likes)),
            "alike last": bool(self.likes) and self.likes[0] == days,
            "claim block": there is not None and there.block == sentences[here].block,
            "story": self.story.get(days, _ABSENT),
            "newest": self.newest is not None and ordinal(offer.value) == self.newest,
            "last fact": self.fact == days,
            "last statement": self.statement == days,
            "here": self.here.count(days),
            "last to this": pages.away(offer.value) - self.away if offer.value and self.away is not None else _ABSENT,
        }
