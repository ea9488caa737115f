"""Linear models and trees: what they compute, and that JSON gives the same back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import keii
from keii.extract.learned import Linear, fit, load, save
from keii.extract.trees import Trees, grow, grow_choice
from keii.model import KeiiError

ROWS = [{"a": 1.0}, {"b": 1.0}, {"a": 1.0, "b": 1.0}, {"c": 1.0}] * 10
COLOURS = ["red", "blue", "red", "green"] * 10


def test_a_model_tells_what_it_was_taught() -> None:
    model = fit(ROWS, COLOURS, c=10)
    told = model.probabilities(ROWS[:4])
    assert [model.classes[k] for k in told.argmax(axis=1)] == COLOURS[:4]
    assert told.sum(axis=1) == pytest.approx(1)


def test_two_classes_have_one_column() -> None:
    model = fit(ROWS[:20], ["yes" if "a" in row else "no" for row in ROWS[:20]], c=10)
    told = model.probabilities([{"a": 1.0}, {"b": 1.0}, {"never seen": 1.0}])
    assert told.shape == (3, 2)
    assert told[0, 1] > 0.5 > told[1, 1]


def test_json_gives_the_model_back(tmp_path: Path) -> None:
    model = fit(ROWS, COLOURS, c=1)
    save(tmp_path / "colours.json", model.dump())
    again = Linear.parse(load("colours", tmp_path))
    assert again.probabilities(ROWS[:4]) == pytest.approx(model.probabilities(ROWS[:4]), abs=0.01)


def test_a_file_has_one_weight_a_line(tmp_path: Path) -> None:
    model = {
        "made_by": "keii train",
        "bias": [1, 2],
        "pairs": {"r": {"a": {"b": 0.5, "c": 1}}},
        "weights": {"x": [1, 2], "y": 0.5},
    }
    save(tmp_path / "some.json", model)
    assert load("some", tmp_path) == model
    told = (tmp_path / "some.json").read_text(encoding="utf-8").splitlines()
    assert {'"a": {"b": 0.5, "c": 1}', '"x": [1, 2],', '"y": 0.5'} <= set(told)


@pytest.mark.parametrize("name", ["factuality", "when", "merge", "roles", "detect", "type"])
def test_the_package_s_models_tell_where_they_are_from(name: str, tmp_path: Path) -> None:
    model = load(name)
    assert list(model)[:4] == ["made_by", "gold", "articles", "claims"]
    save(tmp_path / "again.json", model)
    assert (tmp_path / "again.json").read_bytes() == (Path(keii.__file__).parent / "models" / f"{name}.json").read_bytes()


def test_small_weights_are_left_out() -> None:
    model = Linear(("no", "yes"), np.array([0.5]), {"big": np.array([1.2345]), "small": np.array([0.001])})
    assert model.dump(least=0.01)["weights"] == {"big": 1.234}


def test_rare_features_are_spared() -> None:
    rows = [{"common": 1.0} for _ in range(500)] + [{"rare": 1.0} for _ in range(3)]
    labels = ["no"] * 500 + ["yes"] * 3
    assert fit(rows, labels, c=0.1, rare=0.3).weights["rare"][0] > fit(rows, labels, c=0.1).weights["rare"][0]


def test_a_model_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    for name in ("broken", "nowhere"):
        with pytest.raises(KeiiError, match=name):
            load(name, tmp_path)


def test_what_a_folder_of_models_lacks_is_the_package_s(tmp_path: Path) -> None:
    assert load("factuality", tmp_path) == load("factuality")


@pytest.fixture(scope="module")
def forest() -> tuple[Trees, np.ndarray, np.ndarray]:
    table = np.random.default_rng(0).normal(size=(400, 3)).round(2)
    labels = (table[:, 0] > 0) ^ (table[:, 1] > 0)
    return Trees.mean([grow(table, labels, seed=0), grow(table, labels, seed=1)]), table, labels


def test_trees_learn_what_no_line_can(forest: tuple[Trees, np.ndarray, np.ndarray]) -> None:
    trees, table, labels = forest
    assert ((trees.decide(table) > 0) == labels).mean() > 0.9


def test_json_gives_the_trees_back(forest: tuple[Trees, np.ndarray, np.ndarray]) -> None:
    trees, table, _ = forest
    again = Trees.parse(json.loads(json.dumps(trees.dump())))
    assert np.abs(again.decide(table) - trees.decide(table)).max() < 0.02


def test_trees_agree_with_scikit_learn() -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    table = np.random.default_rng(1).normal(size=(300, 2))
    labels = table[:, 0] * table[:, 1] > 0
    theirs = HistGradientBoostingClassifier(
        max_iter=150, learning_rate=0.05, max_leaf_nodes=12, min_samples_leaf=31, l2_regularization=5, max_features=0.5,
        early_stopping=False, random_state=0,
    ).fit(table, labels)  # fmt: skip
    assert grow(table, labels, seed=0).decide(table) == pytest.approx(theirs.decision_function(table), abs=1e-6)


def test_choosing_trees_compare_the_rows_of_a_group() -> None:
    table = np.random.default_rng(2).normal(size=(900, 2)).round(2)
    groups = table[:, 0].reshape(300, 3)
    wanted = (groups == groups.max(axis=1, keepdims=True)).ravel()
    sums = grow_choice(table, wanted, np.full(300, 3), seed=0).decide(table).reshape(300, 3)
    assert (sums.argmax(axis=1) == groups.argmax(axis=1)).mean() > 0.9
