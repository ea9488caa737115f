"""Nothing is sent or downloaded: every command does its work where Python can make no socket, in the workers too."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import runs

NO_SOCKET = """
import sys

def refuse(event, arguments):
    if event.startswith("socket.") or event in ("urllib.Request", "http.client.connect"):
        raise RuntimeError(f"network: {event} {arguments}")

sys.addaudithook(refuse)
"""
"""Python runs this whenever it starts. An audit hook sees also what is made in C or was imported earlier."""
PAGE = """<!DOCTYPE html SYSTEM "http://example.jp/page.dtd"><html><head><title>橋の工事</title><base href="http://example.jp/">
<link rel="stylesheet" href="page.css"><link rel="canonical" href="http://example.jp/hashi"><script src="page.js"></script></head>
<body><article><h1>橋の工事</h1><p>市は5月10日、橋の工事を始めたと発表した。来月には終わる見通しだという。<img src="a.png"></p>
<p>読売新聞によると、県警は11日、青山橋梁の本社を捜索した。社長は「事実を確認している」と述べた。</p></article></body></html>"""


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which no process makes a socket."""
    home = tmp_path_factory.mktemp("offline")
    (home / "sitecustomize.py").write_text(NO_SOCKET, encoding="utf-8")
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(home), *filter(None, [os.environ.get("PYTHONPATH")])])}


@pytest.fixture(scope="module")
def finished(offline: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a corpus, gold and the output of a run over both, made offline by two workers."""
    home = tmp_path_factory.mktemp("finished")
    corpus = runs.write(home / "corpus", 8)
    (corpus / "page.html").write_text(PAGE, encoding="utf-8")
    (corpus / "rows.jsonl").write_text(
        '{"id": "row", "body": "橋が落ちた。", "url": "http://example.jp/row"}\n', encoding="utf-8"
    )
    (home / "gold").mkdir()
    (home / "gold" / "row.jsonl").write_text("", encoding="utf-8")
    done = keii(offline, "run", corpus, "-o", home / "out", "--gold", home / "gold", "--jobs", 2)
    assert done.returncode == 0, done.stderr
    return home


def keii(environment: dict[str, str], *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "keii", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        input="橋が落ちた。",
    )


def test_a_socket_would_be_seen(offline: dict[str, str]) -> None:
    for code in ("import socket; socket.socket()", "import urllib.request as u; u.urlopen('http://example.jp')"):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=offline)
        assert "RuntimeError: network: " in done.stderr


@pytest.mark.model
def test_a_run_needs_no_network(finished: Path) -> None:
    for name in ("claims.jsonl", "timeline.html", "report.html"):
        assert (finished / "out" / name).stat().st_size > 0
    assert '"id": "page"' in (finished / "out" / "run.json").read_text(encoding="utf-8")


@pytest.mark.model
@pytest.mark.parametrize(
    "command",
    [
        ("events", "{home}/out"),
        ("score", "{home}/gold", "{home}/out"),
        ("compare", "{home}/out", "{home}/out"),
        ("gold", "check", "{home}/gold", "--articles", "{home}/corpus"),
        ("dates", "来月5日", "--reference", "2023-11-20"),
        ("tag", "田中一郎氏は10日に東京で会見した。"),
        ("schema",),
    ],
    ids=lambda command: command[0],
)
def test_no_command_needs_it(offline: dict[str, str], finished: Path, command: tuple[str, ...]) -> None:
    done = keii(offline, *(argument.format(home=finished) for argument in command))
    assert done.returncode == 0, done.stderr
