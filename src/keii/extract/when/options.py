"""The dates a claim could have: of its sentence, of the claims and sentences before, the headings, the article; or none."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice, pairwise
from typing import Literal, NamedTuple

from keii.dates.published import DAYS
from keii.extract.candidates import Candidate
from keii.model import DateFrom, Document, EventType, Factuality, Sentence, When

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
Offer = tuple[Option, ...]
"""Options that name the same days, the nearest first: one answer."""


def offers(
    document: Document,
    candidate: Candidate,
    past: Sequence[tuple[Dating, Option]] = (),
    lead: tuple[int, When] | None = None,
) -> tuple[Offer, ...]:
    """Every date a claim could have, each in every way it can be taken, joined where the days are the same.

    `past` holds the claims before with their dates as `remembered` gives them, `lead` what `lead` found.
    """
    found = [*_own(document, candidate), *_line(document, candidate), *_headings(document, candidate)]
    if document.sentences[candidate.sentence].kind not in _LISTS:
        found = [*(o for o in found if o.source == "sentence"), *_told(candidate, past), *_earlier(document, candidate), *found]
    else:
        found += [*_told(candidate, past), *_earlier(document, candidate)]
    if lead and lead[0] < candidate.sentence:
        found.append(Option(lead[1], "context", back=candidate.sentence - lead[0]))
    if document.published and document.published.value:
        found.append(Option(document.published, "document"))
    found += _ahead(document, candidate)
    joined: dict[Days, dict[Option, None]] = {None: {Option(None, None): None}}
    for option in (*(way for base in found for way in _ways(base)), *_between(document, found)):
        joined.setdefault(span(option.value), {})[option] = None
    return tuple(tuple(same) for same in joined.values())


def span(value: str | None) -> Days:
    """The days a value covers, hours left out: what is compared."""
    if value is None:
        return None
    first, _, last = value.partition("/")
    return first[:10], (last or first)[:10]


def ordinal(value: str | None) -> int | None:
    """The middle day of a value's first date."""
    found = _DAY.search(value or "")
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2] or 7), int(found[3] or 15)).toordinal()
    except ValueError:
        return None


def remembered(document: Document, claim: Dating, past: Sequence[tuple[Dating, Option]]) -> list[tuple[Dating, Option]]:
    """The claims before that may date this one, the last first: the last ones, and older ones of its word or its type."""
    recent = past[: -_CLAIMS_BACK - 1 : -1]
    older = past[-_CLAIMS_BACK - 1 : -_CLAIMS_BACK - _MEMORY : -1]
    lemma = _lemma(document, claim)
    alike = (
        one for one in older if _lemma(document, one[0]) == lemma or (one[0].type == claim.type and claim.type not in _LOOSE)
    )
    return [*recent, *islice(alike, _ALIKE_BACK)]


def _lemma(document: Document, claim: Dating) -> str:
    return document.tokens[claim.candidate.sentence][claim.candidate.token].lemma


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


def _ahead(document: Document, candidate: Candidate) -> Iterator[Option]:
    """The dates of sentences behind that tell the event's own word again: what a lead only names is dated later."""
    here = document.sentences[candidate.sentence]
    lemma = document.tokens[candidate.sentence][candidate.token].lemma
    if len(lemma) < 2 or here.kind in _LISTS:
        return
    for number in range(candidate.sentence + 1, min(len(document.sentences), candidate.sentence + _LOOK_BACK)):
        other = document.sentences[number]
        if other.section != here.section or other.kind not in _RUNNING:
            continue
        at = next((token.start for token in document.tokens[number] if token.lemma == lemma), None)
        if at is None:
            continue
        before = [when for when in dated(document, other) if when.end <= at]
        if before:
            yield Option(before[-1], "context", back=candidate.sentence - number)


def _between(document: Document, found: Sequence[Option]) -> Iterator[Option]:
    """Intervals from a date up to the next one of the sentence, and up to the article's own date: `X/Y`."""
    whole = [
        option
        for option in found
        if option.when and option.value and option.taken == "told" and not option.value.startswith("..")
    ]
    own = [option for option in whole if option.source == "sentence" and not option.back]
    for option, end in pairwise(own):
        if _first(option.value) < _first(end.value):
            yield option._replace(taken="until", end=end.when)
    today = ordinal(document.published.value) if document.published else None
    for option in whole:
        at = ordinal(option.value)
        if today is not None and at is not None and (0 < today - at <= -STORY[0] or (option in own and at < today)):
            yield option._replace(taken="until", end=document.published)


def _first(value: str | None) -> str:
    return (value or "").partition("/")[0][:10]


def _ways(option: Option) -> Iterator[Option]:
    yield option
    value = option.value
    if value is None:
        return
    if ".." in value:
        yield option._replace(taken="point")
    if not value.startswith(".."):
        yield option._replace(taken="before")


def dated(document: Document, sentence: Sentence) -> tuple[When, ...]:
    """The dates of a sentence that an event can have, in order."""
    first = bisect_left(document.whens, sentence.start, key=lambda when: when.start)
    last = bisect_left(document.whens, sentence.end, first, key=lambda when: when.start)
    return tuple(
        when for when in document.whens[first:last] if when.value and when.kind in ("date", "time") and when.basis != "post"
    )


def _own(document: Document, candidate: Candidate) -> Iterator[Option]:
    whens = dated(document, document.sentences[candidate.sentence])
    at = bisect_left(whens, candidate.start, key=lambda when: when.start)
    for when in whens[max(0, at - _BESIDE) : at + _BESIDE]:
        yield Option(when, "sentence", last=when is whens[-1])


def _line(document: Document, candidate: Candidate) -> Iterator[Option]:
    """Dates earlier in the same line of a list or timeline."""
    sentence = document.sentences[candidate.sentence]
    if sentence.kind in _LISTS:
        for number in range(candidate.sentence - 1, max(-1, candidate.sentence - _LOOK_BACK), -1):
            if document.sentences[number].block != sentence.block:
                break
            for when in dated(document, document.sentences[number])[-_BESIDE:]:
                yield Option(when, "sentence", back=candidate.sentence - number)


def _earlier(document: Document, candidate: Candidate) -> Iterator[Option]:
    """The first and the last date of the nearest dated sentences before."""
    sentence, seen = document.sentences[candidate.sentence], 0
    for number in range(candidate.sentence - 1, max(-1, candidate.sentence - _LOOK_BACK), -1):
        other = document.sentences[number]
        if other.kind not in _RUNNING or (other.kind in _LISTS and other.block == sentence.block):
            continue
        whens = dated(document, other)
        for when in {id(when): when for when in (*whens[:1], *whens[-1:])}.values():
            yield Option(when, "context", back=candidate.sentence - number, last=when is whens[-1])
        seen += bool(whens)
        if seen == _DATED_BACK:
            return


def _headings(document: Document, candidate: Candidate) -> Iterator[Option]:
    at: int | None = document.sentences[candidate.sentence].section
    level = 0
    while at is not None:
        section = document.sections[at]
        if section.heading:
            sentence = Sentence(section.heading.start, section.heading.end, "heading", 0, at)
            for when in dated(document, sentence)[:2]:
                yield Option(when, "heading", back=level)
        at, level = section.parent, level + 1


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

    return min((option for offer in found for option in offer), key=far)


def by_story(document: Document, claim: Dating, found: Sequence[Offer], past: Sequence[tuple[Dating, Option]]) -> Option:
    """The rule's date; an inherited one is the last told near the article's own, not that of a look back or ahead."""
    ruled = by_rule(claim, found)
    today = ordinal(document.published.value) if document.published else None
    if ruled.source in ("sentence", "heading") or today is None:
        return ruled
    told = (option.value for _, option in past)
    near = (value for value in told if (day := ordinal(value)) is not None and STORY[0] <= day - today <= STORY[1])
    days = span(next(near, None))
    same = (option for offer in found for option in offer if option.source == "context" and span(option.value) == days)
    return next(same, ruled)


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
