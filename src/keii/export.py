"""A run -> files: JSON lines, CSV tables, pages. Every file is written aside and renamed, so none is ever half there."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import logging
import os
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from keii.about import about
from keii.config import Config
from keii.gold import read_gold
from keii.model import Analysis, Claim, Event, KeiiError, Name, Pair, Scores
from keii.pipeline import Run, article_of

log = logging.getLogger(__name__)

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What Excel takes for the beginning of a formula, its wide forms with it."""
CLAIM_COLUMNS = (
    "article", "id", "trigger", "type", "factuality", "date", "date_from", "agents", "patients", "orgs", "others", "speakers",
    "outlets", "citation", "evidence", "suspect", "event", "confidence",
)  # fmt: skip
EVENT_COLUMNS = (
    "id", "date", "zone", "title", "type", "factuality", "participants", "place", "amounts", "outlets", "articles", "claims",
    "conflicts", "confidence",
)  # fmt: skip


def export(run: Run, out: Path, config: Config) -> dict[str, str]:
    """Write all outputs of a run and tell each file's digest; raises KeiiError where the folder can't be written."""
    begun = time.process_time()
    files = {
        "claims.jsonl": lines(run.claims),
        "events.jsonl": lines(run.events),
        "names.jsonl": lines(run.names),
        "claims.csv": _csv(CLAIM_COLUMNS, map(_claim_row, run.claims)),
        "events.csv": _csv(EVENT_COLUMNS, map(_event_row, run.events)),
        **{f"articles/{analysis.id}.txt": analysis.text for analysis in run.analyses if not _is_own_text(analysis)},
    }
    if run.scores is not None:
        files |= {"scores.json": _json(run.scores.model_dump(by_alias=True)), "scores.jsonl": lines(run.pairs)}
    files |= _pages(run)
    run.seconds["export"] = time.process_time() - begun
    files["run.json"] = _json(about(run, config).model_dump(mode="json"))
    for name, text in files.items():
        write(out / name, text)
        log.debug("wrote %s", name)
    return {name: _digest(text.encode()) for name, text in files.items()}


def digests(out: Path, names: Iterable[str]) -> dict[str, str]:
    """The digests of files as they stand, without those that can't be read."""
    found = {}
    for name in names:
        with suppress(OSError):
            found[name] = _digest((out / name).read_bytes())
    return found


def reload(run: Run, out: Path, gold: Path | None) -> None:
    """Fill a run with what its folder tells: the inverse of `export`."""
    run.claims = _read(Claim, out / "claims.jsonl")
    run.events = _read(Event, out / "events.jsonl")
    run.names = _read(Name, out / "names.jsonl")
    if gold is not None:
        run.gold = read_gold(gold, {analysis.id: analysis.text for analysis in run.analyses})
        run.pairs = _read(Pair, out / "scores.jsonl")
        run.scores = Scores.model_validate_json((out / "scores.json").read_text(encoding="utf-8"))


_Row = TypeVar("_Row", bound=BaseModel)


def _read(kind: type[_Row], path: Path) -> tuple[_Row, ...]:
    return tuple(kind.model_validate_json(line) for line in path.read_text(encoding="utf-8").split("\n") if line)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write(path: Path, text: str) -> None:
    """Write a file aside and rename it."""
    aside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.replace(aside, path)
    except OSError as error:
        with suppress(OSError):  # the error that counts is told below
            aside.unlink(missing_ok=True)
        raise KeiiError(f"{path}: cannot be written: {error.strerror}") from error


def _pages(run: Run) -> dict[str, str]:
    from keii.timeline import timeline

    pages = {"timeline.html": timeline(run.events, run.claims, run.analyses)}
    if run.scores is not None and run.gold is not None:
        from keii.report import report

        articles = {analysis.id: article_of(analysis) for analysis in run.analyses}
        pages["report.html"] = report(run.scores, run.pairs, run.claims, run.gold.claims, articles, trained=run.gold.trained)
    return pages


def _is_own_text(analysis: Analysis) -> bool:
    """Tell whether a file's own bytes are the article's text in UTF-8."""
    return analysis.encoding == "UTF-8" and analysis.path.lower().endswith((".txt", ".md"))


def lines(rows: Iterable[BaseModel]) -> str:
    """Rows as JSON lines."""
    return "".join(row.model_dump_json(by_alias=True) + "\n" for row in rows)


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


# --- tables -------------------------------------------------------------------------------------------------------


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table that Excel opens as UTF-8, with no cell that it would take for a formula."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_defused(cell) for cell in row] for row in rows)
    return "\ufeff" + stream.getvalue()


def _defused(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _claim_row(claim: Claim) -> list[object]:
    roles = {role: "; ".join(one.name for one in claim.participants if one.role == role) for role in _ROLES}
    return [
        claim.article,
        claim.id,
        claim.trigger.text,
        claim.type,
        claim.factuality,
        claim.date.value if claim.date else "",
        claim.date.from_ if claim.date else "",
        *roles.values(),
        "; ".join(claim.speakers),
        "; ".join(claim.outlets),
        claim.citation.text if claim.citation else "",
        claim.evidence.text,
        "; ".join(f"{one.field}: {one.why}" for one in claim.suspect),
        claim.event,
        claim.confidence,
    ]


_ROLES = ("agent", "patient", "org", "other")


def _event_row(event: Event) -> list[object]:
    return [
        event.id,
        event.date.value if event.date else "",
        event.date.zone if event.date else "",
        event.title,
        event.type,
        event.factuality,
        "; ".join(f"{one.name} ({one.role})" for one in event.participants),
        event.place,
        "; ".join(event.amounts),
        "; ".join(event.outlets),
        "; ".join(event.articles),
        "; ".join(event.claims),
        "; ".join(f"{c.field}: {' / '.join(value.value for value in c.values)}" for c in event.conflicts),
        event.confidence,
    ]
