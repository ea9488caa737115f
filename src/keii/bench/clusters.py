"""Makes models/clusters.json: k-means (scikit-learn, fixed seed) over GiNZA's word vectors.

`python -m keii.bench.clusters WORDS.txt`: for the words of a file, one a line, and for the vectors' own 20,000.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from keii.extract.clusters import SIZES


def main(words_file: Path) -> None:
    """Cluster the vectors of GiNZA's vocabulary and write models/clusters.json."""
    import spacy
    from sklearn.cluster import MiniBatchKMeans

    from keii import ginza

    vectors = spacy.load("ja_ginza").vocab.vectors
    strings = spacy.load("ja_ginza").vocab.strings
    matrix = ginza.unit_vectors()
    codes = [MiniBatchKMeans(size, random_state=0, batch_size=4096, n_init=3).fit_predict(matrix).tolist() for size in SIZES]
    words: dict[str, str] = {}
    owners: set[int] = set()
    wanted = set(words_file.read_text(encoding="utf-8").split("\n"))
    for key in vectors:
        word, row = strings[key], vectors.find(key=key)
        if row >= 0 and (word in wanted or row not in owners):
            owners.add(row)
            words[word] = " ".join(str(code[row]) for code in codes)
    made_by = "python -m keii.bench.clusters WORDS.txt"
    target = Path(__file__).parents[1] / "models" / "clusters.json"
    lines = ",\n".join(f"{json.dumps(word, ensure_ascii=False)}: {json.dumps(code)}" for word, code in sorted(words.items()))
    target.write_text(f'{{"made_by": {json.dumps(made_by)}, "words": {{\n{lines}\n}}}}\n', encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
