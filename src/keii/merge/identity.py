"""Names events: an id that stays while the happening's first claim stays, and that an earlier run's event hands on."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from keii.model import Claim, Event


class Named(NamedTuple):
    """A group of claims with its id and the earlier ids that it took claims from."""

    id: str
    claims: list[Claim]
    formerly: tuple[str, ...]


def identify(groups: Sequence[list[Claim]], previous: Sequence[Event] = ()) -> list[Named]:
    """Give each group an id.

    A group keeps the id of the earlier event that most of its claims come from, if no other group has more of that event's
    claims; else its id is a hash of its first claim. Where events merged or split, `formerly` has the other ids.
    """
    earlier = {key: event.id for event in previous for key in event.claims}
    shares = [Counter(earlier[claim.key] for claim in group if claim.key in earlier) for group in groups]
    heirs: dict[str, int] = {}
    offers = sorted((-n, id, i) for i, share in enumerate(shares) for id, n in share.items())
    kept: dict[int, str] = {}
    for _, id, i in offers:
        if id not in heirs and i not in kept:
            heirs[id], kept[i] = i, id
    fresh = _fresh(set(heirs))
    named = []
    for i, group in enumerate(groups):
        id = kept[i] if i in kept else fresh(group)
        named.append(Named(id, group, tuple(sorted(shares[i].keys() - {id}))))
    return named


def _fresh(taken: set[str]) -> Callable[[list[Claim]], str]:
    def name(group: list[Claim]) -> str:
        for id in _ids(group):
            if id not in taken:
                taken.add(id)
                return id
        raise AssertionError("unreachable")

    return name


def _ids(group: list[Claim]) -> Iterator[str]:
    """Hashes of the first claim, then of the first and a count."""
    first = min(group, key=lambda claim: (claim.article, claim.trigger.start, claim.id))
    told = f"{first.article}\0{first.trigger.start}\0{first.trigger.end}\0{first.date.value if first.date else ''}"
    n = 0
    while True:
        yield "e" + hashlib.sha256(f"{told}\0{n}".encode()).hexdigest()[:12]
        n += 1
