"""Comparing runs, labellings and floors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from keii import cli_gold
from keii.compare import Run, agreement, check_floors, compare, kappa, pin_floors, read_run, worse
from keii.config import Config
from keii.gold import Gold
from keii.model import Claim, KeiiError
from keii.reconcile import reconcile
from keii.score import score

CONFIG = Config()


def claim(n: int, article: str, *, type: str = "other", id: str | None = None) -> Claim:
    row = {
        "article": article,
        "id": id or f"c{n:03}",
        "evidence": {"start": 20 * n, "end": 20 * n + 20, "text": ""},
        "trigger": {"start": 20 * n, "end": 20 * n + 2, "text": f"語{n}"},
        "type": type,
        "factuality": "fact",
        "date": None,
        "event": f"{article}{n}",
    }
    return Claim.model_validate(row)


ARTICLES = [f"a{i}" for i in range(8)]
GOLD = [claim(n, article) for article in ARTICLES for n in range(6)]
A = [claim(n, article, type="harm" if n == 0 else "other") for article in ARTICLES for n in range(4)]
B = [claim(n, article, type="harm" if n == 3 else "other") for article in ARTICLES for n in (0, 2, 3, 4, 5, 9)]


def write(folder: Path, claims: list[Claim]) -> Path:
    """What a run with gold leaves."""
    folder.mkdir()
    pairs = reconcile(claims, GOLD, CONFIG)
    (folder / "claims.jsonl").write_text("\n".join(row.model_dump_json(by_alias=True) for row in claims), encoding="utf-8")
    (folder / "scores.jsonl").write_text("\n".join(pair.model_dump_json() for pair in pairs), encoding="utf-8")
    (folder / "scores.json").write_text(score(pairs, claims, GOLD, CONFIG).model_dump_json(), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    home = tmp_path_factory.mktemp("runs")
    return write(home / "a", A), write(home / "b", B)


@pytest.fixture
def read(runs: tuple[Path, Path]) -> tuple[Run, Run]:
    return read_run(runs[0]), read_run(runs[1])


def test_every_change_is_told(read: tuple[Run, Run]) -> None:
    changes = {
        (change.kind, change.gold, change.words, change.mended, change.broken) for change in compare(*read, CONFIG).changes
    }
    assert changes == {
        ("better", "c000", "語0", ("type",), ()),
        ("lost", "c001", "語1", (), ()),
        ("worse", "c003", "語3", (), ("type",)),
        ("new", "c004", "語4", (), ()),
        ("new", "c005", "語5", (), ()),
        ("false", None, "語9", (), ()),
    }


def test_figures_carry_their_chance(read: tuple[Run, Run]) -> None:
    rows = {row.figure: row for row in compare(*read, CONFIG).figures}
    recall = rows["detection.recall"]
    assert (recall.a, recall.b, recall.difference) == pytest.approx((4 / 6, 5 / 6, 1 / 6), abs=1e-5)
    assert recall.p < 0.01
    assert rows["detection.precision"].difference == pytest.approx(-1 / 6, abs=1e-5)


def test_a_run_equals_itself(read: tuple[Run, Run]) -> None:
    same = compare(read[0], read[0], CONFIG)
    assert same.changes == () and all(row.p == 1.0 for row in same.figures)
    assert compare(*read, CONFIG).turned()["type"] == (8, 8)


def test_limits(read: tuple[Run, Run]) -> None:
    figures = compare(*read, CONFIG).figures
    assert worse(figures, ["detection.recall:0", "detection.precision:0.2"]) == ()
    assert len(worse(figures, ["detection.precision:0.01"])) == 1
    for limit in ("detection.f1", "detection.f2:0.01", "detection.f1:lots"):
        with pytest.raises(KeiiError):
            worse(figures, [limit])


def test_the_command_fails_only_where_asked(runs: tuple[Path, Path]) -> None:
    a, b = map(str, runs)
    good = CliRunner().invoke(cli_gold.compare, [a, b])
    assert good.exit_code == 0 and "detection.f1" in good.output and "lost\ta0/c001" in good.output
    bad = CliRunner().invoke(cli_gold.compare, [a, b, "--fail-if-worse", "detection.precision:0.01"])
    assert bad.exit_code == 1
    data = json.loads(CliRunner().invoke(cli_gold.compare, [a, b, "--json"]).stdout)
    assert {"figures", "changes", "alone"} == data.keys()


def test_the_report_of_two_runs(tmp_path: Path, runs: tuple[Path, Path]) -> None:
    a, b = map(str, runs)
    for article in ARTICLES:
        (tmp_path / f"{article}.txt").write_text("港の話。" * 60, encoding="utf-8")
        rows = "\n".join(row.model_dump_json(by_alias=True) for row in GOLD if row.article == article)
        (tmp_path / f"{article}.jsonl").write_text(rows, encoding="utf-8")
    page = tmp_path / "report.html"
    asked = [a, b, "--report", str(page), "--gold", str(tmp_path), "--articles", str(tmp_path)]
    assert CliRunner().invoke(cli_gold.compare, asked).exit_code == 0
    assert 'id="comparison"' in page.read_text(encoding="utf-8")
    assert CliRunner().invoke(cli_gold.compare, asked[:4]).exit_code == 2


def test_floors_by_command(tmp_path: Path, runs: tuple[Path, Path]) -> None:
    asked = [*map(str, runs), "--gold", str(tmp_path), "--corpus", str(tmp_path)]
    pinned = CliRunner().invoke(cli_gold.gold, ["floors", asked[0], *asked[2:], "--pin", "detection.precision"])
    assert pinned.exit_code == 0 and (tmp_path / "floors.json").exists()
    assert CliRunner().invoke(cli_gold.gold, ["floors", asked[1], *asked[2:]]).exit_code == 1


def test_a_folder_without_scores_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(KeiiError, match="made with --gold"):
        read_run(tmp_path)


def test_scoring_by_command(tmp_path: Path, runs: tuple[Path, Path]) -> None:
    labels = tmp_path / "gold"
    labels.mkdir()
    for article in ARTICLES:
        rows = "\n".join(row.model_dump_json(by_alias=True) for row in GOLD if row.article == article)
        (labels / f"{article}.jsonl").write_text(rows, encoding="utf-8")
    told = json.loads(CliRunner().invoke(cli_gold.score, [str(labels), str(runs[0]), "--json"]).stdout)
    assert told["figures"]["detection.recall"]["value"] == round(4 / 6, 6)
    assert "detection.f1" in CliRunner().invoke(cli_gold.score, [str(labels), str(runs[0] / "claims.jsonl")]).output


# --- labellings ---------------------------------------------------------------------------------------------------


def labelling(claims: list[Claim]) -> Gold:
    return Gold(tuple(claims), tuple(ARTICLES), (), {})


def test_agreement_lists_where_two_labellings_differ() -> None:
    found = agreement(labelling(GOLD), labelling(A), CONFIG)
    assert found.scores.figures["detection.f1"].value == pytest.approx(0.8)
    assert found.differences[0] == ("a0/c000|c000", "type", "語0", "other", "harm")
    assert ("a0/c004|-", "claim", "語4", "labelled", "–") in found.differences
    assert agreement(labelling(GOLD), labelling(GOLD), CONFIG).differences == ()


@given(st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("xyz")), min_size=2, max_size=30))
@settings(deadline=None)
def test_kappa_as_scikit_learn_counts_it(rows: list[tuple[str, str]]) -> None:
    from sklearn.metrics import cohen_kappa_score

    table: dict[str, dict[str, int]] = {}
    for a, b in rows:
        table.setdefault(a, {}).setdefault(b, 0)
        table[a][b] += 1
    if len({value for row in rows for value in row}) > 1:
        assert kappa(table) == pytest.approx(cohen_kappa_score(*zip(*rows, strict=True)))
    else:
        assert kappa(table) == 1.0


# --- floors -------------------------------------------------------------------------------------------------------


def test_floors_hold_until_something_falls(tmp_path: Path, read: tuple[Run, Run]) -> None:
    gold, corpus = tmp_path / "gold", tmp_path / "corpus"
    for folder, name in ((gold, "a0.jsonl"), (corpus, "a0.txt")):
        folder.mkdir()
        (folder / name).write_text("x", encoding="utf-8")
    path, (a, b) = gold / "floors.json", read
    pin_floors(a.scores, path, gold, corpus, ["detection.precision", "detection.recall"])
    assert check_floors(a.scores, path, gold, corpus) == ()
    assert ["detection.precision" in line for line in check_floors(b.scores, path, gold, corpus)] == [True]

    pin_floors(b.scores, path, gold, corpus)
    floors = json.loads(path.read_text())
    assert floors["floors"] == {"detection.precision": 0.99, "detection.recall": 0.823}, "a floor is raised, never lowered"

    floors["floors"]["detection.precision"] = 0.8
    path.write_text(json.dumps(floors))
    assert "without a line" in check_floors(b.scores, path, gold, corpus)[0]
    (gold / "CHANGES.md").write_text("- detection.precision 0.99 → 0.8: the corpus grew\n", encoding="utf-8")
    assert check_floors(b.scores, path, gold, corpus) == ()

    (corpus / "a0.txt").write_text("y", encoding="utf-8")
    assert "corpus: has changed" in check_floors(b.scores, path, gold, corpus)[0]
