"""The dates a claim could have: of its sentence, of the claims and sentences before, the headings, the article; or none."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import islice, pairwise
from typing import Literal, NamedTuple

from keii.dates.published import DAYS
from keii.extract.candidates import Candidate
from keii.model import RUNNING_TEXT, DateFrom, Document, EventType, Factuality, Sentence, Span, When

Taken = Literal["told", "point", "before", "until"]
_LOOK_BACK = 12
_DATED_BACK = 2
_CLAIMS_BACK = 24
_ALIKE_BACK = 4
_MEMORY = 400
"""Claims before in which older ones alike are looked for: work per claim stays bounded."""
_LOOSE = ("other", "statement", "figure")
"""Types that do not make two claims alike."""
_BESIDE = 8
"""Expressions looked at on each side of the event: a list of hundreds of dates in one sentence stays cheap."""
STORY = (-45, 1)
"""Days around the article's own that a story is told of."""
_LEAD_DATES = 8
"""Among so many first dates the one of the story is looked for."""
_DAY = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
_LISTS = ("item", "entry")
_RUNNING = ("paragraph", "item", "entry", "quote")


class Dating(NamedTuple):
    """What has to be known of a claim to date it."""

    candidate: Candidate
    type: EventType
    factuality: Factuality


class Option(NamedTuple):
    """One possible date: the expression (None for no date), where it is from, how it is taken, how many sentences back."""

    when: When | None
    source: DateFrom | None
    taken: Taken = "told"
    back: int = 0
    last: bool = True
    """Whether it is the last date of its sentence."""
    end: When | None = None
    """The expression at which an interval ends, where two of them bound the event (taken `until`)."""

    @property
    def value(self) -> str | None:
        if not self.when or not self.when.value:
            return None
        if self.taken == "until" and self.end and self.end.value:
            return f"{taken_value(self.when.value, 'point')}/{taken_value(self.end.value, 'point', last=True)}"
        return taken_value(self.when.value, self.taken)


Days = tuple[str, str] | None


class Offer(NamedTuple):
    """Options that name the same days, the nearest first: one answer."""

    days: Days
    options: tuple[Option, ...]

    @property
    def value(self) -> str | None:
        return self.options[0].value


class Sheet:
    """What is asked of a document once: its dates by sentence and heading, which of them it is about, its words by sentence."""

    def __init__(self, document: Document) -> None:
        published = document.published
        running = [i for i, sentence in enumerate(document.sentences) if sentence.kind in RUNNING_TEXT]
        self.document = document
        self.dated = [dated(document, sentence) for sentence in document.sentences]
        self.days = [[span(when.value) for when in whens] for whens in self.dated]
        self.headings = [dated(document, section.heading)[:2] if section.heading else () for section in document.sections]
        self.published = span(published.value) if published else None
        self.ordinal = ordinal(published.value) if published else None
        self.first = running[0] if running else 0
        self.story = lead(document)
        self.lead, self.lead_at = (span(self.story[1].value), self.story[0]) if self.story else (None, -1)
        self.tally = Counter(days for i in running for days in self.days[i])
        self.most = max(self.tally.values(), default=0)
        self._words: dict[int, dict[str, int]] = {}

    def words(self, number: int) -> dict[str, int]:
        """The words of a sentence by lemma, each with its first place in the text."""
        if number not in self._words:
            self._words[number] = {token.lemma: token.start for token in reversed(self.document.tokens[number])}
        return self._words[number]

    def lemma(self, candidate: Candidate) -> str:
        """The word of an event."""
        return self.document.tokens[candidate.sentence][candidate.token].lemma


def offers(sheet: Sheet, candidate: Candidate, past: Sequence[tuple[Dating, Option]] = ()) -> tuple[Offer, ...]:
    """Every date a claim could have, each in every way it can be taken, joined where the days are the same.

    `past` holds the claims before with their dates as `remembered` gives them.
    """
    document, story = sheet.document, sheet.story
    found = [*_own(sheet, candidate), *_line(sheet, candidate), *_headings(sheet, candidate)]
    if document.sentences[candidate.sentence].kind not in _LISTS:
        found = [*(o for o in found if o.source == "sentence"), *_told(candidate, past), *_earlier(sheet, candidate), *found]
    else:
        found += [*_told(candidate, past), *_earlier(sheet, candidate)]
    if story and story[0] < candidate.sentence:
        found.append(Option(story[1], "context", back=candidate.sentence - story[0]))
    if document.published and document.published.value:
        found.append(Option(document.published, "document"))
    found += _ahead(sheet, candidate)
    joined: dict[Days, list[Option]] = {None: [Option(None, None)]}
    for option in (*(way for base in found for way in _ways(base)), *_between(sheet, found)):
        same = joined.setdefault(span(option.value), [])
        if option not in same:
            same.append(option)
    return tuple(Offer(days, tuple(same)) for days, same in joined.items())


@lru_cache(4096)
def span(value: str | None) -> Days:
    """The days a value covers, hours left out: what is compared."""
    if value is None:
        return None
    first, _, last = value.partition("/")
    return first[:10], (last or first)[:10]


@lru_cache(4096)
def ordinal(value: str | None) -> int | None:
    """The middle day of a value's first date."""
    found = _DAY.search(value or "")
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2] or 7), int(found[3] or 15)).toordinal()
    except ValueError:
        return None


def remembered(sheet: Sheet, claim: Dating, past: Sequence[tuple[Dating, Option]]) -> list[tuple[Dating, Option]]:
    """The claims before that may date this one, the last first: the last ones, and older ones of its word or its type."""
    recent = past[: -_CLAIMS_BACK - 1 : -1]
    older = past[-_CLAIMS_BACK - 1 : -_CLAIMS_BACK - _MEMORY : -1]
    lemma, type = sheet.lemma(claim.candidate), claim.type
    alike = (one for one in older if sheet.lemma(one[0].candidate) == lemma or (one[0].type == type and type not in _LOOSE))
    return [*recent, *islice(alike, _ALIKE_BACK)]


def _told(candidate: Candidate, past: Sequence[tuple[Dating, Option]]) -> Iterator[Option]:
    """The dates of the claims before."""
    seen: set[Days] = set()
    for claim, option in past:
        if option.when and span(option.value) not in seen:
            seen.add(span(option.value))
            yield option._replace(source="context", back=candidate.sentence - claim.candidate.sentence, last=True)


def lead(document: Document) -> tuple[int, When] | None:
    """The sentence and the date of what the article is about: the first day told near the article's own, else the first date."""
    today = ordinal(document.published.value) if document.published else None
    running = (one for one in enumerate(document.sentences) if one[1].kind in _RUNNING)
    told = list(islice(((number, when) for number, sentence in running for when in dated(document, sentence)), _LEAD_DATES))
    for number, when in told:
        at = ordinal(when.value)
        if today is not None and at is not None and when.grain in DAYS and STORY[0] <= at - today <= STORY[1]:
            return number, when
    return told[0] if told else None


def _ahead(sheet: Sheet, candidate: Candidate) -> Iterator[Option]:
    """The dates of sentences behind that tell the event's own word again: what a lead only names is dated later."""
    sentences, lemma = sheet.document.sentences, sheet.lemma(candidate)
    here = sentences[candidate.sentence]
    if len(lemma) < 2 or here.kind in _LISTS:
        return
    for number in range(candidate.sentence + 1, min(len(sentences), candidate.sentence + _LOOK_BACK)):
        other = sentences[number]
        if not sheet.dated[number] or other.section != here.section or other.kind not in _RUNNING:
            continue
        at = sheet.words(number).get(lemma, -1)
        before = [when for when in sheet.dated[number] if when.end <= at]
        if before:
            yield Option(before[-1], "context", back=candidate.sentence - number)


def _between(sheet: Sheet, found: Sequence[Option]) -> Iterator[Option]:
    """Intervals from a date up to the next one of the sentence, and up to the article's own date: `X/Y`."""
    valued = ((option, option.value) for option in found if option.taken == "told")
    whole = [(option, value) for option, value in valued if value and not value.startswith("..")]
    own = [(option, _first(value)) for option, value in whole if option.source == "sentence" and not option.back]
    for (option, first), (end, last) in pairwise(own):
        if first < last:
            yield option._replace(taken="until", end=end.when)
    if sheet.ordinal is None:
        return
    for option, value in whole:
        at = ordinal(value)
        mine = option.source == "sentence" and not option.back
        if at is not None and (0 < sheet.ordinal - at <= -STORY[0] or (mine and at < sheet.ordinal)):
            yield option._replace(taken="until", end=sheet.document.published)


def _first(value: str) -> str:
    return value.partition("/")[0][:10]


def _ways(option: Option) -> Iterator[Option]:
    yield option
    value = option.value
    if value is None:
        return
    if ".." in value:
        yield option._replace(taken="point")
    if not value.startswith(".."):
        yield option._replace(taken="before")


def dated(document: Document, sentence: Sentence | Span) -> tuple[When, ...]:
    """The dates of a sentence that an event can have, in order."""
    first = bisect_left(document.whens, sentence.start, key=lambda when: when.start)
    last = bisect_left(document.whens, sentence.end, first, key=lambda when: when.start)
    return tuple(
        when for when in document.whens[first:last] if when.value and when.kind in ("date", "time") and when.basis != "post"
    )


def _own(sheet: Sheet, candidate: Candidate) -> Iterator[Option]:
    whens = sheet.dated[candidate.sentence]
    at = bisect_left(whens, candidate.start, key=lambda when: when.start)
    for when in whens[max(0, at - _BESIDE) : at + _BESIDE]:
        yield Option(when, "sentence", last=when is whens[-1])


def _line(sheet: Sheet, candidate: Candidate) -> Iterator[Option]:
    """Dates earlier in the same line of a list or timeline."""
    sentences = sheet.document.sentences
    sentence = sentences[candidate.sentence]
    if sentence.kind in _LISTS:
        for number in range(candidate.sentence - 1, max(-1, candidate.sentence - _LOOK_BACK), -1):
            if sentences[number].block != sentence.block:
                break
            for when in sheet.dated[number][-_BESIDE:]:
                yield Option(when, "sentence", back=candidate.sentence - number)


def _earlier(sheet: Sheet, candidate: Candidate) -> Iterator[Option]:
    """The first and the last date of the nearest dated sentences before."""
    sentences, seen = sheet.document.sentences, 0
    sentence = sentences[candidate.sentence]
    for number in range(candidate.sentence - 1, max(-1, candidate.sentence - _LOOK_BACK), -1):
        other, whens = sentences[number], sheet.dated[number]
        if not whens or other.kind not in _RUNNING or (other.kind in _LISTS and other.block == sentence.block):
            continue
        for when in whens if len(whens) == 1 else (whens[0], whens[-1]):
            yield Option(when, "context", back=candidate.sentence - number, last=when is whens[-1])
        seen += 1
        if seen == _DATED_BACK:
            return


def _headings(sheet: Sheet, candidate: Candidate) -> Iterator[Option]:
    at: int | None = sheet.document.sentences[candidate.sentence].section
    level = 0
    while at is not None:
        for when in sheet.headings[at]:
            yield Option(when, "heading", back=level)
        at, level = sheet.document.sections[at].parent, level + 1


def by_rule(claim: Dating, found: Sequence[Offer]) -> Option:
    """The nearest date before the event in its sentence, else the nearest behind it, else the nearest that is inherited."""

    def far(option: Option) -> tuple[int, int, int]:
        if option.when is None or option.taken != ("point" if ".." in (option.when.value or "") else "told"):
            return 9, 0, 0
        if option.source == "sentence" and not option.back:
            before = option.when.start < claim.candidate.start
            return (0, claim.candidate.start - option.when.end, 0) if before else (1, option.when.start, 0)
        order = {"sentence": 2, "heading": 3, "context": 4, "document": 5}[option.source or "document"]
        return order, option.back, -option.when.start

    return min((option for offer in found for option in offer.options), key=far)


def by_story(sheet: Sheet, claim: Dating, found: Sequence[Offer], past: Sequence[tuple[Dating, Option]]) -> Option:
    """The rule's date; an inherited one is the last told near the article's own, not that of a look back or ahead."""
    ruled, today = by_rule(claim, found), sheet.ordinal
    if ruled.source in ("sentence", "heading") or today is None:
        return ruled
    told = (option.value for _, option in past)
    near = (value for value in told if (day := ordinal(value)) is not None and STORY[0] <= day - today <= STORY[1])
    days = span(next(near, None))
    same = (option for offer in found if offer.days == days for option in offer.options if option.source == "context")
    return next(same, ruled)


@lru_cache(4096)
def taken_value(value: str, taken: Taken, *, last: bool = False) -> str:
    """The value of a date taken in a way.

    >>> taken_value("2023-11-17", "before"), taken_value("2023-11-17/..", "point"), taken_value("2023-11-17/2023-11-19", "before")
    ('../2023-11-17', '2023-11-17', '../2023-11-17')
    """
    first, _, end = value.partition("/")
    match taken:
        case "point" if last and end and end != "..":
            return end
        case "point":
            return end if first == ".." else first
        case "before":
            return f"../{end if first == '..' else first}"
    return value
