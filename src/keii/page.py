"""What the pages share: one self-contained HTML file whose policy lets nothing but its own script and style run."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from keii.lexicon import table

_HOME = files("keii") / "templates"


@cache
def labels(name: str) -> dict[str, tuple[str, str]]:
    """A page's words in Japanese and English, from lexicons/NAME.tsv."""
    return {key: (ja, en) for key, ja, en in table(name)}


def render(name: str, data: Any, words: Mapping[str, tuple[str, str]], **context: Any) -> str:
    """Render templates/NAME.html.j2 with its script and style inside; `data` is what the script reads."""
    script = asset(f"{name}.js")
    style = asset(f"{name}.css")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals |= {"label": words.__getitem__, "known": words.__contains__}
    template = environment.from_string(asset(f"{name}.html.j2"))
    policy = (
        "default-src 'none'",
        f"script-src '{_hash(script)}'",
        f"style-src '{_hash(style)}'",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return template.render(
        policy="; ".join(policy), style=Markup(style), script=Markup(script), data=Markup(_json(data)), **context
    )


def asset(name: str) -> str:
    return (_HOME / name).read_text(encoding="utf-8").strip()


def _hash(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


def _json(data: Any) -> str:
    """JSON that may stand inside a script element: no `<` can end it."""
    plain = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return plain.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
