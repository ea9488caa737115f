"""The timeline in Chromium: days, filters, evidence, chart, keys, links, languages, hostile text, accessibility, size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pages import AXE, HOSTILE, assert_accessible, browser, opened, took
from timelines import many, sample

from keii.timeline import timeline

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = playwright.expect
pytestmark = pytest.mark.browser

__all__ = ["browser"]
SUMMARY = "[data-event={}] > summary"
OPEN = "for (const node of document.querySelectorAll('details')) node.open = true"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("timeline") / "timeline.html"
    file.write_text(timeline(*sample()), encoding="utf-8")
    return file


@pytest.fixture
def page(browser: Any, small: Path) -> Iterator[Any]:
    with opened(browser, small) as shown:
        yield shown


def events(page: Any) -> list[str]:
    return [
        str(name) for name in page.evaluate("[...document.querySelectorAll('.event')].map((node) => node.dataset.event.slice(2))")
    ]


def told(page: Any) -> str:
    """What the chart says it shows, when it has been drawn."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return str(page.inner_text("#chart-told"))


# --- the list


def test_events_stand_by_day(page: Any) -> None:
    heads = [head.split("\n") for head in page.locator(".day > h3").all_inner_texts()]
    assert heads == [
        ["1973年", "月日は不明"],
        ["2015年", "月日は不明"],
        ["2023年11月", "日は不明"],
        ["2023年11月16日(木)"],
        ["2023年11月17日(金)"],
        ["2023年11月18日(土)"],
        ["2023年11月19日(日)"],
        ["日付なし"],
    ]
    assert page.locator(".moment").all_inner_texts() == [
        "2023年11月16日(木)以前",
        "12:23（米国東部時間）",
        "2023年11月18日(土)〜11月20日(月)",
        "2023年11月19日(日)以降",
    ]
    assert page.inner_text("#period") == "1973年 – 2023年11月20日"


FILTERS = [
    ("type", "meet", ["call", "span"]),
    ("person", "鈴木", ["call"]),
    ("organisation", "北海商会", ["old", "year", "month", "until", "fired", "span", "from"]),
    ("outlet", "山海新聞", ["fired"]),
    ("outlet", "北海日報", ["old", "year", "month", "fired"]),
    ("factuality", "planned", ["month"]),
    ("since", "2023-11-20", ["month", "span"]),
    ("until", "2023-11-16", ["old", "year", "month", "until"]),
    ("words", "ﾎｯｶｲ 三", []),
    ("words", "北海商会 解任", ["fired"]),
    ("words", "12時23分", ["call"]),
]


@pytest.mark.parametrize(("name", "value", "wanted"), FILTERS)
def test_filters_leave_what_fits(page: Any, name: str, value: str, wanted: list[str]) -> None:
    field = page.locator(f"[name={name}]")
    if name in ("words", "since", "until"):
        field.fill(value)
    else:
        field.select_option(value)
    assert events(page) == wanted
    assert page.inner_text("#status") == (f"{len(wanted)} 件を表示（全 9 件）" if wanted else "該当する出来事はありません。")
    page.click("button[type=reset]")
    assert len(events(page)) == 9


def test_conflicts_alone(page: Any) -> None:
    page.check("[name=conflicts]")
    assert events(page) == ["fired"]


# --- evidence


def test_an_event_opens_on_its_sources_and_evidence(page: Any) -> None:
    page.click(SUMMARY.format("e-fired"))
    event = page.locator("[data-event=e-fired]")
    assert event.locator(".article h4").all_inner_texts()[0].startswith("北海商会の一週間北海日報2023年11月21日 掲載")
    assert event.locator("mark.trigger").all_inner_texts() == ["解任", "解任"]
    assert event.locator("mark.date").all_inner_texts() == ["十七日", "十八日"]
    assert event.locator("mark.people").all_inner_texts() == ["田中", "北海商会"] * 2
    assert event.locator("mark.citation").all_inner_texts() == ["山海新聞によると"]
    conflict = event.locator(".conflicts").inner_text()
    assert "食い違い：日付" in conflict and "2023年11月17日(金)" in conflict and "独立した2媒体" in conflict
    conflict_source = event.locator(".tellers button").nth(1)
    conflict_source.click()
    expect(page.locator("#reader-from")).to_contain_text("b/c005")


def test_evidence_is_shown_in_its_article(page: Any) -> None:
    page.click(SUMMARY.format("e-fired"))
    button = page.locator("[data-event=e-fired] .from button").first
    button.click()
    reader = page.locator("#reader")
    expect(reader.locator("#reader-title")).to_have_text("北海商会の一週間")
    expect(reader.locator("mark.trigger")).to_have_text("解任")
    expect(reader.locator("mark.trigger")).to_be_in_viewport()
    assert (
        "".join(reader.locator("mark.evidence").all_inner_texts())
        == "十七日、😀山海新聞によると、田中社長が北海商会を解任された。"
    )
    assert reader.locator("a").get_attribute("href") == "https://example.org/a"
    assert reader.locator("#reader-place").inner_text() == "1 / 2"
    assert reader.locator("[data-turn='-1']").is_disabled()
    page.click("[data-turn='1']")
    expect(reader.locator("#reader-title")).to_have_text(HOSTILE)
    expect(reader.locator("mark.date")).to_have_text("十八日")
    assert reader.locator("a").count() == 0
    page.keyboard.press("Escape")
    expect(reader).to_be_hidden()
    assert page.evaluate("document.activeElement.textContent") == "記事で見る"


def test_an_article_is_shown_from_where_its_text_begins(browser: Any, tmp_path: Path) -> None:
    made = sample()
    head = len(made.analyses[0].text.splitlines()[0]) + 1
    about = [made.analyses[0].model_copy(update={"body_start": head}), *made.analyses[1:]]
    (tmp_path / "body.html").write_text(timeline(made.events, made.claims, about), encoding="utf-8")
    with opened(browser, tmp_path / "body.html") as page:
        page.click(SUMMARY.format("e-fired"))
        page.locator("[data-event=e-fired] .from button").first.click()
        assert page.inner_text("#reader-text").startswith(made.analyses[0].text.splitlines()[1])


def test_a_page_of_excerpts_says_what_it_leaves_out(browser: Any, tmp_path: Path) -> None:
    made = sample()
    padded = made._replace(analyses=[one.model_copy(update={"text": one.text + "遠い話。" * 400}) for one in made.analyses])
    (tmp_path / "cut.html").write_text(timeline(*padded, limit=10), encoding="utf-8")
    with opened(browser, tmp_path / "cut.html") as page:
        assert "前後だけ" in page.inner_text("#cut")
        page.click(SUMMARY.format("e-fired"))
        page.locator("[data-event=e-fired] .from button").first.click()
        expect(page.locator("#reader mark.trigger")).to_have_text("解任")
        assert page.inner_text("#reader-text").strip().endswith("[…]")


# --- chart


def test_the_chart_begins_at_the_bulk_and_tells_what_lies_outside(page: Any) -> None:
    assert told(page) == "図中 8 件 · 日付なし 1 件"
    page.fill("[name=since]", "2023-11-01")
    page.click("[data-zoom=fit]")
    page.click("button[type=reset]")
    assert told(page) == "図中 6 件 · これより前 2 件 · 日付なし 1 件"
    page.click("[data-zoom=whole]")
    assert told(page) == "図中 8 件 · 日付なし 1 件"


def test_marks_lead_to_their_events(page: Any) -> None:
    page.locator("#chart .mark.fact").filter(has=page.locator("path")).first.click()
    expect(page.locator(".event.here")).to_have_attribute("open", "")
    page.select_option("#lanes", "organisation")
    page.locator("#chart .mark.mixed").click()
    assert "5 件" in page.inner_text("#picked p")
    page.click("#picked a >> nth=2")
    expect(page.locator(".event.here[open]")).to_have_attribute("data-event", "e-fired")
    assert page.evaluate("document.activeElement.parentElement.dataset.event") == "e-fired"


def test_lanes(page: Any) -> None:
    names = "[...document.querySelectorAll('#chart > svg > text > title')].map((node) => node.textContent)"
    assert "退任・解任" in page.evaluate(names)
    page.select_option("#lanes", "person")
    assert page.evaluate(names) == ["田中", "鈴木"]
    page.select_option("#lanes", "organisation")
    assert page.evaluate(names) == ["北海商会"]


def test_time_is_moved_and_zoomed_by_buttons_keys_wheel_and_drag(page: Any) -> None:
    for step in ("[data-zoom=whole]", *["[data-zoom=in]"] * 4):
        page.click(step)
    assert told(page) == "図中 6 件 · これより前 2 件 · 日付なし 1 件"
    for _ in range(3):
        page.click("[data-zoom=left]")
    assert "これより後 6 件" in told(page)
    page.focus("#chart")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("+")
    assert told(page) == "図中 6 件 · これより前 2 件 · 日付なし 1 件"
    page.keyboard.press("0")
    assert told(page) == "図中 8 件 · 日付なし 1 件"
    box = page.locator("#chart").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 30, box["y"] + 20)
    page.keyboard.down("Control")
    for _ in range(4):
        page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    page.wait_for_function("document.getElementById('chart-told').textContent.includes('これより前 2 件')")
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 20, steps=5)
    page.mouse.up()
    page.mouse.move(box["x"] + 400, box["y"] + 20)
    assert "これより前" in told(page)
    assert page.evaluate("scrollY") == 0


# --- keys, links, languages


def test_keys_walk_open_and_close(page: Any) -> None:
    where = "document.activeElement.parentElement.dataset.event"
    for key, event in (("j", "e-old"), ("j", "e-year"), ("k", "e-old"), ("k", "e-old")):
        page.keyboard.press(key)
        assert page.evaluate(where) == event
    page.keyboard.press("Enter")
    expect(page.locator("[data-event=e-old]")).to_have_attribute("open", "")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#reader")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    expect(page.locator("#reader")).to_be_hidden()
    page.keyboard.press("Escape")
    assert page.locator("details[open]").count() == 0
    assert page.evaluate(where) == "e-old"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "words"
    page.keyboard.type("j/k")
    assert page.input_value("[name=words]") == "j/k"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement === document.body")


def test_links_lead_to_their_event_whatever_is_filtered(page: Any, small: Path) -> None:
    page.check("[name=conflicts]")
    page.evaluate("location.hash = '#e/e-call'")
    expect(page.locator(".event.here[open]")).to_have_attribute("data-event", "e-call")
    assert page.inner_text("#status").startswith("9 件")
    assert page.locator("[data-event=e-call] a.link").get_attribute("href") == "#e/e-call"
    page.evaluate("location.hash = '#e/%E0%A4%A'")
    page.goto(small.as_uri() + "#e/e-none")
    page.reload()
    expect(page.locator(".event.here[open]")).to_have_attribute("data-event", "e-none")


def test_an_id_of_an_earlier_run_leads_to_the_event_that_took_its_claims(browser: Any, tmp_path: Path) -> None:
    made = sample()
    moved = [one.model_copy(update={"formerly": ("e-gone",)}) if one.id == "e-call" else one for one in made.events]
    (tmp_path / "moved.html").write_text(timeline(moved, made.claims, made.analyses), encoding="utf-8")
    with opened(browser, tmp_path / "moved.html") as page:
        page.evaluate("location.hash = '#e/e-gone'")
        expect(page.locator(".event.here")).to_have_attribute("data-event", "e-call")


def test_languages(page: Any) -> None:
    page.click(SUMMARY.format("e-fired"))
    page.click("[data-language=en]")
    assert page.inner_text("h1") == "keii · Timeline"
    assert page.inner_text("#status") == "9 of 9 shown"
    assert page.evaluate("[document.documentElement.lang, document.title]") == ["en", "keii · Timeline"]
    event = page.locator("[data-event=e-fired][open]")
    assert event.locator("summary b").inner_text() == "Tanaka leaves"
    assert "Conflict: date" in event.inner_text() and "2 independent outlets" in event.inner_text()
    assert page.locator(".day > h3").nth(4).inner_text() == "Fri, 17 Nov 2023"
    assert page.locator("#lanes option").first.inner_text() == "by type"
    page.click("[data-language=ja]")
    assert event.locator("summary b").inner_text() == "十八日、田中氏が北海商会から解任された。"


# --- hostile, narrow, accessible, printed, large


def test_hostile_text_stays_text(page: Any) -> None:
    page.evaluate(OPEN)
    event = page.locator("[data-event=e-none]")
    assert HOSTILE in event.locator("summary").evaluate("node => node.textContent")
    assert HOSTILE in event.locator(".claim .text").evaluate("node => node.textContent")
    event.locator(".from button").click()
    assert HOSTILE in page.locator("#reader-text").evaluate("node => node.textContent")
    assert page.evaluate("window.hit === undefined && document.images.length === 0")
    isolated = "[...document.querySelectorAll('bdi, .text')].every((node) => getComputedStyle(node).unicodeBidi === 'isolate')"
    assert page.evaluate(isolated)
    loose = """[...document.querySelectorAll("main *")].filter((node) => !node.closest("bdi, .text, option")
      && [...node.childNodes].some((child) => child.nodeType === 3 && child.data.includes("\u202e"))).length"""
    assert page.evaluate(loose) == 0


def test_narrow_pages_do_not_scroll_sideways(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate(OPEN)
    for language in ("en", "ja"):
        page.click(f"[data-language={language}]")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".from button").first.click()
    assert page.evaluate("document.getElementById('reader').scrollWidth") <= 390


@pytest.mark.parametrize("width", [1280, 390])
def test_it_is_accessible(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.evaluate(OPEN)
    assert_accessible(page)
    page.locator(".from button").first.click()
    if AXE.exists():
        found = "axe.run().then((result) => result.violations.map((rule) => [rule.id, rule.nodes[0].html]))"
        assert page.evaluate(found) == []


def test_five_thousand_events_are_filtered_at_once(browser: Any, tmp_path: Path) -> None:
    (tmp_path / "large.html").write_text(timeline(*many(5000, 2000)), encoding="utf-8")
    with opened(browser, tmp_path / "large.html") as page:
        assert page.inner_text("#status").startswith("5000 件")
        for name, value in (
            ("type", "harm"),
            ("words", "第7商会"),
            ("words", "発表 人物3"),
            ("since", "2021-05-05"),
            ("type", ""),
        ):
            assert took(page, name, value) < 200, (name, value)
        page.click("button[type=reset]")
        page.evaluate("location.hash = '#e/e04999'")
        expect(page.locator(".event.here[open]")).to_be_in_viewport()
        assert page.locator(".event").count() < 200
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert page.locator(".event").count() == 5000
