"""Runs on a Dask cluster: the same bytes as local ones, whatever happens to a worker."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import deadly
import pytest
from click.testing import CliRunner
from runs import ARTICLES, keii, outputs, same

from keii.cli import main
from keii.config import Config, Names
from keii.pipeline import fingerprint
from keii.workers import _fault

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
pytestmark = [pytest.mark.model, pytest.mark.slow]


@contextmanager
def cluster(
    home: Path, workers: int, *options: str, without: str = ""
) -> Iterator[tuple[str, list[subprocess.Popen[bytes]], Callable[[], None]]]:
    """A scheduler and its workers as processes, the kind `without` having no keii.

    The scheduler's address, all processes with the scheduler first, and what starts another worker.
    """
    file = home / "scheduler.json"
    log = (home / "log").open("wb")
    (home / "without" / "keii").mkdir(parents=True)
    missing = "raise ModuleNotFoundError(\"No module named 'keii'\")"
    (home / "without" / "keii" / "__init__.py").write_text(missing, encoding="utf-8")
    started = []

    def start(kind: str, *more: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--scheduler-file", str(file), "--no-dashboard", *more]
        env = os.environ | ({"PYTHONPATH": str(home / "without")} if kind == without else {})
        started.append(subprocess.Popen(command, stdout=log, stderr=log, cwd=home, env=env))

    def another() -> None:
        start("worker", "--no-nanny", "--host", "127.0.0.1", *(options or ("--nthreads", "1")))

    try:
        start("scheduler", "--host", "127.0.0.1", "--port", "0")
        for _ in range(workers):
            another()
        yield _address(file, workers), started, another
    finally:
        for process in started:
            process.kill()
            process.wait()
        log.close()


def _address(file: Path, workers: int) -> str:
    """The scheduler's address, once all workers are there."""
    import distributed

    for _ in range(600):
        if file.exists() and file.read_text(encoding="utf-8").endswith("}"):
            break
        time.sleep(0.1)
    address: str = json.loads(file.read_text(encoding="utf-8"))["address"]
    with distributed.Client(address, set_as_default=False) as client:
        if workers:
            client.wait_for_workers(workers, timeout=60)
    return address


@pytest.mark.parametrize("words", ["analysed 16 of 48", "a batch of claims came back"])
def test_a_worker_that_is_killed_changes_nothing(many: tuple[Path, Path], tmp_path: Path, words: str) -> None:
    corpus, local = many
    out = tmp_path / "out"
    with cluster(tmp_path, 2) as (address, processes, _):
        command = [sys.executable, "-m", "keii", "-vv", "run", str(corpus), "-o", str(out), "--cluster", address]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        told = []
        for line in process.stderr:
            told.append(line)
            if words in line and processes[1].poll() is None:
                os.kill(processes[1].pid, signal.SIGKILL)
        assert process.wait() == 0, told
        assert processes[1].wait() == -signal.SIGKILL
    assert sum("a batch of claims came back" in line for line in told) >= 4, "rows, pairs and clusters are made by the workers"
    assert same(outputs(local), outputs(out))


def test_a_scheduler_that_is_lost_is_one_line_and_the_next_run_goes_on(many: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    with cluster(tmp_path, 1) as (address, processes, _):
        command = [sys.executable, "-m", "keii", "-v", "run", str(many[0]), "-o", str(out), "--cluster", address]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        told = []
        for line in process.stderr:
            told.append(line)
            if "analysed 16 of 48" in line:
                processes[0].kill()
        assert process.wait() == 2
    assert told[-1].endswith("the scheduler was lost: the same command goes on where this run stopped\n")
    assert not any("Traceback" in line for line in told)
    done = keii("-v", "run", many[0], "-o", out, "--jobs", 1)
    assert done.returncode == 0 and "analysed 16 of" not in done.stderr
    assert same(outputs(many[1]), outputs(out))


IMPATIENT = "import keii.workers as w; w._LOOK, w._ALL_GONE, w._WORTH_WAITING = .5, 1, {}; from keii.cli import main; main({})"
"""A run that tells after one second that all workers are gone, and waits so many for others."""


@pytest.mark.parametrize("comes_back", [True, False])
def test_a_run_whose_workers_are_all_gone_waits_for_others(many: tuple[Path, Path], tmp_path: Path, comes_back: bool) -> None:
    out = tmp_path / "out"
    with cluster(tmp_path, 1) as (address, processes, another):
        arguments = ["-v", "run", str(many[0]), "-o", str(out), "--cluster", address]
        command = [sys.executable, "-c", IMPATIENT.format(300 if comes_back else 3, arguments)]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        told = []
        for line in process.stderr:
            told.append(line)
            if "analysed 16 of 48" in line:
                processes[1].kill()
            if "no worker left" in line and comes_back:
                another()
        assert process.wait() == (0 if comes_back else 2), told
    waited = [line for line in told if "no worker left" in line]
    assert len(waited) == 1 and waited[0].startswith(f"WARNING keii.workers: {address}: no worker left: waiting"), told
    if not comes_back:
        assert told[-1].startswith(f"keii: {address}: no worker for 3 s: the same command goes on"), told
        done = keii("-v", "run", many[0], "-o", out, "--jobs", 1)
        assert done.returncode == 0 and "analysed 16 of" not in done.stderr
    assert same(outputs(many[1]), outputs(out))


def test_an_article_that_kills_its_workers_is_told(
    reference: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One death is enough here: a scheduler gives a piece of work to three other workers before it gives up."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(deadly.__file__).parent), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES", "0")
    monkeypatch.setattr("keii.workers._Cluster", deadly.Cluster)
    with cluster(tmp_path, 3) as (address, *_):
        found = CliRunner().invoke(main, ["run", str(reference[0]), "-o", str(tmp_path / "out"), "--cluster", address])
    assert found.exit_code == 3, found.output
    told = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert [failure["article"] for failure in told["failures"]] == [deadly.ARTICLE]
    assert {article["id"] for article in told["articles"]} == set(ARTICLES) - {deadly.ARTICLE}


def test_workers_that_do_not_fit_are_refused(many: tuple[Path, Path], tmp_path: Path) -> None:
    with cluster(tmp_path, 1, "--nthreads", "2") as (address, *_):
        done = keii("run", many[0], "-o", tmp_path / "out", "--cluster", address)
    assert done.returncode == 2
    assert "start workers with --nthreads 1" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("scheduler", "keii is not installed where the scheduler runs: No module named 'keii'"),
        ("worker", "keii can't be loaded there: ModuleNotFoundError(\"No module named 'keii'\")"),
    ],
)
def test_where_keii_is_not_installed_it_is_one_line(many: tuple[Path, Path], tmp_path: Path, kind: str, line: str) -> None:
    with cluster(tmp_path, 1, without=kind) as (address, *_):
        done = keii("run", many[0], "-o", tmp_path / "out", "--cluster", address)
    assert done.returncode == 2
    assert done.stderr.startswith(f"keii: {address}: ") and done.stderr.endswith(f"{line}\n")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("threads", "config", "wanted", "fault"),
    [
        (1, Config(), None, ""),
        (2, Config(), None, "more than one thread: start workers with --nthreads 1"),
        (1, Config(), "0123", "another keii, or other lexicons or models"),
        (1, Config(names=Names(names=Path("none.tsv"))), None, "none.tsv: cannot be read: No such file or directory"),
    ],
)
def test_why_a_worker_is_not_fit(threads: int, config: Config, wanted: str | None, fault: str) -> None:
    worker = SimpleNamespace(state=SimpleNamespace(nthreads=threads))
    assert _fault(config, wanted or fingerprint(Config()), worker) == fault


def test_no_worker_is_one_line(reference: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keii.workers._PATIENCE", 5)
    with cluster(tmp_path, 0) as (address, *_):
        found = CliRunner().invoke(main, ["run", str(reference[0]), "-o", str(tmp_path / "out"), "--cluster", address])
    assert found.exit_code == 2
    assert f"{address}: no worker there: start some with `dask worker {address} --nthreads 1`" in found.output


def test_no_scheduler_is_one_line(many: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keii.workers._PATIENCE", 1)
    result = CliRunner().invoke(main, ["run", str(many[0]), "-o", str(tmp_path / "out"), "--cluster", "tcp://127.0.0.1:9"])
    assert result.exit_code == 2
    assert "tcp://127.0.0.1:9: no Dask scheduler answers" in result.output
