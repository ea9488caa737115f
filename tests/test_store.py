"""The state of an output folder: what it knows, forgets and refuses."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from keii.model import Analysis, KeiiError
from keii.store import Member, opened


def analysis(id: str, text: str = "橋が落ちた。\u2028\u0085") -> Analysis:
    return Analysis(
        id=id, path=f"{id}.txt", sha256="0", text=text, body_start=0, title=None, published=None, published_basis=None, url=None,
        outlet=None, zone=None, notes=(), sentences=((0, 6),), mentions=(), claims=(), drops={},
    )  # fmt: skip


def test_results_stay(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.put([("k1", analysis("a")), ("k2", analysis("b"))])
        store.join([Member("a", "k1", "a.txt"), Member("b", "k2", "b.txt")])
    with opened(tmp_path) as store:
        assert store.get("k1") == analysis("a") and store.get("k3") is None
        assert store.known(["k1", "k2", "k3"]) == {"k1", "k2"}
        assert [member.article for member in store.members()] == ["a", "b"]


def test_old_versions_are_forgotten_and_failed_articles_leave(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.put([("k1", analysis("a")), ("k2", analysis("b"))])
        store.join([Member("a", "k1", "a.txt"), Member("b", "k2", "b.txt")])
        store.put([("k3", analysis("a", "橋が直った。"))])
        store.join([Member("a", "k3", "new/a.txt")], leaving=["b"])
        assert store.members() == [Member("a", "k3", "new/a.txt")]
        assert store.known(["k1", "k2", "k3"]) == {"k3"}


def test_a_batch_is_put_whole_or_not_at_all(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        with pytest.raises(AttributeError):
            store.put([("k1", analysis("a")), ("k2", None)])  # type: ignore[list-item]
        assert store.known(["k1", "k2"]) == set()


def test_values_are_remembered_together(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.state("cause") is None
        store.set_state({"cause": "1", "events": ""})
        store.set_state({"cause": "2"})
        assert (store.state("cause"), store.state("events")) == ("2", "")


def test_what_a_process_may_die_of_is_remembered_until_it_did_not(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.begun() == set()
        store.begin(["b", "a"])
    with opened(tmp_path) as store:
        assert store.begun() == {"a", "b"}
        store.begin([])
        assert store.begun() == set()


def test_a_fresh_start_knows_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.put([("k1", analysis("a"))])
        store.join([Member("a", "k1", "a.txt")])
        store.set_state({"cause": "1", "files": "{}"})
    with opened(tmp_path, fresh=True) as store:
        assert store.known(["k1"]) == set() and store.members() == []
        assert (store.state("cause"), store.state("files")) == (None, "{}"), "files that the next run does not write have to go"


def test_two_at_once_are_refused_and_the_lock_goes_with_the_process(tmp_path: Path) -> None:
    with opened(tmp_path), pytest.raises(KeiiError, match="another run is writing there"), opened(tmp_path):
        pass
    code = f"import os, pathlib; from keii.store import opened\nwith opened(pathlib.Path({str(tmp_path)!r})): os._exit(9)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 9
    with opened(tmp_path):
        pass


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 500])
def test_a_broken_state_is_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "keii.sqlite").write_bytes(content)
    with pytest.raises(KeiiError, match="--fresh"), opened(tmp_path):
        pass
    with opened(tmp_path, fresh=True) as store:
        assert store.members() == []


def test_a_state_of_another_version_is_one_line(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "keii.sqlite")
    connection.execute("CREATE TABLE member (article TEXT)")
    connection.close()
    with pytest.raises(KeiiError, match=r"keii\.sqlite"), opened(tmp_path) as store:
        store.join([Member("a", "k", "a.txt")])


def test_texts_of_articles_do_not_go_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "articles").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeiiError, match="articles: a link"), opened(tmp_path / "out"):
        pass


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(KeiiError, match="cannot be written"), opened(tmp_path / "file" / "out"):
        pass
