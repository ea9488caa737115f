"""Linear models over named features: read from reviewable JSON, applied with numpy; trained by `keii train`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from keii.model import KeiiError

Features = Mapping[str, float]


MODELS = ("detect", "type", "factuality", "when", "roles", "merge")
"""The models that a folder of one's own may hold."""


@dataclass(frozen=True)
class Linear:
    """A multinomial or binary logistic regression. `weights[feature][k]` counts for `classes[k]`; binary ones have one column."""

    classes: tuple[str, ...]
    bias: npt.NDArray[np.float64]
    weights: dict[str, npt.NDArray[np.float64]]

    def decide(self, rows: Sequence[Features]) -> npt.NDArray[np.float64]:
        """Scores before the link function, shape (rows, columns)."""
        index, matrix = self._table
        scores = np.tile(self.bias, (len(rows), 1))
        places: list[int] = []
        values: list[float] = []
        starts: list[int] = []
        filled: list[int] = []
        for row, features in enumerate(rows):
            start = len(places)
            for name, value in features.items():
                place = index.get(name)
                if place is not None:
                    places.append(place)
                    values.append(value)
            if len(places) > start:
                starts.append(start)
                filled.append(row)
        if places:
            scores[filled] += np.add.reduceat(matrix[places] * np.array(values)[:, None], starts)
        return scores

    @cached_property
    def _table(self) -> tuple[dict[str, int], npt.NDArray[np.float64]]:
        """Where each feature stands in the matrix of all weights, and the matrix."""
        matrix = np.array(list(self.weights.values())) if self.weights else np.zeros((0, len(self.bias)))
        return {name: place for place, name in enumerate(self.weights)}, matrix

    def probabilities(self, rows: Sequence[Features]) -> npt.NDArray[np.float64]:
        """Class probabilities, shape (rows, classes): softmax, for one column the logistic function."""
        return self.chances(self.decide(rows))

    def chances(self, scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Class probabilities of scores as `decide` gives them."""
        if scores.shape[1] == 1:
            positive = 1 / (1 + np.exp(-np.clip(scores, -50, 50)))
            return np.hstack([1 - positive, positive])
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        total: npt.NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
        return total

    def dump(self, *, least: float = 0.0005) -> dict[str, Any]:
        """JSON data, weights rounded to three digits and those below `least` left out: a number each, or a number a class."""
        weights: dict[str, Any] = {}
        for name, row in sorted(self.weights.items()):
            told = {c: round(float(w), 3) for c, w in zip(self._columns, row, strict=True) if abs(w) >= least}
            if told:
                weights[name] = told if len(row) > 1 else next(iter(told.values()))
        return {"classes": list(self.classes), "bias": [round(float(b), 4) for b in self.bias], "weights": weights}

    @property
    def _columns(self) -> tuple[str, ...]:
        return self.classes if len(self.bias) > 1 else self.classes[-1:]

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Linear:
        """Read what `dump` wrote; a row of weights may also be a list."""
        bias = np.array(data["bias"], dtype=np.float64)
        place = {name: column for column, name in enumerate(data["classes"])}
        weights: dict[str, npt.NDArray[np.float64]] = {}
        for name, told in data["weights"].items():
            if isinstance(told, dict):
                weights[name] = row = np.zeros(len(bias))
                for label, weight in told.items():
                    row[place[label]] = weight
            else:
                weights[name] = np.array(told, dtype=np.float64).reshape(-1)
        return cls(tuple(data["classes"]), bias, weights)


def fit(rows: Sequence[Features], labels: Sequence[str], *, c: float = 1.0, at_least: int = 2, rare: float = 0.0) -> Linear:
    """Fit a logistic regression on named features; see `fit_matrix`."""
    matrix, names = vectorize(rows)
    return fit_matrix(matrix, names, labels, c=c, at_least=at_least, rare=rare)


def vectorize(rows: Iterable[Features]) -> tuple[Any, list[str]]:
    """The rows as a sparse matrix (CSR), and the names of its columns."""
    from sklearn.feature_extraction import DictVectorizer

    vectorizer = DictVectorizer(dtype=np.float64)
    matrix = vectorizer.fit_transform(rows)
    return matrix, [str(name) for name in vectorizer.get_feature_names_out()]


def fit_matrix(
    matrix: Any,
    names: Sequence[str],
    labels: Sequence[str],
    *,
    c: float,
    at_least: int = 2,
    rare: float = 0.0,
    tol: float = 1e-4,
) -> Linear:
    """Fit a logistic regression (scikit-learn, L2) on the columns that are not zero in `at_least` rows.

    `rare` spares rare features some of the penalty: a feature's values are multiplied by (rows that have it / 100) ** -rare.
    """
    from sklearn.linear_model import LogisticRegression

    seen = np.asarray((matrix != 0).sum(axis=0)).ravel()
    kept = np.flatnonzero(seen >= at_least).tolist()
    scale = (seen[kept] / 100) ** -rare
    solver = "liblinear" if len(set(labels)) == 2 else "lbfgs"
    model = LogisticRegression(C=c, max_iter=2000, tol=tol, solver=solver, random_state=0)
    model.fit(matrix[:, kept].multiply(scale).tocsr(), list(labels))
    weights = {names[column]: model.coef_[:, k] * scale[k] for k, column in enumerate(kept)}
    return Linear(tuple(str(label) for label in model.classes_), model.intercept_.astype(np.float64), weights)


def save(path: Path, data: Mapping[str, Any]) -> None:
    """Write a model, one line a weight, so that two versions can be compared line by line."""
    path.write_text(_told(data) + "\n", encoding="utf-8")


def _told(value: Any, depth: int = 0) -> str:
    """JSON; a line for each item of an object at the top, one level below, and where it holds objects."""
    if not isinstance(value, Mapping) or not value or (depth > 1 and not any(isinstance(one, Mapping) for one in value.values())):
        return json.dumps(value, ensure_ascii=False)
    items = (f"{json.dumps(name, ensure_ascii=False)}: {_told(one, depth + 1)}" for name, one in value.items())
    return "{\n" + ",\n".join(items) + "\n}"


def load(name: str, home: Path | None = None) -> dict[str, Any]:
    """The content of `NAME.json`: in a user's own folder of models if it is there, else in the package's."""
    source = files("keii") / "models" / f"{name}.json"
    if home is not None and (home / f"{name}.json").exists():
        source = home / f"{name}.json"
    try:
        data: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise KeiiError(f"model {source}: cannot be read: {error}") from error
    return data


def features(names: Iterable[str]) -> dict[str, float]:
    """Named features that are present, each worth 1."""
    return dict.fromkeys(names, 1.0)
