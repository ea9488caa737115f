"""Reading and checking gold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from keii.cli_gold import gold as command
from keii.gold import check, diff, digest, named, read_claims, read_gold, read_texts, stats
from keii.model import KeiiError

TEXT = "港町の話\n\n11月17日、北海商会は田中一郎社長を解任した。翌日、田中氏は辞任会見を開いた。\n"
ROOT = Path(__file__).parents[1]
SHARED = Path(__file__).parents[2] / "shared"


def row(words: str, id: str, **more: Any) -> dict[str, Any]:
    """A gold row whose trigger is the first place of `words` and whose evidence the sentence around it."""
    start = TEXT.index(words)
    first = max(TEXT.rfind("。", 0, start), TEXT.rfind("\n", 0, start)) + 1
    return {
        "article": "harbour",
        "id": id,
        "evidence": {"start": first, "end": TEXT.index("。", start) + 1},
        "trigger": {"start": start, "end": start + len(words)},
        "type": "other",
        "factuality": "fact",
        "date": {"value": "2023-11-17", "start": None, "end": None, "from": "context"},
        "participants": [],
        "speakers": [],
        "outlets": [],
        "citation": None,
        "suspect": [],
        "event": f"E{id}",
    } | more


ROWS = [row("解任", "c001"), row("開い", "c002")]


def write(folder: Path, rows: list[Any], *, sha256: str | None = None) -> Path:
    """A folder of gold with one file, and a manifest where a digest is given."""
    folder.mkdir(exist_ok=True)
    (folder / "harbour.jsonl").write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in rows), encoding="utf-8")
    if sha256:
        head = "article\tsha256\torigin\tlabelled_by\tsplit\tgenre\n"
        (folder / "MANIFEST.tsv").write_text(f"{head}harbour\t{sha256}\tinvented\tone reader\ttest\tnews\n", encoding="utf-8")
    return folder


def reasons(folder: Path, rows: list[Any]) -> list[str]:
    return [str(problem).rpartition("harbour.jsonl:")[2] for problem in check(write(folder, rows), {"harbour": TEXT})]


def test_spans_get_their_text(tmp_path: Path) -> None:
    claims = read_gold(write(tmp_path, ROWS), {"harbour": TEXT}).claims
    assert [claim.trigger.text for claim in claims] == ["解任", "開い"]
    assert claims[0].evidence.text == "11月17日、北海商会は田中一郎社長を解任した。"


def test_without_texts_the_spans_stay_empty(tmp_path: Path) -> None:
    assert [claim.trigger.text for claim in read_gold(write(tmp_path, ROWS)).claims] == ["", ""]


def test_predicted_rows_are_read_by_the_same_reader(tmp_path: Path) -> None:
    claims = read_gold(write(tmp_path, ROWS), {"harbour": TEXT}).claims
    path = tmp_path / "claims.jsonl"
    path.write_text("\n".join(claim.model_dump_json(by_alias=True) for claim in claims), encoding="utf-8")
    assert read_claims(path) == claims


def test_the_manifest_tells_split_and_genre(tmp_path: Path) -> None:
    gold = read_gold(write(tmp_path, ROWS, sha256=digest(TEXT)), {"harbour": TEXT})
    assert (len(gold.split("test")), len(gold.split("train")), gold.genres) == (2, 0, {"harbour": "news"})
    assert len(read_gold(write(tmp_path / "bare", ROWS)).split("train")) == 2


@pytest.mark.parametrize(("texts", "reason"), [({}, "its article was not read"), ({"harbour": TEXT + "!"}, "not the one")])
def test_gold_of_another_text_is_skipped_with_a_line(tmp_path: Path, texts: dict[str, str], reason: str) -> None:
    gold = read_gold(write(tmp_path, ROWS, sha256=digest(TEXT)), texts)
    assert gold.claims == () == gold.articles
    assert reason in gold.skipped[0] and "harbour.jsonl" in gold.skipped[0]


def test_a_file_without_claims_is_a_labelled_article(tmp_path: Path) -> None:
    assert read_gold(write(tmp_path, []), {"harbour": TEXT}).articles == ("harbour",)


def test_good_gold_has_no_problem(tmp_path: Path) -> None:
    assert reasons(tmp_path, ROWS) == []


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"type": "stat"}, "2: type: Input should be"),
    ({"factuality": "true"}, "2: factuality: Input should be"),
    ({"trigger": {"start": 0, "end": 2}}, "2: c002: trigger: outside the evidence"),
    ({"trigger": {"start": 45, "end": 45}}, "2: c002: trigger: 45:45 is no span"),
    ({"evidence": {"start": 28, "end": 4000}}, "2: c002: evidence: 28:4000 is outside the text of"),
    (
        {"date": {"value": "2023-02-30", "start": None, "end": None, "from": "context"}},
        "2: c002: date: 2023-02-30 is not an ISO 8601",
    ),
    (
        {"date": {"value": "11月17日", "start": None, "end": None, "from": "context"}},
        "2: c002: date: 11月17日 is not an ISO 8601",
    ),
    (
        {"date": {"value": "2023-11-18", "start": None, "end": None, "from": "sentence"}},
        "2: c002: date: from sentence, but without",
    ),
    ({"date": {"value": "2023-11-18", "start": 30, "end": 32, "from": "context"}}, "2: c002: date: from context, but with"),
    ({"participants": [{"name": "甲", "role": "boss"}]}, "2: participants.0.role: Input should be"),
    ({"participants": [{"name": "甲", "role": "agent", "start": 3, "end": None}]}, "2: c002: participant 甲: only one of"),
    ({"outlets": ["甲新聞", "甲新聞"]}, "2: c002: outlets: a name that is empty or listed twice"),
    ({"event": None}, "2: c002: event: missing"),
    ({"suspect": [{"field": "price", "why": "?"}]}, "2: c002: suspect: price is neither"),
    ({"id": "c001"}, "2: c001: already the id of line 1"),
    ({"id": "c003"}, "2: c003: ids run c001"),
    ({"article": "port"}, "2: c002: article is port, the file is harbour"),
    ({"remark": "?"}, "2: remark: Extra inputs"),
    ({"evidence": {"start": 6, "end": 49}}, "2: c002: warning: evidence"),
]


@pytest.mark.parametrize(("change", "reason"), WRONG, ids=[reason[:40] for _, reason in WRONG])
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    found = reasons(tmp_path, [ROWS[0], ROWS[1] | change])
    assert any(line.replace("2: warning: c002: ", "2: c002: warning: ").startswith(reason) for line in found), found


def test_rows_out_of_order_and_twins(tmp_path: Path) -> None:
    assert reasons(tmp_path, [ROWS[1] | {"id": "c001"}, ROWS[0] | {"id": "c002"}]) == [
        "2: c002: its trigger stands before that of the claim above"
    ]
    assert reasons(tmp_path, [ROWS[0], ROWS[0] | {"id": "c002"}]) == [
        "2: c002: tells the same as c001: trigger, date and participants"
    ]


@pytest.mark.parametrize("line", ["{", "[]", '"x"', '{"article": 3}', "{}"])
def test_lines_that_are_no_rows(tmp_path: Path, line: str) -> None:
    folder = write(tmp_path, ROWS)
    with (folder / "harbour.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(KeiiError, match=r"harbour.jsonl:3: "):
        read_gold(folder)
    assert any(":3: " in str(problem) for problem in check(folder, {"harbour": TEXT}))


def test_a_line_that_is_no_row_hides_no_other(tmp_path: Path) -> None:
    folder = write(tmp_path, [ROWS[0] | {"type": "?"}, ROWS[1] | {"date": {"value": "2023-13-01", "from": "context"}}])
    with (folder / "harbour.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"article": "harb\n')
    told = [str(problem) for problem in check(folder, {"harbour": TEXT})]
    assert [line.split("harbour.jsonl:")[1].split(":")[0] for line in told] == ["1", "3", "2"]
    assert "not JSON" in told[1] and "2023-13-01" in told[2]


def test_the_command_fails_with_file_line_and_reason(tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "harbour.txt").write_text(TEXT, encoding="utf-8")
    good, bad = write(tmp_path / "good", ROWS), write(tmp_path / "bad", [ROWS[0], ROWS[1] | {"type": "?"}])
    assert CliRunner().invoke(command, ["check", str(good), "--articles", str(articles)]).exit_code == 0
    result = CliRunner().invoke(command, ["check", str(bad), "--articles", str(articles)])
    assert result.exit_code == 1
    assert f"{bad / 'harbour.jsonl'}:2: type: " in result.output


def test_stats_and_diff(tmp_path: Path) -> None:
    old = read_gold(write(tmp_path / "old", ROWS), {"harbour": TEXT})
    new = read_gold(write(tmp_path / "new", [ROWS[0] | {"type": "end-position"}, row("会見", "c002")]), {"harbour": TEXT})
    counted = stats(old)
    assert (counted["total"]["claims"], counted["type"], counted["date from"]) == (2, {"other": 2}, {"context": 2})
    changes = [(change.id, change.field, change.before, change.after) for change in diff(old.claims, new.claims)]
    assert changes == [
        ("c001", "type", '"other"', '"end-position"'),
        ("c002", None, "", "会見 (other, fact)"),
        ("c002", None, "開い (other, fact)", ""),
    ]


@pytest.mark.parametrize("home", [ROOT / "gold", SHARED / "gold"], ids=["own", "shared"])
def test_the_labels_at_hand_are_right(home: Path) -> None:
    if not any(home.glob("*.jsonl")):
        pytest.skip(f"no labels in {home.name}")
    texts = read_texts(folder for folder in (ROOT / "corpus", SHARED / "articles") if folder.is_dir())
    wrong = [str(problem) for problem in check(home, texts) if not problem.warning]
    assert wrong == []


def test_names_may_be_told_by_their_place() -> None:
    told = {
        "participants": [{"name": "@2:4", "role": "agent"}, {"name": "甲社", "role": "other"}],
        "speakers": ["@0:2", "anonymous"],
    }
    assert named(told, "港町市長は") == {
        "participants": [{"name": "市長", "role": "agent"}, {"name": "甲社", "role": "other"}],
        "speakers": ["港町", "anonymous"],
    }
    assert named(told, "") == told
