"""Learn the sequence tagger: `python -m keii.train.names --shared ../shared`.

Writes `models/words.json` (word clusters of ja_ginza's vectors, MIT; k-means) and `models/names.json` (the weights), from
UD_Japanese-GSD with entities (train, CC BY-SA 4.0), Stockmark's Wikipedia NER (CC BY-SA 3.0) and IOB2 Wikinews (CC BY).
The optimum is found by L-BFGS from zero: no chance in it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.optimize import minimize

from keii.model import Article, Block, Document, Section, Sentence, Token
from keii.names.crf import LABELS, TAGS, Model, allowed
from keii.names.features import token_features
from keii.names.tagger import split_titles

_HOME = Path(__file__).parents[1] / "models"
_ATTRIBUTION = (
    "Learned from UD_Japanese-GSD with named entities (Megagon Labs and contributors, CC BY-SA 4.0), ner-wikipedia-dataset "
    "(Stockmark Inc., CC BY-SA 3.0) and IOB2 Wikinews (ja.wikinews.org, CC BY 2.5); words.json: word vectors of ja_ginza 5.2.0 "
    "(MIT). The weights are published under CC BY-SA 4.0."
)
_SAME_LABEL = {
    theirs: ours
    for ours, names in {
        "PLACE": "GPE LOC 地名",
        "MISC": "WORK_OF_ART PRODUCT EVENT LAW MOVEMENT LANGUAGE PET_NAME ART 製品名 イベント名",
        "PERSON": "PSN 人名",
        "DATE": "DAT",
        "TIME": "TIM",
        "ORG": "法人名 政治的組織名 その他の組織名",
        "FAC": "施設名",
    }.items()
    for theirs in names.split()
}


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence to learn from: its tokens' features, their tags, and how much it counts."""

    features: list[list[str]]
    tags: list[int]
    weight: float = 1.0


def read_suite(path: Path) -> tuple[list[dict[str, object]], list[Document]]:
    """The rows of a suite of labelled sentences, and their sentences as documents with tokens."""
    from keii.tag import tag

    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return rows, tag([sentence_document(str(i), str(row["text"])) for i, row in enumerate(rows)])


def sentence_document(name: str, text: str) -> Document:
    """A document that is one sentence."""
    size = len(text)
    return Document(
        article=Article(id=name, text=text),
        blocks=(Block(0, size, "paragraph", 0),),
        sections=(Section(0, size, None, 0, None),),
        sentences=(Sentence(0, size, "paragraph", 0, 0),),
    )


def examples(
    rows: Sequence[dict[str, object]], documents: Sequence[Document], *, dates: bool, weight: float = 1.0
) -> list[Example]:
    """Rows as examples; where a suite labels no dates, GiNZA's stand in."""
    found = []
    for row, document in zip(rows, documents, strict=True):
        tokens = split_titles(document.tokens[0])
        spans = gold_spans(row)
        if not dates:
            taken = {i for start, end, _ in spans for i in range(start, end)}
            spans += [
                (e.start, e.end, e.label)
                for e in document.entities
                if e.label in ("DATE", "TIME") and not taken & set(range(e.start, e.end))
            ]
        found.append(
            Example(
                [told.all() for told in token_features(tokens)],
                _tags(tokens, spans),
                weight,
            )
        )
    return found


def gold_spans(row: dict[str, object]) -> list[tuple[int, int, str]]:
    """The labelled spans of a row, labels folded to the tagger's."""
    entities = row["entities"]
    assert isinstance(entities, list)
    named = [(int(e["start"]), int(e["end"]), _SAME_LABEL.get(e["label"], e["label"])) for e in entities]
    return [span for span in named if span[2] in LABELS]


def _tags(tokens: Sequence[Token], spans: Sequence[tuple[int, int, str]]) -> list[int]:
    tags = [0] * len(tokens)
    for start, end, label in spans:
        inside = [i for i, token in enumerate(tokens) if token.start < end and start < token.end]
        for n, i in enumerate(inside):
            tags[i] = TAGS.index(f"{'I' if n else 'B'}-{label}")
    return tags


# --- word clusters ------------------------------------------------------------------------------------------------


def cluster_words(words: Sequence[str], *, coarse: int = 128, fine: int = 1024) -> list[tuple[int, str]]:
    """K-means over the word vectors of ja_ginza: for each fine cluster its coarse one and its words."""
    from sklearn.cluster import MiniBatchKMeans

    from keii import ginza

    data = ginza.unit_vectors()
    labels = MiniBatchKMeans(fine, random_state=0, n_init=1, batch_size=4096, max_iter=60).fit(data).labels_
    centres = np.stack([data[labels == i].mean(axis=0) if (labels == i).any() else data[0] * 0 for i in range(fine)])
    above = MiniBatchKMeans(coarse, random_state=0, n_init=1, batch_size=1024, max_iter=100).fit(centres).labels_
    members: dict[int, list[str]] = defaultdict(list)
    told = [word for word in sorted(set(words)) if not set(word) & {" ", "\n"}]
    for word, row in zip(told, ginza.rows_of(told).tolist(), strict=True):
        if row >= 0:
            members[int(labels[row])].append(word)
    return [(int(above[i]), " ".join(members[i])) for i in range(fine)]


def vocabulary(shared: Path, documents: Sequence[Document]) -> list[str]:
    """Words to cluster: those of the suites and of the unlabelled news, and the proper nouns that Sudachi knows."""
    import sudachipy

    from keii import ginza

    words = {
        word for document in documents for tokens in document.tokens for token in tokens for word in (token.surface, token.norm)
    }
    sudachi = sudachipy.Dictionary(dict="core").create()
    for line in (shared / "data" / "wikinews.jsonl").read_text(encoding="utf-8").splitlines():
        for paragraph in str(json.loads(line)["body"] or "").split("\n"):
            words.update(part.surface() for part in sudachi.tokenize(paragraph[:8000], sudachipy.SplitMode.C))
    for word in ginza.words():
        if 2 <= len(word) <= 12:
            parts = sudachi.tokenize(word, sudachipy.SplitMode.C)
            if len(parts) == 1 and not parts[0].is_oov() and parts[0].part_of_speech()[1:3] == ("固有名詞", "一般"):
                words.add(word)
    return sorted(words)


# --- the weights --------------------------------------------------------------------------------------------------


class _Problem:
    """Negative log likelihood of the examples and its gradient, in batches of sentences of like length."""

    def __init__(self, data: Sequence[Example], rows: dict[str, int], c2: float) -> None:
        self.c2, self.width, self.height = c2, len(TAGS), len(rows)
        self.matrix = _matrix(data, rows)
        self.transposed = self.matrix.T.tocsr()
        lengths = np.array([len(example.tags) for example in data])
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        self.weight = np.array([example.weight for example in data])
        self.token_weight = np.repeat(self.weight, lengths)
        self.gold = np.concatenate([np.array(example.tags, dtype=np.int64) for example in data])
        self.batches = list(_batches(lengths, offsets))
        self.legal = allowed()
        target = sparse.csr_matrix(
            (self.token_weight, (np.arange(len(self.gold)), self.gold)), shape=(len(self.gold), self.width)
        )
        self.seen = (self.transposed @ target).toarray()
        self.steps_seen = np.zeros((self.width + 1, self.width))
        for example in data:
            if example.tags:
                self.steps_seen[-1, example.tags[0]] += example.weight
                np.add.at(self.steps_seen, (example.tags[:-1], example.tags[1:]), example.weight)

    def __call__(self, vector: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, steps = self.unpack(vector)
        scores = self.matrix @ weights.astype(np.float32)
        total, beliefs, step_beliefs = self._expectations(scores, np.where(self.legal, np.exp(steps), 0.0))
        reached = float(
            (scores[np.arange(len(self.gold)), self.gold] * self.token_weight).sum() + (self.steps_seen * steps)[self.legal].sum()
        )
        loss = total - reached + self.c2 / 2 * float((weights**2).sum()) + self.c2 / 20 * float((steps**2).sum())
        slope = self.transposed @ beliefs.astype(np.float32) - self.seen + self.c2 * weights
        step_slope = (step_beliefs - self.steps_seen) * self.legal + self.c2 / 10 * steps
        return loss, np.concatenate([slope.ravel(), step_slope.ravel()]).astype(np.float64)

    def unpack(self, vector: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        cut = self.height * self.width
        return vector[:cut].reshape(self.height, self.width), vector[cut:].reshape(self.width + 1, self.width)

    def _expectations(
        self, scores: NDArray[np.float32], moves: NDArray[np.float64]
    ) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
        """Log partition, beliefs per token and expected steps, by the scaled forward-backward algorithm (Rabiner 1989)."""
        total = 0.0
        beliefs = np.zeros(scores.shape)
        steps = np.zeros(moves.shape)
        for ids, index, mask in self.batches:
            weight = self.weight[ids]
            local = scores[np.where(mask, index, 0)].astype(np.float64)
            top = local.max(axis=2, keepdims=True)
            local = np.exp(local - top)
            ahead, scale = _forward(local, mask, moves)
            behind = _backward(local, mask, moves, scale)
            total += float((weight * ((np.log(scale) + top[:, :, 0]) * mask).sum(axis=1)).sum())
            belief = ahead * behind * weight[:, None, None]
            beliefs[index[mask]] = belief[mask]
            for t in range(1, mask.shape[1]):
                here = mask[:, t]
                left = ahead[here, t - 1] / scale[here, t][:, None] * weight[here][:, None]
                steps[:-1] += (left.T @ (local[here, t] * behind[here, t])) * moves[:-1]
            steps[-1] += belief[:, 0].sum(axis=0)
        return total, beliefs, steps


def _forward(
    local: NDArray[np.float64], mask: NDArray[np.bool_], moves: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    ahead = np.zeros(local.shape)
    scale = np.ones(mask.shape)
    state = local[:, 0] * moves[-1]
    for t in range(mask.shape[1]):
        if t:
            state = (ahead[:, t - 1] @ moves[:-1]) * local[:, t]
        size = state.sum(axis=1)
        scale[:, t] = np.where(mask[:, t], size, 1.0)
        ahead[:, t] = np.where(mask[:, t, None], state / size[:, None], ahead[:, t - 1])
    return ahead, scale


def _backward(
    local: NDArray[np.float64], mask: NDArray[np.bool_], moves: NDArray[np.float64], scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    behind = np.zeros(local.shape)
    last = mask.sum(axis=1) - 1
    behind[np.arange(len(last)), last] = 1.0
    for t in range(mask.shape[1] - 2, -1, -1):
        state = (local[:, t + 1] * behind[:, t + 1]) @ moves[:-1].T / scale[:, t + 1][:, None]
        behind[:, t] = np.where((t < last)[:, None], state, behind[:, t])
    return behind


def _matrix(data: Sequence[Example], rows: dict[str, int]) -> sparse.csr_matrix:
    bounds = [0]
    columns: list[int] = []
    for example in data:
        for words in example.features:
            columns.extend(rows[word] for word in words if word in rows)
            bounds.append(len(columns))
    ones = np.ones(len(columns), dtype=np.float32)
    return sparse.csr_matrix((ones, np.array(columns, dtype=np.int32), np.array(bounds)), shape=(len(bounds) - 1, len(rows)))


def _batches(
    lengths: NDArray[np.int64], offsets: NDArray[np.int64]
) -> list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]]:
    order = [int(i) for i in np.argsort(lengths, kind="stable") if lengths[i]]
    batches = []
    at = 0
    while at < len(order):
        limit = max(lengths[order[at]] * 1.15, lengths[order[at]] + 1)
        end = at
        while end < len(order) and end - at < 600 and lengths[order[end]] <= limit:
            end += 1
        ids = np.array(order[at:end])
        index = np.full((len(ids), int(lengths[ids].max())), -1)
        for row, i in enumerate(ids):
            index[row, : lengths[i]] = np.arange(offsets[i], offsets[i + 1])
        batches.append((ids, index, index >= 0))
        at = end
    return batches


def learn(data: Sequence[Example], *, c2: float = 0.7, least: int = 2, rounds: int = 90) -> Model:
    """The weights that maximise the likelihood of the examples under a Gaussian prior of strength `c2`."""
    counts = Counter(word for example in data for words in example.features for word in words)
    rows = {word: i for i, word in enumerate(sorted(word for word, n in counts.items() if n >= least))}
    problem = _Problem(data, rows, c2)
    start = np.zeros(len(rows) * len(TAGS) + (len(TAGS) + 1) * len(TAGS))
    result = minimize(problem, start, jac=True, method="L-BFGS-B", options={"maxiter": rounds, "maxcor": 6})
    weights, steps = problem.unpack(result.x)
    weights = np.vstack([weights, np.zeros(len(TAGS))])
    return Model(rows, weights.astype(np.float32), np.where(allowed(), steps, -1e4).astype(np.float32))


def to_json(model: Model, *, least: float) -> dict[str, object]:
    """A model as data: hundredths, weights under `least` left out."""
    features = {}
    for word, i in model.rows.items():
        pairs = [
            x
            for tag in range(len(TAGS))
            if abs(model.weights[i, tag]) >= least
            for x in (tag, round(float(model.weights[i, tag]) * 100))
        ]
        if pairs:
            features[word] = pairs
    steps = np.where(allowed(), model.steps, 0.0)
    return {"tags": list(TAGS), "steps": [[round(float(x) * 100) for x in row] for row in steps], "features": features}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder with the labelled sentences")
    parser.add_argument("--c2", type=float, default=0.7, help="strength of the Gaussian prior")
    parser.add_argument("--rounds", type=int, default=90, help="rounds of L-BFGS")
    parser.add_argument("--least", type=float, default=0.05, help="smaller weights are left out")
    parser.add_argument("--keep-words", action="store_true", help="keep models/words.json as it is")
    arguments = parser.parse_args()
    paths = {
        name: arguments.shared / "data" / "ner" / f"{name}.jsonl"
        for name in ("ud_gsd_train", "stockmark_wikipedia", "iob2_wikinews")
    }
    suites = {name: read_suite(path) for name, path in paths.items()}
    if not arguments.keep_words:
        words = vocabulary(arguments.shared, [document for _, documents in suites.values() for document in documents])
        write(
            _HOME / "words.json",
            {"about": _ATTRIBUTION, "command": "python -m keii.train.names", "clusters": cluster_words(words)},
        )
    data = [
        example
        for name, (rows, documents) in suites.items()
        for example in examples(
            rows, documents, dates=name != "stockmark_wikipedia", weight=2.0 if name == "iob2_wikinews" else 1.0
        )
    ]
    model = learn(data, c2=arguments.c2, rounds=arguments.rounds)
    digests = {name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for name, path in paths.items()}
    command = f"python -m keii.train.names --c2 {arguments.c2} --rounds {arguments.rounds} --least {arguments.least}"
    command += " --keep-words" if arguments.keep_words else ""
    write(
        _HOME / "names.json",
        {"about": _ATTRIBUTION, "command": command, "learned_from": digests, **to_json(model, least=arguments.least)},
    )


def write(path: Path, data: dict[str, object]) -> None:
    """JSON that a person can read through: one line an entry of its largest table."""
    lines = []
    for key, value in data.items():
        if isinstance(value, dict) and len(value) > 100:
            inner = ",\n".join(
                f"{json.dumps(k, ensure_ascii=False)}:{json.dumps(v, separators=(',', ':'))}" for k, v in value.items()
            )
            lines.append(f"{json.dumps(key)}: {{\n{inner}\n}}")
        elif isinstance(value, list) and len(value) > 100:
            inner = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in value)
            lines.append(f"{json.dumps(key)}: [\n{inner}\n]")
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
