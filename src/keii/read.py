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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from keii.config import Read
from keii.model import Article, Failure, KeiiError, Reference

log = logging.getLogger(__name__)

_KEYS = ("title", "published", "url", "outlet", "zone")
_FENCE = re.compile(r"\ufeff?(\+\+\+|---)[ \t]*\r?\n")
_JAPANESE = re.compile(r"[ぁ-んァ-ヴー。、]")
_HALF_WIDTH = re.compile(r"[\uff61-\uff9f]")
_OTHER_ENCODINGS = ("utf_16", "iso2022_jp", "cp932", "euc_jp")
_BAD_ID = re.compile(r"[/\\\x00-\x1f]|^\.")


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
                yield Failure(str(path), item.id, f"the id {item.id!r} stands in {seen[item.id]} already")
                continue
            if isinstance(item, Article):
                seen[item.id] = str(path)
            yield item


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from _folder(path)
        elif path.exists() or path.is_symlink():
            yield path
        else:
            raise KeiiError(f"{path}: no such file or folder")


def _folder(folder: Path) -> Iterator[Path]:
    """The files below a folder that can be read, and the folders that can't be listed; a README tells of the folder, no story."""
    closed: list[Path] = []
    for home, _, names in os.walk(folder, onerror=lambda error: closed.append(Path(error.filename))):
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
    try:
        if path.is_dir():
            os.listdir(path)  # raises: a folder comes here only if it can't be listed
        if reader is None:
            raise KeiiError(f"{path.suffix or 'no suffix'}: not a kind of file that is read ({', '.join(_READERS)})")
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise KeiiError("not a regular file")
        if status.st_size > settings.max_bytes:
            raise KeiiError(f"{status.st_size:,} bytes, more than read.max_bytes = {settings.max_bytes:,}")
        yield from reader(path.read_bytes(), path)
    except OSError as error:
        yield Failure(str(path), path.stem, f"cannot be read: {error.strerror or error}")
    except KeiiError as error:
        yield Failure(str(path), path.stem, str(error))


# --- formats ------------------------------------------------------------------------------------------------------


def _read_text(data: bytes, path: Path) -> Iterator[Article]:
    text, notes = _decode(data)
    metadata, body_start, told = _front_matter(text)
    sidecar = path.with_suffix(".toml")
    if sidecar.is_file():
        metadata |= _toml(sidecar.read_text(encoding="utf-8"), str(sidecar))
    yield _article(path.stem, text, metadata, path, notes + told, body_start)


def _read_jsonl(data: bytes, path: Path) -> Iterator[Article | Failure]:
    text, notes = _decode(data)
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            row = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            yield Failure(where, "", f"not JSON: {error}")
            continue
        body = (row.get("body") or row.get("text", row.get("body"))) if isinstance(row, dict) else None
        if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not isinstance(body, str):
            yield Failure(where, "", "a row needs `id` and `body` (or `text`), both strings")
            continue
        try:
            article = _article(row["id"], body, row, path, notes)
        except KeiiError as error:
            yield Failure(where, row["id"], str(error))
        else:
            yield replace(article, sources=tuple(_source(entry) for entry in row.get("sources") or () if isinstance(entry, dict)))


def _read_html(data: bytes, path: Path) -> Iterator[Article]:
    import trafilatura

    page, notes = _decode(data)
    document: Any = trafilatura.bare_extraction(page, include_comments=False, include_tables=True, with_metadata=True)
    if document is None or not (document.text or "").strip():
        raise KeiiError("no main text found in the page")
    metadata = {"title": document.title, "published": document.date, "url": document.url, "outlet": document.sitename}
    text = "\n\n".join(line for line in document.text.splitlines() if line.strip())
    yield _article(path.stem, text, metadata, path, (*notes, "main text and metadata by trafilatura"))


_READERS: dict[str, Callable[[bytes, Path], Iterator[Article | Failure]]] = {
    ".txt": _read_text,
    ".md": _read_text,
    ".jsonl": _read_jsonl,
    ".html": _read_html,
    ".htm": _read_html,
}


# --- bytes -> text ------------------------------------------------------------------------------------------------


def _decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of a file, and a note where it is not UTF-8."""
    if not data:
        raise KeiiError("empty file")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _guess(data, error)
    if "\x1b$" in text or "\x1b(" in text:
        return _guess(data, None)
    if "\0" in text:
        if data[1:2] == b"\0" or data[:1] == b"\0":
            return _guess(data, None)
        raise KeiiError(f"binary data: NUL at character {text.index(chr(0))}")
    return text, ()


def _guess(data: bytes, error: UnicodeDecodeError | None) -> tuple[str, tuple[str, ...]]:
    """Read Japanese text in another encoding: the first that decodes whole and looks like Japanese."""
    candidates = _OTHER_ENCODINGS if data[:2] in (b"\xff\xfe", b"\xfe\xff") else (*_OTHER_ENCODINGS[1:], "utf_16_le", "utf_16_be")
    best: tuple[float, str, str] | None = None
    for encoding in candidates:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        share = (len(_JAPANESE.findall(text)) - 2 * len(_HALF_WIDTH.findall(text))) / len(text)
        if share > 0.15 and "\0" not in text and (best is None or share > best[0]):
            best = (share, encoding, text)
    if best is not None:
        return best[2], (f"read as {best[1].upper().replace('_', '-')}, not UTF-8: offsets count the decoded text",)
    if error is None or b"\0" in data:
        raise KeiiError("binary data, no text")
    raise KeiiError(f"broken UTF-8 at byte {error.start} (0x{data[error.start]:02x}), and no other Japanese encoding fits")


# --- metadata -----------------------------------------------------------------------------------------------------


def _article(id: str, text: str, metadata: dict[str, Any], path: Path, notes: tuple[str, ...], body_start: int = 0) -> Article:
    if _BAD_ID.search(id) or not id.strip() or len(id) > 200:
        raise KeiiError(f"the id {id[:60]!r} can't name a file")
    surrogate = re.search(r"[\ud800-\udfff]", text)
    if surrogate:
        raise KeiiError(f"lone surrogate at character {surrogate.start()}: not text")
    if "\0" in text:
        raise KeiiError(f"binary data: NUL at character {text.index(chr(0))}")
    if not text[body_start:].strip("\ufeff \t\r\n\u3000"):
        raise KeiiError("no text, only blanks")
    fields: dict[str, Any] = {key: str(metadata[key]) for key in _KEYS if metadata.get(key)}
    if "published" in fields:
        fields["published"] = _published(metadata["published"])
    return Article(id=id, text=text, body_start=body_start, path=str(path), notes=notes, **fields)


def _published(value: object) -> str:
    """ISO 8601 of a date or date and time."""
    if isinstance(value, datetime.date):  # datetime.datetime too
        return value.isoformat()
    try:
        text = str(value).strip()
        return (datetime.datetime.fromisoformat(text) if len(text) > 10 else datetime.date.fromisoformat(text)).isoformat()
    except ValueError as error:
        raise KeiiError(f"published: {value!r} is not an ISO 8601 date") from error


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


def _toml(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
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
    return Reference(**fields)
