"""The sums of groups of features: as if each feature were looked up by itself."""

import numpy as np
import pytest

from keii.sums import Group, Sums, remembered

COLOURS = {"a": [1.0, 0.5], "b": [-2.0, 0.25], "c": [0.0, 3.0]}
ENDS = {"a": [7.0], "b": [0.5]}


def test_groups_add_up_as_features_do() -> None:
    one, two, three = Group(("a",)), Group(("b", "never seen", "b")), Group(("c",))
    sums = Sums([ENDS, COLOURS], [1, 2])
    for _ in range(2):
        told = sums.totals([[one], [two], [], [three, one]])
        assert told == pytest.approx(np.array([[7, 1, 0.5], [1, -4, 0.5], [0, 0, 0], [7, 1, 3.5]]))


def test_many_groups_are_forgotten() -> None:
    sums = Sums([{"a": [1.0]}], [1])
    for _ in range(4):
        assert sums.totals([[Group(("a",)) for _ in range(80_000)]])[0, 0] == 80_000


def test_a_model_without_features_adds_nothing() -> None:
    assert Sums([{}, ENDS], [2, 1]).totals([[Group(("a",))]]) == pytest.approx(np.array([[0, 0, 7]]))


def test_a_group_is_spelled_once() -> None:
    spelled = []

    @remembered
    def word(norm: str) -> tuple[str, ...]:
        spelled.append(norm)
        return (f"w={norm}", f"last={norm[-1:]}")

    assert word("解任") is word("解任")
    assert word("解任").names == ("w=解任", "last=任")
    assert spelled == ["解任"]
