"""keii (経緯): dated, sourced, deduplicated timelines from Japanese articles.

>>> import keii                                                               # doctest: +SKIP
>>> found = keii.execute([Path("corpus")], keii.Options(out=Path("out")))     # doctest: +SKIP
>>> found.events[0].title                                                     # doctest: +SKIP

Names are imported when they are first used: `import keii` is cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keii.api import document as document
    from keii.api import explain as explain
    from keii.api import mentions as mentions
    from keii.api import read_events as read_events
    from keii.api import schemas as schemas
    from keii.config import Config as Config
    from keii.config import load_config as load_config
    from keii.dates import find_dates as find_dates
    from keii.model import Article as Article
    from keii.model import Claim as Claim
    from keii.model import Event as Event
    from keii.model import Failure as Failure
    from keii.model import KeiiError as KeiiError
    from keii.model import Name as Name
    from keii.model import Scores as Scores
    from keii.pipeline import Run as Run
    from keii.pipeline import analyse as analyse
    from keii.pipeline import combine as combine
    from keii.pipeline import evaluate as evaluate
    from keii.read import read as read
    from keii.runner import Options as Options
    from keii.runner import execute as execute

_HOMES = {
    "keii.api": ("document", "explain", "mentions", "read_events", "schemas"),
    "keii.config": ("Config", "load_config"),
    "keii.dates": ("find_dates",),
    "keii.model": ("Article", "Claim", "Event", "Failure", "KeiiError", "Name", "Scores"),
    "keii.pipeline": ("Run", "analyse", "combine", "evaluate"),
    "keii.read": ("read",),
    "keii.runner": ("Options", "execute"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'keii' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
