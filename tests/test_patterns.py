"""Every regular expression of the package is linear or bounded: hostile characters take under a second."""

import ast
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from inspect import signature
from pathlib import Path
from types import FunctionType, ModuleType

import hostile
import pytest

SOURCE = Path(__file__).parents[1] / "src" / "keii"
SIZE = 100_000
BOUNDED = {
    r"。|[?!].*[?!]$": 70,  # keii.segment.lines._is_heading: a longer line is none
}
"""Patterns that are tried on so many characters at most, and where that is seen to."""

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


def patterns() -> dict[tuple[str, int], bool]:
    """All patterns with their flags, those compiled and those in the source, and whether they are only tried at one place."""
    told = subprocess.run([sys.executable, "-c", COLLECT], capture_output=True, text=True, check=True, cwd=Path(__file__).parent)
    uses = set(_uses())
    once = {pattern for pattern, at_one_place in uses if at_one_place} - {pattern for pattern, at_one in uses if not at_one}
    found = {(pattern, flags): pattern in once for pattern, flags in json.loads(told.stdout)}
    known = {pattern for pattern, _ in found}
    return found | {(pattern, 0): pattern in once for pattern, _ in sorted(uses) if pattern not in known}


def _uses() -> Iterator[tuple[str, bool]]:
    """The patterns in the source, `re.match("…")` and `_NAME.match(…)`: whether they are tried there at one place."""
    for path in SOURCE.rglob("*.py"):
        if {"bench", "train", "__main__.py"} & set(path.parts):
            continue
        module = ".".join(("keii", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")
        known = _named(importlib.import_module(module))
        tree = ast.parse(path.read_text(encoding="utf-8"))
        once = {node.value for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in ("match", "fullmatch")}
        for node in ast.walk(tree):
            match node:
                case ast.Name(ctx=ast.Load()) | ast.Call() if ast.unparse(node) in known:
                    yield known[ast.unparse(node)], node in once
                case ast.Call(ast.Attribute(ast.Name("re") as of, "compile"), _):
                    pass
                case ast.Call(ast.Attribute(ast.Name("re") as of), [ast.Constant(str() as pattern), *_]):
                    yield pattern, of in once


def _named(module: ModuleType) -> dict[str, str]:
    """The patterns of a module by how they are called, `_NAME` or `_made()`."""
    values = vars(module).items()
    made = [
        (name, value) for name, value in values if isinstance(value, FunctionType | _Cached) and not signature(value).parameters
    ]
    return {name: value.pattern for name, value in values if isinstance(value, re.Pattern)} | {
        f"{name}()": value().pattern for name, value in made if value.__annotations__.get("return") == "re.Pattern[str]"
    }


_Cached = type(cache(len))


BAD = {
    r"(a+)+$": False,
    r"(a|aa)+$": True,
    r"(\w+\s?)*:": True,
    r"\s+$": False,
    r"(.*?,){9}x": True,
    r".*a.*b.*c": False,
    r"\[[^\]]*\]": False,
    r"「.*」と述べた": False,
    r"a.{0,5000}b.{0,5000}c": False,
    r"^\s*-?\s*x": False,
}
"""Patterns that are neither linear nor bounded, and whether they are tried at one place."""
GOOD = {
    r"a{1,30}b": False,
    r"(?<!\s)\s+$": False,
    r"\s+$": True,
    r"(?:ab|cd)+": False,
    r"\d{4}-\d\d": False,
    r"[（(][^（）()]*[)）]": False,
    r"[一-龠]{1,8}(?:は|が|も)": False,
    r"^\s*(?:-\s*)?x": False,
}


@pytest.mark.parametrize("pattern", BAD)
def test_what_takes_too_long_is_found(pattern: str) -> None:
    assert _slow(re.compile(pattern), BAD[pattern], tries=1)


@pytest.mark.parametrize("pattern", GOOD)
def test_what_is_linear_or_bounded_is_not(pattern: str) -> None:
    assert not _slow(re.compile(pattern), GOOD[pattern])


@pytest.mark.slow
def test_patterns_are_linear_or_bounded() -> None:
    found = patterns()
    assert len(found) > 350 and BOUNDED.keys() <= {pattern for pattern, _ in found}
    slow = [_slow(re.compile(pattern, flags), once, BOUNDED.get(pattern, SIZE)) for (pattern, flags), once in found.items()]
    assert not any(slow), "\n".join(filter(None, slow))


def _slow(pattern: re.Pattern[str], once: bool, size: int = SIZE, tries: int = 2) -> str:
    """On which hostile text of so many characters a pattern takes more than a second each time it is tried, if there is one.

    A text is tried at a tenth of the length first, and at three tenths if it takes 5 ms there: if time grows with the square of
    the length, what takes less is less than half a second in full. It is tried in full if it takes 0.25 s at three tenths, or
    0.08 s and grew faster than the length; and so is, of all texts, the one that takes longest at a tenth.
    """

    def is_slow(text: str) -> bool:
        return all(hostile.seconds(pattern, text, once, 1) >= 1 for _ in range(tries))

    longest = 0.0, ""
    for tenth, more, text in zip(*(hostile.texts(pattern, size * part // 10) for part in (1, 3, 10)), strict=True):
        took = hostile.seconds(pattern, tenth, once, 0.1)
        longest = max(longest, (took, text))
        if took > 0.005:
            grown = hostile.seconds(pattern, more, once, 0.3) if took < 0.1 else 0.3
            if grown > (0.08 if grown > 5 * took else 0.25) and is_slow(text):
                return _told(pattern, text)
    return _told(pattern, longest[1]) if is_slow(longest[1]) else ""


def _told(pattern: re.Pattern[str], text: str) -> str:
    return f"{pattern.pattern}: {text[:20]!r}…{text[-5:]!r}"
