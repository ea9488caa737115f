"""Tagged documents -> claims: who did what, when, according to whom, and whether it happened."""

from __future__ import annotations

from keii.attribute import Attribution, attribution
from keii.config import Extract
from keii.extract.candidates import event_words
from keii.extract.detect import Detected, detect
from keii.extract.factuality import factuality
from keii.extract.roles import cast_all
from keii.extract.when import Dating, claim_dates, date_suspects
from keii.model import Claim, ClaimDate, Document, Factuality, Participant, SourceLink, Span, Text

__all__ = ["extract"]


def extract(document: Document, config: Extract | None = None) -> tuple[Claim, ...]:
    """Tell every claim of an article, in order of its trigger, each with its confidence and the reasons that made it."""
    settings = config or Extract()
    found = detect(document, settings)
    facts = [factuality(document, one.candidate, one.type, config=settings) for one in found]
    datings = [Dating(one.candidate, one.type, fact) for one, (fact, _) in zip(found, facts, strict=True)]
    dates = claim_dates(document, datings, config=settings)
    people = cast_all(document, [(one.candidate, one.type) for one in found], config=settings)
    return tuple(
        _claim(document, number, one, fact, date, who)
        for number, (one, fact, date, who) in enumerate(zip(found, facts, dates, people, strict=True), 1)
    )


def _claim(
    document: Document,
    number: int,
    found: Detected,
    fact: tuple[Factuality, tuple[str, ...]],
    date: tuple[ClaimDate | None, tuple[str, ...]],
    people: tuple[Participant, ...],
) -> Claim:
    candidate = found.candidate
    said = attribution(
        document,
        candidate.start,
        candidate.end,
        statement=found.type == "statement",
        agents=[one.name for one in people if one.role == "agent"],
    )
    sentence = document.sentences[candidate.sentence]
    return Claim(
        article=document.article.id,
        id=f"c{number:03d}",
        evidence=_text(document, Span(sentence.start, sentence.end)),
        trigger=_text(document, Span(*event_words(document.tokens[candidate.sentence], candidate.token))),
        type=found.type,
        factuality=fact[0],
        date=date[0],
        participants=people,
        speakers=said.speakers,
        outlets=said.outlets,
        citation=_text(document, said.citation) if said.citation else None,
        suspect=date_suspects(document, date[0], Dating(candidate, found.type, fact[0])),
        source=_links(said),
        confidence=round(found.probability, 3),
        why=(*found.why, *fact[1], *date[1], *said.why, *_roles(people)),
    )


def _text(document: Document, span: Span) -> Text:
    return Text(start=span.start, end=span.end, text=document.text(span))


def _links(said: Attribution) -> tuple[SourceLink, ...]:
    return tuple(SourceLink(kind=s.kind, name=s.name, cue=s.cue, start=s.start, end=s.end) for s in said.source)


def _roles(people: tuple[Participant, ...]) -> tuple[str, ...]:
    return (f"roles: {', '.join(sorted({one.role for one in people}))}",) if people else ()
