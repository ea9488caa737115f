"""Files -> articles: formats, encodings, metadata, and what is refused with which words."""

import json
from pathlib import Path

import pytest

from keii.config import Read
from keii.model import Article, Failure, KeiiError
from keii.read import read

TEXT = "市は十日、橋の工事を始めたと発表した。来月には終わる見通しだという。"


def one(path: Path) -> Article | Failure:
    (item,) = read([path])
    return item


def reason(path: Path) -> str:
    item = one(path)
    assert isinstance(item, Failure), item
    return item.reason


@pytest.mark.parametrize("encoding", ["shift_jis", "euc_jp", "iso2022_jp", "utf-16", "utf-16-le", "utf-16-be"])
def test_other_encodings_are_read_and_told(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(TEXT.encode(encoding))
    article = one(path)
    assert isinstance(article, Article)
    assert article.text.removeprefix("\ufeff") == TEXT
    assert "not UTF-8" in article.notes[0]


@pytest.mark.parametrize(
    "text", ["\ufeff" + TEXT, TEXT.replace("。", "。\r\n"), TEXT + "\u200b\u202e", "か\u3099", "ｱﾙﾄﾞ", "👩‍👩‍👧", "a", "(" * 100]
)
def test_text_is_kept_as_stored(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode())
    article = one(path)
    assert isinstance(article, Article)
    assert article.text == text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty file"),
        (" \n\u3000\r\n".encode(), "only blanks"),
        (TEXT.encode()[:-1] + b"\xff\xfe" + TEXT.encode(), "broken UTF-8 at byte"),
        (TEXT.encode() + b"\0", "NUL at character"),
        (bytes(range(256)) * 20, "binary|broken UTF-8"),
        (b"+++\ntitle = 'a\n+++\n" + TEXT.encode(), "front matter: not TOML"),
        (b"+++\ntitle = 'a'\n" + TEXT.encode(), "closing \\+\\+\\+ is missing"),
        (b"---\ntitle\n---\n" + TEXT.encode(), "line 2 is no `key: value`"),
        (b"+++\npublished = 'yesterday'\n+++\n" + TEXT.encode(), "not an ISO 8601 date"),
        (b"+++\ntitle = 'a'\n+++\n\n", "only blanks"),
    ],
)
def test_what_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    import re

    path = tmp_path / "a.txt"
    path.write_bytes(data)
    assert re.search(words, reason(path))


def test_front_matter_and_sidecar(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text('+++\ntitle = "橋"\npublished = 2024-05-10\ntags = ["x"]\n+++\n' + TEXT, encoding="utf-8")
    (tmp_path / "a.toml").write_text('outlet = "市報"\nzone = "Asia/Tokyo"\n', encoding="utf-8")
    (tmp_path / "b.md").write_text("---\ntitle: '橋'\ndate: 2024-05-10\n---\n" + TEXT, encoding="utf-8")
    a, b = read([tmp_path])
    assert isinstance(a, Article) and isinstance(b, Article)
    assert (a.title, a.published, a.outlet, a.zone) == ("橋", "2024-05-10", "市報", "Asia/Tokyo")
    assert a.text[a.body_start :] == TEXT
    assert a.notes == ("front matter: not used: tags",)
    assert (b.title, b.published) == ("橋", "2024-05-10")


def test_a_rule_across_the_page_is_no_front_matter(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\n" + TEXT, encoding="utf-8")
    article = one(tmp_path / "a.md")
    assert isinstance(article, Article)
    assert article.body_start == 0


def test_json_lines(tmp_path: Path) -> None:
    rows = [
        {
            "id": "a",
            "title": "橋",
            "published": "2024-05-10",
            "body": TEXT,
            "sources": [{"outlet": "市報", "date": "2024-05-10"}],
        },
        {"id": "b", "text": TEXT},
        {"id": "a", "body": TEXT},
        {"id": "../c", "body": TEXT},
        {"id": "d"},
        {"id": "e", "body": "\ud800" + TEXT},
    ]
    lines = [json.dumps(row) for row in rows] + ["{", "[" * 20_000]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    items = list(read([tmp_path / "a.jsonl"]))
    articles = [item for item in items if isinstance(item, Article)]
    failures = [item for item in items if isinstance(item, Failure)]
    assert [article.id for article in articles] == ["a", "b"]
    assert articles[0].sources[0].outlet == "市報"
    assert [failure.reason.split(":")[0] for failure in failures] == [
        f"the id 'a' stands in {tmp_path / 'a.jsonl'} already",
        "the id '../c' can't name a file",
        "a row needs `id` and `body` (or `text`), both strings",
        "lone surrogate at character 0",
        "not JSON",
        "not JSON",
    ]


def test_json_lines_without_a_row_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("\n\u2028\n", encoding="utf-8")
    assert reason(tmp_path / "a.jsonl") == "no text, only blanks"


def test_html(tmp_path: Path) -> None:
    page = f"""<html><head><title>橋の工事</title><meta property="article:published_time" content="2024-05-10T09:00:00+09:00">
    </head><body><nav><a href="/">ホーム</a></nav><article><h1>橋の工事</h1><p>{TEXT * 4}</p></article></body></html>"""
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    article = one(tmp_path / "a.html")
    assert isinstance(article, Article)
    assert TEXT in article.text
    assert article.published is not None and article.published.startswith("2024-05-10")


def test_two_equal_stems_name_both_files(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(TEXT, encoding="utf-8")
    with pytest.raises(KeiiError, match=r"x/a\.txt and .*y/a\.txt have the same stem"):
        list(read([tmp_path]))


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    loop = tmp_path / "loop.txt"
    loop.symlink_to(loop)
    assert "cannot be read" in reason(loop)
    with pytest.raises(KeiiError, match="no such file or folder"):
        list(read([tmp_path / "none"]))
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    assert "not a kind of file that is read" in reason(tmp_path / "a.pdf")
    (tmp_path / "big.txt").write_text(TEXT, encoding="utf-8")
    (item,) = read([tmp_path / "big.txt"], Read(max_bytes=10))
    assert isinstance(item, Failure) and "max_bytes" in item.reason


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    reasons = {Path(item.path).name: item.reason for item in read([tmp_path]) if isinstance(item, Failure)}
    assert reasons == {"pipe.txt": "not a regular file", "gone.txt": "cannot be read: No such file or directory"}


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    def closed(path: object) -> object:
        raise PermissionError(13, "Permission denied", str(path))

    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    monkeypatch.setattr(os, "scandir", closed)
    monkeypatch.setattr(os, "listdir", closed)
    (item,) = read([tmp_path])
    assert isinstance(item, Failure) and item.reason == "cannot be read: Permission denied"


def test_a_file_given_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    assert len(list(read([tmp_path, tmp_path / "a.txt", tmp_path]))) == 1


def test_one_line_of_five_megabytes(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("りんご、" * 420_000, encoding="utf-8")
    article = one(tmp_path / "a.txt")
    assert isinstance(article, Article) and len(article.text) == 1_680_000


def test_a_folder_is_read_in_order_and_without_what_is_no_article(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "c.csv"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert [item.id for item in read([tmp_path]) if isinstance(item, Article)] == ["a", "b"]


def test_a_readme_tells_of_its_folder_and_is_read_only_when_asked_for(tmp_path: Path) -> None:
    for name in ("README.md", "readme.ja.md", "readme-01.txt"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    assert [item.id for item in read([tmp_path]) if isinstance(item, Article)] == ["readme-01"]
    assert isinstance(one(tmp_path / "README.md"), Article)
