"""The bibliography: what the reference list says, and which entry a citation means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from keii.attribute.names import outlet_meant
from keii.model import Block, Document, Reference
from keii.names import find_outlets
from keii.text import fold

_MARK = re.compile(
    r"^\s*(?:[-・●*•]\s*)?(?:\[(\d{1,3})\]|※\s?(\d{1,3})|注\s?(\d{1,3})|\*(\d{1,3})|\((\d{1,3})\)|(\d{1,3})[.)]\s)[\s:.)]*"
)
_BULLET = re.compile(r"^\s*[-・●*•◆■]\s*")
_URL = re.compile(r"https?://[^\s<>「」『』()（）。、]+")
_APA = re.compile(r"^([^()]{1,200}?)\s*\(((?:19|20)\d{2}[a-z]?)((?:,\s?[^()]{1,30})?)\)[.,:]?\s*")
_NEWS = re.compile(r"^(.{0,300}?)[『「\"“]([^『』]{1,400}?)[』」\"”][\s.,、。]*(.{0,120})$")
_ISO = re.compile(r"((?:19|20)\d{2})[-/年.]\s?(\d{1,2})(?:[-/月.]\s?(\d{1,2}))?")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})[a-z]*\.?\s+(\d{{1,2}})?", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d{2}")
_POST = re.compile(
    r"\[@?[A-Za-z0-9_]{1,100}\]|\[[^\]]{0,100}(?:post|tweet|reply)[^\]]{0,100}\]|投稿|ポスト|ツイート", re.IGNORECASE
)
_SURNAME = re.compile(r"[A-Z][\w'’.-]{1,30}(?:\s(?:van|von|de|la|[A-Z][\w'’-]{1,30})){0,4},(?:\s?[A-Z]\.?-?)*")


def references(document: Document) -> tuple[Reference, ...]:
    """The entries of the reference list and of metadata, in the order told."""
    entries = [_parse(text, block.start) for block, text in _blocks(document)]
    return tuple(entry for entry in entries if entry) + document.article.sources


def _blocks(document: Document) -> Iterator[tuple[Block, str]]:
    """Blocks of the reference list, and marked lines behind the running text (※1 媒体, 日付)."""
    for block in document.blocks:
        text = document.text(block)
        if block.kind == "reference" or (len(text) < 200 and re.match(r"\s*(?:(?:※|注|\*)\s?\d|\[\d{1,3}\])", text)):
            yield block, text


def _parse(text: str, start: int) -> Reference | None:
    """One entry in APA, numbered or Japanese news style.

    >>> _parse("[2] 『題』 毎日新聞 2024-05-06", 0).outlet
    '毎日新聞'
    """
    shown = fold(text).text
    mark = _MARK.match(shown)
    key = next((group for group in mark.groups() if group), None) if mark else None
    rest = shown[mark.end() :] if mark else _BULLET.sub("", shown)
    found = _URL.search(rest)
    url = found[0].rstrip(".,)") if found else None
    rest = _URL.sub(" ", rest).strip()
    if len(rest) < 2:
        return None
    apa = _APA.match(rest)
    entry = Reference(url=url, key=key, start=start, end=start + len(text))
    if apa:
        authors = _authors(apa[1])
        tail = rest[apa.end() :]
        first = surname(authors[0]) if authors else apa[1]
        return replace(
            entry,
            authors=authors,
            title=tail.partition(". ")[0].strip(" .「」『』") or None,
            outlet=_outlet(tail, url) or _outlet(apa[1], url),
            date=_date(apa[2][:4] + apa[3]) or apa[2][:4],
            key=key or f"{first} {apa[2]}",
        )
    news = _NEWS.match(rest)
    title = news[2] if news else None
    return replace(entry, title=title, outlet=_outlet(f"{news[3]} / {news[1]}" if news else rest, url), date=_date(rest))


def _authors(text: str) -> tuple[str, ...]:
    """Author by author: "Heath, A., & Peters, N." gives two.

    >>> _authors("Hagey, K., Jin, B., & Seetharaman, D.")
    ('Hagey, K.', 'Jin, B.', 'Seetharaman, D.')
    """
    handle = re.search(r"\[(@[A-Za-z0-9_]+)\]", text)
    plain = re.sub(r"\[[^\]]{0,100}\]", "", text)
    western = [found[0].strip(" ,") for found in _SURNAME.finditer(plain)]
    names = western or [part.strip().strip(" .,") for part in re.split(r"&|\band\b|[;、・,]", plain)]
    names = [name for name in names if name]
    if handle and names:
        names[0] += f" [{handle[1]}]"
    return tuple(names)


def surname(author: str) -> str:
    """The family name an entry is cited by."""
    return author.split(",")[0].split("[")[0].strip()


def _outlet(text: str, url: str | None) -> str | None:
    """The outlet named last in the entry, else where its link leads."""
    for part in reversed([part for part in re.split(r"[.:,、。/|–]\s|\s[-–—|/]\s|[、。|｜]|\s{2,}", text + " ") if part.strip()]):
        named = outlet_meant(re.sub(r"(?<![\d年月日/-])[\d年月日/-]+$", "", part.strip(" .:,")).strip())
        if named:
            return named
    inside = find_outlets(text)
    if inside:
        return inside[-1].name
    if _POST.search(text) or (url and re.match(r"https?://(?:www\.)?(?:x|twitter)\.com/", url)):
        return "X"
    return None


def _date(text: str) -> str | None:
    iso = _ISO.search(text)
    if iso:
        return "-".join([iso[1], f"{int(iso[2]):02}", *([f"{int(iso[3]):02}"] if iso[3] else [])])
    year, month = _YEAR.search(text), _MONTH.search(text)
    if not year:
        return None
    if not month:
        return year[0]
    number = _MONTHS.index(month[1].lower()) + 1
    return f"{year[0]}-{number:02}" + (f"-{int(month[2]):02}" if month[2] else "")


def is_post(reference: Reference) -> bool:
    """Whether an entry is a post of its author's own account."""
    return any("[@" in author for author in reference.authors) or bool(
        (reference.title and _POST.search(reference.title)) or (reference.outlet in ("X", "Twitter") and reference.authors)
    )


def by_author(entries: tuple[Reference, ...], names: list[str], year: str, *, more: bool) -> tuple[Reference, ...]:
    """The entries that `(A & B, 2023)` may mean; `more` where the citation says et al."""
    family = [name.split()[-1] if name.isascii() else name for name in names]
    same = [
        entry
        for entry in entries
        if entry.authors and (entry.key or "").split()[-1:] == [year] and family[:1] == [_family(entry.authors[0])]
    ]
    if not same:
        same = [
            e
            for e in entries
            if e.authors
            and family[:1] == [_family(e.authors[0])]
            and (e.key or "").split()[-1:]
            and (e.key or "").split()[-1][:4] == year[:4]
        ]
    exact = [
        entry for entry in same if (len(entry.authors) > 2 if more else [_family(author) for author in entry.authors] == family)
    ]
    return tuple(exact or same)


def _family(author: str) -> str:
    name = surname(author)
    return name.split()[-1] if name.isascii() and " " in name else name


def by_mark(entries: tuple[Reference, ...], key: str) -> tuple[Reference, ...]:
    return tuple(entry for entry in entries if entry.key == key)
