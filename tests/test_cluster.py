"""Runs on a Dask cluster: the same bytes as local ones, whatever happens to a worker."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from runs import keii, outputs, same

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
pytestmark = [pytest.mark.model, pytest.mark.slow]


@contextmanager
def cluster(home: Path, workers: int, *options: str) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and its workers as processes: the scheduler's address, the workers."""
    file = home / "scheduler.json"
    log = (home / "log").open("wb")
    started = []

    def start(kind: str, *more: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--scheduler-file", str(file), "--no-dashboard", *more]
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=home)
        started.append(process)
        return process

    try:
        start("scheduler", "--host", "127.0.0.1", "--port", "0")
        hands = [start("worker", "--no-nanny", "--host", "127.0.0.1", *(options or ("--nthreads", "1"))) for _ in range(workers)]
        yield _address(file, workers), hands
    finally:
        for process in started:
            process.kill()
            process.wait()
        log.close()


def _address(file: Path, workers: int) -> str:
    """The scheduler's address, once all workers are there."""
    import json

    import distributed

    for _ in range(600):
        if file.exists() and file.read_text(encoding="utf-8").endswith("}"):
            break
        time.sleep(0.1)
    address: str = json.loads(file.read_text(encoding="utf-8"))["address"]
    with distributed.Client(address, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=60)
    return address


@pytest.mark.parametrize("words", ["analysed 16 of 48", "a batch of claims came back"])
def test_a_worker_that_is_killed_changes_nothing(many: tuple[Path, Path], tmp_path: Path, words: str) -> None:
    corpus, local = many
    out = tmp_path / "out"
    with cluster(tmp_path, 2) as (address, workers):
        command = [sys.executable, "-m", "keii", "-vv", "run", str(corpus), "-o", str(out), "--cluster", address]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        told = []
        for line in process.stderr:
            told.append(line)
            if words in line and workers[0].poll() is None:
                os.kill(workers[0].pid, signal.SIGKILL)
        assert process.wait() == 0
        assert workers[0].wait() == -signal.SIGKILL
    assert sum("a batch of claims came back" in line for line in told) >= 4, "rows, pairs and clusters are made by the workers"
    assert same(outputs(local), outputs(out))


def test_workers_that_do_not_fit_are_refused(many: tuple[Path, Path], tmp_path: Path) -> None:
    with cluster(tmp_path, 1, "--nthreads", "2") as (address, _):
        done = keii("run", many[0], "-o", tmp_path / "out", "--cluster", address)
    assert done.returncode == 2
    assert "start workers with --nthreads 1" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_scheduler_is_one_line(many: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keii.workers._PATIENCE", 1)
    from click.testing import CliRunner

    from keii.cli import main

    result = CliRunner().invoke(main, ["run", str(many[0]), "-o", str(tmp_path / "out"), "--cluster", "tcp://127.0.0.1:9"])
    assert result.exit_code == 2
    assert "tcp://127.0.0.1:9: no Dask scheduler answers" in result.output
