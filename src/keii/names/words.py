"""Word clusters: words of like use share a number, so that the tagger knows a word that no training text held."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files


def clusters(word: str) -> tuple[int, int] | None:
    """The coarse and the fine cluster of a word, None for a word that is in none."""
    return _table().get(word)


@cache
def _table() -> dict[str, tuple[int, int]]:
    path = files("keii") / "models" / "words.json"
    if not path.is_file():
        return {}
    data = json.loads(path.read_text(encoding="utf-8"))
    return {word: (coarse, fine) for fine, (coarse, words) in enumerate(data["clusters"]) for word in words.split(" ")}
