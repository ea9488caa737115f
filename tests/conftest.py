"""What several tests need."""

from pathlib import Path

import pytest
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
