"""Names: who and what an article speaks of, and the one canonical name of each.

`names` finds the mentions of people, organisations, outlets and places of a document and gives each its canonical name;
`link_names` joins the names of a run. `find_outlets`, `outlet_named` read outlets alone; `group_name` names a group of a body,
`group_owner` the body of a group; `is_name` tells names from words that stand for one.
"""

from __future__ import annotations

from dataclasses import replace

from keii.config import Names
from keii.model import Document
from keii.names.anaphora import is_name
from keii.names.canonical import resolve
from keii.names.detect import detect
from keii.names.groups import group_name, group_owner
from keii.names.link import link_names
from keii.names.outlets import find_outlets, outlet_kind, outlet_named

__all__ = ["find_outlets", "group_name", "group_owner", "is_name", "link_names", "names", "outlet_kind", "outlet_named"]


def names(document: Document, config: Names | None = None) -> Document:
    """Fill `mentions`: people, organisations, outlets and places, in order, not overlapping, each with its canonical name."""
    settings = config or Names()
    return replace(document, mentions=resolve(document, detect(document, settings), settings))
