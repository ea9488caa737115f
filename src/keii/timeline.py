"""The page to read: events by day, the sources behind each, the evidence in its article one click away."""

from __future__ import annotations

from collections.abc import Sequence

from keii.model import Analysis, Claim, Event


def timeline(events: Sequence[Event], claims: Sequence[Claim], analyses: Sequence[Analysis]) -> str:
    return ""
