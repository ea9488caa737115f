"""What Python callers use, and the smaller commands: parts of the pipeline on a text, and reading a run's folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from keii.about import RunFile
from keii.model import Article, Claim, Document, Event, Grain, KeiiError, Label, Mention, Name, Pair, Row, Scores
from keii.runner import read_events as _read_events


def document(text: str, *, id: str = "text", published: str | None = None, zone: str | None = None) -> Document:
    """Segment and analyse one text: tokens, dates, names and citations with their spans."""
    from keii.attribute import attribute
    from keii.dates import dates
    from keii.names import names
    from keii.segment import segment
    from keii.tag import tag

    article = Article(id=id, text=text, published=published, zone=zone)
    return attribute(names(dates(tag([segment(article)])[0])))


def mentions(text: str) -> tuple[Mention, ...]:
    """The people, organisations, places, outlets, dates and times of a text, in order, not overlapping.

    The name of a date or time is its value in ISO 8601 where it has one without a reference date.
    """
    return mentions_of([text])[0]


def mentions_of(texts: Sequence[str]) -> list[tuple[Mention, ...]]:
    """The `mentions` of many texts, with one pass through GiNZA."""
    from keii.tag import tag

    return [_mentions(document) for document in tag([_running(text) for text in texts])]


def _mentions(document: Document) -> tuple[Mention, ...]:
    from keii.dates import find_dates
    from keii.names import is_name, names
    from keii.names.tagger import tagged

    document, text = names(document), document.article.text
    found = [mention for mention in document.mentions if is_name(mention)]
    whens = find_dates(text)
    for start, end, label in (span for spans in tagged(document.tokens) for span in spans if span.label in ("DATE", "TIME")):
        if all(end <= other.start or start >= other.end for other in found):
            value = next((when.value for when in whens if when.start < end and when.end > start), None)
            found.append(Mention(start, end, "DATE" if label == "DATE" else "TIME", value or text[start:end]))
    return tuple(sorted(found, key=lambda mention: mention.start))


def _running(text: str) -> Document:
    """A text as running text, whatever it looks like: a row is no page."""
    from keii.model import Block, Section, Sentence
    from keii.segment.sentences import sentences

    spans = list(sentences(text, 0, len(text)))
    return Document(
        article=Article(id="text", text=text),
        blocks=(Block(0, len(text), "paragraph", 0),),
        sections=(Section(0, len(text), None, 0, None),),
        sentences=tuple(Sentence(start, end, "paragraph", 0, 0) for start, end in spans),
    )


class FoundDate(Row):
    """A date that `keii dates` found; its fields are those of `model.When`."""

    start: int
    end: int
    text: str
    value: str | None
    grain: Grain
    zone: str | None
    earliest: str | None
    latest: str | None
    basis: str
    suspect: str | None


class FoundMention(Row):
    """A name or date that `keii tag` found; `name` is its canonical name or its value."""

    start: int
    end: int
    text: str
    label: Label
    name: str


class DatedRow(BaseModel):
    """A row of `keii dates`: the row as it came, plus what was found in its text."""

    text: str
    dates: list[FoundDate]


class TaggedRow(BaseModel):
    """A row of `keii tag`: the row as it came, plus what was found in its text."""

    text: str
    mentions: list[FoundMention]


def schemas() -> dict[str, Any]:
    """JSON Schema of each output: a row of it, or the whole of a .json file."""
    rows: dict[str, type[BaseModel]] = {
        "claims.jsonl": Claim,
        "events.jsonl": Event,
        "names.jsonl": Name,
        "scores.jsonl": Pair,
        "scores.json": Scores,
        "run.json": RunFile,
        "keii dates": DatedRow,
        "keii tag": TaggedRow,
    }
    return {name: row.model_json_schema(by_alias=True) for name, row in rows.items()}


def read_events(out: Path) -> tuple[Event, ...]:
    """The events of a run's folder; raises KeiiError where there is no run."""
    if not (out / "events.jsonl").exists():
        raise KeiiError(f"{out}: no run of keii (events.jsonl is missing)")
    return _read_events(out)


def explain(event_id: str, out: Path) -> Iterator[str]:
    """For each pair of an event's claims, what speaks for and against their being one event, a line each."""
    from keii.gold import read_claims
    from keii.merge import why

    event = next((event for event in read_events(out) if event.id == event_id), None)
    if event is None:
        raise KeiiError(f"{event_id}: no such event in {out}")
    claims = read_claims(out / "claims.jsonl")
    words = {claim.key: claim.trigger.text for claim in claims}
    yield f"{event.id}\t{event.title}\t{len(event.claims)} claims"
    if len(event.claims) == 1:
        yield "one claim alone: nothing was joined"
    else:
        yield "each pair of claims with its log odds of being one event (above 0 for, below 0 against), and what adds up to them:"
    mine = [claim for claim in claims if claim.article in event.articles]
    for a, b, total, parts in why(event, mine, _models(out)):
        yield f"{a} {words[a]} ~ {b} {words[b]}\t{total:+.2f}"
        for feature, weight in sorted(parts, key=lambda part: -abs(part[1])):
            yield f"    {weight:+.2f}  {feature}"


def _models(out: Path) -> Path | None:
    """The folder of models of the user's own that a run was made with."""
    try:
        told = json.loads((out / "run.json").read_text(encoding="utf-8"))["config"]["extract"]["model"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KeiiError(f"{out / 'run.json'}: cannot be read: {error}") from error
    return Path(told) if told else None
