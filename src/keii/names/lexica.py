"""The lexicons of names: titles behind a person's name, bodies of more than one name, a user's own names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import cast, get_args

from keii import lexicon
from keii.model import KeiiError, Label
from keii.text import fold, folded


@dataclass(frozen=True, slots=True)
class Body:
    name: str
    label: Label
    why: str


@cache
def titles() -> dict[str, str]:
    """Words behind a person's name: word -> `honorific` or `role`."""
    return {row[0]: row[1] for row in lexicon.table("titles")}


@lru_cache(maxsize=1 << 13)
def key(word: str) -> str:
    """What a spelling is looked up by: folded, remembered for the words of everyday."""
    return folded(word)


def beginnings(spellings: Iterable[str]) -> frozenset[str]:
    """Every beginning of the spellings: what is in none need not be read on.

    >>> sorted(beginnings(["ab", "c"]))
    ['a', 'ab', 'c']
    """
    return frozenset(spelling[:end] for spelling in spellings for end in range(1, len(spelling) + 1))


@cache
def words(kind: str) -> tuple[str, ...]:
    """The words of a kind of `lexicons/name_words.tsv`."""
    return tuple(row[1] for row in lexicon.table("name_words") if row[0] == kind)


@cache
def bodies(own: Path | None = None) -> dict[str, Body]:
    """Canonical names by folded spelling; a user's own names come first. Weak spellings are left out."""
    found: dict[str, Body] = {}
    for rows, why in ((_own(own), "names.tsv of the user"), (lexicon.table("bodies"), "lexicon of bodies")):
        for canonical, label, aliases in _rows(rows):
            for spelling in (canonical, *aliases):
                if not spelling.startswith("?"):
                    found.setdefault(folded(spelling), Body(canonical, label, why))
    return found


@cache
def body_beginnings(own: Path | None = None) -> frozenset[str]:
    """Every beginning of a spelling of `bodies`."""
    return beginnings(bodies(own))


@cache
def weak_bodies() -> dict[str, Body]:
    """Spellings that are the body's only where the article tells another of its names."""
    return {
        folded(spelling[1:]): Body(canonical, label, "lexicon of bodies")
        for canonical, label, aliases in _rows(lexicon.table("bodies"))
        for spelling in aliases
        if spelling.startswith("?")
    }


@cache
def own_spellings(own: Path | None) -> dict[str, Body]:
    """A user's own names by written spelling."""
    return {
        fold(spelling).text: Body(canonical, label, "names.tsv of the user")
        for canonical, label, aliases in _rows(_own(own))
        for spelling in (canonical, *aliases)
    }


def _rows(rows: Iterable[tuple[str, ...]]) -> Iterable[tuple[str, Label, tuple[str, ...]]]:
    for row in rows:
        aliases = tuple(alias for alias in (row[2].split(",") if len(row) > 2 else ()) if alias)
        yield row[0], cast(Label, row[1]), aliases


@cache
def _own(path: Path | None) -> tuple[tuple[str, ...], ...]:
    if path is None:
        return ()
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise KeiiError(f"{path}: cannot be read: {error}") from error
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        row = tuple(cell.strip() for cell in line.split("\t"))
        if len(row) < 2 or not row[0] or row[1] not in get_args(Label):
            raise KeiiError(f"{path}:{number}: a name is told as canonical, label (one of {', '.join(get_args(Label))}), aliases")
        rows.append(row)
    return tuple(rows)
