"""What the claims of one event disagree on, by field, and what speaks for one side. Reported, never resolved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from keii.merge.compare import Moment, moment
from keii.merge.words import Amount
from keii.model import Article, Claim, Conflict, ConflictValue


def conflicts(
    claims: Sequence[Claim], amounts: Mapping[str, Sequence[Amount]], articles: Mapping[str, Article]
) -> tuple[Conflict, ...]:
    """The conflicts of an event's claims."""
    return ()
