"""Every regular expression of the package is linear or bounded: hostile characters take under a second.

It takes many minutes, and so belongs to the long form, `make fuzz`.
"""

import ast
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "keii"

SIZE = 100_000
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


@pytest.mark.slow
@pytest.mark.skipif("KEII_FUZZ" not in os.environ, reason="takes many minutes: `make fuzz`")
def test_patterns_are_linear_or_bounded() -> None:
    found = patterns()
    assert len(found) > 250
    texts = {name: (piece * SIZE)[:SIZE] for name, piece in HOSTILE.items()}
    slow = [
        f"{took:.1f} s on {name}: {pattern}"
        for pattern, flags in found
        for name, text in texts.items()
        if (took := _seconds(re.compile(pattern, flags), text)) > 1
    ]
    assert not slow, "\n".join(slow)


def _seconds(pattern: re.Pattern[str], text: str) -> float:
    """CPU seconds of finding all matches, of a part of the text where that is enough: 5 ms a tenth, squared, is 0.5 s in all."""
    took = 0.0
    for share, enough in ((100, 0.0), (10, 0.005), (1, 1.0)):
        begun = time.process_time()
        for _ in pattern.finditer(text[: len(text) // share]):
            pass
        took = time.process_time() - begun
        if took > 1 or took < enough:
            break
    return took
