"""The accuracy report in Chromium: filters, keys, links, languages, hostile text, accessibility, 5,000 claims."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pages import HOSTILE, assert_accessible, browser, opened, took

from keii.config import Config
from keii.model import Article, Claim
from keii.reconcile import reconcile
from keii.report import report
from keii.score import score

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.browser

__all__ = ["browser"]
SENTENCE = "十一月、北海商会は😀田中社長の退任を発表した。"  # 23 code points, 24 UTF-16 units
SIZE = len(SENTENCE)


def claim(article: str, n: int, **more: Any) -> Claim:
    """The nth sentence's claim, its trigger 退任 behind an emoji."""
    start = SIZE * n
    trigger = start + SENTENCE.index("退任")
    row = {
        "article": article,
        "id": f"c{n + 1:03}",
        "evidence": {"start": start, "end": start + SIZE, "text": SENTENCE},
        "trigger": {"start": trigger, "end": trigger + 2, "text": "退任"},
        "type": "end-position",
        "factuality": "fact",
        "date": {"value": "2023-11", "start": start, "end": start + 3, "text": "十一月", "from": "sentence"},
        "participants": [{"name": "田中", "role": "patient", "start": trigger - 5, "end": trigger - 3, "text": "田中"}],
        "event": f"E{n}",
        "confidence": (n % 10) / 10 + 0.05,
    }
    return Claim.model_validate(row | more)


def write(path: Path, articles: int, sentences: int) -> Path:
    """A report in which of each ten claims one is missed, one false, and one has a wrong type."""
    gold = [claim(f"a{i:02}", n) for i in range(articles) for n in range(sentences) if n % 10 != 7]
    gold[0] = gold[0].model_copy(update={"outlets": (HOSTILE,)})
    pred = [
        claim(f"a{i:02}", n, **({"type": "harm"} if n % 10 == 5 else {}))
        for i in range(articles)
        for n in range(sentences)
        if n % 10 != 3
    ]
    config = Config.model_validate({"score": {"resamples": 50}})
    pairs = reconcile(pred, gold, config)
    texts = {
        f"a{i:02}": Article(id=f"a{i:02}", text=SENTENCE * sentences + HOSTILE, title=f"{HOSTILE} {i}") for i in range(articles)
    }
    path.write_text(report(score(pairs, pred, gold, config), pairs, pred, gold, texts), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("report") / "report.html", 3, 40)


@pytest.fixture
def page(browser: Any, small: Path) -> Iterator[Any]:
    with opened(browser, small) as report:
        yield report


def choose(page: Any, name: str, value: str) -> str:
    page.select_option(f"[name={name}]", value)
    return str(page.inner_text("#status"))


def test_filters_leave_what_fits(page: Any) -> None:
    assert page.inner_text("#status").startswith("120 ")
    assert choose(page, "verdict", "missed").startswith("12 ")
    assert choose(page, "article", "a01").startswith("4 ")
    assert set(page.locator(".row .verdict").all_text_contents()) == {"見逃し"}
    page.click("button[type=reset]")
    playwright.expect(page.locator("#status")).to_contain_text("120 件")
    assert choose(page, "field", "type").startswith("12 ")
    assert choose(page, "type", "harm").startswith("12 ")
    assert choose(page, "confidence", "0.9").startswith("該当")


def test_search_finds_words_of_the_text(page: Any) -> None:
    page.fill("[name=words]", "北海商会 a02")
    assert page.inner_text("#status").startswith("40 ")
    page.fill("[name=words]", "どこにもない語")
    assert "ありません" in page.inner_text("#status")


def test_highlights_stand_on_the_right_characters(page: Any) -> None:
    choose(page, "verdict", "right")
    assert set(page.locator(".row mark.trigger").all_text_contents()) == {"退任"}
    assert set(page.locator(".row mark.people").all_text_contents()) == {"田中"}
    assert set(page.locator(".row mark.date").all_text_contents()) == {"十一月"}


def test_keys_walk_the_list(page: Any) -> None:
    where = "document.activeElement.dataset.index"
    for key, index in (("j", "0"), ("j", "1"), ("k", "0"), ("k", "0")):
        page.keyboard.press(key)
        assert page.evaluate(where) == index
    for _ in range(60):
        page.keyboard.press("j")
    assert page.evaluate(where) == "60"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "words"


def test_links_lead_to_their_claim_whatever_is_filtered(page: Any, small: Path) -> None:
    choose(page, "verdict", "missed")
    page.evaluate("location.hash = '#c/' + encodeURIComponent('a02/g.c030')")
    playwright.expect(page.locator(".row:focus")).to_contain_text("a02/g.c030")
    page.evaluate("location.hash = '#c/%E0%A4%A'")
    page.goto(small.as_uri() + "#c/a01%2Fp.c008")
    page.reload()
    playwright.expect(page.locator(".row:focus")).to_contain_text("a01/p.c008")


def test_causes_lead_to_their_claims(page: Any) -> None:
    page.click("[data-cause='missed.sentence']")
    assert page.inner_text("#status").startswith("12 ")


def test_languages(page: Any) -> None:
    assert page.inner_text("h1") == "keii · 精度レポート"
    page.click("[data-language=en]")
    assert page.inner_text("h1") == "keii · Accuracy report"
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.inner_text("#status") == "120 of 120 shown"
    assert page.locator(".row .verdict").first.text_content() == "partly right"
    assert page.locator("[data-language=en]").get_attribute("aria-pressed") == "true"


def test_hostile_text_stays_text(page: Any) -> None:
    page.locator(".row").first.scroll_into_view_if_needed()  # rows out of view are not laid out
    playwright.expect(page.locator(".row").first).to_contain_text("<script>window.hit=1</script>", use_inner_text=True)
    page.locator(".row summary").first.click()
    assert HOSTILE in page.locator(".whole").first.evaluate("node => node.textContent")
    assert page.evaluate("window.hit === undefined && document.images.length === 0")


def test_narrow_pages_do_not_scroll_sideways(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_it_prints_every_claim_that_fits(page: Any) -> None:
    choose(page, "verdict", "right")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".row").count() == 83


@pytest.mark.parametrize("width", [1280, 390])
def test_it_is_accessible(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.evaluate("for (const node of document.querySelectorAll('details')) node.open = true")
    assert_accessible(page)


def test_five_thousand_claims_are_filtered_at_once(browser: Any, tmp_path: Path) -> None:
    with opened(browser, write(tmp_path / "large.html", 50, 100)) as large:
        assert large.inner_text("#status").startswith("5000 ")
        for name, value in (("verdict", "missed"), ("words", "北海"), ("words", "北海 a4"), ("verdict", "")):
            assert took(large, name, value) < 200, (name, value)
