"""Reads what a Japanese editor would correct: the tables in `lexicons/`, each read once."""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

_HOME = files("keii") / "lexicons"


@cache
def table(name: str) -> tuple[tuple[str, ...], ...]:
    """The rows of `lexicons/NAME.tsv`; blank lines and lines that begin with `#` are left out."""
    lines = (_HOME / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(tuple(line.split("\t")) for line in lines if line.strip() and not line.startswith("#"))


@cache
def toml(name: str) -> dict[str, Any]:
    """The content of `lexicons/NAME.toml`."""
    return tomllib.loads((_HOME / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def digest(folders: tuple[str, ...] = ("lexicons", "models"), without: frozenset[str] = frozenset()) -> str:
    """A digest of the package's lexicons and learned models, or of other folders of data; part of what a result depends on."""
    total = hashlib.sha256()
    for folder in folders:
        for entry in sorted((files("keii") / folder).iterdir(), key=lambda entry: entry.name):
            if entry.is_file() and entry.name not in without:
                total.update(f"{folder}/{entry.name}\0".encode() + entry.read_bytes())
    return total.hexdigest()[:16]
