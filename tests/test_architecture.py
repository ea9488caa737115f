"""What keeps the parts apart: imports only point down, spaCy stands in one place, nothing in data is run."""

import ast
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "keii"
LAYERS = [
    {"model", "config"},
    {"text", "lexicon", "store", "ginza", "sums"},
    {"read", "segment", "tag", "names", "dates"},
    {"attribute"},
    {"extract"},
    {"headline"},
    {"merge", "reconcile", "gold"},
    {"score", "compare", "train"},
    {"pipeline", "report", "timeline", "page"},
    {"about"},
    {"export"},
    {"workers"},
    {"runner"},
    {"api"},
    {"cli", "cli_gold", "__main__", "__init__"},
    {"bench"},
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}


def modules() -> Iterator[tuple[str, Path, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE).parts[0].removesuffix(".py"), path, ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module == "keii":
                yield from (f"keii.{alias.name}" for alias in node.names)


def test_imports_only_point_down() -> None:
    wrong = [
        f"{path.relative_to(SOURCE)} imports {name}"
        for part, path, tree in modules()
        for name in imported(tree)
        if name.startswith("keii.") and LEVEL[name.split(".")[1]] > LEVEL[part]
    ]
    assert not wrong


def test_every_module_has_its_layer() -> None:
    assert {part for part, _, _ in modules()} <= set(LEVEL)


def test_spacy_stands_in_one_place() -> None:
    users = {part for part, _, tree in modules() for name in imported(tree) if name.split(".")[0] in ("spacy", "ginza", "thinc")}
    assert users <= {"ginza", "bench"}


@pytest.mark.parametrize("name", ["pickle", "shelve", "marshal", "yaml", "socket", "urllib", "http", "requests", "random"])
def test_nothing_dangerous_is_imported(name: str) -> None:
    assert [
        str(path) for part, path, tree in modules() if part != "bench" for used in imported(tree) if used.split(".")[0] == name
    ] == []


def test_no_eval() -> None:
    calls = [
        str(path)
        for _, path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec", "__import__")
    ]
    assert calls == []


def test_help_is_quick_and_loads_nothing_heavy() -> None:
    code = "import sys, keii.cli; print(*[m for m in ('spacy', 'numpy', 'pydantic', 'sklearn', 'rich') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == ""
    took = []
    for _ in range(3):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-m", "keii.cli", "--help"], capture_output=True, check=True)
        took.append(time.perf_counter() - begun)
    assert min(took) < 0.4 or min(took) < 8 * _bare_start()


def _bare_start() -> float:
    """A loaded machine starts Python itself slowly: what a start costs at this moment."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - begun
