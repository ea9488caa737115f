"""Files -> articles: formats, encodings, metadata, and what is refused with which words."""

import json
import os
import re
import unicodedata
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


ENGLISH = "The bridge at https://example.com/bridge?id=1 fell, the mayor said on May 10.\n" * 30
JAPANESE = {
    "mostly kana": TEXT,
    "kanji alone": "川上町長辞任表明\n後任候補者選挙五月十日投開票",
    "mostly English": ENGLISH + "橋が落ちた。\n",
    "half-width katakana": TEXT + "(ﾈｯﾄ版)",
}
ENCODINGS = {
    "cp932": "CP932",
    "euc_jp": "EUC-JP",
    "iso2022_jp": "ISO2022-JP",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16-LE",
    "utf-16-be": "UTF-16-BE",
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("text", JAPANESE.values(), ids=list(JAPANESE))
def test_other_encodings_are_read_and_told(tmp_path: Path, encoding: str, text: str) -> None:
    if encoding == "iso2022_jp":
        text = unicodedata.normalize("NFKC", text)  # it has no half-width katakana
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(encoding))
    article = one(path)
    assert isinstance(article, Article), article
    assert article.text.removeprefix("\ufeff") == text
    assert (article.encoding, article.notes) == (
        ENCODINGS[encoding],
        (f"read as {ENCODINGS[encoding]}, not UTF-8: offsets count the decoded text",),
    )


def test_a_byte_order_mark_is_trusted(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(ENGLISH.encode("utf-16"))
    article = one(tmp_path / "a.txt")
    assert isinstance(article, Article) and article.text == ENGLISH


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "utf-16"])
def test_rows_in_other_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    rows = [json.dumps({"id": str(n), "url": f"https://example.com/{n}" * 9, "body": TEXT}, ensure_ascii=False) for n in range(3)]
    (tmp_path / "a.jsonl").write_bytes("\n".join(rows).encode(encoding))
    assert [item.text for item in read([tmp_path]) if isinstance(item, Article)] == [TEXT] * 3


@pytest.mark.parametrize(
    "data",
    [
        "it’s the mayor’s “bridge” – €5".encode("cp1252"),
        "La mairie a été élue à l'été, près du marché".encode("latin-1"),
        "Мост упал десятого мая.".encode("koi8-r"),
        "大桥倒塌了，市长说。".encode("gb18030"),
        TEXT.encode()[1:],
        TEXT.encode()[:-1],
        TEXT.encode().replace(b"\xe3", b"", 1),
    ],
)
def test_what_is_in_no_japanese_encoding_is_not_taken_for_one(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    assert "and no other Japanese encoding fits" in reason(tmp_path / "a.txt")


def test_text_with_the_colours_of_a_terminal_is_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\x1b[1mThe bridge\x1b(B fell.", encoding="utf-8")
    article = one(tmp_path / "a.txt")
    assert isinstance(article, Article) and article.encoding == "UTF-8"


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
        (b"+++\nzone = 'Mars'\n+++\n" + TEXT.encode(), "^unknown time zone: 'Mars'$"),
        (b"+++\nzone = '+99:00'\n+++\n" + TEXT.encode(), "^unknown time zone: '.99:00'$"),
    ],
)
def test_what_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
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
        {"id": "f", "body": TEXT, "title": "橋\udfff"},
        {"id": "\ud800", "body": TEXT},
        {"id": "g", "body": TEXT, "sources": [{"outlet": "\ud800"}]},
        {"id": "h", "body": TEXT, "sources": 5},
        {"id": "i", "body": TEXT, "url": "a\0"},
        {"id": "橋" * 81, "body": TEXT},
        {"id": "j", "body": TEXT, "published": {"day": 1}},
        5,
    ]
    lines = [json.dumps(row) for row in rows] + ["{", "[" * 20_000, '{"n": ' + "9" * 5_000 + "}"]
    lines.append(json.dumps({"id": "橋" * 80, "text": TEXT}))
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    items = list(read([tmp_path / "a.jsonl"]))
    articles = [item for item in items if isinstance(item, Article)]
    failures = [item for item in items if isinstance(item, Failure)]
    assert [article.id for article in articles] == ["a", "b", "橋" * 80]
    assert articles[0].sources[0].outlet == "市報"
    told = [
        ("a", f"the id 'a' stands in {tmp_path / 'a.jsonl'} already"),
        ("../c", "the id '../c' can't name a file"),
        ("d", "a row needs `id` and `body` (or `text`), both strings"),
        ("e", "lone surrogate at character 0: not text"),
        ("f", "title: lone surrogate at character 1: not text"),
        ("", "id: lone surrogate at character 0: not text"),
        ("g", "sources: outlet: lone surrogate at character 0: not text"),
        ("h", "sources: not a list"),
        ("i", "url: binary data: NUL at character 1"),
        ("橋" * 81, f"the id '{'橋' * 60}' can't name a file: more than 240 bytes"),
        ("j", "published: \"{'day': 1}\" is not an ISO 8601 date"),
        ("", "a row needs `id` and `body` (or `text`), both strings"),
        ("", "not JSON"),
        ("", "not JSON"),
        ("", "not JSON"),
    ]
    assert [
        (failure.article, failure.reason if known[1] != "not JSON" else failure.reason.split(":")[0])
        for failure, known in zip(failures, told, strict=True)
    ] == told
    assert [Path(failure.path).name for failure in failures[1:]] == [f"a.jsonl:{n}" for n in (*range(4, 15), *range(15, 18))]


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


PAGE = "<html><head>{head}<title>橋の工事</title></head><body><article><p>{text}</p></article></body></html>"
HEADS = [
    ('<meta charset="Shift_JIS">', "cp932"),
    ("<META HTTP-EQUIV='Content-Type' CONTENT='text/html; charset=x-sjis'>", "cp932"),
    ('<meta http-equiv="content-type" content="text/html; charset=euc-jp">', "euc_jp"),
    ("<meta charset=iso-2022-jp>", "iso2022_jp"),
    ('<meta charset="utf-8">', "euc_jp"),
    ("", "cp932"),
]


@pytest.mark.parametrize(("head", "encoding"), HEADS)
def test_html_in_other_encodings(tmp_path: Path, head: str, encoding: str) -> None:
    text = "The bridge over the river at Kawakami fell. " * 20 + TEXT
    (tmp_path / "a.html").write_bytes(PAGE.format(head=head, text=text).encode(encoding))
    article = one(tmp_path / "a.html")
    assert isinstance(article, Article), article
    assert TEXT in article.text and article.title == "橋の工事"
    assert article.encoding == ENCODINGS[encoding]


def test_html_that_its_own_word_alone_tells(tmp_path: Path) -> None:
    rare = "鬱鬮龕" * 60
    (tmp_path / "a.html").write_bytes(PAGE.format(head="<meta charset=Shift_JIS>", text=rare).encode("cp932"))
    article = one(tmp_path / "a.html")
    assert isinstance(article, Article) and rare in article.text


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


@pytest.mark.parametrize(
    ("sidecar", "words"),
    [
        ('title = "橋"'.encode("cp932"), "a.toml: not UTF-8"),
        (b"title = 'a", "a.toml: not TOML"),
        (b"n = " + b"9" * 5_000, "a.toml: not TOML"),
        (b"n = " + b"[" * 5_000, "a.toml: not TOML"),
        (b"published = 'yesterday'", "not an ISO 8601 date"),
    ],
)
def test_a_sidecar_that_cannot_be_read_is_named(tmp_path: Path, sidecar: bytes, words: str) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "a.toml").write_bytes(sidecar)
    assert words in reason(tmp_path / "a.txt")


def test_names_that_are_not_utf_8(tmp_path: Path) -> None:
    home = os.fsencode(tmp_path)
    os.mkdir(home + b"/\x8b")
    for name in (b"/\x8b\xb4.txt", b"/\x8b/ok.txt"):
        Path(os.fsdecode(home + name)).write_text(TEXT, encoding="utf-8")
    found = {item.path: getattr(item, "reason", "read") for item in read([tmp_path])}
    assert found == {
        f"{tmp_path}/\\x8b/ok.txt": "read",
        f"{tmp_path}/\\x8b\\xb4.txt": "the file's name is not UTF-8, and an article's id is its stem: rename it",
    }


def test_a_path_that_is_too_long_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(KeiiError, match="xxx: cannot be read: File name too long"):
        list(read([tmp_path / ("x" * 300)]))


@pytest.mark.parametrize("name", ["a.txt", "a.toml", "b.jsonl", "c.html"])
def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Root may read all: here the system's answer to others stands in."""
    for file in ("a.txt", "a.toml", "b.jsonl", "c.html"):
        (tmp_path / file).write_text("" if file == "a.toml" else TEXT, encoding="utf-8")
    opened = Path.open

    def closed(path: Path, *rest: object, **named: object) -> object:
        if path.name == name:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *rest, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", closed)
    reasons = [item.reason for item in read([tmp_path]) if isinstance(item, Failure)]
    assert sum(text.endswith("cannot be read: Permission denied") for text in reasons) == 1


@pytest.mark.parametrize("error", [AttributeError("no\nbody"), RecursionError("too deep"), MemoryError()])
def test_whatever_the_reader_of_pages_raises_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def faulty(*_: object, **__: object) -> object:
        raise error

    monkeypatch.setattr("trafilatura.bare_extraction", faulty)
    (tmp_path / "a.html").write_text(PAGE.format(head="", text=TEXT), encoding="utf-8")
    assert reason(tmp_path / "a.html").startswith(f"cannot be read: {type(error).__name__}: ")


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    reasons = {Path(item.path).name: item.reason for item in read([tmp_path]) if isinstance(item, Failure)}
    assert reasons == {"pipe.txt": "not a regular file", "gone.txt": "cannot be read: No such file or directory"}


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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


@pytest.mark.parametrize(("names", "read_at_all"), [(["keii.sqlite"], 0), (["run.json", "events.jsonl"], 0), (["run.json"], 2)])
def test_what_a_run_wrote_is_left_out(tmp_path: Path, names: list[str], read_at_all: int) -> None:
    for name in ("mine.txt", "out/articles/a.txt", "out/timeline.txt", *(f"out/{name}" for name in names)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    assert len(list(read([tmp_path]))) == 1 + read_at_all
    assert isinstance(one(tmp_path / "out" / "articles"), Article)
