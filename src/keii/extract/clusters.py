"""Word clusters from GiNZA's vectors, so that a word never seen in the gold shares weights with words like it.

`python -m keii.extract.clusters WORDS.txt` makes models/clusters.json (k-means, scikit-learn, fixed seed) for the words of a
file, one a line, and for the vectors' own 20,000.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path

from keii.extract.learned import load

SIZES = (60, 300, 1200)


@cache
def _table() -> dict[str, str]:
    table: dict[str, str] = load("clusters")["words"]
    return table


def clusters(word: str) -> tuple[str, ...]:
    """The word's clusters, coarse to fine ("60:3", "300:120", "1200:7"), none for an unknown word."""
    codes = _table().get(word)
    return tuple(f"{size}:{code}" for size, code in zip(SIZES, codes.split(), strict=True)) if codes else ()


def main(words_file: Path) -> None:
    """Cluster the vectors of GiNZA's vocabulary and write models/clusters.json."""
    import numpy as np
    import spacy
    from sklearn.cluster import MiniBatchKMeans

    vectors = spacy.load("ja_ginza").vocab.vectors
    strings = spacy.load("ja_ginza").vocab.strings
    matrix = vectors.data / np.maximum(np.linalg.norm(vectors.data, axis=1, keepdims=True), 1e-9)
    codes = [MiniBatchKMeans(size, random_state=0, batch_size=4096, n_init=3).fit_predict(matrix).tolist() for size in SIZES]
    words: dict[str, str] = {}
    owners: set[int] = set()
    wanted = set(words_file.read_text(encoding="utf-8").split("\n"))
    for key in vectors:
        word, row = strings[key], vectors.find(key=key)
        if row >= 0 and (word in wanted or row not in owners):
            owners.add(row)
            words[word] = " ".join(str(code[row]) for code in codes)
    made_by = "python -m keii.extract.clusters WORDS.txt"
    target = Path(__file__).parents[1] / "models" / "clusters.json"
    lines = ",\n".join(f"{json.dumps(word, ensure_ascii=False)}: {json.dumps(code)}" for word, code in sorted(words.items()))
    target.write_text(f'{{"made_by": {json.dumps(made_by)}, "words": {{\n{lines}\n}}}}\n', encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
