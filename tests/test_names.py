"""Names: outlets, scripts, groups, coreference in an article and over a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keii.config import Names
from keii.model import Article, Block, Document, KeiiError, Mention, Section, Sentence, Token
from keii.names import find_outlets, group_name, is_name, link_names, names, outlet_named
from keii.names.anaphora import stand_ins
from keii.names.canonical import resolve
from keii.names.found import Found
from keii.names.lexica import own_spellings
from keii.names.scripts import same_katakana, says, sounds_like
from keii.segment import segment

CASES = Path(__file__).parent / "cases"


def rows(name: str) -> list[list[str]]:
    lines = (CASES / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def document(text: str, tokens: tuple[Token, ...] = (), kind: str = "paragraph") -> Document:
    size = len(text)
    return Document(
        article=Article(id="a", text=text),
        blocks=(Block(0, size, kind, 0),),  # type: ignore[arg-type]
        sections=(Section(0, size, None, 0, None),),
        sentences=(Sentence(0, size, kind, 0, 0),),  # type: ignore[arg-type]
        tokens=(tokens,),
    )


def found(text: str, *names_: tuple[str, str]) -> list[Found]:
    """Every place where a surface stands, with its label."""
    spans = []
    for surface, label in names_:
        start = text.find(surface)
        while start >= 0:
            spans.append(Found(start, start + len(surface), label, "test", 1))  # type: ignore[arg-type]
            start = text.find(surface, start + len(surface))
    return sorted(spans, key=lambda span: span.start)


def canonical(text: str, *names_: tuple[str, str]) -> list[tuple[str, str]]:
    mentions = resolve(document(text), found(text, *names_), Names())
    return [(text[m.start : m.end], m.name) for m in mentions]


# --- outlets ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "expected"), rows("names_outlets.tsv"))
def test_outlets(text: str, expected: str) -> None:
    assert [m.name for m in find_outlets(text)] == ([] if expected == "-" else expected.split(","))


def test_outlet_lexicon_is_large_and_unambiguous() -> None:
    from keii.names.outlets import _entries

    entries = _entries(None)
    assert len(entries) >= 300
    assert len({outlet.name for outlet, _ in entries}) == len(entries)


def test_misspelt_outlet_says_so() -> None:
    assert outlet_named("Wall Street Jornal") == ("The Wall Street Journal", "outlet lexicon, misspelt")
    assert outlet_named("中日新聞") == ("中日新聞", "outlet lexicon")
    assert outlet_named("港町つうしん") is None


def test_an_outlet_of_an_everyday_name_counts_only_where_it_is_cited() -> None:
    assert [m.name for m in find_outlets("交通新聞の発行部数と鉄道ファンの集い")] == []
    assert [m.name for m in find_outlets("ヘルシンギン・サノマットによると、山陰中央テレビは")] == [
        "Helsingin Sanomat",
        "山陰中央テレビ",
    ]


def test_own_outlets_come_first(tmp_path: Path) -> None:
    own = tmp_path / "outlets.toml"
    own.write_text('[web.JP]\n"港町つうしん" = ["読売新聞"]\n', encoding="utf-8")
    assert [m.name for m in find_outlets("港町つうしんと読売新聞が報じた。", extra=own)] == ["港町つうしん", "港町つうしん"]


def test_broken_own_files_are_told(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.write_text("山田太郎\tHUMAN\n", encoding="utf-8")
    with pytest.raises(KeiiError, match="own:1"):
        own_spellings(own)
    with pytest.raises(KeiiError, match="not a list of outlets"):
        find_outlets("x新聞", extra=own)


@given(st.text(alphabet="読売新聞『』米紙XをAPでによると。、(報じた)・タイムズThe ", max_size=200))
def test_outlet_spans_slice_back(text: str) -> None:
    last = 0
    for mention in find_outlets(text):
        assert last <= mention.start < mention.end <= len(text)
        last = mention.end


@pytest.mark.parametrize("piece", ["『", "米", "タイムズ", "X で", "新聞", "読", "A", "(", "は"])
def test_outlets_in_hostile_text_take_linear_time(piece: str) -> None:
    import time

    begun = time.process_time()
    find_outlets((piece * 100_000)[:100_000])
    assert time.process_time() - begun < 5


# --- scripts and groups -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "other", "same"),
    [
        ("エメリー・ショウ", "エメリー・ショー", True),
        ("ヴィクトル・サノフ", "ビクトル・サノフ", True),
        ("アンナ・ベルク", "アンナ・ベルグ", True),
        ("アンナ・ベルク", "ハンナ・ベルク", False),
        ("ジョン・スミス", "ジョン・ケリー", False),
        ("イラン", "イラク", False),
        ("ヘイズ", "ヘイス", False),
    ],
)
def test_same_katakana(name: str, other: str, same: bool) -> None:
    assert same_katakana(name, other) is same


@pytest.mark.parametrize(
    ("katakana", "latin", "same"),
    [
        ("ジョン・カーペンター", "John Carpenter", True),
        ("リンダ・トーレス", "Linda Torres", True),
        ("リンダ・トーレス", "John Carpenter", False),
        ("ペンタゴン", "Patagonia", False),
    ],
)
def test_sounds_like(katakana: str, latin: str, same: bool) -> None:
    assert sounds_like(katakana, latin) is same


@pytest.mark.parametrize(
    ("katakana", "latin", "same"),
    [
        ("リンダ", "Linda", True),
        ("トム", "Tom", True),
        ("トム", "Tim", False),
        ("メタルQZ", "MetalQZ", True),
        ("メタルQZ", "Metal", False),
        ("QZ", "QZ", False),
    ],
)
def test_says_one_word(katakana: str, latin: str, same: bool) -> None:
    assert says(katakana, latin) is same


@pytest.mark.parametrize(
    ("body", "head", "expected"),
    [
        ("Twitter", "取締役会", "Twitter board"),
        ("Twitter", "従業員たち", "Twitter employees"),
        ("Twitter", "主要な投資家", "Twitter investors"),
        ("小林製薬", "取締役会", "小林製薬取締役会"),
        ("小林製薬", "株主", "小林製薬の株主"),
        ("Twitter", "椅子", None),
    ],
)
def test_group_name(body: str, head: str, expected: str | None) -> None:
    assert group_name(body, head) == expected


# --- names in an article ------------------------------------------------------------------------------------------


def test_gloss_gives_the_latin_name() -> None:
    text = "ジョン・カーペンター(John Carpenter)氏が退いた。カーペンター氏は黙っている。"
    told = canonical(text, ("ジョン・カーペンター", "PERSON"), ("John Carpenter", "PERSON"))
    assert set(told) == {("ジョン・カーペンター", "John Carpenter"), ("John Carpenter", "John Carpenter")}
    text = "ジョン・カーペンター(John Carpenter)氏が退いた。ジョンは黙っている。"
    spans = [Found(0, 10, "PERSON", "t", 1), Found(11, 25, "PERSON", "t", 1), Found(32, 35, "PERSON", "t", 1)]
    assert {m.name for m in resolve(document(text), spans, Names())} == {"John Carpenter"}


def test_reading_in_brackets_is_the_name() -> None:
    told = canonical("森弘(もり・ひろし)さんが来た。", ("森弘", "PERSON"), ("もり・ひろし", "PERSON"))
    assert [name for _, name in told] == ["森弘", "森弘"]


def test_spelling_variants_are_one() -> None:
    told = canonical("エメリー・ショウ氏とエメリー・ショー氏", ("エメリー・ショウ", "PERSON"), ("エメリー・ショー", "PERSON"))
    assert {name for _, name in told} == {"エメリー・ショウ"}


def test_two_people_of_one_family_name_stay_two() -> None:
    text = "佐藤健一さんと佐藤美咲さんが出席した。"
    told = canonical(text, ("佐藤健一", "PERSON"), ("佐藤美咲", "PERSON"))
    assert told == [("佐藤健一", "佐藤健一"), ("佐藤美咲", "佐藤美咲")]


@pytest.mark.parametrize(
    ("text", "names_", "expected"),
    [
        ("米国とアメリカ", ["米国", "アメリカ"], {"アメリカ合衆国"}),
        ("株式会社みなと堂とみなと堂", ["株式会社みなと堂", "みなと堂"], {"みなと堂"}),
        ("青葉警察署と青葉署", ["青葉警察署", "青葉署"], {"青葉警察署"}),
        ("東洋バドミントン連盟と東洋連盟", ["東洋バドミントン連盟", "東洋連盟"], {"東洋バドミントン連盟"}),
        ("海浜開発機構(以下「機構」)は、機構が", ["海浜開発機構", "機構"], {"海浜開発機構"}),
        ("ネオソフト社とネオソフト", ["ネオソフト社", "ネオソフト"], {"ネオソフト"}),
        ("厚労省と厚生労働省", ["厚労省", "厚生労働省"], {"厚生労働省"}),
        ("東都大学と西都大学", ["東都大学", "西都大学"], {"東都大学", "西都大学"}),
    ],
)
def test_bodies_of_several_names(text: str, names_: list[str], expected: set[str]) -> None:
    spans: list[Found] = []
    at = 0
    for name in names_:
        at = text.index(name, at)
        spans.append(Found(at, at + len(name), "ORG", "test", 1))
        at += len(name)
    assert {m.name for m in resolve(document(text), spans, Names()) if is_name(m)} == expected


@pytest.mark.parametrize(
    ("text", "told", "surface", "expected"),
    [
        ("山本花氏が来た。同氏は語った。", [("山本花", "PERSON")], "同氏", "山本花"),
        ("山本花氏が来た。彼女は語った。", [("山本花", "PERSON")], "彼女", "山本花"),
        ("山本花市長と森弘氏が来た。市長は語った。", [("山本花", "PERSON"), ("森弘", "PERSON")], "市長", "山本花"),
        ("みなと堂は港区にある。同社は語った。", [("みなと堂", "ORG"), ("港区", "PLACE")], "同社", "みなと堂"),
        ("読売新聞が報じた。同紙は語った。", [("読売新聞", "OUTLET")], "同紙", "読売新聞"),
        ("青葉署とみなと堂が来た。同署は語った。", [("青葉署", "ORG"), ("みなと堂", "ORG")], "同署", "青葉署"),
        ("Glorbexの取締役会は黙る。", [("Glorbex", "ORG")], "取締役会", "Glorbex board"),
        ("Glorbexの取締役は黙る。", [("Glorbex", "ORG")], "取締役", "Glorbex board"),
        ("みなと堂は港区にある。従業員向けの会もある。", [("みなと堂", "ORG")], "従業員", "みなと堂の従業員"),
        ("みなと堂は閉じる。会社は語らない。", [("みなと堂", "ORG")], "会社", "みなと堂"),
        ("みなと堂は閉じる。別の会社は語らない。", [("みなと堂", "ORG")], "会社", None),
        ("みなと堂は閉じる。森弘氏は会社を設立した。", [("みなと堂", "ORG"), ("森弘", "PERSON")], "会社", None),
        ("港町党が集まる。党は決めた。", [("港町党", "ORG")], "党", "港町党"),
        ("港町党が集まる。与党は決めた。", [("港町党", "ORG")], "党", None),
        ("森弘氏は怒った。本人は山本花氏だ。", [("森弘", "PERSON"), ("山本花", "PERSON")], "本人", "森弘"),
        ("新社長の山本花氏が来た。社員は新社長を迎えた。", [("山本花", "PERSON")], "新社長", "山本花"),
        ("新社長の山本花氏が来た。森弘氏は新社長に就く。", [("山本花", "PERSON"), ("森弘", "PERSON")], "新社長", None),
        ("監督の山本花氏が来た。監督の森弘氏も来た。監督は黙る。", [("山本花", "PERSON"), ("森弘", "PERSON")], "監督", None),
        ("山本花氏が来た。同日は晴れた。", [("山本花", "PERSON")], "同日", None),
        ("彼岸花が咲いた。山本花氏が来た。", [("山本花", "PERSON")], "彼", None),
    ],
)
def test_words_that_stand_for_a_name(text: str, told: list[tuple[str, str]], surface: str, expected: str | None) -> None:
    mentions = [Mention(f.start, f.end, f.label, text[f.start : f.end], ("test",)) for f in found(text, *told)]
    result = {text[m.start : m.end]: m.name for m in stand_ins(document(text), mentions)}
    assert result.get(surface) == expected


def test_a_heading_gives_a_title_to_one_person() -> None:
    text = "■監督の山本花氏が去る\n山本花氏は疲れたと語った。\n\n■新しい監督、森弘氏\nチームは新たな監督を迎えた。\n"
    people = found(text, ("山本花", "PERSON"), ("森弘", "PERSON"))
    mentions = [Mention(m.start, m.end, m.label, text[m.start : m.end], ("test",)) for m in people]
    told = {(m.start, m.name) for m in stand_ins(segment(Article(id="a", text=text)), mentions) if not is_name(m)}
    assert told == {(text.rindex("監督"), "森弘")}


def test_every_join_says_why() -> None:
    mentions = resolve(document("厚労省は"), [Found(0, 3, "ORG", "tagger", 4)], Names())
    assert mentions[0].why == ("tagger", "厚労省 → 厚生労働省: lexicon of bodies")


def test_own_names(tmp_path: Path) -> None:
    own = tmp_path / "names.tsv"
    own.write_text("# names\n港町商店\tORG\tみなと,ミナト商店\n", encoding="utf-8")
    result = names(document("昨日、ミナト商店とみなとが合併した。"), Names(names=own))
    assert [(m.label, m.name) for m in result.mentions] == [("ORG", "港町商店"), ("ORG", "港町商店")]


# --- names over a run ---------------------------------------------------------------------------------------------


def told_in(article: str, *mentions: tuple[str, str, str]) -> Document:
    text = "。".join(surface for surface, _, _ in mentions)
    at = 0
    placed = []
    for surface, label, name in mentions:
        at = text.index(surface, at)
        placed.append(Mention(at, at + len(surface), label, name, ("test",)))  # type: ignore[arg-type]
    return Document(article=Article(id=article, text=text), mentions=tuple(placed))


def test_latin_form_of_one_article_names_the_katakana_of_another() -> None:
    first = told_in("a", ("ジョン・カーペンター", "PERSON", "John Carpenter"))
    second = told_in("b", ("ジョン・カーペンター", "PERSON", "ジョン・カーペンター"), ("森弘", "PERSON", "森弘"))
    links = link_names([first, second])
    assert links.run_name["b", "ジョン・カーペンター"] == "John Carpenter"
    assert links.run_name["b", "森弘"] == "森弘"
    row = next(row for row in links.names if row.name == "John Carpenter")
    assert row.spellings == {"ジョン・カーペンター": 2} and row.articles == 2
    assert links == link_names([second, first])


def test_latin_form_of_one_article_names_the_mixed_form_of_another() -> None:
    first, second = told_in("a", ("MetalQZ", "ORG", "MetalQZ")), told_in("b", ("メタルQZ", "ORG", "メタルQZ"))
    assert link_names([first, second]).run_name["b", "メタルQZ"] == "MetalQZ"


def test_two_cases_of_one_body_are_one() -> None:
    result = canonical("Glorbexは語った。GlorbexとGLORBEX", ("Glorbex", "ORG"), ("GLORBEX", "ORG"))
    assert {name for _, name in result} == {"Glorbex"}


def test_no_names_no_rows() -> None:
    assert link_names([]).names == ()


# --- with GiNZA ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("piece", ["A", "ア", "A・", "ア・", "(", "A ", "ア(A", "同社", "取締役会", "彼", "A B", "山田氏"])
def test_hostile_text_takes_linear_time(piece: str) -> None:
    import time

    text = (piece * 100_000)[:100_000]
    begun = time.process_time()
    names(document(text))
    assert time.process_time() - begun < 10


@pytest.mark.model
@pytest.mark.parametrize(("text", "expected"), rows("names_articles.tsv"))
def test_articles(text: str, expected: str) -> None:
    from keii.segment import segment
    from keii.tag import tag

    result = names(tag([segment(Article(id="a", text=f"きょうの話題\n\n{text}\n"))])[0])
    told = {result.text(m): m.name for m in result.mentions}
    for pair in expected.split("; "):
        surface, _, name = pair.partition("=")
        assert told.get(surface) == name, told


@pytest.mark.model
def test_mentions_are_in_order_and_do_not_overlap() -> None:
    from keii.segment import segment
    from keii.tag import tag

    text = (
        "ﾐﾅﾄ堂のＣＥＯ、森 弘氏は😀『読売新聞』に「同社は…」と語った。\r\n\r\n"
        "株式会社ミナト堂(本社・東京都港区)は、マーク・ヘイズ(Mark Hayes)氏を迎えた。"
    )
    result = names(tag([segment(Article(id="a", text=text))])[0])
    ends = [0, *(m.end for m in result.mentions)]
    assert all(m.start >= end and m.start < m.end <= len(text) for m, end in zip(result.mentions, ends, strict=False))
