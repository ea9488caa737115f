"""The corpus run keeps above the pinned floors (gold/floors.json); a floor is never lowered without a line in gold/CHANGES.md."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.model
@pytest.mark.slow
def test_the_corpus_stays_above_its_floors(tmp_path: Path) -> None:
    run = [sys.executable, "-m", "keii", "run", "corpus", "-o", str(tmp_path), "--gold", "gold", "--quiet"]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    floors = [sys.executable, "-m", "keii", "gold", "floors", str(tmp_path), "--gold", "gold", "--corpus", "corpus"]
    done = subprocess.run(floors, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_floors_are_pinned() -> None:
    pinned = json.loads((ROOT / "gold" / "floors.json").read_text(encoding="utf-8"))
    assert len(pinned["floors"]) >= 6
