"""What the tests of the pages share: reading a page without a browser, and Chromium."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

HOSTILE = '<script>window.hit=1</script>"><img src=x onerror="window.hit=2">\u202e逆さ\u202c</script><!-- 😀'
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGS = "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run"
AXE = Path(os.environ.get("AXE", Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"))
"""axe-core, where somebody has installed it (`npm install axe-core`)."""

# --- without a browser --------------------------------------------------------------------------------------------


def data_of(page: str) -> Any:
    """What the page's script reads."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


class Parsed(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def assert_policy_holds(page: str) -> None:
    """The policy names the script and style that stand there, and nothing else may be loaded or run."""
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy and policy[1].replace("&#39;", "'").startswith("default-src 'none';")
    for tag in ("script", "style"):
        (source,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert base64.b64encode(hashlib.sha256(source.encode()).digest()).decode() in policy[1].replace("&#43;", "+")
    for tag, attributes in Parsed(page).tags:
        assert tag not in ("link", "img", "iframe", "object", "base")
        inline = [name for name in attributes if name in ("style", "src") or name.startswith("on")]
        assert not inline, (tag, attributes)
        assert (attributes.get("href") or "#").startswith("#")


# --- in Chromium --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=ARGS.split())
        yield opened
        opened.close()


@contextmanager
def opened(browser: Any, file: Path, width: int = 1280) -> Iterator[Any]:
    """The page; whatever its console says or it asks the network for fails the test."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url) if not request.url.startswith("file:") else None)
    page.goto(file.as_uri())
    yield page
    page.close()
    assert said == []


CONTRAST = """() => {
  const light = (color) => {
    const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map((v) => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const backOf = (node) => {
    const mark = node.closest("svg g.mark, svg g.mixed");
    if (mark) return getComputedStyle(mark.querySelector("circle:not(.ring)")).fill;
    while (node && /, 0\\)$/.test(getComputedStyle(node).backgroundColor)) node = node.parentElement;
    return node ? getComputedStyle(node).backgroundColor : "rgb(255, 255, 255)";
  };
  const poor = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
    if (!own || !node.checkVisibility() || node.tagName === "title" || node.disabled || node.closest(":disabled")) continue;
    const style = getComputedStyle(node);
    const front = light(node.closest("svg") ? style.fill : style.color);
    const back = light(backOf(node));
    const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    if (ratio < 4.5) poor.push([node.tagName, node.className.baseVal ?? node.className, node.textContent.slice(0, 20), ratio]);
  }
  return poor;
}"""


def assert_accessible(page: Any) -> None:
    """Contrast of 4.5:1 everywhere, labels, headings in order, the skip link and the languages first; axe, where it is."""
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate("[...document.querySelectorAll('input, select')].filter((node) => !node.labels.length).length") == 0
    levels = page.evaluate("[...document.querySelectorAll('main :is(h1,h2,h3,h4), h1')].map((node) => Number(node.tagName[1]))")
    assert all(after - before <= 1 for before, after in pairwise(levels)) and levels.count(1) == 1
    order = []
    for _ in range(3):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.className || document.activeElement.dataset.language"))
    assert order == ["skip", "ja", "en"]
    if AXE.exists():
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run().then((result) => result.violations.map((rule) => [rule.id, rule.nodes[0].html]))")
        assert found == []


TIMED = """([name, value]) => {
  const field = document.querySelector(`[name=${name}]`);
  const began = performance.now();
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  document.body.offsetHeight;
  return performance.now() - began;
}"""


def took(page: Any, name: str, value: str) -> float:
    """Milliseconds from a change of the field to a laid-out page, the best of five: other work of the machine is not ours."""
    return min(page.evaluate(TIMED, [name, value]) for _ in range(5))
