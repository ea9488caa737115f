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
def digest() -> str:
    """A digest of all lexicons and learned models: part of what a cached result depends on."""
    total = hashlib.sha256()
    for home in (_HOME, files("keii") / "models"):
        for entry in sorted(home.iterdir(), key=lambda entry: entry.name):
            if entry.name.endswith((".toml", ".tsv", ".json")):
                total.update(entry.name.encode() + b"\0" + entry.read_bytes())
    return total.hexdigest()[:16]
