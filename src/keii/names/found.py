"""A span said to be a name."""

from __future__ import annotations

from dataclasses import dataclass

from keii.model import Label


@dataclass(frozen=True, slots=True)
class Found:
    """A span said to be a name; `rank` 0 is the surest witness."""

    start: int
    end: int
    label: Label
    why: str
    rank: int
