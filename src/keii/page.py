"""What the pages share: one self-contained HTML file whose policy lets nothing but its own script and style run."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from keii.lexicon import table

_HOME = files("keii") / "templates"


def render(name: str, data: dict[str, Any], *, parts: Sequence[str] = (), **context: Any) -> str:
    """Render templates/NAME.html.j2 with its style and script inside: what all pages share, then `parts`, then its own.

    The script reads `data`, with the page's words as its `labels`.
    """
    style = "\n".join(_asset(f"{part}.css") for part in ("page", name))
    script = "\n".join(_asset(f"{part}.js") for part in ("page", *parts, name))
    policy = (
        "default-src 'none'",
        f"script-src '{_hash(script)}'",
        f"style-src '{_hash(style)}'",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return _template(name).render(
        policy="; ".join(policy),
        style=Markup(style),
        script=Markup(script),
        data=Markup(_json(data | {"labels": labels(name)})),
        **context,
    )


@cache
def _template(name: str) -> Template:
    words = labels(name)

    def both(key: str) -> Markup:
        return Markup('<span lang="ja">{}</span><span lang="en">{}</span>').format(*words[key])

    environment = Environment(
        loader=FunctionLoader(_asset), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals |= {"t": both, "label": words.__getitem__, "known": words.__contains__}
    return environment.get_template(f"{name}.html.j2")


@cache
def labels(name: str) -> dict[str, tuple[str, str]]:
    """A page's words in Japanese and English: those of all pages and its own, from lexicons/page.tsv and NAME.tsv."""
    return {key: (ja, en) for key, ja, en in (*table("page"), *table(name))}


@cache
def _asset(name: str) -> str:
    return (_HOME / name).read_text(encoding="utf-8").strip()


def _hash(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


def _json(data: Any) -> str:
    """JSON that may stand inside a script element: no `<` can end it."""
    plain = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return plain.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
