"""Whole runs: same bytes however they are made, nothing done twice, nothing lost when killed, bad input told."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import deadly
import fake
import pytest
from click.testing import CliRunner
from runs import ARTICLES, keii, outputs, same, write

from keii.cli import main
from keii.model import Claim, Event, Pair
from keii.pipeline import DIED
from keii.store import opened

pytestmark = pytest.mark.model


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write(tmp_path / "corpus")


def test_outputs_hold_what_they_promise(reference: tuple[Path, Path]) -> None:
    corpus, out = reference
    texts = {path.stem: path.read_bytes().decode() for path in corpus.glob("*.txt")}
    claims = [Claim.model_validate_json(line) for line in (out / "claims.jsonl").read_text(encoding="utf-8").splitlines()]
    events = [Event.model_validate_json(line) for line in (out / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(claims) >= 6 and len({claim.key for claim in claims}) == len(claims)
    for claim in claims:
        spans = [claim.evidence, claim.trigger, claim.citation, claim.date, *claim.participants, *claim.source]
        for span in spans:
            if span is not None and span.start is not None:
                told = getattr(span, "text", None)
                assert told is None or texts[claim.article][span.start : span.end] == told
        assert claim.evidence.start <= claim.trigger.start and claim.trigger.end <= claim.evidence.end
        assert 0 <= claim.confidence <= 1 and claim.why
    assert {claim.key for claim in claims} == {key for event in events for key in event.claims}
    dated = [event.date is not None for event in events]
    assert dated == sorted(dated, reverse=True)
    assert (out / "claims.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_same_story_is_one_event(reference: tuple[Path, Path]) -> None:
    _, out = reference
    events = [Event.model_validate_json(line) for line in (out / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    resignation = [event for event in events if event.type == "end-position" and event.date and event.date.value == "2024-05-10"]
    assert [sorted(event.articles) for event in resignation] == [["hashi-1", "hashi-2"]]


def test_two_jobs_and_any_order_give_the_same_bytes(many: tuple[Path, Path], tmp_path: Path) -> None:
    """Three batches, so that both workers have some."""
    corpus, out = many
    paths = sorted(corpus.glob("*.txt"), reverse=True)
    done = keii("run", *paths, "-o", tmp_path / "out", "--jobs", 2)
    assert done.returncode == 0, done.stderr
    assert same(outputs(out), outputs(tmp_path / "out"))


def test_a_second_run_analyses_only_what_changed(reference: tuple[Path, Path], tmp_path: Path) -> None:
    from keii.config import Config, Merge
    from keii.runner import Options, execute

    corpus, out = tmp_path / "corpus", tmp_path / "out"
    shutil.copytree(reference[0], corpus)
    shutil.copytree(reference[1], out)
    options = Options(out=out)
    assert execute([corpus], options, Config()).analysed == 0
    told = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert {article["path"] for article in told["articles"]} == {str(path) for path in corpus.iterdir()}
    before = outputs(out)
    assert same(before, outputs(reference[1]))
    assert execute([corpus], options, Config(merge=Merge(window_days=9))).analysed == 0
    path = corpus / "jishin.txt"
    path.write_text(path.read_text(encoding="utf-8") + "4月2日、町は避難所を開いた。\n", encoding="utf-8")
    assert execute([corpus], options, Config()).analysed == 1
    assert before["claims.jsonl"] != outputs(out)["claims.jsonl"]


def test_models_of_merging_and_pages_make_outputs_anew_and_analyse_nothing(
    reference: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from keii import lexicon
    from keii.config import Config, Extract
    from keii.pipeline import fingerprint
    from keii.runner import Options, execute

    out, models = tmp_path / "out", tmp_path / "models"
    shutil.copytree(reference[1], out)
    models.mkdir()
    config = Config(extract=Extract(model=models))
    merging = json.loads((Path(lexicon.__file__).parent / "models" / "merge.json").read_text(encoding="utf-8"))
    (models / "merge.json").write_text(json.dumps(merging | {"threshold": 50.0}), encoding="utf-8")
    assert execute([reference[0]], Options(out=out), config).analysed == 0
    assert outputs(out)["events.jsonl"] != outputs(reference[1])["events.jsonl"]
    before = fingerprint(config)
    (models / "when.json").write_text("{}", encoding="utf-8")
    fingerprint.cache_clear()
    assert fingerprint(config) != before


@pytest.mark.parametrize("name", ["templates/page.css", "lexicons/timeline.tsv", "lexicons/synonyms.tsv", "models/merge.json"])
def test_what_serves_articles_together_is_part_of_the_outputs_alone(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from keii import lexicon
    from keii.config import Config
    from keii.pipeline import fingerprint, whole_fingerprint

    def told() -> tuple[str, str]:
        for remembered in (lexicon.digest, fingerprint):
            remembered.cache_clear()
        return fingerprint(Config()), whole_fingerprint(Config())

    with monkeypatch.context() as patched:
        before = told()
        for folder in ("lexicons", "models", "templates"):
            shutil.copytree(Path(lexicon.__file__).parent / folder, tmp_path / folder)
        (tmp_path / name).write_text("", encoding="utf-8")
        patched.setattr(lexicon, "files", lambda _: tmp_path)
        after = told()
    assert told() == before
    assert after[0] == before[0] and after[1] != before[1]


def test_a_run_that_changes_nothing_touches_nothing(reference: tuple[Path, Path], tmp_path: Path) -> None:
    from keii.config import Config
    from keii.runner import Options, execute

    out = tmp_path / "out"
    shutil.copytree(reference[1], out)
    found = execute([reference[0]], Options(out=out), Config())
    stamps = {path: path.stat().st_mtime_ns for path in out.iterdir() if not path.name.startswith((".", "keii.sqlite"))}
    again = execute([reference[0]], Options(out=out), Config())
    assert stamps == {path: path.stat().st_mtime_ns for path in stamps}
    assert (again.claims, again.events, again.names) == (found.claims, found.events, found.names)
    (out / "claims.csv").unlink()
    (out / "events.jsonl").write_text("", encoding="utf-8")
    execute([reference[0]], Options(out=out), Config())
    assert same(outputs(reference[1]), outputs(out))


def test_what_an_earlier_run_wrote_and_this_one_does_not_goes(reference: tuple[Path, Path], tmp_path: Path) -> None:
    from keii.config import Config
    from keii.runner import Options, execute

    gold, out = tmp_path / "gold", tmp_path / "out"
    gold.mkdir()
    (gold / "jishin.jsonl").write_text("", encoding="utf-8")
    execute([reference[0]], Options(out=out, gold=gold), Config())
    assert (out / "report.html").exists()
    execute([reference[0]], Options(out=out), Config())
    assert not [path.name for path in out.iterdir() if path.name in ("report.html", "scores.json", "scores.jsonl")]
    assert same(outputs(reference[1]), outputs(out))


def test_a_fresh_run_leaves_nothing_of_the_ones_before(reference: tuple[Path, Path], tmp_path: Path) -> None:
    from keii.config import Config
    from keii.runner import Options, execute

    out, mine = tmp_path / "out", tmp_path / "mine"
    shutil.copytree(reference[1], out)
    (out / "articles").mkdir()
    names = ("report.html", "articles/h.txt", "../mine", str(mine), "articles/../../mine", "articles")
    for name in names[:4]:
        (out / name).write_text("", encoding="utf-8")
    with opened(out) as store:
        store.set_state({"files": json.dumps(dict.fromkeys(names, ""))})
    execute([reference[0]], Options(out=out, fresh=True), Config())
    assert same(outputs(reference[1]), outputs(out))
    assert not (out / "report.html").exists() and not (out / "articles/h.txt").exists()
    assert mine.exists(), "names that lead out of the folder are not followed"


def test_new_articles_join_and_untouched_events_keep_their_ids(reference: tuple[Path, Path], tmp_path: Path) -> None:
    corpus, whole = reference
    first = sorted(corpus.glob("*.txt"))
    assert keii("run", *first[:1], *first[2:], "-o", tmp_path, "--jobs", 1).returncode == 0
    before = {line["id"]: line for line in map(json.loads, (tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines())}
    assert keii("run", first[1], "-o", tmp_path, "--jobs", 1).returncode == 0
    after = {line["id"]: line for line in map(json.loads, (tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines())}
    assert set(before) <= set(after)
    counts = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))["counts"]
    assert counts == json.loads((whole / "run.json").read_text(encoding="utf-8"))["counts"]


@pytest.mark.slow
def test_killed_at_any_moment_it_ends_with_the_same_bytes(many: tuple[Path, Path], tmp_path: Path) -> None:
    corpus, undisturbed = many
    out = tmp_path / "out"
    command = [sys.executable, "-m", "keii", "-vv", "run", str(corpus), "-o", str(out), "--jobs", "1"]
    killed = analysed = 0
    for words, seconds in KILLS:
        told, status = _killed(command, words, seconds)
        killed += status == -signal.SIGKILL
        assert status in (0, -signal.SIGKILL), told
        done = [int(line.split()[3]) for line in told if " analysed " in line]
        assert all(number > analysed for number in done), "what was finished is not done again"
        analysed = max([analysed, *done])
    assert killed >= 3, "on any machine the first three kills come before the end"
    assert subprocess.run(command, capture_output=True).returncode == 0
    assert same(outputs(undisturbed), outputs(out))
    assert not list(out.glob("*.part"))


RANDOM = random.Random(1)
KILLS = [
    ("0/48", 0.0),
    ("analysed 16 of 48", 0.0),
    ("articles", 0.0),
    *(
        (words, RANDOM.uniform(0, 1))
        for words in ("articles", "analysed", "analysed 48 of 48", "wrote events.jsonl", "wrote run.json")
    ),
]
"""After which words of a run's log it is killed, and how many seconds later; a run that is quicker than that ends by itself."""


def _killed(command: list[str], words: str, seconds: float) -> tuple[list[str], int]:
    """Start a command and kill it: the lines it told until then, and how it ended."""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stderr is not None
        told = []
        for line in process.stderr:
            told.append(line)
            if words in line:
                time.sleep(seconds)
                process.kill()
        return told, process.wait()


def test_a_script_needs_no_guard_around_what_it_runs(reference: tuple[Path, Path], tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import keii, pathlib, sys; corpus, out = map(pathlib.Path, sys.argv[1:])\n"
        "keii.execute([corpus], keii.Options(out=out, jobs=2), keii.Config())\n",
        encoding="utf-8",
    )
    command = [sys.executable, str(script), str(reference[0]), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert same(outputs(reference[1]), outputs(tmp_path / "out"))


def test_where_no_worker_can_be_started_it_is_one_line(
    reference: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keii.workers._begin", deadly.unless_deadly)  # called with too little: each process ends at once
    found = CliRunner().invoke(main, ["run", str(reference[0]), "-o", str(tmp_path), "--jobs", "2"])
    assert found.exit_code == 2, found.output
    assert found.stderr.splitlines()[-1] == "keii: no worker process can be started"


def test_an_article_that_kills_its_worker_is_told_and_stops_no_other(
    reference: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keii.workers._Pool", deadly.Pool)
    found = CliRunner().invoke(main, ["run", str(reference[0]), "-o", str(tmp_path), "--jobs", "2"])
    assert found.exit_code == 3, found.output
    told = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    path = str(reference[0] / f"{deadly.ARTICLE}.txt")
    assert told["failures"] == [{"path": path, "article": deadly.ARTICLE, "reason": DIED}]
    assert {article["id"] for article in told["articles"]} == set(ARTICLES) - {deadly.ARTICLE}
    assert f"{path}: {DIED}" in found.stderr


def test_a_run_that_dies_of_an_article_goes_on_without_it_the_next_time(reference: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ["run", str(reference[0]), "-o", str(out), "--jobs", "1"]
    armed = f"import sys; sys.path.append({str(Path(deadly.__file__).parent)!r}); import deadly; deadly.arm()"
    command = [sys.executable, "-c", f"{armed}; from keii.cli import main; main({arguments})"]
    assert subprocess.run(command, capture_output=True).returncode == deadly.STATUS
    assert not (out / "run.json").exists()
    for _ in range(2):
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 3, done.stderr
        told = json.loads((out / "run.json").read_text(encoding="utf-8"))
        assert [(one["article"], one["reason"]) for one in told["failures"]] == [(deadly.ARTICLE, DIED)]
        assert {article["id"] for article in told["articles"]} == set(ARTICLES) - {deadly.ARTICLE}
    assert keii(*arguments).returncode == 0
    assert same(outputs(reference[1]), outputs(out))
    with opened(out) as store:
        assert store.begun() == set()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="workers are found by /proc")
def test_workers_end_with_a_run_that_is_killed(many: tuple[Path, Path], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "keii", "-v", "run", str(many[0]), "-o", str(tmp_path / "out"), "--jobs", "2"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert any("analysed" in line for line in process.stderr)
        workers = [int(child) for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
        process.kill()
    assert len(workers) >= 2
    until = time.monotonic() + 10
    while any(_lives(worker) for worker in workers) and time.monotonic() < until:
        time.sleep(0.1)
    assert not [worker for worker in workers if _lives(worker)]
    assert subprocess.run(command, capture_output=True).returncode == 0
    assert same(outputs(many[1]), outputs(tmp_path / "out"))


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_two_runs_on_one_folder_the_second_says_so(corpus: Path, tmp_path: Path) -> None:

    with opened(tmp_path / "out"):
        done = keii("run", corpus, "-o", tmp_path / "out")
    assert done.returncode == 2
    assert done.stderr.strip().endswith("another run is writing there")


# --- bad input ----------------------------------------------------------------------------------------------------

BAD = {
    "empty.txt": (b"", "empty file"),
    "blank.txt": ("\u3000\n".encode(), "only blanks"),
    "broken.txt": ("橋が落ちた。".encode()[:-1] + b"\xff" + "橋が落ちた。".encode(), "broken UTF-8"),
    "nul.txt": ("橋が\0落ちた。".encode(), "NUL"),
    "binary.txt": (bytes(range(256)), "broken UTF-8|binary"),
    "front.md": ("+++\ntitle = \n+++\n橋。".encode(), "front matter"),
    "sidecar.md": ("橋が落ちた。".encode(), "sidecar.toml: not UTF-8"),
    "rows.jsonl": (b'{"id": "surrogate", "title": "\\ud800", "body": "a"}', "title: lone surrogate"),
}
ODD = {
    "one.txt": "a",
    "long.txt": "りんご、みかん、" * 4000,
    "no-stop.txt": "市は橋の工事を始めた\n" * 300,
    "brackets.txt": "「" * 100 + "橋が落ちた。" + "(" * 100,
    "english.txt": "The bridge fell on May 10, 2024. The mayor said that it would be rebuilt by June.\n" * 3,
    "marks.txt": "橋\u200bが\u202e落\u2066ち\ufe0fた。👩‍👩‍👧か\u3099ｱﾙﾄﾞ1️⃣\r\n",
    "bytes.txt": "橋" * 20_000,
    "橋" * 80 + ".md": "橋が落ちた。",
}


def test_one_bad_article_stops_no_other(tmp_path: Path) -> None:
    import re

    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name, (data, _) in BAD.items():
        (corpus / name).write_bytes(data)
    (corpus / "sidecar.toml").write_bytes('title = "橋"'.encode("cp932"))
    for name, text in ODD.items():
        (corpus / name).write_text(text, encoding="utf-8", newline="")
    (corpus / "loop.txt").symlink_to(corpus / "loop.txt")
    (corpus / "sjis.txt").write_bytes("市は五月十日、橋の工事を始めたと発表した。".encode("shift_jis"))
    done = keii("run", corpus, "-o", tmp_path / "out", "--jobs", 1)
    assert done.returncode == 3, done.stderr
    told = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert {article["id"] for article in told["articles"]} == {Path(name).stem for name in ODD} | {"sjis"}
    reasons = {Path(failure["path"]).name.partition(":")[0]: failure["reason"] for failure in told["failures"]}
    assert set(reasons) == set(BAD) | {"loop.txt"}
    for name, (_, words) in BAD.items():
        assert re.search(words, reasons[name]), (name, reasons[name])
        assert f"{name}:" in done.stderr
    assert "read as CP932, not UTF-8: sjis.txt" in done.stderr
    assert (tmp_path / "out" / "articles" / "sjis.txt").read_text(encoding="utf-8").startswith("市は五月十日")
    assert "Traceback" not in done.stderr


def test_where_nothing_can_be_read_the_run_tells_what_failed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"")
    (tmp_path / "nothing").mkdir()
    out = tmp_path / "out"
    failed = CliRunner().invoke(main, ["run", str(tmp_path / "a.txt"), "-o", str(out)])
    assert failed.exit_code == 1 and "keii: nothing usable: no article could be read in" in failed.stderr
    told = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert told["failures"] == [{"path": str(tmp_path / "a.txt"), "article": "a", "reason": "empty file"}]
    assert (out / "claims.jsonl").read_bytes() == b""
    empty = CliRunner().invoke(main, ["run", str(tmp_path / "nothing"), "-o", str(out)])
    assert empty.exit_code == 1 and "keii: nothing to read: no article in" in empty.stderr


def test_an_article_that_can_no_longer_be_read_leaves(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keii.tag.parse", fake.parse)
    out, rows = tmp_path / "out", corpus / "rows.jsonl"
    rows.write_text('{"id": "row-1", "body": "橋が落ちた。"}\n{"id": "row-2", "body": "橋が落ちた。"}\n', encoding="utf-8")

    def run(*paths: Path) -> tuple[int, set[str], set[str]]:
        code = CliRunner().invoke(main, ["run", *map(str, paths), "-o", str(out), "-j", "1"]).exit_code
        told = json.loads((out / "run.json").read_text(encoding="utf-8"))
        return code, {one["id"] for one in told["articles"]}, {one["article"] for one in told["failures"]}

    assert run(corpus) == (0, {*ARTICLES, "row-1", "row-2"}, set())
    assert run(rows) == (0, {*ARTICLES, "row-1", "row-2"}, set()), "what is not read now stays"
    (corpus / "jishin.txt").write_bytes(b"\xff")
    assert run(corpus) == (3, {"hashi-1", "hashi-2", "row-1", "row-2"}, {"jishin"})
    rows.write_text('{"id": "row-1", "body": "橋が落ちた。"}\n{"id": "row-2", "body": 5}\n', encoding="utf-8")
    assert run(rows) == (3, {"hashi-1", "hashi-2", "row-1"}, {"row-2"})
    rows.write_bytes(b"\xff")
    assert run(rows) == (1, {"hashi-1", "hashi-2"}, {"rows"})


def test_an_output_folder_among_the_articles_is_not_read(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keii.tag.parse", fake.parse)
    (corpus / "sjis.txt").write_bytes("市は五月十日、橋の工事を始めたと発表した。".encode("shift_jis"))
    out = corpus / "deep" / "out"
    for _ in range(2):
        done = CliRunner().invoke(main, ["run", str(corpus), "-o", str(out), "-j", "1"])
        assert done.exit_code == 0, done.output
        told = json.loads((out / "run.json").read_text(encoding="utf-8"))
        assert {one["id"] for one in told["articles"]} == {*ARTICLES, "sjis"}
        assert done.stderr.splitlines().count(f"WARNING keii.read: {out}: left out: the output folder of a run") == 1
    assert (out / "articles" / "sjis.txt").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["run", "{home}/none", "-o", "{home}/out"], 2, "no such file or folder"),
        (["run", "{home}/nothing", "-o", "{home}/out"], 1, "nothing to read"),
        (["run", "{home}/" + "x" * 300, "-o", "{home}/out"], 2, "cannot be read: File name too long"),
        (["run", "{home}/loop.txt", "-o", "{home}/out"], 1, "Too many levels of symbolic links"),
        (["run", "{home}/ok", "-o", "{home}/ok"], 2, "can't be what is read"),
        (["run", "{home}/ok/articles", "-o", "{home}/ok"], 2, "can't be what is read"),
        (["run", "{home}/ok", "-o", "{home}/out", "--gold", "{home}/none"], 2, "no such folder"),
        (["run", "{home}/ok", "-o", "{home}/file/out"], 2, "cannot be written"),
        (["run", "{home}/twins", "-o", "{home}/out"], 2, "have the same stem"),
        (["run", "{home}/ok", "-o", "{home}/out", "--config", "{home}/typo.toml"], 2, "did you mean merge.window_days"),
        (["run", "{home}/ok", "-o", "{home}/out", "--config", "{home}/none.toml"], 2, "cannot be read"),
        (["events", "{home}/ok"], 2, "no run of keii"),
        (["events", "{home}/ok", "--type", "fire"], 2, "no such type; there are start-position"),
        (["events", "{home}/ok", "--since", "2023-13"], 2, "not a year, month or day"),
        (["events", "{home}/ok", "--until", "yesterday"], 2, "not a year, month or day"),
        (["score", "{home}/ok", "{home}/nothing"], 2, "claims.jsonl: cannot be read: No such file"),
        (["dates"], 2, "give a TEXT or --jsonl"),
    ],
)
def test_wrong_use_is_one_line(tmp_path: Path, arguments: list[str], code: int, words: str) -> None:
    for folder in ("ok", "nothing", "twins/a", "twins/b"):
        (tmp_path / folder).mkdir(parents=True)
    for path in ("ok/a.txt", "twins/a/x.txt", "twins/b/x.txt", "file"):
        (tmp_path / path).write_text("橋が落ちた。", encoding="utf-8")
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    (tmp_path / "typo.toml").write_text("[merge]\nwindow_day = 3\n", encoding="utf-8")
    result = CliRunner().invoke(main, [argument.format(home=tmp_path) for argument in arguments])
    assert result.exit_code == code, result.output
    assert words in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("name", [".keii.lock", "keii.sqlite", "claims.jsonl"])
def test_a_folder_that_may_not_be_written(tmp_path: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Root writes everywhere: here what stands in the way is a folder under the name of the file, or a closed lock."""
    monkeypatch.setattr("keii.tag.parse", fake.parse)
    out = tmp_path / "out"
    (out / name).mkdir(parents=True)
    done = CliRunner().invoke(main, ["run", str(corpus), "-o", str(out), "-j", "1"])
    assert done.exit_code == 2, done.output
    assert "cannot be written: " in done.stderr and len(done.stderr.splitlines()) <= 3
    if os.geteuid() != 0:
        (tmp_path / "closed").mkdir(mode=0o500)
        assert "cannot be written" in keii("run", corpus, "-o", tmp_path / "closed").stderr


def test_a_full_disk_is_one_line(reference: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    from keii.export import write
    from keii.model import KeiiError

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(KeiiError, match="No space left"):
        write(tmp_path / "claims.jsonl", "{}")
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_is_one_line_and_the_next_run_goes_on(reference: tuple[Path, Path], tmp_path: Path) -> None:
    """A limit on the size of files stands in for the full disk: SQLite and Python get the same error from either."""
    out = tmp_path / "out"
    command = [sys.executable, "-m", "keii", "run", str(reference[0]), "-o", str(out), "-j", "1"]
    for limit in (8, 60):  # kilobytes: no room for the state; for the state, not for the outputs
        limited = f"import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit << 10}, {limit << 10})); "
        limited += f"sys.argv = {command[2:]!r}; runpy.run_module('keii', run_name='__main__')"
        done = subprocess.run([sys.executable, "-c", limited], capture_output=True, text=True)
        assert done.returncode == 2, done.stderr
        assert "cannot be written" in done.stderr and "Traceback" not in done.stderr
    assert subprocess.run(command, capture_output=True).returncode == 0
    assert same(outputs(reference[1]), outputs(out))


def test_logs_and_profile(reference: tuple[Path, Path], tmp_path: Path) -> None:
    done = keii("-v", "run", reference[0], "-o", tmp_path, "-j", 1, "--profile", "--log-json")
    assert done.returncode == 0, done.stderr
    logged = [json.loads(line) for line in done.stderr.splitlines()]
    assert {(row["level"], row["message"]) for row in logged} >= {("info", "analysed 3 of 3 articles"), ("info", "3/3 articles")}
    assert all(datetime.fromisoformat(row["time"]) for row in logged)
    rows = {line.split("\t")[0]: line.split("\t")[1] for line in done.stdout.splitlines() if "\t" in line}
    seconds = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))["seconds"]
    assert set(seconds) == set(rows) - {"stage", "all", "by the clock"}
    assert set(seconds) >= {
        "read",
        "segment",
        "tag",
        "dates",
        "names",
        "attribute",
        "extract",
        "store",
        "combine",
        "export",
        "other",
    }
    assert sum(map(float, (rows[name] for name in seconds))) == pytest.approx(float(rows["all"]), abs=0.1)


def test_everything_that_is_told_is_a_row_of_the_log(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    done = keii("run", tmp_path / "empty.txt", "-o", tmp_path / "out", "--log-json")
    assert any("empty file" in json.loads(line)["message"] for line in done.stderr.splitlines())
    done = keii("--log-json", "run", tmp_path / "none", "-o", tmp_path / "out")
    assert json.loads(done.stderr)["level"] == "error"


def test_a_worker_logs_as_its_parent_does(tmp_path: Path) -> None:
    (tmp_path / "failing.py").write_text(
        "import logging\n"
        "def fail():\n    try: 1 / 0\n    except ZeroDivisionError: logging.getLogger('keii').debug('failed', exc_info=True)\n",
        encoding="utf-8",
    )
    (tmp_path / "script.py").write_text(
        "from failing import fail; from keii.cli import main; from keii.workers import pool\n"
        "try: main(['-vv', '--log-json', 'schema'])\nexcept SystemExit: pass\n"
        "with pool(1) as workers: workers.submit(fail).result()\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, str(tmp_path / "script.py")], capture_output=True, text=True)
    row = json.loads(done.stderr)
    assert row["message"] == "failed" and "ZeroDivisionError" in row["exception"]


def test_gold_that_is_left_out_is_told_in_a_line_a_reason(reference: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "gold").mkdir()
    for name in ("a", "b", "c", "d", "jishin"):
        (tmp_path / "gold" / f"{name}.jsonl").write_text("", encoding="utf-8")
    (tmp_path / "gold" / "MANIFEST.tsv").write_text(f"article\tsha256\njishin\t{'0' * 64}\n", encoding="utf-8")
    done = keii("run", reference[0], "-o", tmp_path / "out", "--gold", tmp_path / "gold", "-j", 1)
    told = [line for line in done.stderr.splitlines() if "gold skipped" in line]
    assert told == [
        "gold skipped: its article was not read: a.jsonl, b.jsonl, c.jsonl and 1 more",
        "gold skipped: the article's text is not the one that MANIFEST.tsv names: jishin.jsonl",
    ]


def test_rows_of_other_tools() -> None:
    runner = CliRunner()
    found = runner.invoke(main, ["dates", "来月5日", "--reference", "2023-11-20"])
    assert json.loads(found.output)["dates"][0]["value"] == "2023-12-05"
    found = runner.invoke(
        main, ["tag", "--jsonl", "-"], input='{"text": "読売新聞によると、田中一郎氏は10日に東京で会見した。"}\n'
    )
    labels = {row["text"]: row["label"] for row in json.loads(found.output)["mentions"]}
    assert labels["読売新聞"] == "OUTLET" and labels["田中一郎"] == "PERSON"


def test_pairs_are_of_their_schema(tmp_path: Path, reference: tuple[Path, Path]) -> None:
    corpus, out = reference
    gold = tmp_path / "gold"
    gold.mkdir()
    rows = [json.loads(line) for line in (out / "claims.jsonl").read_text(encoding="utf-8").splitlines()]
    keys = "article id evidence trigger type factuality date participants speakers outlets citation suspect event".split()  # noqa: SIM905
    for article in ARTICLES:
        mine = [{key: row[key] for key in keys} for row in rows if row["article"] == article]
        (gold / f"{article}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in mine), encoding="utf-8")
    done = keii("run", corpus, "-o", tmp_path / "out", "--gold", gold, "--jobs", 1)
    assert done.returncode == 0, done.stderr
    scores = json.loads((tmp_path / "out" / "scores.json").read_text(encoding="utf-8"))
    assert scores["figures"]["detection.f1"]["value"] == 1
    assert scores["figures"]["strict.f1"]["value"] == 1
    pairs = [
        Pair.model_validate_json(line) for line in (tmp_path / "out" / "scores.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert {pair.verdict for pair in pairs} == {"right"}
    assert (tmp_path / "out" / "report.html").exists()
