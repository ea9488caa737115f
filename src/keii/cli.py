"""The command line. Heavy imports stand inside the commands: `keii --help` answers at once.

Exit codes: 0 all read, 1 nothing usable (or a check failed), 2 wrong use, 3 some articles failed.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from keii.cli_gold import compare, gold, score

if TYPE_CHECKING:
    from keii.model import Analysis, Event
    from keii.pipeline import Run

_PATH = click.Path(path_type=Path)
_CONFIG = click.option("--config", "config_path", type=click.Path(path_type=Path, dir_okay=False), help="Settings (keii.toml).")
_JSONL = click.option("--jsonl", "source", type=click.File("r", encoding="utf-8"), metavar="FILE|-", help="Rows to read.")


_ORDER = ("run", "events", "why", "score", "compare", "gold", "train", "dates", "tag", "schema")
_PARTS = ("factuality", "when", "merge", "roles", "detect")


class _Commands(click.Group):
    """Lists the commands as they are used; turns a KeiiError of any into one line and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(super().list_commands(ctx), key=_ORDER.index)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            if type(error).__name__ != "KeiiError":
                raise
            _say(f"keii: {error}", "error")
            ctx.exit(2)


def _log(ctx: click.Context, option: click.Parameter, value: int) -> None:
    """Set logging up by what the options say, before the command's name and behind it."""
    ctx.meta[f"keii.{option.name}"] = ctx.meta.get(f"keii.{option.name}", 0) + value
    handler = logging.StreamHandler()
    plain = logging.Formatter("%(levelname)s %(name)s: %(message)s")
    handler.setFormatter(_JsonLines() if ctx.meta.get("keii.log_json") else plain)
    logger = logging.getLogger("keii")
    logger.handlers = [handler]
    logger.setLevel([logging.WARNING, logging.INFO, logging.DEBUG][min(ctx.meta.get("keii.verbose", 0), 2)])


_VERBOSE = click.option("-v", "--verbose", count=True, expose_value=False, callback=_log, help="Tell more (-vv: everything).")
_LOG_JSON = click.option("--log-json", is_flag=True, expose_value=False, callback=_log, help="Tell everything as JSON lines.")


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        row = {"time": self.formatTime(record), "level": record.levelname.lower(), "logger": record.name}
        row["message"] = record.getMessage()
        if record.exc_info:
            row["exception"] = self.formatException(record.exc_info)
        return json.dumps(row, ensure_ascii=False)

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _say(line: str, level: str = "info") -> None:
    """Tell the user a line: on stderr, under --log-json as a row of the log."""
    if click.get_current_context().meta.get("keii.log_json"):
        record = logging.makeLogRecord({"name": "keii", "levelname": level, "msg": line})
        line = _JsonLines().format(record)
    click.echo(line, err=True)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="keii", prog_name="keii")
@_VERBOSE
@_LOG_JSON
def main() -> None:
    """keii (経緯): from a pile of Japanese articles to a dated, sourced, deduplicated timeline.

    \b
    keii run articles/ -o out              claims, events and a page to read
    keii run articles/ -o out --gold gold  the same, scored against hand labels
    keii events out --name NAME            the timeline in the terminal
    """


main.add_command(gold)
main.add_command(score)
main.add_command(compare)


# --- run ----------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("paths", nargs=-1, required=True, type=_PATH)
@click.option("-o", "--out", required=True, type=_PATH, help="Folder to write into; an earlier run's articles stay in it.")
@click.option("--gold", "gold_dir", type=_PATH, help="Folder of hand labels: reconcile and score.")
@_CONFIG
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Processes (default: one a core).")
@click.option("--cluster", metavar="tcp://HOST:PORT", help="Run on a Dask scheduler (extra `cluster`).")
@click.option("--rules-only", is_flag=True, help="Claims by rules alone: none of their learned models.")
@click.option("--fresh", is_flag=True, help="Forget what earlier runs left in OUT.")
@click.option("--profile", is_flag=True, help="Tell where the time went.")
@click.option("-q", "--quiet", is_flag=True, help="No progress, no table.")
@_VERBOSE
@_LOG_JSON
@click.pass_context
def run(
    ctx: click.Context,
    paths: Sequence[Path],
    out: Path,
    gold_dir: Path | None,
    config_path: Path | None,
    jobs: int | None,
    cluster: str | None,
    rules_only: bool,
    fresh: bool,
    profile: bool,
    quiet: bool,
) -> None:
    """Turn articles into claims, events and, with --gold, scores.

    PATHS are files or folders: .txt, .md, .jsonl (id, title, published, body or text), .html; a folder's README is no
    article. What stands in OUT afterwards: timeline.html to read, events.jsonl and claims.jsonl (and .csv), names.jsonl,
    run.json; with --gold also report.html, scores.json and scores.jsonl.
    """
    begun = time.monotonic()
    from keii.config import load_config
    from keii.runner import Options, execute

    config = load_config(config_path)
    if rules_only:
        config = config.model_copy(update={"extract": config.extract.model_copy(update={"rules_only": True})})
    if gold_dir is not None and not gold_dir.is_dir():
        raise click.BadParameter(f"{gold_dir}: no such folder", param_hint="--gold")
    options = Options(out=out, gold=gold_dir, jobs=jobs or os.cpu_count() or 1, cluster=cluster, fresh=fresh)
    with _progress(quiet) as progress:
        found = execute(list(paths), options, config, progress)
    for failure in found.failures:
        _say(f"{failure.path}: {failure.reason}", "warning")
    _tell_encodings(found.analyses)
    _tell_skipped(found.gold.skipped if found.gold else ())
    if not quiet:
        _closing_table(found)
    if profile:
        _profile(found, begun)
    if not found.read:
        why = "nothing usable: no article could be read" if found.failures else "nothing to read: no article"
        _say(f"keii: {why} in {', '.join(map(str, paths))}", "error")
        ctx.exit(1)
    ctx.exit(3 if found.failures else 0)


def _tell_encodings(analyses: Sequence[Analysis]) -> None:
    """Articles that were not in UTF-8, a line an encoding."""
    files: dict[str, list[str]] = {}
    for analysis in analyses:
        if analysis.encoding != "UTF-8":
            files.setdefault(f"read as {analysis.encoding}, not UTF-8", []).append(Path(analysis.path).name)
    _tell_files(files)


def _tell_skipped(lines: Sequence[str]) -> None:
    """Gold that was left out, a line a reason."""
    files: dict[str, list[str]] = {}
    for line in lines:
        path, _, reason = line.partition(": skipped: ")
        files.setdefault(f"gold skipped: {reason}", []).append(Path(path).name)
    _tell_files(files)


def _tell_files(files: Mapping[str, Sequence[str]]) -> None:
    """What is to be told of files, a line each with the first of them."""
    for what, found in files.items():
        names = list(dict.fromkeys(found))
        rest = "" if len(names) <= 3 else f" and {len(names) - 3} more"
        _say(f"{what}: {', '.join(names[:3])}{rest}", "warning")


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on a terminal; elsewhere a line now and then."""
    if quiet:
        yield lambda done, total: None
    elif sys.stderr.isatty() and not click.get_current_context().meta.get("keii.log_json"):
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("articles"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("articles", total=None, rate="")

            def tell(done: int, total: int) -> None:
                speed = bar.tasks[0].speed
                bar.update(task, completed=done, total=total, rate=f"{speed:.1f}/s" if speed else "")

            yield tell
    else:
        told: list[int] = []

        def tell_line(done: int, total: int) -> None:
            if not told or done == total or done - told[-1] >= max(50, total // 10):
                told.append(done)
                _say(f"{done}/{total} articles")

        yield tell_line


def _closing_table(found: Run) -> None:
    from rich.console import Console
    from rich.table import Table

    from keii.about import counts

    table = Table(box=None, padding=(0, 2, 0, 0))
    figures = {**counts(found), "seconds": round(sum(found.seconds.values()), 1)}
    for name in figures:
        table.add_column(name, justify="right")
    table.add_row(*(f"{value:,}" for value in figures.values()))
    console = Console()
    console.print(table)
    if found.scores is not None:
        from keii.cli_gold import headlines

        headlines(found.scores, found.gold.trained if found.gold else 0)


def _profile(found: Run, begun: float) -> None:
    """CPU seconds of each stage; `other` is what the whole command and its workers took beside: imports, processes, files."""
    from keii.pipeline import cpu

    stages = {name: seconds for name, seconds in found.seconds.items() if name != "other"}
    stages["other"] = max(cpu() - sum(stages.values()), 0)
    total = sum(stages.values())
    click.echo("stage\tCPU s\tshare")
    for stage, seconds in sorted(stages.items(), key=lambda item: -item[1]):
        click.echo(f"{stage}\t{seconds:.2f}\t{seconds / total:.0%}")
    click.echo(f"all\t{total:.2f}\t100%")
    click.echo(f"by the clock\t{time.monotonic() - begun:.2f}\t")


# --- parts of the pipeline ----------------------------------------------------------------------------------------


@main.command(short_help="Find and resolve the dates of TEXT, or of rows {text}.")
@click.argument("text", required=False)
@_JSONL
@click.option("--reference", help="Date the text is told from (ISO 8601).")
@click.option("--zone", help="Time zone of the telling (Asia/Tokyo).")
def dates(text: str | None, source: IO[str] | None, reference: str | None, zone: str | None) -> None:
    """Find and resolve the dates of TEXT, or of rows {text, reference}."""
    from keii.dates import find_dates

    keys = ("value", "grain", "zone", "earliest", "latest", "basis", "suspect")

    def find_one(row: dict[str, Any]) -> dict[str, Any]:
        found = find_dates(row["text"], row.get("reference") or reference, row.get("zone") or zone)
        return {"dates": [_spanned(row["text"], when, keys) for when in found]}

    def find(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        return [find_one(row) for row in rows]

    _each_row(text, source, find, {"reference": reference} if reference else {})


@main.command(short_help="Find the names, dates and outlets of TEXT, or of rows {text}.")
@click.argument("text", required=False)
@_JSONL
def tag(text: str | None, source: IO[str] | None) -> None:
    """Find the people, organisations, places, outlets, dates and times of TEXT, or of rows {text}."""
    from keii.api import mentions_of

    def find(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        told = mentions_of([row["text"] for row in rows])
        return [
            {"mentions": [_spanned(row["text"], mention, ("label", "name")) for mention in found]}
            for row, found in zip(rows, told, strict=True)
        ]

    _each_row(text, source, find, {})


def _spanned(text: str, found: Any, keys: Sequence[str]) -> dict[str, Any]:
    span = {"start": found.start, "end": found.end, "text": text[found.start : found.end]}
    return span | {key: getattr(found, key) for key in keys}


_Find = Callable[[Sequence[dict[str, Any]]], list[dict[str, Any]]]
_ROWS_AT_ONCE = 256


def _each_row(text: str | None, source: IO[str] | None, find: _Find, extra: dict[str, Any]) -> None:
    """Print each row with what was found in it."""
    if (text is None) == (source is None):
        raise click.UsageError("give a TEXT or --jsonl FILE|-")
    rows = iter([{"text": text, **extra}]) if source is None else _rows(source)
    while batch := list(islice(rows, _ROWS_AT_ONCE)):
        for row, found in zip(batch, find(batch), strict=True):
            click.echo(json.dumps(row | found, ensure_ascii=False))


def _rows(source: IO[str]) -> Iterator[dict[str, Any]]:
    from keii.model import KeiiError

    number = 0
    try:
        for line in source:
            number += 1
            if line.strip():
                yield _row(json.loads(line))
    except (ValueError, RecursionError) as error:  # also what is no UTF-8 and no JSON
        raise KeiiError(f"{source.name}:{number}: {error}") from error


def _row(row: Any) -> dict[str, Any]:
    """A row as told, if it has a text that can be written, and a reference and a zone that are text."""
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise ValueError("a row needs a `text`")
    if not all(isinstance(row.get(key), str | None) for key in ("reference", "zone")):
        raise ValueError("`reference` and `zone` are text")
    row["text"].encode()
    return row


@main.command()
def schema() -> None:
    """Print the JSON Schema of every output file and row."""
    from keii.api import schemas

    click.echo(json.dumps(schemas(), ensure_ascii=False, indent=2))


@main.command(short_help="Learn the models from hand labels.")
@click.option("--gold", "gold_dirs", multiple=True, type=_PATH, required=True, help="Folder of labels (repeatable).")
@click.option("--articles", "folders", multiple=True, type=_PATH, required=True, help="Folder of their articles (repeatable).")
@click.option("--more", "more_dirs", multiple=True, type=_PATH, help="Folder of other readers' labels (repeatable).")
@click.option("-o", "--out", type=_PATH, help="Folder for the models (default: the package's own).")
@click.option("--only", multiple=True, type=click.Choice(_PARTS), help="Learn this alone (repeatable).")
def train(
    gold_dirs: Sequence[Path], folders: Sequence[Path], more_dirs: Sequence[Path], out: Path | None, only: Sequence[str]
) -> None:
    """Learn all models of claims and events from hand labels; articles that a manifest marks `test` are left out.

    Labels of --more are other readers': their habits in roles are learned apart, and not taken over.
    A run uses the models of a folder that keii.toml names (extract.model).
    """
    from keii.train import train

    for line in train(gold_dirs, folders, more_dirs, out, only or _PARTS):
        click.echo(line)


# --- reading a run ------------------------------------------------------------------------------------------------


def _known_type(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    from typing import get_args

    from keii.model import EventType

    if value is not None and value not in get_args(EventType):
        raise click.BadParameter(f"{value}: no such type; there are {', '.join(get_args(EventType))}")
    return value


def _calendar_date(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """A year, month or day of the calendar."""
    from keii.reconcile import days

    if value is not None and ("/" in value or days(value) is None):
        raise click.BadParameter(f"{value}: not a year, month or day such as 2023, 2023-11 or 2023-11-17")
    return value


@main.command()
@click.argument("out", type=_PATH)
@click.option("--person", "--org", "--name", "name", help="With this participant.")
@click.option("--outlet", help="Told by this outlet.")
@click.option("--type", "kind", callback=_known_type, help="Of this type (start-position, harm, …).")
@click.option("--since", callback=_calendar_date, help="From this date on (2023, 2023-11, 2023-11-17).")
@click.option("--until", callback=_calendar_date, help="To this date.")
@click.option("--conflicts", is_flag=True, help="Only those on which sources disagree.")
@click.option("--json", "as_json", is_flag=True, help="Print the rows of events.jsonl.")
def events(
    out: Path,
    name: str | None,
    outlet: str | None,
    kind: str | None,
    since: str | None,
    until: str | None,
    conflicts: bool,
    as_json: bool,
) -> None:
    """Show the timeline of a run in the terminal.

    Under each date: what happened, its type, the outlets that are cited for it, in how many claims it is told, its id
    (`keii why ID OUT`). ⚠ marks events on which sources disagree; under them stands what each claim says.
    """
    from keii.api import read_events

    chosen = [
        event
        for event in read_events(out)
        if (not name or any(name.lower() in one.name.lower() for one in event.participants) or name in event.title)
        and (not outlet or any(outlet.lower() in one.lower() for one in event.outlets))
        and (not kind or event.type == kind)
        and (not conflicts or event.conflicts)
        and (not since or (event.date is not None and _last_day(event) >= since))
        and (not until or (event.date is not None and _first_day(event) <= until + "~"))
    ]
    if not chosen:
        click.echo("no event fits", err=True)
    if as_json:
        for event in chosen:
            click.echo(event.model_dump_json(by_alias=True))
        return
    day = ""
    for event in chosen:
        told = event.date.value if event.date else "日付なし"
        if told != day:
            day = told
            click.secho(told, bold=True)
        marks = ("⚠ " if event.conflicts else "") + {
            "fact": "",
            "negated": "否定: ",
            "possible": "可能性: ",
            "planned": "予定: ",
        }[event.factuality]
        click.echo(
            f"  {marks}{event.title}  [{event.type}]  {', '.join(event.outlets) or '—'}  ({len(event.claims)})  {event.id}"
        )
        for conflict in event.conflicts:
            click.echo(f"      {conflict.field}:")
            for value in conflict.values:
                click.echo(f"        {value.value}  ({', '.join(value.claims)}){f'  ← {value.support}' if value.support else ''}")


def _first_day(event: Event) -> str:
    return event.date.value.split("/")[0].replace("..", "") if event.date else ""


def _last_day(event: Event) -> str:
    return (event.date.value.split("/")[-1].replace("..", "~") + "~") if event.date else ""


@main.command(short_help="Tell why the claims of an EVENT are one.")
@click.argument("event")
@click.argument("out", type=_PATH)
def why(event: str, out: Path) -> None:
    """Tell what speaks for and against each pair of an EVENT's claims being one event (OUT: the run's folder)."""
    from keii.api import explain

    for line in explain(event, out):
        click.echo(line)


if __name__ == "__main__":
    main()
