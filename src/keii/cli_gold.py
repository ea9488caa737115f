"""The commands that measure: `keii gold …`, `keii score`, `keii compare`. What is heavy is imported when a command runs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from keii.compare import Comparison, Run
    from keii.gold import Gold
    from keii.model import Figure, Scores

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE_OR_FOLDER = click.Path(exists=True, path_type=Path)

_articles = click.option("--articles", "folders", type=FOLDER, multiple=True, help="Folder of the articles' texts (repeatable).")
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_config = click.option("--config", "config_path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="keii.toml")


@click.group()
def gold() -> None:
    """Check, count and compare gold labels."""


@gold.command()
@click.argument("folder", type=FOLDER)
@_articles
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
def check(folder: Path, folders: Sequence[Path], strict: bool) -> None:
    """Check every label in FOLDER; exit code 1 if any is wrong."""
    from keii.gold import check, read_texts

    problems = check(folder, read_texts(folders))
    for problem in problems:
        click.echo(str(problem))
    wrong = [problem for problem in problems if strict or not problem.warning]
    click.echo(f"{len(list(folder.glob('*.jsonl')))} files, {len(wrong)} errors, {len(problems) - len(wrong)} warnings", err=True)
    if wrong:
        raise SystemExit(1)


@gold.command()
@click.argument("folder", type=FOLDER)
@_articles
@_json
def stats(folder: Path, folders: Sequence[Path], as_json: bool) -> None:
    """Count the labels in FOLDER by kind."""
    from keii.gold import stats

    counted = stats(_read(folder, folders))
    if as_json:
        _print_json(counted)
        return
    for kind, rows in counted.items():
        shown = list(rows.items())[:20]
        _table(kind, ("", "n"), [(name, str(n)) for name, n in shown])
        if len(rows) > len(shown):
            click.echo(f"… and {len(rows) - len(shown)} more")


@gold.command()
@click.argument("a", type=FILE_OR_FOLDER)
@click.argument("b", type=FILE_OR_FOLDER)
@_articles
@_config
@click.option("--brief", is_flag=True, help="Only the figures, not each difference.")
@_json
def agreement(a: Path, b: Path, folders: Sequence[Path], config_path: Path | None, brief: bool, as_json: bool) -> None:
    """Tell how far the labellings A and B agree, and where they differ."""
    from keii.compare import agreement
    from keii.config import load_config

    found = agreement(_read(a, folders), _read(b, folders), load_config(config_path))
    if as_json:
        _print_json({"figures": _plain(found.scores), "kappa": found.kappa, "differences": found.differences})
        return
    headlines(found.scores)
    _table("Cohen's kappa", ("field", "kappa"), [(field, f"{value:.3f}") for field, value in found.kappa.items()])
    for row in () if brief else found.differences:
        click.echo("\t".join(row))


@gold.command()
@click.argument("before", type=FILE_OR_FOLDER)
@click.argument("after", type=FILE_OR_FOLDER)
@_articles
@_json
def diff(before: Path, after: Path, folders: Sequence[Path], as_json: bool) -> None:
    """List what changed from the labels BEFORE to the labels AFTER."""
    from keii.gold import diff

    changes = diff(_read(before, folders).claims, _read(after, folders).claims)
    click.echo(f"{len(changes)} changes", err=True)
    if as_json:
        _print_json([change._asdict() for change in changes])
        return
    for change in changes:
        what = change.field or ("removed" if change.before else "added")
        click.echo(f"{change.article}/{change.id}\t{what}\t{change.before}\t{change.after}")


@gold.command()
@click.argument("run", type=FOLDER)
@click.option("--gold", "labels", type=FOLDER, default=Path("gold"), show_default=True, help="Folder of labels and floors.json.")
@click.option("--corpus", type=FOLDER, default=Path("corpus"), show_default=True, help="Folder of the articles.")
@click.option("--pin", "figures", multiple=True, metavar="FIGURE", help="Raise the floor of this figure to RUN's (repeatable).")
def floors(run: Path, labels: Path, corpus: Path, figures: Sequence[str]) -> None:
    """Hold RUN against the pinned floors; exit code 1 if one is broken."""
    from keii.compare import check_floors, pin_floors, read_run

    scores, path = read_run(run).scores, labels / "floors.json"
    if figures:
        pin_floors(scores, path, labels, corpus, figures)
    broken = check_floors(scores, path, labels, corpus)
    for line in broken:
        click.echo(line, err=True)
    if broken:
        raise SystemExit(1)
    click.echo("all floors hold")


@click.command(short_help="Score PRED against GOLD.")
@click.argument("gold_path", metavar="GOLD", type=FILE_OR_FOLDER)
@click.argument("predicted", metavar="PRED", type=FILE_OR_FOLDER)
@_articles
@_config
@_json
def score(gold_path: Path, predicted: Path, folders: Sequence[Path], config_path: Path | None, as_json: bool) -> None:
    """Score PRED (claims.jsonl, or the folder of a run) against GOLD (a folder of labels, or one file)."""
    from keii.config import load_config
    from keii.gold import read_claims
    from keii.model import KeiiError, Name
    from keii.reconcile import reconcile
    from keii.score import score

    config, labels = load_config(config_path), _read(gold_path, folders)
    claims = read_claims(predicted / "claims.jsonl" if predicted.is_dir() else predicted)
    labels = _of_run(labels, predicted, {claim.article for claim in claims})
    listed = (predicted if predicted.is_dir() else predicted.parent) / "names.jsonl"
    names = [Name.model_validate_json(line) for line in listed.read_bytes().splitlines()] if listed.exists() else []
    if not labels.articles:
        raise KeiiError(f"{gold_path}: no labels that can be used")
    pairs = reconcile(claims, labels.claims, config, names=names, articles=labels.articles)
    scores = score(pairs, claims, labels.claims, config, names=names, articles=labels.articles, genres=labels.genres)
    if as_json:
        click.echo(scores.model_dump_json(indent=2))
        return
    headlines(scores, labels.trained)


@click.command(short_help="Tell what got better or worse from RUN_A to RUN_B.")
@click.argument("run_a", type=FOLDER)
@click.argument("run_b", type=FOLDER)
@click.option(
    "--fail-if-worse", "limits", multiple=True, metavar="FIGURE:TOLERANCE", help="Exit code 1 if B is worse (repeatable)."
)
@click.option("--all", "everything", is_flag=True, help="Every figure, not the headlines alone.")
@click.option(
    "--report", "page", type=click.Path(dir_okay=False, path_type=Path), help="Write RUN_B's report with the comparison."
)
@click.option("--gold", "labels", type=FOLDER, help="The labels that --report shows.")
@_articles
@_config
@_json
def compare(
    run_a: Path,
    run_b: Path,
    limits: Sequence[str],
    everything: bool,
    page: Path | None,
    labels: Path | None,
    folders: Sequence[Path],
    config_path: Path | None,
    as_json: bool,
) -> None:
    """Tell what got better, worse, new or lost from RUN_A to RUN_B, both made with gold."""
    from keii.compare import compare, read_run, worse
    from keii.config import load_config

    a, b = read_run(run_a), read_run(run_b)
    found = compare(a, b, load_config(config_path))
    broken = worse(found.figures, limits)
    if page:
        if labels is None or not folders:
            raise click.UsageError("--report needs --gold and --articles")
        _write_report(page, b, found, labels, folders)
    if as_json:
        rows = [row._asdict() for row in found.figures]
        _print_json({"figures": rows, "changes": [change._asdict() for change in found.changes], "alone": found.alone})
    else:
        _print_comparison(found, everything)
    for article in found.alone:
        click.echo(f"{article}: scored in one of the runs only, left out", err=True)
    for line in broken:
        click.echo(line, err=True)
    if broken:
        raise SystemExit(1)


# --- reading and printing -----------------------------------------------------------------------------------------


def _read(path: Path, folders: Sequence[Path]) -> Gold:
    from keii.gold import Gold, read_claims, read_gold, read_texts

    texts = read_texts(folders) if folders else None
    if path.is_file():
        claims = read_claims(path, texts)
        return Gold(claims, tuple(sorted({claim.article for claim in claims})), (), {})
    found = read_gold(path, texts)
    for line in found.skipped:
        click.echo(line, err=True)
    return found


def _of_run(labels: Gold, predicted: Path, told: set[str]) -> Gold:
    """The labels of the articles that a run has read; of a file alone nobody knows which those are: all, with a word."""
    listed = predicted / "run.json"
    if predicted.is_dir() and listed.exists():
        from keii.about import RunFile

        kept = labels.only({article.id for article in RunFile.model_validate_json(listed.read_bytes()).articles})
        missing, what = set(labels.articles) - set(kept.articles), f"{predicted} has not read them, left out"
    else:
        kept, missing, what = labels, set(labels.articles) - told, f"{predicted} has no claim of them, all counted as missed"
    if missing:
        click.echo(f"labelled articles: {what}: {', '.join(sorted(missing))}", err=True)
    return kept


def _write_report(page: Path, run: Run, comparison: Comparison, labels: Path, folders: Sequence[Path]) -> None:
    from keii.gold import read_gold, read_texts
    from keii.model import Article
    from keii.report import report

    texts = read_texts(folders)
    gold, articles = read_gold(labels, texts), {id: Article(id=id, text=text) for id, text in texts.items()}
    html = report(run.scores, run.pairs, run.claims.values(), gold.claims, articles, comparison=comparison, trained=gold.trained)
    page.write_text(html, encoding="utf-8")


def _print_comparison(found: Comparison, everything: bool) -> None:
    from keii.score import HEADLINES

    _table(
        "figures",
        ("figure", "A", "B", "B − A", "95 %", "p"),
        [
            (
                row.figure,
                f"{row.a:.3f}",
                f"{row.b:.3f}",
                f"{row.difference:+.3f}",
                f"{row.low:+.3f} … {row.high:+.3f}",
                f"{row.p:.3f}",
            )
            for row in found.figures
            if everything or row.figure in HEADLINES
        ],
    )
    _table("fields", ("field", "mended", "broken"), [(field, str(a), str(b)) for field, (a, b) in found.turned().items()])
    kinds = Counter(change.kind for change in found.changes)
    click.echo("claims: " + (", ".join(f"{n} {kind}" for kind, n in kinds.items()) or "none changed"))
    for change in found.changes:
        fields = [f"+{field}" for field in change.mended] + [f"-{field}" for field in change.broken]
        click.echo(f"{change.kind}\t{change.article}/{change.gold or change.b or change.a}\t{change.words}\t{' '.join(fields)}")


def _plain(scores: Scores) -> dict[str, Any]:
    return {name: figure.model_dump() for name, figure in scores.figures.items()}


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def headlines(scores: Scores, trained: int = 0) -> None:
    """Print the figures to see first, each with its interval and the level of people."""
    from keii.score import HEADLINES, human

    levels = human()
    rows = []
    for name in HEADLINES:
        figure = scores.figures.get(name)
        if figure is not None and figure.value is not None:
            blog, news = (f"{level:.2f}" for level in levels[name]) if name in levels else ("", "")
            rows.append((name, f"{figure.value:.3f}", _interval(figure), str(figure.n), blog, news))
    title = f"{scores.articles} articles, {scores.gold} gold, {scores.predicted} predicted, {scores.matched} paired"
    _table(title, ("figure", "value", "95 %", "n", "people: blog", "news"), rows)
    if trained:
        click.echo(f"{trained} of the articles are marked `train`: models that learned from them do better here than on new ones")


def _interval(figure: Figure) -> str:
    return f"{figure.low:.3f}–{figure.high:.3f}" if figure.low is not None and figure.high is not None else ""


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for i, column in enumerate(columns):
        table.add_column(column, justify="right" if i else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    console = Console()
    console.print(table, width=None if console.is_terminal else 120)
