"""Word clusters from GiNZA's vectors, so that a word never seen in the gold shares weights with words like it.

`python -m keii.bench.clusters WORDS.txt` makes models/clusters.json (k-means over GiNZA's vectors).
"""

from __future__ import annotations

from functools import cache, lru_cache

from keii.extract.learned import load

SIZES = (60, 300, 1200)


@cache
def _table() -> dict[str, str]:
    table: dict[str, str] = load("clusters")["words"]
    return table


@lru_cache(1 << 13)
def clusters(word: str) -> tuple[str, ...]:
    """The word's clusters, coarse to fine ("60:3", "300:120", "1200:7"), none for an unknown word."""
    codes = _table().get(word)
    return tuple(f"{size}:{code}" for size, code in zip(SIZES, codes.split(), strict=True)) if codes else ()
