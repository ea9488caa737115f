"""Gold: reads labelled claims (ours and others'), checks them, counts them, and compares two labellings."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from keii.model import Article, Claim, ClaimDate, KeiiError, Participant, Text
from keii.reconcile import days
from keii.segment import segment

MANIFEST = "MANIFEST.tsv"
_PLACE = re.compile(r"@(\d{1,9}):(\d{1,9})", re.ASCII)
_DOUBTED = Claim.model_fields.keys() | {"amount", "content"}


@dataclass(frozen=True, slots=True)
class Origin:
    """One row of MANIFEST.tsv: where an article's labels come from, and what they may teach (`split`).

    `train`: everything; `claims`: all but which claims are one event; anything else: nothing.
    """

    article: str
    sha256: str
    origin: str = ""
    labelled_by: str = ""
    split: str = ""
    genre: str = ""


@dataclass(frozen=True, slots=True)
class Gold:
    """The labels that can be used, and one line for each file that can't. `articles` are those labelled, claims or none."""

    claims: tuple[Claim, ...]
    articles: tuple[str, ...]
    skipped: tuple[str, ...]
    manifest: Mapping[str, Origin]

    def split(self, name: str) -> tuple[Claim, ...]:
        """The claims of the articles of a split; without a manifest every article is of `train`."""
        return tuple(claim for claim in self.claims if self._split(claim.article) == name)

    def only(self, articles: Collection[str]) -> Gold:
        """The labels of these articles alone."""
        kept = tuple(claim for claim in self.claims if claim.article in articles)
        return replace(self, claims=kept, articles=tuple(article for article in self.articles if article in articles))

    def _split(self, article: str) -> str:
        return self.manifest[article].split if article in self.manifest else "train"

    @property
    def trained(self) -> int:
        """How many of the articles the manifest gives to training."""
        return sum(article in self.manifest and self.manifest[article].split == "train" for article in self.articles)

    @property
    def genres(self) -> dict[str, str]:
        """The genre of each article whose manifest row tells one."""
        return {article: self.manifest[article].genre for article in self.articles if self._genre(article)}

    def _genre(self, article: str) -> str:
        return self.manifest[article].genre if article in self.manifest else ""


class Problem(NamedTuple):
    """What is wrong at a line of a gold file; a warning does not make the file wrong."""

    file: Path
    line: int
    reason: str
    warning: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {'warning: ' if self.warning else ''}{self.reason}"


# --- reading ------------------------------------------------------------------------------------------------------


def read_gold(directory: Path, texts: Mapping[str, str] | None = None) -> Gold:
    """Read `directory/*.jsonl`, a file an article, and its MANIFEST.tsv if it has one.

    `texts` are the articles' texts by id; a file whose article is not among them, or whose text has another digest than
    the manifest says, is skipped with a line that says so. Without `texts` nothing is skipped and no text filled in.
    """
    if not directory.is_dir():
        raise KeiiError(f"{directory}: no such folder of gold")
    manifest = read_manifest(directory)
    claims: list[Claim] = []
    articles: list[str] = []
    skipped: list[str] = []
    for file in sorted(directory.glob("*.jsonl")):
        reason = _why_skip(file.stem, manifest, texts)
        if reason:
            skipped.append(f"{file}: skipped: {reason}")
            continue
        claims += read_claims(file, texts or {})
        articles.append(file.stem)
    return Gold(tuple(claims), tuple(articles), tuple(skipped), manifest)


def _why_skip(article: str, manifest: Mapping[str, Origin], texts: Mapping[str, str] | None) -> str | None:
    if texts is None:
        return None
    if article not in texts:
        return "its article was not read"
    if article in manifest and manifest[article].sha256 != digest(texts[article]):
        return f"the article's text is not the one that {MANIFEST} names"
    return None


def read_manifest(directory: Path) -> dict[str, Origin]:
    """The rows of MANIFEST.tsv by article; empty where there is none."""
    path = directory / MANIFEST
    if not path.exists():
        return {}
    known = Origin.__dataclass_fields__.keys()
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        if not {"article", "sha256"} <= set(rows.fieldnames or ()):
            raise KeiiError(f"{path}:1: the columns article and sha256 are missing")
        found = [Origin(**{key: value or "" for key, value in row.items() if key in known}) for row in rows]
    return {row.article: row for row in found}


def read_claims(path: Path, texts: Mapping[str, str] | None = None) -> tuple[Claim, ...]:
    """Read claims, gold or predicted; where a span lacks its `text` it is sliced from the article, or "" if that is unknown."""
    claims: list[Claim] = []
    for number, row in _rows(path):
        try:
            claims.append(Claim.model_validate(_with_text(row, texts or {})))
        except (ValidationError, TypeError, KeyError, AttributeError) as error:
            raise KeiiError(f"{path}:{number}: {_reason(error)}") from error
    return tuple(claims)


def _rows(path: Path) -> Iterator[tuple[int, Any]]:
    for number, line in _lines(path):
        try:
            yield number, json.loads(line)
        except json.JSONDecodeError as error:
            raise KeiiError(f"{path}:{number}: not JSON: {error.msg}") from error


def _lines(path: Path) -> list[tuple[int, str]]:
    """The lines that are not blank, with their numbers."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise KeiiError(f"{path}: cannot be read: {getattr(error, 'strerror', error)}") from error
    return [(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def named(row: dict[str, Any], text: str) -> dict[str, Any]:
    """A row whose names are told by where they stand, as `@12:18`, with the words that stand there.

    Labels of articles that name private people need not name them again.
    """

    def name(told: str) -> str:
        place = _PLACE.fullmatch(told)
        return text[int(place[1]) : int(place[2])] if place and text else told

    participants = [{**who, "name": name(who["name"])} for who in row.get("participants", ())]
    return {**row, "participants": participants, "speakers": [name(told) for told in row.get("speakers", ())]}


def _with_text(row: dict[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    text = texts.get(row["article"], "")
    row = named(row, text)

    def fill(span: dict[str, Any] | None) -> dict[str, Any] | None:
        if span is None or "text" in span or not isinstance(span.get("start"), int) or not isinstance(span.get("end"), int):
            return span
        return {**span, "text": text[span["start"] : span["end"]]}

    spans = {key: fill(row.get(key)) for key in ("evidence", "trigger", "date", "citation")}
    return {**row, **spans, "participants": [fill(who) for who in row.get("participants", ())]}


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc'])) or 'row'}: {first['msg']}"
    return f"missing key {error}" if isinstance(error, KeyError) else "not an object with the keys of a claim"


def read_texts(folders: Iterable[Path]) -> dict[str, str]:
    """The texts of all .txt and .md files under the folders, as stored, by file stem."""
    texts: dict[str, str] = {}
    for folder in folders:
        if not folder.is_dir():
            raise KeiiError(f"{folder}: no such folder of articles")
        for file in sorted(path for path in folder.rglob("*") if path.suffix in (".txt", ".md")):
            try:
                texts[file.stem] = file.read_bytes().decode("utf-8")
            except UnicodeDecodeError:
                continue
    return texts


def digest(text: str) -> str:
    """SHA-256 of the text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def digest_folder(directory: Path, pattern: str) -> str:
    """SHA-256 over the names and contents of a folder's files, line ends as stored."""
    total = hashlib.sha256()
    for file in sorted(directory.glob(pattern), key=lambda file: file.name):
        total.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


# --- check --------------------------------------------------------------------------------------------------------


def check(directory: Path, texts: Mapping[str, str]) -> tuple[Problem, ...]:
    """Everything that is wrong in a folder of gold, in order of file and line.

    Wrong are: rows that are no claims; an article that is not the file's, is absent or has another digest; ids that repeat
    or do not rise with the trigger; spans outside the text, empty, or (trigger) outside the evidence; dates that are not in
    the calendar; a span where `from` says that the date is inherited, or none where it is told; a date of the same trigger
    told twice. A warning: evidence that is not one sentence, an inherited date with a span.
    """
    if not directory.is_dir():
        raise KeiiError(f"{directory}: no such folder of gold")
    manifest = read_manifest(directory)
    problems: list[Problem] = []
    files = sorted(directory.glob("*.jsonl"))
    for file in files:
        problems += _check_file(file, manifest, texts)
    for article in sorted(manifest.keys() - {file.stem for file in files}):
        problems.append(Problem(directory / MANIFEST, list(manifest).index(article) + 2, f"{article} has no {article}.jsonl"))
    return tuple(problems)


def _check_file(file: Path, manifest: Mapping[str, Origin], texts: Mapping[str, str]) -> Iterator[Problem]:
    text = texts.get(file.stem)
    if manifest and file.stem not in manifest:
        yield Problem(file, 1, f"{file.stem} is not in {MANIFEST}")
    reason = _why_skip(file.stem, manifest, texts)
    if reason:
        yield Problem(file, 1, reason, warning=text is None)
    try:
        lines = _lines(file)
    except KeiiError as error:
        yield Problem(file, 1, str(error).removeprefix(f"{file}: "))
        return
    claims: list[tuple[int, Claim]] = []
    for number, line in lines:
        try:
            claims.append((number, Claim.model_validate(_with_text(json.loads(line), texts))))
        except json.JSONDecodeError as error:
            yield Problem(file, number, f"not JSON: {error.msg}")
        except (ValidationError, TypeError, KeyError, AttributeError) as error:
            yield Problem(file, number, _reason(error))
    for number, claim in claims:
        for wrong in _wrong(claim, file.stem, text):
            yield Problem(file, number, f"{claim.id}: {wrong}")
    if len(claims) == len(lines):
        yield from _wrong_order(file, claims)
    if text is not None and not reason:
        yield from _not_sentences(file, claims, text)


def _wrong(claim: Claim, article: str, text: str | None) -> Iterator[str]:
    if claim.article != article:
        yield f"article is {claim.article}, the file is {article}"
    spans: list[tuple[str, Text | ClaimDate | Participant | None]]
    spans = [("evidence", claim.evidence), ("trigger", claim.trigger), ("date", claim.date), ("citation", claim.citation)]
    spans += [(f"participant {who.name}", who) for who in claim.participants]
    for name, span in spans:
        if span is None or (span.start is None and span.end is None):
            continue
        if span.start is None or span.end is None:
            yield f"{name}: only one of start and end is given"
        elif not 0 <= span.start < span.end:
            yield f"{name}: {span.start}:{span.end} is no span"
        elif text is not None and span.end > len(text):
            yield f"{name}: {span.start}:{span.end} is outside the text of {len(text)} characters"
    if not claim.evidence.start <= claim.trigger.start < claim.trigger.end <= claim.evidence.end:
        yield "trigger: outside the evidence"
    if text is not None and claim.trigger.text != claim.trigger.text.strip():
        yield "trigger: begins or ends with a blank"
    if claim.date:
        if days(claim.date.value) is None:
            yield f"date: {claim.date.value} is not an ISO 8601 date of the calendar"
        if claim.date.from_ == "sentence" and claim.date.start is None:
            yield "date: from sentence, but without its span"
        if claim.date.from_ in ("context", "document") and claim.date.start is not None:
            yield f"date: from {claim.date.from_}, but with a span"
    for field, names in (("speakers", claim.speakers), ("outlets", claim.outlets)):
        if len(set(names)) < len(names) or not all(name.strip() for name in names):
            yield f"{field}: a name that is empty or listed twice"
    for doubt in claim.suspect:
        if doubt.field not in _DOUBTED:
            yield f"suspect: {doubt.field} is neither a key of the claim nor amount or content"
    if not claim.event:
        yield "event: missing"


def _wrong_order(file: Path, claims: list[tuple[int, Claim]]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    told: dict[tuple[Any, ...], str] = {}
    last = -1
    for index, (number, claim) in enumerate(claims, 1):
        if claim.id in seen:
            yield Problem(file, number, f"{claim.id}: already the id of line {seen[claim.id]}")
        elif claim.id != f"c{index:03}":
            yield Problem(file, number, f"{claim.id}: ids run c001, c002, …; this is c{index:03}")
        if claim.trigger.start < last:
            yield Problem(file, number, f"{claim.id}: its trigger stands before that of the claim above")
        what = (claim.trigger.start, claim.trigger.end, claim.date and claim.date.value, _who(claim))
        if what in told:
            yield Problem(file, number, f"{claim.id}: tells the same as {told[what]}: trigger, date and participants")
        seen.setdefault(claim.id, number)
        told.setdefault(what, claim.id)
        last = claim.trigger.start


def _who(claim: Claim) -> frozenset[tuple[str, str]]:
    return frozenset((who.role, who.name) for who in claim.participants)


def _not_sentences(file: Path, claims: list[tuple[int, Claim]], text: str) -> Iterator[Problem]:
    sentences = {(sentence.start, sentence.end) for sentence in segment(Article(id=file.stem, text=text)).sentences}
    for number, claim in claims:
        if (claim.evidence.start, claim.evidence.end) not in sentences:
            span = f"{claim.evidence.start}:{claim.evidence.end}"
            yield Problem(file, number, f"{claim.id}: evidence {span} is not one sentence of the text", warning=True)


# --- stats, diff --------------------------------------------------------------------------------------------------


def stats(gold: Gold) -> dict[str, dict[str, int]]:
    """How many claims of each kind there are, the most frequent first."""
    claims = gold.claims
    spread = Counter(claim.event for claim in claims if claim.event)
    articles: dict[str, set[str]] = {}
    for claim in claims:
        articles.setdefault(claim.event or "", set()).add(claim.article)
    counted: dict[str, Counter[str]] = {
        "total": Counter(
            articles=len(gold.articles),
            claims=len(claims),
            events=len(spread),
            events_told_twice=sum(n > 1 for n in spread.values()),
            events_in_several_articles=sum(len(where) > 1 for event, where in articles.items() if event),
            dated=sum(claim.date is not None for claim in claims),
            with_outlets=sum(bool(claim.outlets) for claim in claims),
            with_speakers=sum(bool(claim.speakers) for claim in claims),
            suspect=sum(bool(claim.suspect) for claim in claims),
        ),
        "split": Counter(gold._split(claim.article) for claim in claims),
        "genre": Counter(gold._genre(claim.article) or "unknown" for claim in claims),
        "type": Counter(claim.type for claim in claims),
        "factuality": Counter(claim.factuality for claim in claims),
        "date from": Counter(claim.date.from_ if claim.date else "none" for claim in claims),
        "role": Counter(who.role for claim in claims for who in claim.participants),
        "outlet": Counter(outlet for claim in claims for outlet in claim.outlets),
        "article": Counter(claim.article for claim in claims),
    }
    return {kind: dict(counter.most_common()) if kind != "total" else dict(counter) for kind, counter in counted.items()}


class Change(NamedTuple):
    """What differs between two versions of a label; `field` is None where the whole claim was added or removed."""

    article: str
    id: str
    field: str | None
    before: str
    after: str


def diff(before: Iterable[Claim], after: Iterable[Claim]) -> tuple[Change, ...]:
    """What changed from one version of gold to another: claims by trigger span, then field by field."""
    changes: list[Change] = []
    old, new = _by_trigger(before), _by_trigger(after)
    for key in sorted(old.keys() | new.keys()):
        if key not in new:
            changes.append(Change(key[0], old[key].id, None, _brief(old[key]), ""))
        elif key not in old:
            changes.append(Change(key[0], new[key].id, None, "", _brief(new[key])))
        else:
            changes += _changed(old[key], new[key])
    return tuple(changes)


def _by_trigger(claims: Iterable[Claim]) -> dict[tuple[str, int, int, int], Claim]:
    found: dict[tuple[str, int, int, int], Claim] = {}
    told: Counter[tuple[str, int, int]] = Counter()
    for claim in claims:
        where = (claim.article, claim.trigger.start, claim.trigger.end)
        found[*where, told[where]] = claim
        told[where] += 1
    return found


def _changed(before: Claim, after: Claim) -> Iterator[Change]:
    old, new = (claim.model_dump(by_alias=True, exclude={"id"}, mode="json") for claim in (before, after))
    for field in old:
        if old[field] != new[field]:
            told = (json.dumps(value, ensure_ascii=False) for value in (old[field], new[field]))
            yield Change(after.article, after.id, field, *told)


def _brief(claim: Claim) -> str:
    return f"{claim.trigger.text or f'{claim.trigger.start}:{claim.trigger.end}'} ({claim.type}, {claim.factuality})"
