"""Merging: which tellings are one event, ids that stay, records, conflicts."""

from __future__ import annotations

import datetime
import doctest
import pickle
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import keii.merge.discourse
import keii.merge.identity
import keii.merge.places
import keii.merge.words
from keii import config
from keii.bench.synthetic import synthetic
from keii.merge import group, merge, why
from keii.merge.cluster import average_link
from keii.merge.compare import compare
from keii.merge.discourse import OPENERS, TAILS, is_entry, is_quoted, opener, ordinals, tail
from keii.merge.evidence import load_model
from keii.merge.places import place
from keii.merge.suspects import contradicted
from keii.merge.table import DAY, FAR, Table, moment, own_amounts
from keii.merge.title import english, title
from keii.merge.words import amounts, content, offices, paraphrases
from keii.model import Article, Claim, ClaimDate, Event, EventParticipant, Suspect

CASES = [line.split("\t") for line in (Path(__file__).parent / "cases" / "merge.tsv").read_text(encoding="utf-8").splitlines()]
SETTINGS = config.Merge()


def claim(
    article: str, type: str, factuality: str, date: str, who: str, sentence: str, at: int = 0, id: str = "c001", **fields: object
) -> Claim:
    """A claim from a sentence whose trigger stands in square brackets."""
    before, trigger, after = sentence.replace("]", "[").split("[")
    text = before + trigger + after
    participants = []
    for role, name in (one.split(":") for one in who.split()):
        start = text.find(name)
        span = {"start": at + start, "end": at + start + len(name), "text": name} if start >= 0 else {}
        participants.append({"name": name, "role": role, **span})
    row = {
        "article": article,
        "id": id,
        "evidence": {"start": at, "end": at + len(text), "text": text},
        "trigger": {"start": at + len(before), "end": at + len(before + trigger), "text": trigger},
        "type": type,
        "factuality": factuality,
        "date": {"value": date, "from": "sentence"} if date else None,
        "participants": participants,
    }
    return Claim.model_validate(row | fields)


def run(*claims: Claim, previous: tuple[Event, ...] = (), articles: dict[str, Article] | None = None) -> tuple[Event, ...]:
    return merge(claims, articles or {}, SETTINGS, previous)[1]


@pytest.mark.parametrize("case", [case for case in CASES if not case[0].startswith("#")], ids=lambda case: case[0])
def test_one_event_or_two(case: list[str]) -> None:
    _, number, *tellings = case
    one = claim(*tellings[:6])
    other = claim(*tellings[6:], at=500, id="c002")
    assert len(run(one, other)) == {"one": 1, "two": 2}[number]


DISMISSED = claim(
    "a-01", "end-position", "fact", "2021-04-02", "patient:中村健一 org:青葉電機", "青葉電機は中村健一社長を[解任]した。"
)
AGAIN = claim("a-02", "end-position", "fact", "2021-04-02", "patient:中村健一 org:青葉電機", "中村健一社長は2日に[解任]された。")
FLOOD = claim("b-01", "harm", "fact", "2019-07-06", "", "大雨で川が[氾濫]した。")


@pytest.mark.parametrize(
    ("first", "second", "suspect"),
    [
        ("デモ隊が衝突し50人が[負傷]した。", "別の新聞は150人が[負傷]したと伝えた。", True),
        ("デモ隊が衝突し50人が[負傷]した。", "このうち20人が[負傷]した。", False),
        ("デモ隊が衝突し50人が[負傷]した。", "デモ隊が衝突し約50人が[負傷]した。", False),
        ("デモ隊が衝突し50人が[負傷]した。", "150人が[拘束]された。", False),
        ("デモ隊が衝突し50人が[負傷]した。", "150台が[負傷]した。", False),
    ],
)
def test_amounts_that_an_article_contradicts_are_suspect(first: str, second: str, suspect: bool) -> None:
    told = [claim("a", "harm", "fact", "2021-03-02", "", first), claim("a", "harm", "fact", "2021-03-02", "", second, 40, "c002")]
    found = contradicted([told], own_amounts(told))
    assert set(found) == ({"a/c001", "a/c002"} if suspect else set())
    if suspect:
        assert found["a/c001"][0].why == "150人 in the same article (c002)"


def test_every_claim_has_its_event_whatever_the_order() -> None:
    claims, events = merge([FLOOD, AGAIN, DISMISSED], {}, SETTINGS)
    assert [c.key for c in claims] == [FLOOD.key, AGAIN.key, DISMISSED.key]
    assert sorted(key for event in events for key in event.claims) == sorted(c.key for c in claims)
    assert merge([DISMISSED, FLOOD, AGAIN], {}, SETTINGS)[1] == events
    assert [event.date.value for event in events if event.date] == ["2019-07-06", "2021-04-02"]


def test_nothing_in_nothing_out() -> None:
    assert merge([], {}, SETTINGS) == ((), ())


def test_what_is_denied_and_comes_true_later_is_two_events() -> None:
    change = ("start-position", "patient:中村健一 org:青葉電機")
    rumour = claim("a-01", change[0], "possible", "2021-04-02", change[1], "中村健一氏の[復帰]が噂される。", id="c001")
    denial = claim("a-01", change[0], "negated", "2021-04-03", change[1], "中村健一氏は[復帰]しない。", at=300, id="c002")
    return_ = claim("a-01", change[0], "fact", "2021-04-09", change[1], "中村健一氏が青葉電機に[復帰]した。", at=600, id="c003")
    told = Table([rumour, denial, return_])
    found = compare(told, np.array([0, 0, 1]), np.array([1, 2, 2]))
    assert found["another after a denial"].tolist() == [0, 1, 1]
    assert Table([rumour, return_]).denied.tolist() == [FAR, FAR]


def test_a_group_belongs_to_its_body() -> None:
    told = "中村健一氏が[退任]した。"
    one, other = (
        Table([claim("a-01", "end-position", "fact", "2021-04-02", f"patient:中村健一 org:{org}", told)]).org
        for org in ("青葉電機取締役会", "青葉電機")
    )
    assert one.matrix.indices.tolist() == other.matrix.indices.tolist()


def test_ids_stay_when_articles_come() -> None:
    before = run(DISMISSED, FLOOD)
    after = run(DISMISSED, FLOOD, AGAIN, previous=before)
    assert {event.id for event in before} == {event.id for event in after}
    assert all(not event.formerly for event in after)


def test_merged_and_split_ids_leave_a_trace() -> None:
    both = run(DISMISSED, AGAIN)
    apart = tuple(both[0].model_copy(update={"id": id, "claims": (key,)}) for id, key in zip("xy", both[0].claims, strict=True))
    (joined,) = run(DISMISSED, AGAIN, previous=apart)
    assert {joined.id, *joined.formerly} == {"x", "y"}
    mixed = (both[0].model_copy(update={"id": "z", "claims": (DISMISSED.key, FLOOD.key)}),)
    flood, dismissal = run(DISMISSED, FLOOD, previous=mixed)
    assert sorted([flood.id == "z", dismissal.id == "z"]) == [False, True]
    assert next(event for event in (flood, dismissal) if event.id != "z").formerly == ("z",)


def test_why_adds_up() -> None:
    (event,) = run(DISMISSED, AGAIN)
    (pair,) = why(event, [DISMISSED, AGAIN])
    assert {pair.a, pair.b} == {DISMISSED.key, AGAIN.key}
    assert pair.total == pytest.approx(sum(part for _, part in pair.parts), abs=0.01)
    assert ("same date" in dict(pair.parts)) and dict(pair.parts)["same date"] > 0


def test_found_claims_are_weighed_by_their_own_weights() -> None:
    model = load_model()
    found = [c.model_copy(update={"confidence": 0.9}) for c in (DISMISSED, AGAIN)]
    for weights, claims in ((model.certain, [DISMISSED, AGAIN]), (model.found, found), (model.found, [DISMISSED, found[1]])):
        parts = dict(model.explain(Table(claims), 0, 1))
        assert parts["before any evidence"] == weights.bias
    assert len(run(*found)) == 1


def test_average_link_does_not_chain() -> None:
    assert average_link(3, np.array([3.0, -6.0, 1.0]), 0.0) == [[0, 1], [2]]


def pickled(work: Callable[..., object], batches: Iterable[object]) -> Iterator[object]:
    """Do the work as another process would."""
    for batch in batches:
        there, sent = pickle.loads(pickle.dumps((work, batch)))
        yield pickle.loads(pickle.dumps(there(sent)))


def test_however_merging_is_cut_and_wherever_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keii.merge.cluster.LARGEST", 9)  # so that components are cut too
    claims, model = list(synthetic(600)), load_model()
    whole = group(claims, model, batch=10**6)
    assert max(map(len, whole)) > 2 and len(whole) < 600
    assert group(claims[::-1], model, batch=1) == whole
    assert group(claims, model, batch=50, each=pickled) == whole
    with ThreadPoolExecutor(3) as executor:
        assert group(claims, model, batch=50, each=executor.map) == whole


def test_record() -> None:
    articles = {
        "a-01": Article(id="a-01", text="", published="2021-04-03", outlet="青空新聞"),
        "a-02": Article(id="a-02", text="", published="2021-04-02"),
    }
    cited = AGAIN.model_copy(update={"outlets": ("青空新聞",)})
    (event,) = run(DISMISSED, cited, articles=articles)
    assert event.title == "青葉電機は中村健一社長を解任"
    assert event.first_told_by == "a-02" and event.articles == ("a-02", "a-01")
    assert event.independent_outlets == 1
    assert [(who.name, who.role) for who in event.participants] == [("中村健一", "patient"), ("青葉電機", "org")]
    assert event.date and event.date.grain == "day" and event.factuality == "fact"


# --- conflicts ----------------------------------------------------------------------------------------------------

LAID_OFF = ("end-position", "fact", "2021-04-02", "patient:青葉電機の従業員 org:青葉電機")


@pytest.mark.parametrize(
    ("one", "other", "fields"),
    [
        ("青葉電機は約3700人を[解雇]した。", "青葉電機は約3500人を[解雇]した。", {"amount"}),
        ("青葉電機は3700人を[解雇]した。", "青葉電機は３７００名を[解雇]した。", set()),
        ("青葉電機は700人超を[解雇]した。", "青葉電機は738人を[解雇]した。", set()),
        ("青葉電機は従業員を[解雇]した。", "青葉電機は738人を[解雇]した。", set()),
    ],
)
def test_amounts(one: str, other: str, fields: set[str]) -> None:
    (event,) = run(claim("a-01", *LAID_OFF, one), claim("a-02", *LAID_OFF, other))
    assert {conflict.field for conflict in event.conflicts} == fields


@pytest.mark.parametrize(
    ("one", "other", "zoned", "fields"),
    [
        ("2021-04-02", "2021-04-03", False, {"date"}),
        ("2021-04-02", "2021-04-03", True, set()),
        ("2021-04", "2021-04-03", False, set()),
        ("2021-04-02T10:00", "2021-04-02", False, set()),
    ],
)
def test_dates(one: str, other: str, zoned: bool, fields: set[str]) -> None:
    rest = ("patient:中村健一 org:青葉電機", "青葉電機は中村健一社長を[解任]した。")
    claims = [claim(f"a-0{i}", "end-position", "fact", date, *rest) for i, date in ((1, one), (2, other))]
    text = "日本時間で記す。" if zoned else ""
    (event,) = run(*claims, articles={c.article: Article(id=c.article, text=text) for c in claims})
    assert {conflict.field for conflict in event.conflicts} == fields


def test_denial_and_place_and_role() -> None:
    rest = ("justice", "fact", "2021-04-02", "agent:国土交通省 patient:青葉電機")
    a = claim("a-01", *rest, "国土交通省は青葉県池原市の本社を[立ち入り検査]した。")
    b = claim("a-02", *rest, "国土交通省は大浜市の本社を[立ち入り検査]した。")
    (event,) = run(a, b)
    assert [conflict.field for conflict in event.conflicts] == ["place"]
    c = claim("a-01", "end-position", "fact", "2021-04-02", "patient:佐野恵 org:青葉電機", "青葉電機の佐野恵副社長が[辞任]した。")
    d = claim(
        "a-02", "end-position", "negated", "2021-04-02", "patient:佐野恵 org:青葉電機", "青葉電機は佐野恵会長の[辞任]を否定した。"
    )
    (event,) = run(c, d)
    assert {"role", "factuality"} <= {conflict.field for conflict in event.conflicts}
    supported = [value for conflict in event.conflicts for value in conflict.values]
    assert all(value.claims for value in supported)


def test_amounts_go_to_the_next_trigger() -> None:
    sentence = "13人が[死亡]し、8人が負傷した。"
    first = claim("a-01", "harm", "fact", "", "", sentence)
    second = claim("a-01", "harm", "fact", "", "", "13人が死亡し、8人が[負傷]した。", id="c002")
    own = own_amounts([first, second])
    assert [[a.text for a in own[c.key]] for c in (first, second)] == [["13人"], ["8人"]]


# --- discourse ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "follows"),
    [
        ("バスが[横転]し、5人がけがをした。", "and"),
        ("社長は[会見]で謝罪した。", "at"),
        ("石を[投げ]たり火をつけたりした。", "or"),
        ("[開会]後、知事が演説した。", "after"),
        ("大雨で川が[氾濫]したため、住民が避難した。", "because"),
        ("会社は[撤退]を決めた。", None),
        ("昨年[買収]した会社を売る。", "of whom"),
    ],
)
def test_what_follows_a_trigger(sentence: str, follows: str | None) -> None:
    found = tail(claim("a-01", "other", "fact", "", "", sentence))
    assert (list(TAILS)[found] if found >= 0 else None) == follows


@pytest.mark.parametrize(
    ("sentence", "opens"),
    [
        ("この事故で2人が負傷した。", "this"),
        ("県警によると、その後、男は出頭した。", "then"),
        ("また、社長は辞任も示唆した。", "also"),
        ("同日、知事が会見した。", None),
        ("知事が会見した。", None),
    ],
)
def test_how_a_sentence_opens(sentence: str, opens: str | None) -> None:
    found = opener(sentence)
    assert (list(OPENERS)[found] if found >= 0 else None) == opens


@pytest.mark.parametrize(
    ("told", "doubted", "days"),
    [
        ("11月19日金曜日", True, (17, 19)),
        ("11月19日(月)", True, (19, 20)),
        ("11月19日(日)", True, (19, 19)),
        ("11月19日", True, (19, 19)),
        ("11月19日金曜日", False, (19, 19)),
    ],
)
def test_a_contradicted_weekday_widens_the_date(told: str, doubted: bool, days: tuple[int, int]) -> None:
    date = ClaimDate(value="2023-11-19", start=0, end=len(told), text=told, from_="sentence")
    suspect = (Suspect(field="date", why="2023-11-19 is a 日曜日"),) if doubted else ()
    resigned = claim("a", "end-position", "fact", "", "patient:甲", f"甲は{told}に[辞任]した。")
    found = moment(resigned.model_copy(update={"date": date, "suspect": suspect}))
    assert found is not None
    first, last = (datetime.date(2023, 11, day).toordinal() for day in days)
    assert (found.low, found.high) == (first * DAY, (last + 1) * DAY)


def test_ordinals_quotes_entries() -> None:
    assert ordinals(claim("a-01", "other", "fact", "", "", "3回目の実験を[実施]した。")) == {"回目": "3"}
    assert is_quoted(claim("a-01", "other", "fact", "", "", "社長は「必ず[再開]する」と話した。"))
    assert not is_quoted(claim("a-01", "other", "fact", "", "", "社長は「必ず」と話し、[再開]した。"))
    assert is_entry("・4月1日 開業") and is_entry("16:10 地震が発生") and not is_entry("16人が負傷した。")


# --- words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", [keii.merge.discourse, keii.merge.words, keii.merge.places, keii.merge.identity])
def test_examples(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


def test_stems_need_kana() -> None:
    assert "leave-post" in paraphrases("退いて") and "leave-post" not in paraphrases("退院")


@pytest.mark.parametrize(
    "hostile", ["市" * 100_000, "1,2" * 33_333, "千万" * 50_000, "の自宅" * 33_333, "「" * 100_000, "社長" * 50_000]
)
def test_hostile_text_is_quick(hostile: str) -> None:
    told = claim("a-01", "other", "fact", "", "", hostile + "[爆発]した。")
    start = time.process_time()
    content(hostile), amounts(hostile), offices(hostile), place(told), tail(told), opener(hostile), ordinals(told)
    assert time.process_time() - start < 4  # a second each


def test_the_title_is_the_headline_of_the_clearest_claim() -> None:
    told = {DISMISSED.key: "青葉電機、中村健一社長を解任", AGAIN.key: "解任"}
    assert merge([DISMISSED, AGAIN], {}, SETTINGS, (), told)[1][0].title == "青葉電機、中村健一社長を解任"


def test_a_title_names_whom_it_is_about() -> None:
    who = "agent:青葉電機 patient:中村健一"
    bare = claim("a-01", "start-position", "fact", "2021-04-02", who, "青葉電機が社長を[迎え]た。").model_copy(
        update={"participants": DISMISSED.participants}
    )
    named = claim("a-02", "start-position", "fact", "2021-04-02", who, "青葉電機の社長には2日、中村健一氏が[就任]したという。")
    headlines = {bare.key: "青葉電機、社長を迎える", named.key: "中村健一氏、青葉電機の社長に就任"}
    assert title([bare, named], "start-position", headlines) == headlines[named.key]


@pytest.mark.parametrize(
    ("people", "wanted"),
    [
        ("agent:Acme patient:Jane_Doe", "Acme, Jane_Doe: leaves post"),
        ("patient:Jane_Doe org:青葉電機", "Jane_Doe: leaves post"),
        ("agent:青葉電機 patient:Jane_Doe", None),
        ("", None),
    ],
)
def test_english_title(people: str, wanted: str | None) -> None:
    names = [one.split(":") for one in people.split()]
    participants = [EventParticipant.model_validate({"role": role, "name": name}) for role, name in names]
    assert english("end-position", participants) == wanted
