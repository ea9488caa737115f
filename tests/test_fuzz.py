"""Folders of files through a whole run: nothing crashes, every input is told of, spans slice back, outputs are of their schemas.

Files of every kind that is read, in many encodings and with faults of many kinds, hold fragments of our own articles, markup
and noise. The bulk runs with a stand-in for GiNZA, some with GiNZA itself. `KEII_FUZZ=20000 pytest tests/test_fuzz.py`
(`make fuzz`) is the long form: so many examples, other ones each time.
"""

import csv
import html
import json
import os
import re
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import fake
import pages
import pytest
import schema
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from keii.api import schemas
from keii.config import Config
from keii.export import CLAIM_COLUMNS, EVENT_COLUMNS
from keii.model import Article, Document
from keii.pipeline import Run
from keii.runner import Options, execute
from keii.segment import segment
from keii.tag import tag

LONG = int(os.environ.get("KEII_FUZZ", "0"))
EXAMPLES = LONG or 2000

# --- text ---------------------------------------------------------------------------------------------------------

CORPUS = Path(__file__).parents[1] / "corpus"
LINES = sorted({line for path in CORPUS.glob("*.txt") for line in path.read_text(encoding="utf-8").splitlines() if line})
SENTENCES = sorted({sentence for line in LINES for sentence in re.findall(r"[^。]+。?", line) if len(sentence) <= 120})
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
ODD = [
    "「" * 100,
    "(" * 100 + ")" * 100,
    "<script>alert(1)</script>",
    "</script><!--",
    "](javascript:x)",
    "=cmd()",
    "```",
    "|a|b|",
    "\u202e逆",
    "か\u3099",
    "ｱﾙﾄﾞﾊﾞﾝ",
    "\x1b$B",
]
NOISE = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="「」『』()（）[]【】〈〉\"'“”", max_size=20),
    st.text(alphabet="0123456789０９年月日時分秒/-〜.,:：億万", max_size=20),
    st.text(alphabet="👩\u200d👧🏽1️⃣❤️・※◆▼☆→", max_size=10),
    st.text(alphabet="\n\r\t \u3000\u2028\x0b\x0c\u0085", max_size=6),
    st.text(alphabet="のはがをにでとも氏さん社長会", max_size=20),
    st.sampled_from(ODD),
)
PIECES = st.sampled_from([*SENTENCES, *FRAGMENTS * 8])
SPOILT = st.tuples(PIECES, NOISE, st.integers(0, 60)).map(lambda told: told[0][: told[2]] + told[1] + told[0][told[2] :])
TEXTS = st.tuples(
    st.sampled_from(["\n", "", "\n\n", "\r\n", "\u3000"]),
    st.lists(st.one_of(PIECES, PIECES, SPOILT, NOISE), max_size=5),
).map(lambda told: told[0].join(told[1]))

# --- metadata -----------------------------------------------------------------------------------------------------

METADATA = st.fixed_dictionaries(
    {},
    optional={
        "title": st.one_of(PIECES, st.text(max_size=12)),
        "published": st.one_of(st.dates().map(str), st.datetimes().map(lambda moment: moment.isoformat(timespec="seconds"))),
        "outlet": st.sampled_from(["読売新聞", "川上新報", "x"]),
        "url": st.sampled_from(["https://example.jp/1", "javascript:x", "橋"]),
        "zone": st.sampled_from(["Asia/Tokyo", "America/New_York", "+09:00"]),
    },
)
NINES = "9" * 5000
ODD_METADATA = st.dictionaries(
    st.sampled_from(["title", "published", "outlet", "url", "zone", "sources", "note", "id", "date", "キー"]),
    st.sampled_from(
        [
            *(
                "",
                "\ud800",
                "\0",
                "a\nb",
                "yesterday",
                "0001-01-01",
                "9999-12-31T23:59:59-14:00",
                "../../etc/passwd",
                "Mars/Olympus",
            ),
            *(5, -1.5, True, None, [], [5], {"a": 1}, [{"title": "橋", "date": 5}, {"url": "\udfff"}], NINES),
        ]
    ),
    max_size=3,
)


def _json(row: dict[str, Any]) -> str:
    """JSON of a row in which the nines are a number: more digits than Python turns into one."""
    return json.dumps(row).replace(f'"{NINES}"', NINES)


def _toml(metadata: dict[str, Any]) -> str:
    return "".join(f"{key} = {_json({'': value})[5:-1]}\n" for key, value in metadata.items())


def _lines(metadata: dict[str, Any]) -> str:
    return "".join(f"{key}: {value}\n" for key, value in metadata.items())


def mostly(usual: st.SearchStrategy[Any], *odd: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Nine times in ten the usual."""
    return st.integers(0, 9).flatmap(lambda chance: st.one_of(*odd) if chance == 9 else usual)


TOLD = mostly(METADATA, ODD_METADATA)
BROKEN_TOML = st.sampled_from(["x = " + "[" * 5000, "+++", "title = 'a", "= 1"])
FRONTS = st.one_of(
    st.just(""),
    TOLD.map(lambda metadata: f"+++\n{_toml(metadata)}+++\n"),
    TOLD.map(lambda metadata: f"---\n{_lines(metadata)}---\n"),
    mostly(
        st.just(""), BROKEN_TOML.map(lambda block: f"+++\n{block}\n+++\n"), st.sampled_from(["+++\n", "---\n", "---\nx\n---\n"])
    ),
)

# --- files --------------------------------------------------------------------------------------------------------


class File(NamedTuple):
    """A file of a folder; a byte of its name that is not UTF-8 is a lone surrogate, as Python has it."""

    name: str
    data: bytes
    sidecar: bytes | None = None


def _encoded(text: str, encoding: str) -> bytes:
    """Text in an encoding: what that does not have becomes `?`, a lone surrogate bytes that are not UTF-8."""
    return text.encode(encoding, "surrogatepass" if encoding.startswith("utf") else "replace")


def _damaged(told: tuple[bytes, bytes, int]) -> bytes:
    data, damage, place = told
    return data[:place] + damage + data[place + len(damage) :]


def encoded(texts: st.SearchStrategy[str]) -> st.SearchStrategy[bytes]:
    """Texts as bytes: mostly UTF-8, and mostly whole."""
    encodings = ["cp932", "euc_jp", "iso2022_jp", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-8"]
    whole = st.builds(_encoded, texts, mostly(st.just("utf-8"), st.sampled_from(encodings)))
    damages = st.one_of(st.sampled_from([b"\xff", b"\0", b"\xed\xa0\x80", b"\x1b$B", b"\xef\xbb\xbf"]), st.binary(max_size=4))
    return mostly(whole, st.tuples(whole, damages, st.integers(0, 200)).map(_damaged), st.binary(max_size=200))


def _page(told: tuple[str, dict[str, Any], str]) -> str:
    text, metadata, head = told
    paragraphs = "".join(f"<p>{html.escape(line)}</p>\n" for line in text.splitlines())
    title, published = html.escape(str(metadata.get("title"))), html.escape(str(metadata.get("published")))
    return (
        f'<html><head>{head}<title>{title}</title><meta property="article:published_time" content="{published}">'
        f"</head><body><nav>ホーム</nav><article><h1>{title}</h1>{paragraphs}</article></body></html>"
    )


TEXT_FILES = encoded(st.tuples(FRONTS, TEXTS).map("".join))
HEADS = st.sampled_from(["", '<meta charset="shift_jis">', '<meta charset="utf-8">', "<base href=x><![CDATA[", "<p>" * 200, "\0"])
HTML_FILES = encoded(st.one_of(st.tuples(TEXTS, TOLD, HEADS).map(_page), st.tuples(TEXTS, TOLD, HEADS).map(_page), TEXTS))
IDS = st.one_of(
    st.sampled_from(
        ["a", "b", "記事 1", "../c", "/etc/passwd", ".a", "", " ", "a\0", "\ud800", "<b>", "橋" * 80, "橋" * 100, "a" * 250]
    ),
    st.text(max_size=8),
)
GOOD_ROWS = st.tuples(mostly(st.sampled_from("abcde"), IDS), TEXTS, TOLD).map(
    lambda told: _json({"id": told[0], "body": told[1]} | told[2])
)
ROWS = mostly(
    GOOD_ROWS, st.sampled_from(["{", "[]", "5", "[" * 20_000, NINES, '{"id": 1, "text": ""}', '{"id": "a", "body": []}'])
)
JSONL_FILES = encoded(st.lists(ROWS, min_size=1, max_size=3).map("\n".join))
KINDS = {
    ".txt": TEXT_FILES,
    ".md": TEXT_FILES,
    ".TXT": TEXT_FILES,
    ".html": HTML_FILES,
    ".htm": HTML_FILES,
    ".jsonl": JSONL_FILES,
}
STEMS = mostly(
    st.sampled_from(["a", "b", "記事 1", "部/c"]),
    st.sampled_from(["a.b", ".a", "-o", "=1", "<b>", "x\ny", "%s", "か\u3099", "橋" * 80, "\udc8b\udcb4", "a.jsonl:1", "README"]),
)
SIDECARS = mostly(
    st.none(),
    TOLD.map(lambda metadata: _toml(metadata).encode("utf-8", "surrogatepass")),
    BROKEN_TOML.map(str.encode),
    st.just('title = "橋"'.encode("cp932")),
)


@st.composite
def files(draw: st.DrawFn) -> File:
    suffix = draw(st.sampled_from([*KINDS, ".txt", ".md", ".jsonl"]))
    return File(draw(STEMS) + suffix, draw(KINDS[suffix]), draw(SIDECARS))


def _stem(file: File) -> str:
    return file.name.removeprefix("部/").rpartition(".")[0]


FOLDERS = st.lists(files(), min_size=1, max_size=2, unique_by=_stem)

# --- what must hold -----------------------------------------------------------------------------------------------

SCHEMAS = schemas()


def check(folder: list[File], home: Path, *, twice: bool) -> Run:
    """Run over a folder and check what must hold of any run, and of a second one if there is to be one."""
    corpus, out = home / "corpus", home / "out"
    _write(folder, corpus)
    run = execute([corpus], Options(out=out), Config())
    _check_all_is_told(folder, corpus, run)
    _check_spans(run)
    _check_events(run)
    _check_files(run, out)
    if twice:
        execute([corpus], Options(out=home / "again"), Config())
        assert _outputs(home / "again") == _outputs(out)
        reloaded = execute([corpus], Options(out=out), Config())
        assert reloaded.analysed == 0
        assert (reloaded.claims, reloaded.events, reloaded.names) == (run.claims, run.events, run.names)
    return run


def _write(folder: list[File], corpus: Path) -> None:
    for file in folder:
        path = corpus / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
        if file.sidecar is not None:
            path.with_suffix(".toml").write_bytes(file.sidecar)


def _check_all_is_told(folder: list[File], corpus: Path, run: Run) -> None:
    """Each file is an article or failed by name, in a JSONL file each row; no failure is an error that we did not foresee."""
    told = Counter(re.sub(r"(\.jsonl):\d+$", r"\1", path) for path in _paths(run))
    for file in folder:
        path = os.fsencode(corpus / file.name).decode("utf-8", "backslashreplace")
        number = told.pop(path, 0)
        if _stem(file) == "README":
            assert number == 0
        elif file.name.endswith(".jsonl"):
            assert number in (1, _rows_of(file)) if _is_whole(file) else number > 0
        else:
            assert number == 1
    assert not told
    assert not [one for one in run.failures if re.match(r"(cannot be read|analysis failed): \w+(Error|Exception)\b", one.reason)]
    assert all(one.reason and len(one.reason.splitlines()) == 1 for one in run.failures)


def _is_whole(file: File) -> bool:
    """Tell whether a JSONL file is UTF-8 with nothing in it that may be taken for another encoding."""
    return _rows_of(file) > 0 and not {0, 0x1B} & set(file.data)


def _rows_of(file: File) -> int:
    """How many rows a file of UTF-8 has, 0 if it is none."""
    try:
        return sum(bool(line.strip()) for line in file.data.decode("utf-8-sig").split("\n"))
    except UnicodeDecodeError:
        return 0


def _paths(run: Run) -> list[str]:
    return [analysis.path for analysis in run.analyses] + [failure.path for failure in run.failures]


def _check_spans(run: Run) -> None:
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


def _check_events(run: Run) -> None:
    keys = [claim.key for claim in run.claims]
    events = [event.id for event in run.events]
    assert len(set(keys)) == len(keys) and len(set(events)) == len(events)
    assert sorted(key for event in run.events for key in event.claims) == sorted(keys)
    assert {claim.event for claim in run.claims} == set(events)


def _check_files(run: Run, out: Path) -> None:
    """The files hold the run, are of their schemas, and nothing else was written."""
    told = {name: [json.loads(row) for row in rows] for name, rows in _rows(out).items()}
    assert not [fault for name, rows in told.items() for row in rows for fault in schema.faults(row, SCHEMAS[name])]
    assert [f"{row['article']}/{row['id']}" for row in told["claims.jsonl"]] == [claim.key for claim in run.claims]
    assert [row["id"] for row in told["events.jsonl"]] == [event.id for event in run.events]
    (about,) = told["run.json"]
    assert [row["id"] for row in about["articles"]] == [analysis.id for analysis in run.analyses]
    assert [tuple(row.values()) for row in about["failures"]] == [tuple(failure) for failure in run.failures]
    for name, columns, rows in (("claims.csv", CLAIM_COLUMNS, run.claims), ("events.csv", EVENT_COLUMNS, run.events)):
        with (out / name).open(encoding="utf-8-sig", newline="") as file:
            assert [len(row) for row in csv.reader(file)] == [len(columns)] * (len(rows) + 1)
    page = (out / "timeline.html").read_text(encoding="utf-8")
    pages.assert_policy_holds(page)
    data = pages.data_of(page)
    texts = {analysis.id: analysis.text for analysis in run.analyses}
    assert all(texts[id] == article["text"] for id, article in data["articles"].items())
    assert len(data["claims"]) == len(run.claims) and len(data["events"]) == len(run.events)
    written = {path.stem: path for path in (out / "articles").glob("*")}
    assert all(path.read_bytes() == texts[id].encode() for id, path in written.items())
    assert {path.name for path in out.iterdir()} <= {*OUTPUTS, "articles", "keii.sqlite", ".keii.lock"}


OUTPUTS = ["claims.jsonl", "events.jsonl", "names.jsonl", "claims.csv", "events.csv", "timeline.html", "run.json"]


def _rows(out: Path) -> dict[str, list[str]]:
    """The rows of each file of JSON."""
    found = {name: (out / name).read_text(encoding="utf-8") for name in OUTPUTS if "json" in name}
    return {name: text.split("\n")[:-1] if name.endswith(".jsonl") else [text] for name, text in found.items()}


def _outputs(out: Path) -> dict[str, str]:
    """All that a run wrote, less the seconds it took."""
    written = [out / name for name in OUTPUTS] + sorted((out / "articles").glob("*"))
    found = {path.name: path.read_bytes().decode() for path in written}
    return found | {"run.json": re.sub(r'"seconds": \{[^}]*\}', "", found["run.json"])}


# --- tests --------------------------------------------------------------------------------------------------------

PHASES = [Phase.explicit, Phase.generate, Phase.shrink]
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large]
ONE_IN_TEN = st.integers(0, 9).map(lambda chance: chance == 9)


def test_any_folder_becomes_files() -> None:
    reached: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES, derandomize=not LONG, deadline=None, phases=PHASES, suppress_health_check=QUIET)
    @given(FOLDERS, ONE_IN_TEN)
    def each(folder: list[File], twice: bool) -> None:
        with tempfile.TemporaryDirectory() as home:
            run = check(folder, Path(home), twice=twice)
        reached["folders"] += 1
        reached.update(name for name in ("analyses", "claims", "failures") if getattr(run, name))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keii.tag.parse", fake.parse)
        each()
    assert reached["analyses"] > reached["folders"] / 2 and reached["claims"] > reached["folders"] / 3, reached
    assert reached["failures"] > reached["folders"] / 10, reached


@pytest.mark.model
@settings(max_examples=max(30, LONG // 50), derandomize=not LONG, deadline=None, phases=PHASES, suppress_health_check=QUIET)
@given(FOLDERS, ONE_IN_TEN)
def test_any_folder_becomes_files_with_ginza(folder: list[File], twice: bool) -> None:
    with tempfile.TemporaryDirectory() as home:
        check(folder, Path(home), twice=twice)


@settings(max_examples=500, derandomize=not LONG, deadline=None)
@given(TEXTS)
def test_tokens_stand_on_characters(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keii.tag.parse", fake.parse)
        document: Document = tag([segment(Article(id="a", text=text))])[0]
    for sentence, tokens in zip(document.sentences, document.tokens, strict=True):
        assert all(sentence.start <= token.start < token.end <= sentence.end for token in tokens)
