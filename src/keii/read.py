"""Files -> Articles, with their metadata. What can't be read becomes a `Failure`; the others go on.

A new format is a new function in `_READERS`: bytes and path in, articles out.
"""

from __future__ import annotations

import datetime
import json
import logging
import os
import re
import stat
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from keii.config import Read
from keii.dates.find import zone_info
from keii.model import Article, Failure, KeiiError, Reference

log = logging.getLogger(__name__)

_KEYS = ("title", "published", "url", "outlet", "zone")
_FENCE = re.compile(r"\ufeff?(\+\+\+|---)[ \t]*\r?\n")
_BAD_ID = re.compile(r"[/\\\x00-\x1f]|^\.")
_ID_BYTES = 240
"""An id names files, `.ID.txt.part` the longest of them; the names of files are 255 bytes at most."""
_NO_TEXT = re.compile(r"[\0\ud800-\udfff]")


def read(paths: Sequence[Path], config: Read | None = None) -> Iterator[Article | Failure]:
    """Read files and folders (recursively) in order of path, each file once.

    Raises KeiiError where two files have the same stem or a path does not exist.
    """
    settings = config or Read()
    files = sorted({os.path.realpath(path): path for path in sorted(_files(paths), reverse=True)}.values())
    _refuse_twins(files)
    seen: dict[str, str] = {}
    for path in files:
        for item in _read_file(path, settings):
            if isinstance(item, Article) and item.id in seen:
                yield Failure(item.path, item.id, f"the id {item.id!r} stands in {seen[item.id]} already")
                continue
            if isinstance(item, Article):
                seen[item.id] = item.path
            yield item


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        try:
            if path.is_dir():
                yield from _folder(path)
            elif path.exists() or path.is_symlink():
                yield path
            else:
                raise KeiiError(f"{path}: no such file or folder")
        except OSError as error:  # a name that is too long, a folder above that is closed
            raise KeiiError(f"{path}: cannot be read: {error.strerror}") from error


def _folder(folder: Path) -> Iterator[Path]:
    """The files below a folder that can be read, and the folders that can't be listed; a README tells of the folder, no story.

    What a run wrote is no article either: its folder is left out with all below it.
    """
    closed: list[Path] = []
    for home, below, names in os.walk(folder, onerror=lambda error: closed.append(Path(error.filename))):
        if "keii.sqlite" in names or {"run.json", "events.jsonl"} <= set(names):
            log.warning("%s: left out: the output folder of a run", _shown(Path(home)))
            below.clear()
            continue
        known = [Path(home, name) for name in names if Path(name).suffix.lower() in _READERS]
        for path in known:
            if path.name.upper().startswith("README."):
                log.info("%s: left out", path)
            else:
                yield path
    yield from closed


def _refuse_twins(files: Sequence[Path]) -> None:
    homes: dict[str, Path] = {}
    for path in files:
        if path.suffix.lower() == ".jsonl":
            continue
        twin = homes.setdefault(path.stem, path)
        if os.path.realpath(twin) != os.path.realpath(path):
            raise KeiiError(f"{twin} and {path} have the same stem, and an article's id is its stem: rename one")


def _read_file(path: Path, settings: Read) -> Iterator[Article | Failure]:
    reader = _READERS.get(path.suffix.lower())
    shown = _shown(path)
    try:
        if path.is_dir():
            os.listdir(path)  # raises: a folder comes here only if it can't be listed
        if reader is None:
            raise KeiiError(f"{Path(shown).suffix or 'no suffix'}: not a kind of file that is read ({', '.join(_READERS)})")
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise KeiiError("not a regular file")
        if status.st_size > settings.max_bytes:
            raise KeiiError(f"{status.st_size:,} bytes, more than read.max_bytes = {settings.max_bytes:,}")
        yield from reader(path.read_bytes(), path)
    except Exception as error:  # a format's own reader may fail in any way
        yield _failure(shown, Path(shown).stem, error)


def _shown(path: Path) -> str:
    """A path as text: the bytes of a name that is not UTF-8 as escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _failure(where: str, id: str, error: Exception) -> Failure:
    if isinstance(error, KeiiError):
        reason = str(error)
    elif isinstance(error, OSError):
        reason = f"cannot be read: {error.strerror or error}"
    else:
        reason = f"cannot be read: {type(error).__name__}: {error}"
    return Failure(where, id, reason.splitlines()[0])


# --- formats ------------------------------------------------------------------------------------------------------


def _read_text(data: bytes, path: Path) -> Iterator[Article]:
    text, encoding = _decode(data)
    metadata, body_start, notes = _front_matter(text)
    sidecar = path.with_suffix(".toml")
    if sidecar.is_file():
        metadata |= _sidecar(sidecar)
    yield _article(_stem(path), text, metadata, path, encoding, notes, body_start)


def _read_jsonl(data: bytes, path: Path) -> Iterator[Article | Failure]:
    text, encoding = _decode(data)
    rows = text.removeprefix("\ufeff")
    if not rows.strip():
        raise KeiiError("no text, only blanks")
    for number, line in enumerate(rows.split("\n"), 1):
        if not line.strip():
            continue
        where, row = f"{_shown(path)}:{number}", None
        try:
            row = _json(line)
            yield _row(row, path, encoding)
        except Exception as error:  # any fault of a row is its own: the others are read
            yield _failure(where, _id(row), error)


def _json(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:  # a number too long, brackets too deep
        raise KeiiError(f"not JSON: {error}") from error


def _id(row: object) -> str:
    """The id of a row, for a row that can't be read: none where it is no text."""
    id = row.get("id") if isinstance(row, dict) else None
    return id if isinstance(id, str) and not _NO_TEXT.search(id) else ""


def _row(row: Any, path: Path, encoding: str) -> Article:
    body = (row.get("body") or row.get("text", row.get("body"))) if isinstance(row, dict) else None
    if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not isinstance(body, str):
        raise KeiiError("a row needs `id` and `body` (or `text`), both strings")
    sources = row.get("sources") or []
    if not isinstance(sources, list):
        raise KeiiError("sources: not a list")
    article = _article(row["id"], body, row, path, encoding)
    return replace(article, sources=tuple(_source(entry) for entry in sources if isinstance(entry, dict)))


def _read_html(data: bytes, path: Path) -> Iterator[Article]:
    import trafilatura

    page, encoding = _decode(data, _declared(data))
    document: Any = trafilatura.bare_extraction(page, include_comments=False, include_tables=True, with_metadata=True)
    if document is None or not (document.text or "").strip():
        raise KeiiError("no main text found in the page")
    metadata = {"title": document.title, "published": document.date, "url": document.url, "outlet": document.sitename}
    text = "\n\n".join(line for line in document.text.splitlines() if line.strip())
    yield _article(_stem(path), text, metadata, path, encoding, ("main text and metadata by trafilatura",))


_READERS: dict[str, Callable[[bytes, Path], Iterator[Article | Failure]]] = {
    ".txt": _read_text,
    ".md": _read_text,
    ".jsonl": _read_jsonl,
    ".html": _read_html,
    ".htm": _read_html,
}


# --- bytes -> text ------------------------------------------------------------------------------------------------

_ENCODINGS = ("iso2022_jp", "cp932", "euc_jp", "utf_16_le", "utf_16_be")
_LABELS = {
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j", "ms932", "cp932"), "cp932"),
    **dict.fromkeys(("euc-jp", "eucjp", "x-euc-jp"), "euc_jp"),
    "iso-2022-jp": "iso2022_jp",
}
"""What pages call the Japanese encodings."""
_LABEL = re.compile(
    r"""<(?:meta|\?xml)\b[^>]{0,200}?(?:charset|encoding)\s{0,9}=\s{0,9}["']?\s{0,9}([\w-]{1,40})""", re.IGNORECASE
)
_FOREIGN = re.compile(r"[^\t\n\f\r -~]+")
_COMMON = frozenset(
    bytes((row, cell)).decode("euc_jp", "ignore")
    for row in (0xA1, *range(0xA3, 0xA6), *range(0xB0, 0xD0))
    for cell in range(0xA1, 0xFF)
)
"""What Japanese is written with: marks, wide letters, kana and the kanji of JIS level 1. A wrong decoding finds others."""
_LOOKS_JAPANESE = 0.7


def _decode(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """The text of a file and its encoding: UTF-8, or what its byte order mark, the page itself or the look of it tells."""
    if not data:
        raise KeiiError("empty file")
    text = fault = ""
    try:
        text = data.decode()
        if "\0" in text:
            fault = f"binary data: NUL at character {text.index(chr(0))}"
        elif not (text.isascii() and "\x1b" in text):  # so looks ISO-2022-JP
            return text, "UTF-8"
    except UnicodeDecodeError as error:
        fault = f"broken UTF-8 at byte {error.start} (0x{data[error.start]:02x}), and no other Japanese encoding fits"
    encoding = _other_encoding(data, declared)
    if encoding:
        return data.decode(encoding), encoding.upper().replace("_", "-")
    if fault:
        raise KeiiError("binary data, no text" if not text and b"\0" in data else fault)
    return text, "UTF-8"


def _other_encoding(data: bytes, declared: str | None) -> str | None:
    told = "utf_16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else declared
    if told and _decoded(data, told):
        return told
    shares = {encoding: _japanese(_decoded(data, encoding)) for encoding in _ENCODINGS}
    best = max(shares, key=shares.__getitem__)
    return best if shares[best] > _LOOKS_JAPANESE else None


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _japanese(text: str) -> float:
    """How much of what is not ASCII is Japanese; a character alone between ASCII is not: `it痴` was `it’s` in English."""
    runs = _FOREIGN.findall(text)
    return sum(c in _COMMON for run in runs if len(run) > 1 for c in run) / max(1, sum(map(len, runs)))


def _declared(page: bytes) -> str | None:
    """The Japanese encoding that a page says it is in."""
    label = _LABEL.search(page[:4096].decode("latin-1"))
    return _LABELS.get(label[1].lower()) if label else None


# --- metadata -----------------------------------------------------------------------------------------------------


def _article(
    id: str,
    text: str,
    metadata: dict[str, Any],
    path: Path,
    encoding: str,
    notes: tuple[str, ...] = (),
    body_start: int = 0,
) -> Article:
    if _BAD_ID.search(id) or not id.strip():
        raise KeiiError(f"the id {id[:60]!r} can't name a file")
    fields: dict[str, Any] = {key: str(metadata[key]) for key in _KEYS if metadata.get(key)}
    _refuse_no_text({"": text, "id": id, **fields})
    if len(id.encode()) > _ID_BYTES:
        raise KeiiError(f"the id {id[:60]!r} can't name a file: more than {_ID_BYTES} bytes")
    if not text[body_start:].strip("\ufeff \t\r\n\u3000"):
        raise KeiiError("no text, only blanks")
    if "published" in fields:
        fields["published"] = _published(metadata["published"])
    if "zone" in fields:
        zone_info(fields["zone"])
    if encoding != "UTF-8":
        notes = (f"read as {encoding}, not UTF-8: offsets count the decoded text", *notes)
    return Article(id=id, text=text, body_start=body_start, path=_shown(path), encoding=encoding, notes=notes, **fields)


def _refuse_no_text(values: Mapping[str, str]) -> None:
    """Refuse what no file of UTF-8 can hold; the article's own text has no name."""
    for name, value in values.items():
        found = _NO_TEXT.search(value)
        if found:
            what = "binary data: NUL at character {}" if found[0] == "\0" else "lone surrogate at character {}: not text"
            raise KeiiError((f"{name}: " if name else "") + what.format(found.start()))


def _published(value: object) -> str:
    """ISO 8601 of a date or date and time."""
    if isinstance(value, datetime.date):  # datetime.datetime too
        return value.isoformat()
    try:
        text = str(value).strip()
        return (datetime.datetime.fromisoformat(text) if len(text) > 10 else datetime.date.fromisoformat(text)).isoformat()
    except ValueError as error:
        raise KeiiError(f"published: {str(value)[:60]!r} is not an ISO 8601 date") from error


def _front_matter(text: str) -> tuple[dict[str, Any], int, tuple[str, ...]]:
    """Metadata of a block between `+++` (TOML) or `---` (lines `key: value`), where the body begins, and notes."""
    fence = _FENCE.match(text)
    if not fence:
        return {}, 0, ()
    mark = fence[1]
    close = re.compile(rf"^{re.escape(mark)}[ \t]*(?:\r?\n|\Z)", re.MULTILINE).search(text, fence.end())
    if not close:
        if mark == "---":  # a line across the page
            return {}, 0, ()
        raise KeiiError("front matter: the closing +++ is missing")
    block = text[fence.end() : close.start()]
    data = _toml(block, "front matter") if mark == "+++" else _pairs(block)
    unknown = sorted(set(data) - {*_KEYS, "note"})
    notes = (f"front matter: not used: {', '.join(unknown)}",) if unknown else ()
    return data, close.end(), notes


def _stem(path: Path) -> str:
    if _NO_TEXT.search(path.stem):
        raise KeiiError("the file's name is not UTF-8, and an article's id is its stem: rename it")
    return path.stem


def _sidecar(path: Path) -> dict[str, Any]:
    where = _shown(path)
    try:
        return _toml(path.read_text(encoding="utf-8-sig"), where)
    except UnicodeDecodeError as error:
        raise KeiiError(f"{where}: not UTF-8") from error
    except OSError as error:
        raise KeiiError(f"{where}: cannot be read: {error.strerror}") from error


def _toml(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except (ValueError, RecursionError) as error:  # a number too long, brackets too deep
        raise KeiiError(f"{where}: not TOML: {error}") from error


def _pairs(block: str) -> dict[str, Any]:
    """`key: value` lines of the `---` kind of front matter; nested values are left out."""
    found = {}
    for number, line in enumerate(block.splitlines(), 2):
        if not line.strip() or line[0] in " \t#-":
            continue
        key, colon, value = line.partition(":")
        if not colon:
            raise KeiiError(f"front matter: line {number} is no `key: value`: {line[:40]!r}")
        name = {"date": "published", "timezone": "zone"}.get(key.strip(), key.strip())
        found[name] = value.strip().strip("\"'")
    return found


def _source(entry: dict[str, Any]) -> Reference:
    fields: dict[str, Any] = {key: str(entry[key]) for key in ("title", "outlet", "date", "url") if entry.get(key)}
    _refuse_no_text({f"sources: {key}": value for key, value in fields.items()})
    return Reference(**fields)
