"""What GiNZA's entity labels say, folded to ours."""

from __future__ import annotations

from collections.abc import Iterator

from keii.model import Document
from keii.names.found import Found


def entities(document: Document) -> Iterator[Found]:
    for entity in document.entities:
        if entity.label in ("PERSON", "ORG", "PLACE"):
            yield Found(entity.start, entity.end, entity.label, "GiNZA", 4)
