"""The accuracy report as HTML, without a browser."""

from __future__ import annotations

from typing import Any

import pytest
from pages import assert_policy_holds, data_of

from keii.compare import Run, compare
from keii.config import Config
from keii.lexicon import table
from keii.model import Article, Claim
from keii.reconcile import reconcile
from keii.report import report
from keii.score import score
from keii.score.causes import causes

CONFIG = Config()
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>\u202eabc\u202c </script><!-- 会談した。'


def claim(n: int, **more: Any) -> Claim:
    row = {
        "article": "harbour",
        "id": f"c{n:03}",
        "evidence": {"start": 20 * n, "end": 20 * n + 20, "text": ""},
        "trigger": {"start": 20 * n, "end": 20 * n + 2, "text": ""},
        "type": "other",
        "factuality": "fact",
        "date": {"value": "2023-11-17", "from": "document"},
    }
    return Claim.model_validate(row | more)


def render(gold: list[Claim], pred: list[Claim], text: str = "港の話。" * 60, **more: Any) -> str:
    pairs = reconcile(pred, gold, CONFIG, articles=["harbour"])
    scores = score(pairs, pred, gold, CONFIG, articles=["harbour"])
    return report(scores, pairs, pred, gold, {"harbour": Article(id="harbour", text=text)}, **more)


def run(gold: list[Claim], pred: list[Claim]) -> Run:
    pairs = reconcile(pred, gold, CONFIG)
    return Run(score(pairs, pred, gold, CONFIG), pairs, {(row.article, row.id): row for row in pred})


def test_nothing_is_loaded_and_nothing_runs_inline() -> None:
    assert_policy_holds(render([claim(0)], [claim(0)]))
    assert_policy_holds(render([claim(0)], [claim(1)]))


def test_what_the_models_have_seen_and_every_figure_is_told() -> None:
    page = render([claim(0)], [claim(0)], trained=1)
    assert 'id="trained"' in page and "<b>1 / 1</b>" in page
    assert 'id="trained"' not in render([claim(0)], [claim(0)])
    assert ">fields.date_near<" in page


def test_hostile_text_stays_data() -> None:
    gold = claim(0, outlets=[HOSTILE], event=HOSTILE)
    page = render([gold], [gold], HOSTILE * 10)
    assert "<img" not in page and page.count("<script") == 2 and "<!--" not in page
    data = data_of(page)
    assert data["articles"]["harbour"]["text"] == HOSTILE * 10
    assert data["rows"][0]["gold"]["told"]["outlets"] == HOSTILE


def test_every_row_is_there_with_its_causes() -> None:
    data = data_of(render([claim(0), claim(1), claim(2, type="harm")], [claim(0), claim(2, type="meet"), claim(5)]))
    rows = {(row["verdict"], *row["causes"]) for row in data["rows"]}
    assert rows == {("right",), ("missed", "missed.sentence"), ("partly", "type.harm→meet"), ("false", "false.sentence")}


def test_a_comparison_tells_what_changed() -> None:
    gold = [claim(0), claim(1), claim(2)]
    old, new = [claim(0, type="harm"), claim(1)], [claim(0), claim(2), claim(7)]
    page = render(gold, new, comparison=compare(run(gold, old), run(gold, new), CONFIG))
    assert 'id="comparison"' in page and 'name="change"' in page
    changes = {((row["gold"] or row["pred"])["id"], row["change"]) for row in data_of(page)["rows"]}
    assert changes == {("c000", "better"), ("c001", "lost"), ("c002", "new"), ("c007", "false")}
    assert 'id="comparison"' not in render(gold, new)


def test_the_same_input_gives_the_same_bytes() -> None:
    assert render([claim(0)], [claim(1)]) == render([claim(0)], [claim(1)])


def test_pages_without_claims_are_pages() -> None:
    assert "<!doctype html>" in render([], []) and "<!doctype html>" in render([claim(0)], [])


def test_every_word_stands_in_both_languages() -> None:
    rows = table("report")
    assert len({row[0] for row in rows}) == len(rows)
    assert all(len(row) == 3 and row[1].strip() and row[2].strip() for row in rows)


WHO = [{"role": "agent", "name": "甲"}, {"role": "patient", "name": "乙"}]
CAUSES: list[tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = [
    ({}, {"date": None}, ("date.none",)),
    ({"date": None}, {}, ("date.invented",)),
    ({}, {"date": {"value": "2023-11-18", "from": "document"}}, ("date.near",)),
    ({}, {"date": {"value": "2023-11-28", "from": "document"}}, ("date.other",)),
    ({}, {"date": {"value": "2023-11", "from": "document"}}, ("date.grain",)),
    ({"outlets": ["甲紙"]}, {}, ("outlets.none",)),
    ({}, {"outlets": ["甲紙"]}, ("outlets.invented",)),
    ({"outlets": ["甲紙", "乙紙"]}, {"outlets": ["甲紙"]}, ("outlets.some",)),
    ({"speakers": ["甲"]}, {"speakers": ["乙"]}, ("speakers.other",)),
    (
        {"participants": WHO},
        {"participants": [WHO[0] | {"role": "patient"}, WHO[1] | {"role": "agent"}]},
        ("agent_patient.role",),
    ),
    ({"participants": WHO}, {"participants": WHO[:1]}, ("agent_patient.some",)),
    ({"participants": WHO}, {}, ("agent_patient.none",)),
    ({"factuality": "planned"}, {"type": "harm"}, ("type.other→harm", "factuality.planned→fact")),
]


@pytest.mark.parametrize(("gold", "pred", "wanted"), CAUSES)
def test_causes_of_a_wrong_field(gold: dict[str, Any], pred: dict[str, Any], wanted: tuple[str, ...]) -> None:
    one, other = claim(0, **gold), claim(0, **pred)
    (pair,) = reconcile([other], [one], CONFIG)
    assert causes([(pair, one, other)]) == [wanted]


def test_every_cause_has_its_words() -> None:
    known = {row[0] for row in table("report")}
    named = {f"cause.{cause}" for *_, wanted in CAUSES for cause in wanted if "→" not in cause}
    assert (
        named | {f"cause.{name}" for name in ("missed.sentence", "missed.trigger", "false.instead", "false.extra", "duplicate")}
        <= known
    )
