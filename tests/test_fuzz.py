"""Articles of fragments, markup and noise through every stage: nothing crashes, every span slices back, all is accounted for.

The bulk runs with a stand-in for GiNZA, some with GiNZA itself. `KEII_FUZZ=20000 pytest tests/test_fuzz.py` (`make fuzz`) is
the long form: so many examples, other ones each time.
"""

import csv
import io
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import fake
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from keii import export
from keii.config import Config
from keii.model import Article, Claim, Document, Event, Failure, Name
from keii.pipeline import Run, analyse, tell
from keii.read import read
from keii.segment import segment
from keii.tag import tag

LONG = int(os.environ.get("KEII_FUZZ", "0"))
EXAMPLES = LONG or 2000

FRAGMENTS = [
    "青山橋梁は5月10日、田中一郎社長が同日付で辞任したと発表した。",
    "後任には鈴木花子副社長が就く予定だ。",
    "読売新聞によると、県警は11日、青山橋梁の本社を捜索した。",
    "川上町で4月1日午前9時ごろ、震度5弱の地震があり、3人がけがをした。",
    "同社の広報担当者は「事実関係を確認している」と述べた。",
    "昨年11月に合意した両社は、来月にも買収を完了させる見通し。",
    "ジョン・カーペンター(John Carpenter)氏はBridge Worksを7,500万ドルで買収する考えを否定した。",
    "市長選は5月12日(月)に投開票され、現職が3選を果たした。",
    "出典:『海辺ニュース』2024年5月12日",
    "(川上, 2023)。",
    "[1] 田中一郎 (2023)『橋の歴史』川上出版 https://example.com/a_(b)?c=1",
    "> 橋は直します。@kawakami 2024年5月10日",
    "## 2024年5月10日 何があったのか",
    "・5月11日: 株価が下がった",
    "- 1位 青山橋梁",
    "【速報】橋が落ちる",
    "シェアする ツイート",
    "同日夜、関係者が明らかにした。",
    "The bridge fell on May 10, 2024, officials said.",
    "2日後、約120人が避難し、9カ所で停電した。",
    "(写真:川上新報)",
]
NOISE = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="「」『』()（）[]【】〈〉\"'“”", max_size=20),
    st.text(alphabet="0123456789０９年月日時分秒/-〜.,:：億万", max_size=20),
    st.text(alphabet="👩\u200d👧🏽1️⃣❤️・※◆▼☆→", max_size=10),
    st.text(alphabet="\n\r\t \u3000\u2028\x0b\x0c\u0085", max_size=6),
    st.text(alphabet="のはがをにでとも氏さん社長会", max_size=20),
    st.sampled_from(
        [
            "「" * 100,
            "(" * 100 + ")" * 100,
            "<script>alert(1)</script>",
            "](javascript:x)",
            "=cmd()",
            "```",
            "|a|b|",
            "\u202e",
            "か\u3099",
        ]
    ),
)
PARTS = st.lists(
    st.one_of(
        st.sampled_from(FRAGMENTS),
        st.tuples(st.sampled_from(FRAGMENTS), NOISE, st.integers(0, 60)).map(lambda t: t[0][: t[2]] + t[1] + t[0][t[2] :]),
        NOISE,
    ),
    max_size=9,
)
TEXTS = st.tuples(PARTS, st.sampled_from(["", "\n", "\n\n", "\r\n", "\u3000"])).map(lambda t: t[1].join(t[0]))
DATES = st.one_of(st.none(), st.dates().map(str), st.datetimes().map(lambda moment: moment.isoformat(timespec="seconds")))
ARTICLES = st.lists(
    st.tuples(TEXTS, st.one_of(st.none(), st.text(max_size=20)), DATES, st.sampled_from([None, "読売新聞", "x"])),
    min_size=1,
    max_size=2,
)


def rows(told: Sequence[tuple[str, str | None, str | None, str | None]]) -> str:
    """Articles as a file of JSON lines."""
    keys = ("body", "title", "published", "outlet")
    return "\n".join(json.dumps({"id": f"a{n}"} | dict(zip(keys, row, strict=True))) for n, row in enumerate(told))


def check(told: Sequence[tuple[str, str | None, str | None, str | None]], folder: Path, *, pages: bool) -> None:
    """Run all stages twice over articles and check what must hold of any."""
    path = folder / "articles.jsonl"
    path.write_text(rows(told), encoding="utf-8")
    items = list(read([path]))
    articles = [item for item in items if isinstance(item, Article)]
    failures = tuple(item for item in items if isinstance(item, Failure))
    assert sorted({item.id if isinstance(item, Article) else item.article for item in items}) == [
        f"a{n}" for n in range(len(told))
    ]
    run = _told(articles, failures)
    _check_run(run)
    again = _told(list(reversed(articles)), failures)
    assert (run.claims, run.events, run.names) == (again.claims, again.events, again.names)
    if pages and articles:
        files = export.export(run, folder / "out", Config())
        assert export.export(again, folder / "again", Config()).keys() == files.keys()
        for name in files.keys() - {"run.json"}:
            assert (folder / "out" / name).read_bytes() == (folder / "again" / name).read_bytes()


def _told(articles: list[Article], failures: tuple[Failure, ...]) -> Run:
    analyses = tuple(sorted(analyse(articles, Config()), key=lambda analysis: analysis.id))
    run = Run(read=len(articles), analysed=len(articles), analyses=analyses, failures=failures)
    tell(run, Config())
    return run


def _check_run(run: Run) -> None:
    texts = {analysis.id: analysis.text for analysis in run.analyses}
    for analysis in run.analyses:
        assert all(0 <= start < end <= len(analysis.text) for start, end in analysis.sentences)
        assert all(analysis.text[m.start : m.end] == m.text and m.text for m in analysis.mentions)
        assert all(a.end <= b.start for a, b in zip(analysis.mentions, analysis.mentions[1:], strict=False))
    for claim in run.claims:
        text = texts[claim.article]
        for span in (claim.evidence, claim.trigger, claim.citation, claim.date, *claim.participants, *claim.source):
            if span is None or span.start is None or span.end is None:
                continue
            assert 0 <= span.start < span.end <= len(text)
            told = getattr(span, "text", None)
            assert told is None or text[span.start : span.end] == told
        assert claim.evidence.start <= claim.trigger.start and claim.trigger.end <= claim.evidence.end
    keys = [claim.key for claim in run.claims]
    events = [event.id for event in run.events]
    assert len(set(keys)) == len(keys) and len(set(events)) == len(events)
    assert sorted(key for event in run.events for key in event.claims) == sorted(keys)
    assert {claim.event for claim in run.claims} == set(events)
    _check_rows(Claim, run.claims)
    _check_rows(Event, run.events)
    _check_rows(Name, run.names)
    table = list(csv.reader(io.StringIO(export._csv(export.CLAIM_COLUMNS, map(export._claim_row, run.claims)))))
    assert {len(row) for row in table} == {len(export.CLAIM_COLUMNS)} and len(table) == len(run.claims) + 1


def _check_rows(kind: type[Claim] | type[Event] | type[Name], found: Sequence[Claim | Event | Name]) -> None:
    told = export.lines(found).split("\n")
    assert told.pop() == "" and [kind.model_validate_json(row) for row in told] == list(found)


PHASES = [Phase.explicit, Phase.generate, Phase.shrink]
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=EXAMPLES, derandomize=not LONG, deadline=None, phases=PHASES, suppress_health_check=QUIET)
@given(ARTICLES)
def test_any_article_goes_through(told: list[tuple[str, str | None, str | None, str | None]]) -> None:
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr("keii.tag.parse", fake.parse)
        check(told, Path(folder), pages=False)


@settings(max_examples=max(60, LONG // 50), derandomize=not LONG, deadline=None, phases=PHASES, suppress_health_check=QUIET)
@given(ARTICLES)
def test_any_article_becomes_files(told: list[tuple[str, str | None, str | None, str | None]]) -> None:
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr("keii.tag.parse", fake.parse)
        check(told, Path(folder), pages=True)


@pytest.mark.model
@settings(max_examples=max(30, LONG // 50), derandomize=not LONG, deadline=None, phases=PHASES, suppress_health_check=QUIET)
@given(ARTICLES)
def test_any_article_goes_through_with_ginza(told: list[tuple[str, str | None, str | None, str | None]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        check(told, Path(folder), pages=False)


@settings(max_examples=500, derandomize=not LONG, deadline=None)
@given(TEXTS)
def test_tokens_stand_on_characters(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keii.tag.parse", fake.parse)
        document: Document = tag([segment(Article(id="a", text=text))])[0]
    for sentence, tokens in zip(document.sentences, document.tokens, strict=True):
        assert all(sentence.start <= token.start < token.end <= sentence.end for token in tokens)
