"""What several tests need."""

from pathlib import Path

import pytest
import runs
from hypothesis import HealthCheck, settings

settings.register_profile("keii", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("keii")

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The material beside the project; tests that need it skip where it is absent."""
    if not (SHARED / "ANNOTATION.md").exists():
        pytest.skip("../shared is not there")
    return SHARED


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One undisturbed run over three articles in one process: its corpus and its output."""
    return _undisturbed(tmp_path_factory.mktemp("reference"), 1)


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same over 48 articles: three batches."""
    return _undisturbed(tmp_path_factory.mktemp("many"), 16)


def _undisturbed(home: Path, copies: int) -> tuple[Path, Path]:
    corpus = runs.write(home / "corpus", copies)
    done = runs.keii("run", corpus, "-o", home / "out", "--jobs", 1)
    assert done.returncode == 0, done.stderr
    return corpus, home / "out"
