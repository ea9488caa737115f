"""Blocks, sections and sentences on pages of our own making."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keii.model import Article, Document, Span
from keii.segment import segment
from keii.segment.sentences import LONGEST, sentences

CASES = Path(__file__).parent / "cases" / "sentences.txt"


def page(text: str, **metadata: str) -> Document:
    return segment(Article(id="a", text=text, **metadata))  # type: ignore[arg-type]


def kinds(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, document.text(block)) for block in document.blocks]


@pytest.mark.parametrize("line", [line for line in CASES.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"])
def test_sentences(line: str) -> None:
    """Each case stands in one line with │ at every boundary."""
    text = line.replace("│", "")
    assert [text[a:b] for a, b in sentences(text, 0, len(text))] == [piece.strip() for piece in line.split("│")]


def test_a_blog_page() -> None:
    document = page(
        """【PR】今だけの特典はこちら

町の橋が落ちた日のこと

こんにちは🌷 橋の話を書きます。

目次
1. 橋が落ちた日
2. まとめ

■ 橋が落ちた日

橋の写真
(出典:町の広報)

5月10日、橋が落ちた。
・通行人が通報した
・消防が着いた

【5/12追記】橋を直すことに

町長は次のように投稿しました。内容は以下のとおりです。
橋は今月のうちに直します。
(筆者訳)

シェアする ツイート はてブ
参考文献
[1] 「橋の報告」 町の広報 2024-05-10
"""
    )
    assert kinds(document) == [
        ("boilerplate", "【PR】今だけの特典はこちら"),
        ("title", "町の橋が落ちた日のこと"),
        ("paragraph", "こんにちは🌷 橋の話を書きます。"),
        ("boilerplate", "目次"),
        ("boilerplate", "1. 橋が落ちた日"),
        ("boilerplate", "2. まとめ"),
        ("heading", "■ 橋が落ちた日"),
        ("caption", "橋の写真"),
        ("note", "(出典:町の広報)"),
        ("paragraph", "5月10日、橋が落ちた。"),
        ("item", "・通行人が通報した"),
        ("item", "・消防が着いた"),
        ("heading", "【5/12追記】橋を直すことに"),
        ("paragraph", "町長は次のように投稿しました。内容は以下のとおりです。"),
        ("quote", "橋は今月のうちに直します。"),
        ("note", "(筆者訳)"),
        ("boilerplate", "シェアする ツイート はてブ"),
        ("heading", "参考文献"),
        ("reference", "[1] 「橋の報告」 町の広報 2024-05-10"),
    ]


def test_a_timeline_s_stamp_covers_its_entry_only() -> None:
    document = page("橋の一日\n\n■ 経過\n\n⏰ 10時05分\n橋がきしむ\n⇩\n⏰ 10時20分\n橋が落ちる\n\nその後、町は静かになった。\n")
    heads = {
        document.text(sentence): document.text(document.sections[sentence.section].heading or Span(0, 0))
        for sentence in document.sentences
        if sentence.kind in ("entry", "paragraph")
    }
    assert heads == {"橋がきしむ": "⏰ 10時05分", "橋が落ちる": "⏰ 10時20分", "その後、町は静かになった。": "■ 経過"}


def test_paragraphs_that_slipped_behind_the_references() -> None:
    slipped = "町によると、橋は古く、去年から通行止めの案が出ていたが、住民の反対で見送られていたという。"
    document = page(f"橋\n\n5月10日、橋が落ちた。\n\n出典\n- 『橋が落ちる』 町の広報 2024-05-10\n- {slipped}\n")
    assert kinds(document)[-2:] == [("reference", "- 『橋が落ちる』 町の広報 2024-05-10"), ("paragraph", slipped)]


def test_a_line_break_inside_a_sentence() -> None:
    document = page("題\n\n橋の責任者(技術部門の\n)の山田氏が述べた。\n")
    assert [document.text(s) for s in document.sentences if s.kind == "paragraph"] == [
        "橋の責任者(技術部門の\n)の山田氏が述べた。"
    ]


def test_front_matter_is_no_text() -> None:
    text = '+++\ntitle = "橋"\n+++\n橋が落ちた。\n'
    document = segment(Article(id="a", text=text, title="橋", body_start=text.index("橋が")))
    assert kinds(document)[0][0] == "meta"
    assert [document.text(s) for s in document.sentences if s.kind == "paragraph"] == ["橋が落ちた。"]


_PIECES = st.sampled_from(
    [
        *"。！？!?「」『』()（）【】“”・⏰①\n\r \u3000\u200b#>-•。、はがをAZ19年月日時:/@",
        "出典",
        "目次",
        "まとめ",
        "https://x.com/",
    ]
)


@given(st.lists(_PIECES, max_size=80).map("".join))
def test_spans_slice_back_in_order_and_lose_no_letter(text: str) -> None:
    document = page(text)
    end = 0
    for block in document.blocks:
        assert end <= block.start < block.end <= len(text)
        end = block.end
    end = 0
    for sentence in document.sentences:
        block = document.blocks[sentence.block]
        assert end <= sentence.start < sentence.end
        assert block.start <= sentence.start and sentence.end <= block.end
        end = sentence.end
    covered = {i for sentence in document.sentences for i in range(sentence.start, sentence.end)}
    assert {i for i, char in enumerate(text) if char.isalnum()} <= covered


def test_long_lines_cost_linear_time() -> None:
    for text in ("「" * 100_000, "(" * 50_000 + ")" * 50_000, "りんご、" * 40_000, "。" * 100_000):
        assert page("題\n\n" + text).blocks


def test_a_sentence_without_end_is_cut_at_its_pauses() -> None:
    text = "社長が辞任し、" * 2000
    cut = list(sentences(text, 0, len(text)))
    assert max(end - start for start, end in cut) <= LONGEST
    assert all(text[end - 1] == "、" for _, end in cut) and "".join(text[start:end] for start, end in cut) == text
    assert [end - start for start, end in sentences("あ" * 5000, 0, 5000)] == [LONGEST, LONGEST, 1000]
