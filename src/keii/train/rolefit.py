"""The roles' model is fitted: agent and patient as one choice of a pair, organisation and others each by itself.

Softmax over all choices of a claim, L2, L-BFGS (scipy). The score of a pair is the sum of its two rows' scores and of what
`keii.extract.roles.pairs` says of them beside each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from keii.extract.roles.arguments import Trigger
from keii.extract.roles.cast import Unit
from keii.extract.roles.choose import ROLES, Weights
from keii.extract.roles.links import Row, features
from keii.extract.roles.pairs import Weights as PairWeights
from keii.extract.roles.pairs import distinct, standings
from keii.model import Claim

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Pair = tuple[str, str, str]
"""A pair feature: its family, what the agent is and what the patient is."""
_C, _STEPS, _BLOCK = 0.1, 60, 400
_PAIR_AT_LEAST = 5


@dataclass(frozen=True)
class Case:
    """A gold claim and its choices; `right[role]` are the rows that take the role, none if they are out of reach.

    `apart`: it is labelled by another reader, whose habits are learned apart.
    """

    gold: Claim
    trigger: Trigger | None
    units: tuple[Unit, ...] = ()
    rows: tuple[Row, ...] = ()
    right: tuple[tuple[int, ...], ...] = ()
    apart: bool = False


class Block(NamedTuple):
    """Claims with about as many choices, padded: shapes (claims, n), (claims, n, n), and (families, claims, n, n) for `pairs`."""

    places: Ints
    """Rows of the matrix of features, -1 where padded."""
    target: Floats
    allowed: npt.NDArray[np.bool_]
    pairs: npt.NDArray[np.int32]


def fit(cases: Sequence[Case], at_least: int) -> Weights:
    """The weights of all roles, from features that `at_least` choices have."""
    live = sorted((case for case in cases if case.rows), key=lambda case: len(case.rows))
    index = _vocabulary(live, at_least)
    matrix, sizes = _matrix(live, index)
    columns, pairs = _fit_pair(live, matrix, sizes)
    for column in range(2, len(ROLES)):
        target = np.concatenate([_target(case, column) for case in live])
        kept = np.repeat([float(bool(case.right[column])) for case in live], sizes)
        columns.append(_fit_role(matrix, sizes, target, kept))
    return Weights(dict(zip(index, np.stack(columns, axis=1), strict=True)), pairs)


def _vocabulary(cases: Sequence[Case], at_least: int) -> dict[str, int]:
    counts = Counter(name for case in cases for row in case.rows for name in features(row))
    return {name: n for n, name in enumerate(sorted(name for name, count in counts.items() if count >= at_least))}


def _matrix(cases: Sequence[Case], index: dict[str, int]) -> tuple[csr_matrix, Ints]:
    indices: list[int] = []
    ends = [0]
    for case in cases:
        for row in case.rows:
            indices += [place for place in map(index.get, features(row)) if place is not None]
            ends.append(len(indices))
    values = np.ones(len(indices), np.float32)
    matrix = csr_matrix((values, indices, ends), shape=(len(ends) - 1, len(index)))
    return matrix, np.array([len(case.rows) for case in cases])


def _target(case: Case, column: int) -> Floats:
    target = np.zeros(len(case.rows))
    for row in case.right[column]:
        target[row] = 1 / len(case.right[column])
    return target


# --- agent and patient --------------------------------------------------------------------------------------------


def _fit_pair(cases: Sequence[Case], matrix: csr_matrix, sizes: Ints) -> tuple[list[Floats], PairWeights]:
    """The agents' and the patients' column of weights, and the weights of pairs."""
    names, places = _pair_features(cases)
    blocks = list(_blocks(cases, sizes, places))
    turned, features = matrix.T.tocsr(), matrix.shape[1]

    def loss(weights: Floats) -> tuple[float, Floats]:
        agents, patients = (matrix @ part.astype(np.float32) for part in (weights[:features], weights[features : 2 * features]))
        beside = np.append(weights[2 * features :], 0.0)
        value, slopes = 0.0, (np.zeros(matrix.shape[0]), np.zeros(matrix.shape[0]), np.zeros(len(beside)))
        for block in blocks:
            value += _block_loss(block, (agents, patients, beside), slopes)
        slope = np.concatenate([turned @ slopes[0].astype(np.float32), turned @ slopes[1].astype(np.float32), slopes[2][:-1]])
        return value + 0.5 / _C * float(weights @ weights), slope + weights / _C

    start = np.zeros(2 * features + len(names))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    pairs: PairWeights = {}
    for (family, agent, patient), weight in zip(names, found[2 * features :].tolist(), strict=True):
        pairs.setdefault(family, {}).setdefault(agent, {})[patient] = weight
    return [found[:features], found[features : 2 * features]], pairs


def _block_loss(block: Block, scores: tuple[Floats, Floats, Floats], slopes: tuple[Floats, Floats, Floats]) -> float:
    """The block's loss; its slopes are added to `slopes`, which lie as `scores` do: agents, patients, pairs."""
    agents, patients, beside = scores
    rows = np.maximum(block.places, 0)
    total = agents[rows][:, :, None].astype(np.float64) + patients[rows][:, None, :]
    for family in block.pairs:
        total += beside[family]
    total[~block.allowed] = -1e9
    total -= total.max(axis=(1, 2), keepdims=True)
    powers = np.exp(total)
    sums = powers.sum(axis=(1, 2), keepdims=True)
    counted = block.target.sum(axis=(1, 2), keepdims=True)
    slope = counted * powers / sums - block.target
    real = block.places >= 0
    slopes[0][block.places[real]] += slope.sum(axis=2)[real]
    slopes[1][block.places[real]] += slope.sum(axis=1)[real]
    for family in block.pairs:
        slopes[2][:] += np.bincount(family.ravel(), weights=slope.ravel(), minlength=len(beside))
    return -float((block.target * (total - np.log(sums))).sum())


def _pair_features(cases: Sequence[Case]) -> tuple[list[Pair], list[npt.NDArray[np.int32]]]:
    """The pair features that enough claims have, and by claim the number of each pair's, shape (families, n, n)."""
    index: dict[Pair, int] = {}
    counts: Counter[int] = Counter()
    found = []
    for case in cases:
        assert case.trigger is not None
        grids = []
        for family, keys in standings(case.trigger, case.gold.type, case.units):
            names, rows = distinct(keys)
            small = np.array([[index.setdefault((family, a, p), len(index)) for p in names] for a in names])
            counts.update(small.ravel().tolist())
            grids.append(small[np.ix_(rows, rows)])
        found.append(np.stack(grids))
    kept = [name for name, number in index.items() if counts[number] >= _PAIR_AT_LEAST]
    numbers = np.full(len(index), len(kept), np.int32)
    numbers[[index[name] for name in kept]] = np.arange(len(kept))
    return kept, [numbers[grid] for grid in found]


def _blocks(cases: Sequence[Case], sizes: Ints, pairs: Sequence[npt.NDArray[np.int32]]) -> Iterator[Block]:
    """The claims, which are sorted by their number of choices, in blocks."""
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    first = 0
    while first < len(cases):
        last = first + 1
        while last < len(cases) and last - first < _BLOCK and sizes[last] <= 1.25 * sizes[first] + 2:
            last += 1
        n = int(sizes[last - 1])
        block = Block(
            np.full((last - first, n), -1),
            np.zeros((last - first, n, n)),
            np.zeros((last - first, n, n), dtype=bool),
            np.zeros((len(pairs[first]), last - first, n, n), np.int32),
        )
        for row, k in enumerate(range(first, last)):
            size = int(sizes[k])
            block.places[row, :size] = np.arange(offsets[k], offsets[k + 1])
            block.allowed[row, :size, :size] = ~np.eye(size, dtype=bool)
            block.allowed[row, 0, 0] = True
            block.pairs[:, row, :size, :size] = pairs[k]
            agents, patients = cases[k].right[:2]
            right = [(a, p) for a in agents for p in patients if a != p or a == 0]
            for a, p in right:
                block.target[row, a, p] = 1 / len(right)
        yield block
        first = last


# --- the other roles ----------------------------------------------------------------------------------------------


def _fit_role(matrix: csr_matrix, sizes: Ints, target: Floats, kept: Floats) -> Floats:
    turned = matrix.T.tocsr()
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = (matrix @ weights.astype(np.float32)).astype(np.float64)
        scores -= np.repeat(np.maximum.reduceat(scores, starts), sizes)
        powers = np.exp(scores)
        totals = np.repeat(np.add.reduceat(powers, starts), sizes)
        value = -(kept * target * (scores - np.log(totals))).sum() + 0.5 / _C * weights @ weights
        return float(value), turned @ (kept * (powers / totals - target)).astype(np.float32) + weights / _C

    solution: Floats = minimize(loss, np.zeros(matrix.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    return solution
