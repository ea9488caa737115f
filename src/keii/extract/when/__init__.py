"""When a claim's event happened: the date expression in its sentence that is its own, or the date it inherits.

Every claim has options: the dates of its sentence, those of the sentences before, of the headings above, the article's own
date, and no date. Each can be taken as told, as a bound (`../X`: before X) or as a point (`X/..` told of a change that happened
on X). A learned model ranks them; rules alone rank them by distance.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from keii.config import Extract
from keii.extract.candidates import Candidate
from keii.extract.grammar import is_verbal
from keii.extract.learned import load
from keii.extract.trees import Trees
from keii.extract.when.options import Dating, Days, Offer, Option, Sheet, by_rule, by_story, offers, ordinal, remembered, span
from keii.extract.when.table import Frame, Pages, table
from keii.model import ClaimDate, Document, EventType, Factuality, Suspect

__all__ = ["Dating", "claim_date", "claim_dates", "date_suspects"]

_LIMITS = ("まで", "以降", "から", "付", "より", "の", "に予定", "以後")
"""What makes a day behind an expression a limit, or another thing's."""


def claim_date(
    document: Document, candidate: Candidate, type: EventType, factuality: Factuality, *, config: Extract | None = None
) -> tuple[ClaimDate | None, tuple[str, ...]]:
    """Choose the date of one claim without the claims before it; `claim_dates` knows more."""
    return claim_dates(document, [Dating(candidate, type, factuality)], config=config)[0]


def claim_dates(
    document: Document, claims: Sequence[Dating], *, config: Extract | None = None
) -> list[tuple[ClaimDate | None, tuple[str, ...]]]:
    """Choose the date of every claim of a document, in order; None where the article does not date the event."""
    chosen: list[tuple[ClaimDate | None, tuple[str, ...]]] = []
    past: list[tuple[Dating, Option]] = []
    settings = config or Extract()
    sheet = Sheet(document)
    pages = Pages(sheet)
    for claim in claims:
        known = remembered(sheet, claim, past)
        found = offers(sheet, claim.candidate, known)
        if settings.rules_only:
            option = by_story(sheet, claim, found, known)
        else:
            option = by_model(pages, claim, found, known, settings.model)
        past.append((claim, option))
        chosen.append((told(document, option), (_why(document, option),)))
    return chosen


def told(document: Document, option: Option) -> ClaimDate | None:
    """The claim's date as a row."""
    when, value = option.when, option.value
    if when is None or value is None or option.source is None:
        return None
    spanned = option.source in ("sentence", "heading")
    latest = when.earliest if option.taken == "before" and "/" in (when.value or "") else (option.end or when).latest
    return ClaimDate(
        value=value,
        start=when.start if spanned else None,
        end=when.end if spanned else None,
        text=document.text(when) if spanned else None,
        from_=option.source,
        zone=when.zone,
        earliest=None if value.startswith("../") else when.earliest,
        latest=None if value.endswith("/..") else latest,
    )


def by_model(
    pages: Pages, claim: Dating, found: Sequence[Offer], past: Sequence[tuple[Dating, Option]], home: Path | None = None
) -> Option:
    """The first option of the offer that the learned model ranks first."""
    ruled = by_rule(claim, found)
    if ruled.source == "heading":  # an entry's or an addition's own date holds for all in it that has none
        return ruled
    found = [offer for offer in found if claim.factuality != "fact" or not _inherits_to_come(pages.sheet, offer)] or found
    names, trees = _model(home)
    columns, cells = table(Frame(pages, claim, found, ruled, past), found)
    assert columns == names, "the model was made for another table: train it again"
    return found[int(trees.decide(cells).argmax())].options[0]


def _inherits_to_come(sheet: Sheet, offer: Offer) -> bool:
    """Whether an offer that no words of the sentence or a heading tell is a day to come: no fact's."""
    return _to_come(sheet.document, offer.days) and all(option.source == "context" for option in offer.options)


@cache
def _model(home: Path | None) -> tuple[tuple[str, ...], Trees]:
    """The columns of the table that the model was made for, and the model."""
    data = load("when", home)
    return tuple(data["columns"]), Trees.parse(data["trees"])


def _why(document: Document, option: Option) -> str:
    if option.when is None:
        return "date: none"
    return f"date: {option.source} {document.text(option.when) or option.when.value} ({option.taken})"


def date_suspects(document: Document, date: ClaimDate | None, claim: Dating | None = None) -> tuple[Suspect, ...]:
    """What cannot be right in a date as told: its expression's own suspect, also if inherited; a fact of a day to come."""
    if date is None:
        return ()
    doubted = [when for when in document.whens if when.suspect]
    spanned = [when.suspect for when in doubted if when.start == date.start]
    inherited = [when.suspect for when in doubted if date.start is None and when.value == date.value]
    ahead = ["told as a fact, but after the article's own date"] if claim and _is_ahead(document, date, claim) else []
    return tuple(Suspect(field="date", why=why) for why in (spanned or inherited or ahead)[:1] if why)


def _is_ahead(document: Document, date: ClaimDate, claim: Dating) -> bool:
    """Whether a fact is told of a day that the article could not know in any zone: by an expression with no predicate between."""
    if claim.factuality != "fact" or date.end is None or not _to_come(document, span(date.value)):
        return False
    tokens, end = document.tokens[claim.candidate.sentence], claim.candidate.start
    between = [i for i, token in enumerate(tokens) if date.end <= token.start and token.end <= end]
    return (
        bool(between)
        and not any(is_verbal(tokens, i) for i in between)
        and not document.article.text.startswith(_LIMITS, date.end)
    )


def _to_come(document: Document, days: Days) -> bool:
    """Whether days begin later than the day behind the article's own; only what is told to the day."""
    published = document.published
    if days is None or published is None or published.grain != "day" or len(days[0]) < len("2023-11-17"):
        return False
    today, first = ordinal(published.value), ordinal(days[0])
    return today is not None and first is not None and first > today + 1
