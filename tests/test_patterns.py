"""Every regular expression of the package is linear or bounded on hostile texts whose last characters spoil the match.

Four times the text may take no more than twice the four times of a linear search. `make fuzz` goes on to 100,000 characters,
which take under a second, and to more last characters.
"""

import ast
import itertools
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "keii"

LONG = "KEII_FUZZ" in os.environ
SIZES = (60, 250, 1000, 4000) + ((16_000, 100_000) if LONG else ())
TAILS = ("!", "!あ\n。") + (("", "\n!", "あ", "。", "x") if LONG else ())
"""Each of the longer one's characters spoils what goes over the others; the short one has nothing that the pattern may want."""
ENOUGH = 0.0003
"""Seconds that are not worth measuring: no search of 4,000 characters that is quadratic is as quick."""
HOSTILE = {
    "letters": "a",
    "capitals": "A",
    "words": "ab ",
    "names": "Ab Cd. ",
    "digits": "1",
    "numerals": "1,",
    "decimals": "1.1",
    "kanji numerals": "一二十百千万",
    "dates": "1月1日",
    "years": "2023年",
    "slashes": "1/",
    "dashes": "1-",
    "clock": "1時1分",
    "kanji": "日月年市長",
    "kana": "のには",
    "katakana": "アー・",
    "blanks": " ",
    "wide blanks": "\u3000",
    "lines": "\n",
    "lines and blanks": " \n",
    "open": "「",
    "round": "（",
    "brackets": "「」",
    "nested": "(「『",
    "emphasis": "**",
    "links": "[a](",
    "tags": "<a ",
    "addresses": "http://a.b/",
    "handles": "@a_",
    "stops": "。",
    "commas": "、",
    "dots": ".",
    "marks": "・-—…",
    "sources": "出典:",
    "quoted": "「あ」と",
    "says": "によると",
    "money": "1億円",
    "people": "田中一郎氏は",
    "emoji": "👩\u200d👧",
}


COLLECT = """
import importlib, json, pkgutil, re, sys
found = set()
compile = re._compile
def record(pattern, flags):
    made = compile(pattern, flags)
    caller = sys._getframe(2).f_globals.get("__name__", "")
    if caller.startswith("keii") and isinstance(made.pattern, str):
        found.add((made.pattern, made.flags & ~re.UNICODE))
    return made
re._compile = record
import keii
for module in pkgutil.walk_packages(keii.__path__, "keii."):
    if ".bench" not in module.name and ".train" not in module.name and not module.name.endswith("__main__"):
        importlib.import_module(module.name)
import fake, runs, test_fuzz
import keii.tag
keii.tag.parse = fake.parse
from keii.config import Config, Extract
from keii.model import Article
from keii.pipeline import Run, analyse, tell
texts = [*(head + body for head, body in runs.ARTICLES.values()), "\\n".join(test_fuzz.FRAGMENTS), "".join(test_fuzz.FRAGMENTS)]
articles = [Article(id=str(n), text=text, published="2024-05-11") for n, text in enumerate(texts)]
run = Run(len(articles), 0, tuple(analyse(articles, Config())), ())
tell(run, Config())
analyse(articles, Config(extract=Extract(rules_only=True)))
print(json.dumps(sorted(found)))
"""
"""Tells every pattern that the package compiles when it is imported and when it runs over articles."""


def patterns() -> list[tuple[str, int]]:
    """All patterns that are compiled, and those that stand in the source as constants."""
    told = subprocess.run([sys.executable, "-c", COLLECT], capture_output=True, text=True, check=True, cwd=Path(__file__).parent)
    found = {(pattern, flags) for pattern, flags in json.loads(told.stdout)}
    for path in SOURCE.rglob("*.py"):
        if "bench" not in path.parts:
            found |= {(pattern, 0) for pattern in _constants(ast.parse(path.read_text(encoding="utf-8")))}
    return sorted(found)


def _constants(tree: ast.AST) -> set[str]:
    """The constant patterns of calls `re.search(…)`."""
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    } - {""}


def _find_all(pattern: re.Pattern[str], text: str) -> None:
    for _ in pattern.finditer(text):
        pass


METHODS = {
    "finditer": _find_all,  # what comes first in it is `search`: no slower than this
    "match": re.Pattern.match,
    "fullmatch": re.Pattern.fullmatch,
}


def slow(pattern: re.Pattern[str]) -> list[str]:
    """How a pattern is worse than linear."""
    return [
        f"{fault} by {method} on {name} with {tail!r}: {pattern.pattern}"
        for method, work in METHODS.items()
        for name, piece in HOSTILE.items()
        for tail in TAILS
        if (fault := _fault(partial(work, pattern), piece, tail))
    ]


def _fault(work: Callable[[str], object], piece: str, tail: str) -> str | None:
    """Go on to longer texts as long as the time grows no faster than they; an exponential search would not come back."""
    before = _seconds(work, piece * 20 + tail, ENOUGH)
    if before > ENOUGH * 10:
        return f"{before:.4f} s for 20 times"
    for shorter, size in itertools.pairwise((0, *SIZES)):
        bound = max(ENOUGH, 2 * before * size / shorter) if shorter else ENOUGH
        took = _seconds(work, (piece * size)[:size] + tail, bound)
        if took > min(bound, 1):
            return f"{took:.4f} s for {size} characters, {before:.4f} s for {shorter}"
        before = took
    return None


def _seconds(work: Callable[[str], object], text: str, bound: float) -> float:
    """CPU seconds, the least of five where the first exceed the bound: a machine with other work is slower at times."""
    least = float("inf")
    for _ in range(5):
        begun = time.process_time()
        work(text)
        least = min(least, time.process_time() - begun)
        if least <= bound or least > 1:
            break
    return least


@pytest.mark.slow
def test_patterns_are_linear_or_bounded() -> None:
    found = patterns()
    assert len(found) > 250
    faults = [fault for pattern, flags in found for fault in slow(re.compile(pattern, flags))]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "pattern", [r"(a+)+$", r"(?:a|[a-z])*$", r"\s*x", r"[^x]*[^y]*z", r".+?長", r"\d+\d+年|月$", r"「[^」]*」"]
)
def test_what_is_worse_is_found(pattern: str) -> None:
    assert slow(re.compile(pattern))
