"""Every type that crosses a stage.

An `Article` never changes. Each stage takes a `Document` and returns it with frozen records added; every span counts
code points of `Article.text`, half open, so that `text[start:end]` is what the span names. Rows that leave the program
(`Claim`, `Event`, `Pair`, …) are pydantic models: their JSON Schema is the output's contract (`keii schema`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

BlockKind = Literal[
    "meta",  # front matter
    "title",
    "heading",
    "paragraph",
    "item",  # a line of a list
    "entry",  # a line or heading of a timeline, with a date or clock time of its own
    "quote",  # quotation, translated post or statement
    "embed",  # embedded post in another language, with its handle, date and link
    "caption",
    "note",  # a source note: (出典:…), via …, ソース:…
    "reference",  # one entry of the reference list
    "boilerplate",  # share buttons, adverts, tables of contents, navigation
]
RUNNING_TEXT: frozenset[str] = frozenset({"paragraph", "item", "entry", "quote"})
"""Kinds of block whose sentences may hold claims."""

EventType = Literal[
    "start-position",
    "end-position",
    "statement",
    "meet",
    "agree",
    "demand",
    "reject",
    "start-org",
    "end-org",
    "transfer-money",
    "transfer-ownership",
    "launch",
    "justice",
    "harm",
    "figure",
    "election",
    "contest",
    "other",
]
Factuality = Literal["fact", "negated", "possible", "planned"]
Role = Literal["agent", "patient", "org", "other"]
DateFrom = Literal["sentence", "heading", "context", "document"]
Label = Literal["PERSON", "ORG", "DATE", "TIME", "OUTLET", "PLACE"]
SourceKind = Literal["outlet", "person", "body", "anonymous", "document"]
Grain = Literal[
    "century", "decade", "year", "half", "quarter", "season", "month", "tenday", "week", "weekend", "day", "part", "hour",
    "minute", "second",
]  # fmt: skip
"""How fine a date is told; `part` is a part of a day (朝, 夜), `tenday` a third of a month (上旬)."""


class KeiiError(Exception):
    """What went wrong, in one line that names the file and the reason."""


# --- what was read ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One entry of a reference or source list.

    `start`, `end` are None where the entry came from metadata. `key` is the mark that cites it ("3", "Efrati 2023").
    """

    title: str | None = None
    outlet: str | None = None
    authors: tuple[str, ...] = ()
    date: str | None = None
    url: str | None = None
    key: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article as stored. `published` is ISO 8601 or None; `zone` an IANA name ("Asia/Tokyo") or an offset ("+09:00")."""

    id: str
    text: str
    title: str | None = None
    published: str | None = None
    url: str | None = None
    outlet: str | None = None
    zone: str | None = None
    sources: tuple[Reference, ...] = ()
    body_start: int = 0
    """Where the text begins behind front matter and byte order mark."""
    path: str = ""
    encoding: str = "UTF-8"
    """What the file was in; `text` is decoded."""
    notes: tuple[str, ...] = ()
    """What reading it took that a user should know: an encoding that was guessed, keys that were left out."""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


class Failure(NamedTuple):
    """An input that could not be read or analysed, and why, in one line."""

    path: str
    article: str
    reason: str


# --- segment ------------------------------------------------------------------------------------------------------


class Span(NamedTuple):
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    start: int
    end: int
    kind: BlockKind
    section: int
    """Index into `Document.sections`."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it until the next heading of its level or above; section 0 has no heading."""

    start: int
    end: int
    heading: Span | None
    level: int
    parent: int | None


@dataclass(frozen=True, slots=True)
class Sentence:
    start: int
    end: int
    kind: BlockKind
    block: int
    section: int


# --- tag, names, dates, attribute ---------------------------------------------------------------------------------


class Token(NamedTuple):
    """One GiNZA token (Sudachi mode C). `head` indexes the tokens of its sentence; the root is its own head."""

    start: int
    end: int
    surface: str
    lemma: str
    norm: str
    pos: str  # Universal POS
    tag: str  # UniDic part of speech, "名詞-普通名詞-サ変可能"
    dep: str  # Universal Dependencies, without GiNZA's "_bunsetu"
    head: int
    bunsetu: bool  # head of its bunsetu
    ent: str  # ENE label ("Person") or ""
    inflection: str  # "サ行変格;未然形-サ" or ""
    reading: str  # katakana or ""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in the text. `name` is the canonical name; `why` says what found it and what gave it its name."""

    start: int
    end: int
    label: Label
    name: str
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A date expression and what it says.

    `value` is ISO 8601 as told (`2023-11`, `2023-11-19T20:58`, `2023-11-17/2023-11-19`, `../2023-11-17`), in the zone
    of the telling, or None where it can't be resolved. `earliest`, `latest` are UTC instants ("2023-11-17T08:00:00Z"),
    half open, None for an open end. `basis` says how it was anchored: `absolute`, `article` (the article's date),
    `heading`, `context` (an earlier date), `event`, `post` (a status id). `suspect` is why it can't be right.
    """

    start: int
    end: int
    value: str | None
    grain: Grain
    kind: Literal["date", "time", "duration", "set"] = "date"
    zone: str | None = None
    earliest: str | None = None
    latest: str | None = None
    basis: str = "absolute"
    suspect: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One link of the chain of who says it; `name` is canonical, `cue` the citing words, the span is the name's or None."""

    kind: SourceKind
    name: str
    cue: str
    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class Citation:
    """Words that say where something is from, and how far they reach.

    `sources` run from the nearest outward (関係者, then 『The Verge』). `start`, `end` span the citing words, None where
    inherited. The citation covers what lies inside `reach`. `basis` is the rule that gave it its reach.
    """

    start: int | None
    end: int | None
    sources: tuple[Source, ...]
    reach: Span
    basis: str
    ambiguous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An article and what the stages have found in it so far.

    `tokens[i]` belongs to `sentences[i]` (empty for sentences that are not analysed). `entities` are GiNZA's, as they
    come; `mentions` are ours, in order, not overlapping, canonical. `whens` are in order, not overlapping. `published` is
    the article's date, given or inferred (see its `basis`), None if nothing tells it.
    """

    article: Article
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    tokens: tuple[tuple[Token, ...], ...] = ()
    entities: tuple[Mention, ...] = ()
    mentions: tuple[Mention, ...] = ()
    whens: tuple[When, ...] = ()
    published: When | None = None
    references: tuple[Reference, ...] = ()
    citations: tuple[Citation, ...] = ()

    def text(self, span: Span | Sentence | Block | Mention | When | Token) -> str:
        return self.article.text[span.start : span.end]


# --- rows that leave the program ----------------------------------------------------------------------------------


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Text(Row):
    """A span with the text it slices."""

    start: int
    end: int
    text: str


class ClaimDate(Row):
    """When the event happened or is to happen; `start`, `end`, `text` are null where the date is inherited."""

    value: str
    start: int | None = None
    end: int | None = None
    text: str | None = None
    from_: DateFrom = Field(alias="from")
    zone: str | None = None
    earliest: str | None = None
    latest: str | None = None


class Participant(Row):
    name: str
    role: Role
    start: int | None = None
    end: int | None = None
    text: str | None = None


class Suspect(Row):
    field: str
    why: str


class SourceLink(Row):
    kind: SourceKind
    name: str
    cue: str
    start: int | None = None
    end: int | None = None


class Claim(Row):
    """One claim by the labelling guide; gold rows lack `text`, `source`, `confidence` and `why`."""

    article: str
    id: str
    evidence: Text
    trigger: Text
    type: EventType
    factuality: Factuality
    date: ClaimDate | None
    participants: tuple[Participant, ...] = ()
    speakers: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    citation: Text | None = None
    suspect: tuple[Suspect, ...] = ()
    event: str | None = None
    source: tuple[SourceLink, ...] = ()
    confidence: float = 1.0
    why: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The claim's name over all articles, `article/c001`."""
        return f"{self.article}/{self.id}"


class EventDate(Row):
    value: str
    earliest: str | None = None
    latest: str | None = None
    zone: str | None = None
    grain: str | None = None


class EventParticipant(Row):
    name: str
    role: Role


class ConflictValue(Row):
    value: str
    claims: tuple[str, ...]
    support: str | None = None
    """What speaks for this value, if anything does."""


class Conflict(Row):
    field: Literal["date", "amount", "participant", "role", "place", "factuality", "attribution", "name"]
    values: tuple[ConflictValue, ...]


class HistoryEntry(Row):
    """What was told of the event's factuality, when, by which claim."""

    at: str | None
    factuality: Factuality
    claim: str


class Event(Row):
    id: str
    title: str
    date: EventDate | None
    type: EventType
    participants: tuple[EventParticipant, ...] = ()
    place: str | None = None
    amounts: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    independent_outlets: int = 0
    first_told_by: str | None = None
    articles: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    factuality: Factuality = "fact"
    history: tuple[HistoryEntry, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    confidence: float = 1.0
    title_en: str | None = None
    formerly: tuple[str, ...] = ()
    """Ids of an earlier run's events that it took claims from: merged into it, or split so that it came to be."""


class NameMention(Row):
    start: int
    end: int
    text: str
    label: Label
    name: str
    why: tuple[str, ...] = ()


class Analysis(Row):
    """All that is known of one article by itself, before names are linked and events are merged over the run."""

    id: str
    path: str
    sha256: str
    text: str
    body_start: int
    title: str | None
    published: str | None
    published_basis: str | None
    """How the article's date is known: `metadata`, or what it was inferred from."""
    url: str | None
    outlet: str | None
    zone: str | None
    encoding: str = "UTF-8"
    notes: tuple[str, ...]
    sentences: tuple[tuple[int, int], ...]
    mentions: tuple[NameMention, ...]
    claims: tuple[Claim, ...]
    headlines: tuple[str, ...] = ()
    """How each of the claims would be titled."""
    drops: dict[str, int]
    """How many sentences or candidates were left out, by reason."""


class Name(Row):
    """One canonical name of the run with all its spellings."""

    name: str
    label: Label
    spellings: dict[str, int]
    articles: int
    why: tuple[str, ...] = ()


# --- how it compares with gold ------------------------------------------------------------------------------------

Verdict = Literal["right", "partly", "missed", "false", "duplicate"]


class Pair(Row):
    """One row of `scores.jsonl`: a gold claim with its prediction, or one of them alone.

    `fields` says of each field whether it is right, None where neither side has it. `score` is 0–1 by the weights of the
    configuration, `similarity` what the pair was matched by. `duplicate_of` is the gold claim that another prediction got.
    """

    article: str
    gold: str | None
    pred: str | None
    verdict: Verdict
    fields: dict[str, bool | None] = Field(default_factory=dict)
    score: float = 0.0
    similarity: float = 0.0
    duplicate_of: str | None = None


class Figure(Row):
    """One number, its 95 % interval over resampled articles, and what it counts; None where there is nothing to count."""

    value: float | None
    low: float | None
    high: float | None
    n: int


class Group(Row):
    """Gold claims and predictions of one kind; the rates of fields are of its gold claims that were found."""

    gold: int
    predicted: int
    precision: float | None
    recall: float | None
    f1: float | None
    strict: float | None
    fields: dict[str, float | None]


class Band(Row):
    """One band of confidence: how sure the program was on average, and how often it was right."""

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


class Scores(Row):
    """`scores.json`. `counts` holds, per article, the counts behind every figure: what `keii compare` resamples."""

    articles: int
    gold: int
    predicted: int
    matched: int
    verdicts: dict[str, int]
    figures: dict[str, Figure]
    by: dict[str, dict[str, Group]]
    confusion: dict[str, dict[str, dict[str, int]]]
    reliability: tuple[Band, ...]
    counts: dict[str, dict[str, tuple[float, ...]]]
