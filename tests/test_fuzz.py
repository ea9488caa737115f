"""Folders of fragments, markup and noise through every stage: nothing crashes, every span slices back, all is accounted for.

The bulk runs with GiNZA's analysis of whole fragments and a stand-in for it elsewhere, some with GiNZA itself.
`KEII_FUZZ=20000 pytest tests/test_fuzz.py` (`make fuzz`) is the long form: so many examples, other ones each time.
"""

import csv
import html
import io
import json
import os
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import fake
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import keii.tag
from keii import export
from keii.about import RunFile
from keii.config import Config, Tag
from keii.model import Article, Claim, Document, Event, Name
from keii.pipeline import Run, gather, tell
from keii.segment import segment
from keii.store import Store
from keii.tag import tag

LONG = int(os.environ.get("KEII_FUZZ", "0"))
EXAMPLES = LONG or 2000

# --- what articles are made of ------------------------------------------------------------------------------------

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


def _real() -> list[str]:
    """Short sentences of the corpus that tell claims."""
    found = set()
    for path in sorted(ROOT.glob("gold/*.jsonl")):
        article = ROOT / "corpus" / f"{path.stem}.txt"
        text = article.read_bytes().decode() if article.exists() else ""
        spans = [json.loads(line)["evidence"] for line in path.read_text(encoding="utf-8").splitlines()]
        found |= {text[span["start"] : span["end"]] for span in spans if span["end"] - span["start"] <= 50}
    return sorted(found - {""})[::3]


ROOT = Path(__file__).parents[1]
REAL = _real()
NOISE = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="「」『』()（）[]【】〈〉\"'“”", max_size=20),
    st.text(alphabet="0123456789０９年月日時分秒/-〜.,:：億万", max_size=20),
    st.text(alphabet="👩\u200d👧🏽1️⃣❤️・※◆▼☆→", max_size=10),
    st.text(alphabet="\n\r\t \u3000\u2028\x0b\x0c\u0085", max_size=6),
    st.text(alphabet="のはがをにでとも氏さん社長会", max_size=20),
    st.sampled_from(
        ["「" * 100, "(" * 100 + ")" * 100, "<script>alert(1)</script>", "](javascript:x)", "=cmd()", "```", "|a|b|", "か\u3099"]
    ),
)
FRAGMENT = st.sampled_from(FRAGMENTS + REAL)
SPLICED = st.tuples(FRAGMENT, NOISE, st.integers(0, 60)).map(lambda t: t[0][: t[2]] + t[1] + t[0][t[2] :])
ONE_NOISE = st.tuples(NOISE).map("".join)  # `one_of` would draw each kind of noise as often as a fragment
PARTS = st.lists(st.one_of(FRAGMENT, FRAGMENT.map(str), SPLICED, ONE_NOISE), min_size=1, max_size=2)
TEXTS = st.tuples(PARTS, st.sampled_from(["", "\n", "\n\n", "\r\n", "\u3000"])).map(lambda t: t[1].join(t[0]))
TITLES = st.one_of(st.none(), FRAGMENT, SPLICED)
DATES = st.one_of(st.none(), st.dates().map(str), st.datetimes().map(lambda moment: moment.isoformat(timespec="seconds")))
OUTLETS = st.sampled_from([None, "読売新聞", "x", "<b>"])
METADATA = st.tuples(TITLES, DATES, OUTLETS).map(
    lambda t: {key: value for key, value in zip(("title", "published", "outlet"), t, strict=True) if value}
)

# --- files of them ------------------------------------------------------------------------------------------------


class File(NamedTuple):
    """A file to read, perhaps with a sidecar; `sound` holds the texts of articles that must come of it, by id."""

    name: str
    data: bytes
    sidecar: bytes | None
    sound: dict[str, str]
    rows: int | None
    """How many articles and failures come of it, None where broken bytes may join rows or part them."""


class Content(NamedTuple):
    text: str
    sound: dict[str, str]
    rows: int = 1


FAULTS = st.sampled_from(["", "", "", "", "", "", "bytes", "stem", "sidecar", "front", "row"])
"""What may be wrong with a file: one thing at a time, or all would fail."""
ODD = {
    "stem": [".h", "n\udcff", "橋" * 80, "a\nb"],
    "sidecar": [b"title", b'title = "\x8b\xb4"', b'published = "x"', b"\xff", b"a = " + b"[" * 999],
    "front": ["+++\ntitle = 1\n", "---\n", "+++\npublished = 10\n+++\n", "---\na\n---\n", "+++\nzone = 'Mars'\n+++\n"],
    "row": [
        "null", "[]", "{", "[" * 9999, "9" * 9999, "橋", '{"id": 1}', '{"id": "x", "body": 1}', '{"id": "x", "body": "\\u0000"}',
        '{"id": "\\ud800", "body": "a"}', '{"id": "x", "body": "a", "sources": 1}', '{"id": "x", "body": "a", "published": "?"}',
        *(json.dumps({"id": id, "body": "橋"}) for id in ("", " ", "..", "../x", "a/b", "a\nb", "x" * 300, None, ["a"], "0-0")),
    ],
}  # fmt: skip
STEMS = st.sampled_from(["a", "橋", "b c", "=1", "\u202e"])
ENCODINGS = st.sampled_from(["utf-8"] * 8 + ["utf-8-sig", "cp932", "euc_jp", "iso2022_jp", "utf-16", "utf-16-le", "utf-16-be"])
HEADS: list[Callable[[dict[str, str]], str]] = [
    lambda told: "",
    lambda told: "---\n" + "".join(f"{key}: {value}\n" for key, value in told.items()) + "---\n",
    lambda told: "+++\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in told.items()) + "+++\n",
]
"""Front matter that tells metadata, and none."""


def _text(draw: st.DrawFn, id: str, fault: str) -> Content:
    text, head, told = draw(st.tuples(TEXTS, st.sampled_from(HEADS), METADATA))
    front = draw(st.sampled_from(ODD[fault])) if fault == "front" else head(told)
    return Content(front + text, {id: text} if not front and _is_sound(text) else {})


def _page(draw: st.DrawFn, id: str, fault: str) -> Content:
    parts, told, escape, encoding = draw(st.tuples(PARTS, METADATA, st.sampled_from([html.escape, str]), ENCODINGS))
    head = f"<title>{escape(told.get('title', ''))}</title><meta charset={encoding}>"
    body = "".join(f"<{tag}>{escape(part)}</{tag}>" for tag, part in zip(["h2", "p", "p", "li", "td"], parts, strict=False))
    return Content(f"<html><head>{head}</head><body><article>{body}</article></body></html>", {})


def _rows(draw: st.DrawFn, id: str, fault: str) -> Content:
    articles = draw(st.lists(st.tuples(TEXTS, METADATA), min_size=1, max_size=2))
    rows = [json.dumps(told | {"id": f"{id}-{n}", "body": text}, ensure_ascii=False) for n, (text, told) in enumerate(articles)]
    rows += [draw(st.sampled_from(ODD["row"]))] if fault == "row" else []
    sound = {
        f"{id}-{n}": text for n, (text, told) in enumerate(articles) if _is_sound(text) and "\0" not in told.get("title", "")
    }
    return Content("\n".join(rows), sound, len(rows))


def _is_sound(text: str) -> bool:
    """No blanks alone, no binary data, nothing that looks like ISO-2022-JP or front matter."""
    return bool(text.strip("\ufeff \t\r\n\u3000")) and not {"\0", "\x1b"} & set(text) and not text.startswith(("---", "+++"))


KINDS = {".txt": _text, ".md": _text, ".TXT": _text, ".jsonl": _rows, ".html": _page, ".htm": _page}
KIND = st.tuples(st.sampled_from([*KINDS, ".txt", ".md", ".jsonl", ".jsonl"]), STEMS, FAULTS, ENCODINGS)


@st.composite
def folders(draw: st.DrawFn) -> list[File]:
    return [_file(draw, number, *kind) for number, kind in enumerate(draw(st.lists(KIND, min_size=1, max_size=2)))]


def _file(draw: st.DrawFn, number: int, suffix: str, stem: str, fault: str, encoding: str) -> File:
    stem = f"{draw(st.sampled_from(ODD['stem'])) if fault == 'stem' else stem}{number}"
    content = KINDS[suffix](draw, stem if suffix != ".jsonl" else str(number), fault)
    data = content.text.encode(encoding, "ignore")
    if fault == "bytes":
        place, put = draw(st.tuples(st.integers(0, 99), st.binary(max_size=3)))
        data = data[:place] + put + data[place:]
    sidecar = draw(st.sampled_from(ODD["sidecar"])) if fault == "sidecar" else None
    whole = encoding == "utf-8" and fault != "bytes"
    sound = content.sound if whole and (suffix == ".jsonl" or fault not in ("stem", "sidecar")) else {}
    return File(stem + suffix, data, sidecar, sound, content.rows if whole or suffix != ".jsonl" else None)


# --- what must hold -----------------------------------------------------------------------------------------------


def check(files: Sequence[File], home: Path) -> Counter[str]:
    """Run all stages twice over files and check what must hold of any; tells how much was found."""
    folder, out = home / "in", home / "out"
    folder.mkdir()
    for file in files:
        (folder / file.name).write_bytes(file.data)
        if file.sidecar is not None:
            (folder / file.name).with_suffix(".toml").write_bytes(file.sidecar)
    run, written = _run([folder], out)
    told = RunFile.model_validate_json((out / "run.json").read_bytes())
    _check_accounts(files, folder, run, told)
    _check_run(run)
    _check_files(run, out, written)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "write", lambda path, text: path.name == "run.json" and rewritten.append(text))
        rewritten: list[str] = []
        _, again = _run([folder / file.name for file in reversed(files)], out)
    assert written | {"run.json": ""} == again | {"run.json": ""}
    assert told == RunFile.model_validate_json(rewritten[0]).model_copy(update={"seconds": told.seconds})
    return Counter(claims=len(run.claims), events=len(run.events), read=len(told.articles), failed=len(told.failures))


def _run(paths: Sequence[Path], out: Path) -> tuple[Run, dict[str, str]]:
    """The whole pipeline: what it found, and the digests of the files that it wrote."""
    with closing(Store(Path(":memory:"))) as store:
        run = gather(paths, store, Config())
    tell(run, Config())
    return run, export.export(run, out, Config())


def _check_accounts(files: Sequence[File], folder: Path, run: Run, told: RunFile) -> None:
    """Each file or row is in run.json once, as read or as failed; what is sound was read as it stands."""
    assert not [failure.reason for failure in told.failures if failure.reason.startswith("analysis")]
    paths = [article.path for article in told.articles] + [re.sub(r":\d+$", "", failure.path) for failure in told.failures]
    found, texts = Counter(paths), {analysis.id: analysis.text for analysis in run.analyses}
    for file in files:
        count = found.pop(os.fsencode(folder / file.name).decode("utf-8", "backslashreplace"))
        assert count == file.rows or (file.rows is None and count)
        assert file.sound.items() <= texts.items()
    assert not found
    assert [article.id for article in told.articles] == sorted(texts)


def _check_run(run: Run) -> None:
    """Spans slice back, ids are unique, each claim is of one event."""
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


def _check_files(run: Run, out: Path, written: dict[str, str]) -> None:
    """The folder holds what was told and no more, every row is valid by its schema, and tables have their columns."""
    assert {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()} == written.keys()
    assert export.digests(out, written) == written
    for name, kind, found in (("claims", Claim, run.claims), ("events", Event, run.events), ("names", Name, run.names)):
        rows = (out / f"{name}.jsonl").read_bytes().split(b"\n")
        assert rows.pop() == b"" and tuple(map(kind.model_validate_json, rows)) == found
    for name, columns, count in (
        ("claims", export.CLAIM_COLUMNS, len(run.claims)),
        ("events", export.EVENT_COLUMNS, len(run.events)),
    ):
        table = list(csv.reader(io.StringIO((out / f"{name}.csv").read_bytes().decode("utf-8-sig"), newline="")))
        assert len(table) == count + 1 and {len(row) for row in table} == {len(columns)}


SETTINGS = settings(
    derandomize=not LONG,
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.model
@pytest.mark.slow
def test_any_folder_goes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """With so many claims and events found that what must hold of them is not true for want of any."""
    known = keii.tag.parse(FRAGMENTS + REAL, Tag())
    monkeypatch.setattr("keii.tag.parse", lambda texts, settings: {text: known.get(text) or fake.parsed(text) for text in texts})
    found: Counter[str] = Counter()

    @settings(SETTINGS, max_examples=EXAMPLES)
    @given(folders())
    def each(files: list[File]) -> None:
        with tempfile.TemporaryDirectory() as home:
            found.update(check(files, Path(home)) + Counter(examples=1))

    each()
    assert found["examples"] >= EXAMPLES
    assert min(found["claims"], found["events"], found["read"], 5 * found["failed"]) > EXAMPLES


@pytest.mark.model
@settings(SETTINGS, max_examples=max(30, LONG // 50))
@given(folders())
def test_any_folder_goes_through_with_ginza(files: list[File]) -> None:
    with tempfile.TemporaryDirectory() as home:
        check(files, Path(home))


@settings(SETTINGS, max_examples=500)
@given(TEXTS)
def test_tokens_stand_on_characters(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keii.tag.parse", fake.parse)
        document: Document = tag([segment(Article(id="a", text=text))])[0]
    for sentence, tokens in zip(document.sentences, document.tokens, strict=True):
        assert all(sentence.start <= token.start < token.end <= sentence.end for token in tokens)
