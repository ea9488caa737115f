"""The commands on a run's folder, and what they print."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from runs import ARTICLES

from keii.about import RunFile
from keii.api import DatedRow
from keii.cli import main

FIRST = min(ARTICLES)


def test_the_commands_are_listed_as_they_are_used_each_in_a_line() -> None:
    told = CliRunner().invoke(main, ["--help"]).output
    listed = [line.split()[0] for line in told.split("Commands:")[1].splitlines() if line.strip()]
    assert listed == ["run", "events", "why", "score", "compare", "gold", "train", "dates", "tag", "schema"]
    assert "..." not in told.split("Commands:")[1]


def test_every_json_output_is_of_its_schema(reference: tuple[Path, Path]) -> None:
    schemas = json.loads(CliRunner().invoke(main, ["schema"]).output)
    written = {path.name for path in reference[1].iterdir() if path.suffix in (".json", ".jsonl")}
    assert written | {"scores.json", "scores.jsonl", "keii dates", "keii tag"} == set(schemas)
    told = RunFile.model_validate_json((reference[1] / "run.json").read_bytes())
    assert [article.id for article in told.articles] == sorted(ARTICLES)
    found = CliRunner().invoke(main, ["dates", "来月5日", "--reference", "2023-11-20"])
    assert DatedRow.model_validate_json(found.output).dates[0].text == "来月5日"


def test_the_events_of_a_run_in_the_terminal(reference: tuple[Path, Path]) -> None:
    out = str(reference[1])
    every = CliRunner().invoke(main, ["events", out, "--json"])
    assert len(every.stdout.splitlines()) == len((reference[1] / "events.jsonl").read_text(encoding="utf-8").splitlines())
    none = CliRunner().invoke(main, ["events", out, "--name", "だれでもない"])
    assert none.exit_code == 0 and "no event fits" in none.output
    some = CliRunner().invoke(main, ["events", out, "--since", "1900", "--until", "2100"])
    assert some.exit_code == 0 and "[" in some.output


def test_only_the_articles_of_the_run_are_scored(tmp_path: Path, reference: tuple[Path, Path]) -> None:
    gold, (_, out) = tmp_path / "gold", reference
    gold.mkdir()
    rows = (out / "claims.jsonl").read_text(encoding="utf-8").splitlines()
    (gold / f"{FIRST}.jsonl").write_text("".join(row + "\n" for row in rows if f'"{FIRST}"' in row), encoding="utf-8")
    (gold / "elsewhere.jsonl").write_text("", encoding="utf-8")
    found = CliRunner().invoke(main, ["score", str(gold), str(out)])
    assert found.exit_code == 0 and "left out: elsewhere" in found.output and "1 articles" in found.output
    found = CliRunner().invoke(main, ["score", str(gold), str(out / "claims.jsonl")])
    assert found.exit_code == 0 and "counted as missed: elsewhere" in found.output and "2 articles" in found.output


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b'{"text": "a", "reference": 5}', "`reference` and `zone` are text"),
        (b'{"text": "\\ud800"}', "surrogates not allowed"),
        (b"\x82\xa0", "can't decode byte"),
        (b"{x", "Expecting property name"),
        (b'{"body": "a"}', "a row needs a `text`"),
    ],
)
def test_a_bad_row_is_told_in_one_line(tmp_path: Path, row: bytes, reason: str) -> None:
    (tmp_path / "rows.jsonl").write_bytes(row + b"\n")
    found = CliRunner().invoke(main, ["dates", "--jsonl", str(tmp_path / "rows.jsonl")])
    assert found.exit_code == 2 and reason in found.output and len(found.output.splitlines()) == 1


def test_damaged_events_are_told_in_one_line(tmp_path: Path) -> None:
    for rows in (b"{", b"\x82"):
        (tmp_path / "events.jsonl").write_bytes(rows)
        found = CliRunner().invoke(main, ["events", str(tmp_path)])
        assert found.exit_code == 2 and "not the events of a run" in found.output and len(found.output.splitlines()) == 1


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ('[read]\nzone = "Mars"', "unknown time zone: 'Mars'"),
        ('[names]\nnames = "HOME/own.tsv"', "own.tsv"),
        ('[names]\noutlets = "HOME/own.tsv"', "not a list of outlets"),
        ('[extract]\nmodel = "HOME"', "when.json: cannot be read"),
    ],
)
def test_bad_settings_are_told_once(tmp_path: Path, settings: str, reason: str) -> None:
    (tmp_path / "own.tsv").write_bytes(b"\x82\n")
    (tmp_path / "when.json").write_text("{", encoding="utf-8")
    (tmp_path / "keii.toml").write_text(settings.replace("HOME", str(tmp_path)), encoding="utf-8")
    (tmp_path / "a.txt").write_text("社長は5月10日に辞任した。", encoding="utf-8")
    command = ["run", str(tmp_path / "a.txt"), "-o", str(tmp_path / "out"), "--config", str(tmp_path / "keii.toml")]
    found = CliRunner().invoke(main, command)
    assert found.exit_code == 2 and reason in found.output and len(found.output.splitlines()) == 1
