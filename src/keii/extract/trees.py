"""Boosted regression trees read from JSON and applied with numpy; grown by scikit-learn in `keii.train`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_ROUNDS = 400
"""Trees that `grow_choice` grows."""


@dataclass(frozen=True)
class Trees:
    """Trees as one list of nodes; `roots` are their first nodes. A leaf has column -1, and its value as threshold.

    At a node the left child is taken if the row's value in `column` is at most `threshold`.
    """

    base: float
    roots: Ints
    column: Ints
    threshold: Floats
    left: Ints
    right: Ints

    def decide(self, table: Floats) -> Floats:
        """The sum of all trees for each row of a table: log odds."""
        column, limit, follower, depth = self._paths
        flat = np.ascontiguousarray(table).ravel()
        starts = (np.arange(len(table)) * table.shape[1])[:, None]
        at = np.tile(self.roots, (len(table), 1))
        for _ in range(depth):
            at = follower.take(2 * at + ~(flat.take(starts + column.take(at)) <= limit.take(at)))
        total: Floats = self.base + self.threshold[at].sum(axis=1)
        return total

    @cached_property
    def _paths(self) -> tuple[Ints, Floats, Ints, int]:
        """Each node's column and threshold, both its children in one list, and the longest way down. A leaf leads to itself."""
        leaf = self.column < 0
        nodes = np.arange(len(self.column))
        follower = np.stack([np.where(leaf, nodes, self.left), np.where(leaf, nodes, self.right)], axis=1).ravel()
        at, depth = self.roots, 0
        while not leaf[at].all():
            at, depth = np.unique(follower[[2 * at, 2 * at + 1]]), depth + 1
        return np.where(leaf, 0, self.column), np.where(leaf, np.inf, self.threshold), follower, depth

    def dump(self) -> dict[str, Any]:
        """JSON data: a list `[column, threshold, left, right]` a node, `[value]` a leaf."""
        nodes: list[list[float]] = []
        for column, threshold, left, right in zip(self.column, self.threshold, self.left, self.right, strict=True):
            value = round(float(threshold), 4)
            nodes.append([int(column), value, int(left), int(right)] if column >= 0 else [value])
        return {"base": round(self.base, 4), "roots": self.roots.tolist(), "nodes": nodes}

    @classmethod
    def mean(cls, groves: Sequence[Trees]) -> Trees:
        """Trees whose sum is the mean of several forests'."""
        n = len(groves)
        firsts = np.cumsum([0, *(len(grove.column) for grove in groves)])
        return cls(
            sum(grove.base for grove in groves) / n,
            np.concatenate([grove.roots + first for grove, first in zip(groves, firsts, strict=False)]),
            np.concatenate([grove.column for grove in groves]),
            np.concatenate([np.where(grove.column < 0, grove.threshold / n, grove.threshold) for grove in groves]),
            np.concatenate([grove.left + first for grove, first in zip(groves, firsts, strict=False)]),
            np.concatenate([grove.right + first for grove, first in zip(groves, firsts, strict=False)]),
        )

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Trees:
        nodes = [node if len(node) > 1 else [-1, node[0], 0, 0] for node in data["nodes"]]
        column, threshold, left, right = zip(*nodes, strict=True)
        return cls(
            float(data["base"]),
            np.array(data["roots"]),
            np.array(column),
            np.array(threshold, float),
            np.array(left),
            np.array(right),
        )


class Growth(NamedTuple):
    """How trees are grown: how many, how much each counts, their leaves, the share of columns each split may see, the penalty."""

    trees: int = 150
    rate: float = 0.05
    leaves: int = 12
    rows: int = 40
    """Rows that a leaf holds at least."""
    columns: float = 0.5
    penalty: float = 5.0


USUAL = Growth()


def grow(table: Floats, labels: npt.NDArray[np.bool_], *, seed: int, growth: Growth = USUAL) -> Trees:
    """Grow trees that tell rows that are labelled True (scikit-learn's histogram gradient boosting, on one thread)."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    model = HistGradientBoostingClassifier(
        max_iter=growth.trees,
        learning_rate=growth.rate,
        max_leaf_nodes=growth.leaves,
        min_samples_leaf=min(growth.rows, 1 + len(table) // 10),
        l2_regularization=growth.penalty,
        max_features=growth.columns,
        early_stopping=False,
        random_state=seed,
    )
    with threadpool_limits(1, "openmp"):  # threads that wait for each other spin: minutes for seconds where cores are shared
        model.fit(table, labels)
    return _joined([predictor for (predictor,) in model._predictors], float(model._baseline_prediction.ravel()[0]))


def grow_choice(table: Floats, wanted: npt.NDArray[np.bool_], sizes: npt.NDArray[np.int64], *, seed: int) -> Trees:
    """Grow trees that choose one row of each group: boosting of the conditional logit, P(row) = softmax of its group's sums.

    `sizes` are the rows of each group, in order; a group may have several wanted rows (their probabilities add up). Trees are
    scikit-learn's histogram trees, grown on the loss's own first and second derivatives (Friedman 2001; Burges 2010).
    """
    from sklearn.ensemble._hist_gradient_boosting.binning import _BinMapper
    from sklearn.ensemble._hist_gradient_boosting.grower import TreeGrower

    mapper = _BinMapper(n_bins=256, random_state=seed, n_threads=1)
    binned = np.asfortranarray(mapper.fit_transform(table))
    starts = np.r_[0, np.cumsum(sizes)[:-1]]
    group = np.repeat(np.arange(len(sizes)), sizes)
    random = np.random.default_rng(seed)
    sums = np.zeros(len(table))
    predictors: list[Any] = []
    for _ in range(_ROUNDS):
        powers = np.exp(sums - np.maximum.reduceat(sums, starts)[group])
        chance = powers / np.add.reduceat(powers, starts)[group]
        among = chance * wanted / np.maximum(np.add.reduceat(chance * wanted, starts), 1e-300)[group]
        grower = TreeGrower(
            binned,
            (chance - among).astype(np.float32),
            np.maximum(chance * (1 - chance), 1e-3).astype(np.float32),
            max_leaf_nodes=24,
            min_samples_leaf=min(60, 1 + len(table) // 10),
            l2_regularization=10,
            shrinkage=0.06,
            n_bins=256,
            n_bins_non_missing=mapper.n_bins_non_missing_,
            feature_fraction_per_split=0.5,
            rng=random,
            n_threads=1,
        )
        grower.grow()
        for leaf in grower.finalized_leaves:
            sums[leaf.sample_indices] += leaf.value
        predictors.append(grower.make_predictor(mapper.bin_thresholds_))
    return _joined(predictors, 0.0)


def _joined(predictors: Sequence[Any], base: float) -> Trees:
    """scikit-learn's trees as one list of nodes."""
    roots: list[int] = []
    nodes: list[tuple[Any, ...]] = []
    for predictor in predictors:
        first = len(nodes)
        roots.append(first)
        for node in predictor.nodes:
            if node["is_leaf"]:
                nodes.append((-1, node["value"], 0, 0))
            else:
                nodes.append((node["feature_idx"], node["num_threshold"], first + node["left"], first + node["right"]))
    column, threshold, left, right = zip(*nodes, strict=True)
    return Trees(
        base, np.array(roots), np.array(column, int), np.array(threshold, float), np.array(left, int), np.array(right, int)
    )
