"""How fast a whole run is beside stock GiNZA on the same articles: `python -m keii.bench.speed --shared ../shared`.

With `--memory`, how much memory a run of two jobs takes instead: of each worker as articles go by, and at the end.

Whole processes, in turn, several times: (a) `spacy.load("ja_ginza")` and `nlp.pipe` over whole articles, with the newest
spaCy and GiNZA as pip installs them, in a virtual environment of its own; (b) all of `keii run` in one process; (c) the
same command again, nothing changed. CPU seconds (user + system) and peak memory come from the operating system; the
ratios of CPU seconds are the figures.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_STOCK = """
import json, sys
import spacy
nlp = spacy.load("ja_ginza")
texts = [json.loads(line)["body"] for line in open(sys.argv[1], encoding="utf-8")]
print(sum(len(doc) for doc in nlp.pipe(texts)), "tokens;", spacy.__version__)
"""


class Usage(NamedTuple):
    """What one process used: CPU seconds, wall seconds, peak memory in MiB."""

    cpu: float
    wall: float
    peak: float


def measure(command: list[str], log: Path) -> Usage:
    """Run a command to its end; raises CalledProcessError if it fails."""
    import time

    begun = time.monotonic()
    with log.open("ab") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, log.read_text(encoding="utf-8")[-2000:])
    return Usage(usage.ru_utime + usage.ru_stime, time.monotonic() - begun, usage.ru_maxrss / 1024)


def articles(shared: Path, count: int, target: Path) -> int:
    """Write the same articles for both sides: the first `count` of wikinews.jsonl and the source articles; their characters."""
    rows = [json.loads(line) for line in (shared / "data" / "wikinews.jsonl").read_text(encoding="utf-8").splitlines()[:count]]
    rows = [{key: row[key] for key in ("id", "title", "published", "body")} for row in rows]
    for path in sorted((shared / "articles").glob("*.txt")):
        rows.append({"id": path.stem, "title": None, "published": None, "body": path.read_bytes().decode()})
    target.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return sum(len(row["body"]) for row in rows)


def stock_python(home: Path) -> Path:
    """A virtual environment with the newest spaCy and GiNZA."""
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--upgrade", "ginza", "ja_ginza"], check=True)
    return python


def memory(shared: Path, home: Path) -> Iterator[str]:
    """Run all Wikinews articles with two jobs: a line for each process after 300 articles, after all, and with all merged."""
    source, out = shared / "data" / "wikinews.jsonl", home / "out"
    command = [sys.executable, "-m", "keii", "-vv", "run", str(source), "-o", str(out), "--jobs", "2"]
    yield "process\tat\tMiB\tpeak MiB\tof it files"
    told: dict[str, list[str]] = {}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as run:
        assert run.stderr is not None
        for line in run.stderr:
            at = _place(line)
            if at == "merged" or (at and at not in told):
                told[at] = [f"{name}\t{at}\t{_memory(pid)}" for name, pid in _processes(run.pid)]
        peak = os.wait4(run.pid, 0)[2].ru_maxrss
    yield from (row for rows in told.values() for row in rows)
    yield f"main\twritten\t\t{peak >> 10}"


def _place(line: str) -> str | None:
    """How far a run is by a line of its log."""
    done = re.search(r"analysed (\d+) of (\d+)", line)
    if done:
        return "all" if done[1] == done[2] else "300" if int(done[1]) >= 300 else None
    return "merged" if "a batch of claims came back" in line else None


def _processes(pid: int) -> Iterator[tuple[str, int]]:
    """A run's process and its workers."""
    yield "main", pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
            yield "worker", int(child)


def _memory(pid: int) -> str:
    """Resident memory of a process now and at its peak, and how much of it are files, which processes share; MiB."""
    rows = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return "\t".join(str(int(rows[name].split()[0]) >> 10) for name in ("VmRSS", "VmHWM", "RssFile"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True, help="folder with data/wikinews.jsonl and articles/")
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", action="store_true", help="measure memory instead")
    parser.add_argument("--stock", type=Path, default=Path(".cache/stock"), help="virtual environment of stock GiNZA")
    arguments = parser.parse_args()
    if arguments.memory:
        with tempfile.TemporaryDirectory() as folder:
            for line in memory(arguments.shared, Path(folder)):
                print(line, flush=True)
        return
    python = stock_python(arguments.stock)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        source = home / "articles.jsonl"
        characters = articles(arguments.shared, arguments.articles, source)
        script = home / "stock.py"
        script.write_text(_STOCK, encoding="utf-8")
        keii = [sys.executable, "-m", "keii", "run", str(source), "-o", str(home / "out"), "--jobs", "1", "--quiet"]
        stock, ours, again = [], [], []
        for number in range(arguments.rounds):
            stock.append(measure([str(python), str(script), str(source)], home / "log"))
            shutil.rmtree(home / "out", ignore_errors=True)
            ours.append(measure(keii, home / "log"))
            again.append(measure(keii, home / "log"))
            told = f"stock {stock[-1].cpu:.1f} s, keii {ours[-1].cpu:.1f} s, again {again[-1].cpu:.1f} s"
            print(f"round {number + 1}: {told}", flush=True)
        seconds = json.loads((home / "out" / "run.json").read_text(encoding="utf-8"))["seconds"]
    print(f"\n{arguments.articles + 2} articles, {characters:,} characters, {arguments.rounds} rounds, medians")
    print("side\tCPU s\twall s\tpeak MiB")
    for name, rounds in (("stock GiNZA", stock), ("keii run", ours), ("keii run again", again)):
        middle = [statistics.median(column) for column in zip(*rounds, strict=True)]
        print(f"{name}\t{middle[0]:.1f}\t{middle[1]:.1f}\t{middle[2]:.0f}")
    ratios = [b.cpu / a.cpu for a, b in zip(stock, ours, strict=True)]
    print(f"ratio of CPU seconds: {statistics.median(ratios):.3f} ({min(ratios):.3f}–{max(ratios):.3f})")
    print(f"a second run by the first: {statistics.median(b.cpu / a.cpu for a, b in zip(ours, again, strict=True)):.1%}")
    total = sum(seconds.values())
    parts = ", ".join(f"{stage} {spent:.1f} s" for stage, spent in seconds.items())
    print(f"of keii's run outside GiNZA: {1 - seconds['tag'] / total:.1%}  ({parts})")


if __name__ == "__main__":
    main()
