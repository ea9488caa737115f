"""Document -> references and citations: which source stands behind which words, and how far it reaches.

Sentences are read for citations and speech acts (`cites`, `speech`); what reaches beyond a sentence (hearsay, source
notes, closing sources, translated posts) is added by `reach`; works are looked up in the bibliography (`references`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from keii.attribute.names import words
from keii.attribute.reach import citations
from keii.attribute.references import references
from keii.attribute.speech import said_by
from keii.model import Citation, Document, Source, SourceKind, Span

SPEECH = "speech"
_FAR = ("inherited", "lent", "quote", "note", "closing")
_ORDER = ("bracket", "narrative", "mark", "according", "anaphor", "platform", "page", "post verb", "reporter", *_FAR)
"""Which of several citations gives the citing words."""
_TELLERS = ("person", "body", "anonymous")
"""Kinds of source that are speakers; the others are outlets and documents."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who says a claim: `citation` spans the citing words (None where only a speech verb tells it), `source` runs outward."""

    outlets: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    citation: Span | None = None
    source: tuple[Source, ...] = ()
    why: tuple[str, ...] = ()
    ambiguous: bool = False


def attribute(document: Document) -> Document:
    """Add the bibliography and all citations, those of the sentence before those that reach it from afar."""
    document = replace(document, references=references(document))
    return replace(document, citations=tuple(citations(document)))


def sources_at(document: Document, start: int) -> tuple[Citation, ...]:
    """The citations that cover the place of a trigger, nearest first: its speech act, its sentence, what reaches from afar."""
    covering = [c for c in document.citations if c.reach.start <= start < c.reach.end]
    return tuple(sorted(covering, key=_nearness))


def _nearness(citation: Citation) -> tuple[int, int]:
    rank = 0 if citation.basis == SPEECH else 2 + _FAR.index(citation.basis) if citation.basis in _FAR else 1
    return rank, citation.reach.end - citation.reach.start


def attribution(document: Document, start: int, end: int, *, statement: bool = False, agents: Iterable[str] = ()) -> Attribution:
    """Who says the claim whose trigger is `start:end`; for a statement, `agents` are who speaks."""
    covering = sources_at(document, start)
    speech = [c for c in covering if c.basis == SPEECH]
    near = [c for c in covering if c.basis != SPEECH and c.basis not in _FAR]
    far = [c for c in covering if c.basis in _FAR]
    chosen = _outlet_citations(document, near, far, start)
    if statement and not agents and not speech:
        agents = [source.name for source in said_by(document, _sentence(document, start), start)]
    speakers = (tuple(agents) if statement else ()) or _speakers([*speech, *near, *far])
    links = _chain(document, speakers, covering, chosen, end)
    cited = [c for c in chosen if c.start is not None] or [c for c in near if c.start is not None]
    first = min(cited, key=lambda c: (_ORDER.index(c.basis) if c.basis in _ORDER else 0, c.start or 0), default=None)
    return Attribution(
        outlets=_names(chosen, "outlet"),
        speakers=speakers,
        citation=Span(first.start, first.end) if first and first.start is not None and first.end is not None else None,
        source=links,
        why=tuple(c.basis for c in [*speech[:1], *chosen]),
        ambiguous=any(c.ambiguous for c in chosen),
    )


def _sentence(document: Document, place: int) -> int:
    starts = [sentence.start for sentence in document.sentences]
    return max(0, bisect_right(starts, place) - 1)


def _outlet_citations(document: Document, near: list[Citation], far: list[Citation], start: int) -> list[Citation]:
    """All citations of the sentence; where they name no outlet, the nearest from afar that does."""
    if any(s.kind in ("outlet", "document") for c in near for s in c.sources):
        return near
    for basis in _FAR:
        group = [c for c in far if c.basis == basis and any(s.kind in ("outlet", "document") for s in c.sources)]
        if group:
            return near + group
    return near


def _speakers(citations: list[Citation]) -> tuple[str, ...]:
    """Whom the nearest citation that names somebody names."""
    named = (tuple(s.name for s in citation.sources if s.kind in _TELLERS) for citation in citations)
    return tuple(dict.fromkeys(next((names for names in named if names), ())))


def _names(citations: list[Citation], kind: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(s.name for c in citations for s in c.sources if s.kind == kind))


def _chain(
    document: Document, speakers: tuple[str, ...], covering: Sequence[Citation], chosen: list[Citation], end: int
) -> tuple[Source, ...]:
    """From the nearest outward: who speaks, then what is cited, each once."""
    told = [_teller(document, name, covering, end) for name in speakers]
    return tuple(dict.fromkeys([*told, *(s for c in chosen for s in c.sources if s.kind not in _TELLERS)]))


def _teller(document: Document, name: str, covering: Sequence[Citation], end: int) -> Source:
    """A speaker as a source: as the citations have them, else by the last mention up to the claim."""
    cited = (s for c in covering for s in c.sources if s.name == name and s.kind in _TELLERS)
    if (source := next(cited, None)) is not None:
        return source
    mentions = [mention for mention in document.mentions if mention.name == name]
    kind = _kind(name, {mention.label for mention in mentions})
    before = [mention for mention in mentions if mention.start < end]
    if not before:
        return Source(kind, name, "", None, None)
    last = max(before, key=lambda mention: mention.start)
    return Source(kind, name, document.text(last), last.start, last.end)


def _kind(name: str, labels: set[str]) -> SourceKind:
    """What speaks under a name: by its mentions, else by the word it ends in."""
    if "PERSON" in labels or (not labels and name.endswith(words("person"))):
        return "person"
    return "body" if labels or name.endswith(words("body")) else "person"
