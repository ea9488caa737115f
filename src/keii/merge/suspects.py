"""Amounts that an article contradicts itself: of two tellings of one act, one number at least is wrong as told."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from keii.merge.words import Amount
from keii.model import Claim, Suspect

_PART = re.compile(r"(?:うち|残る|残り|ほか|他に|別に|別の|さらに|新たに|内訳は)[^、。は]{0,12}$|計$")
"""Words before an amount that counts a part, a remainder or a sum of another."""


def contradicted(events: Iterable[Sequence[Claim]], amounts: Mapping[str, Sequence[Amount]]) -> dict[str, tuple[Suspect, ...]]:
    """The claims, by key, whose amount another claim of their article and event contradicts, with that other amount."""
    found: defaultdict[str, dict[Suspect, None]] = defaultdict(dict)
    for claims in events:
        for a, b in _pairs(claim for claim in claims if len(amounts[claim.key]) == 1):
            if _disagree(a, b, amounts[a.key][0], amounts[b.key][0]):
                for claim, other in ((a, b), (b, a)):
                    told = amounts[other.key][0].text
                    found[claim.key][Suspect(field="amount", why=f"{told} in the same article ({other.id})")] = None
    return {key: tuple(suspects) for key, suspects in found.items()}


def _pairs(claims: Iterable[Claim]) -> Iterator[tuple[Claim, Claim]]:
    """The pairs of claims of one article, type, factuality and date: claims of all other articles are never looked at."""
    alike: defaultdict[tuple[object, ...], list[Claim]] = defaultdict(list)
    for claim in claims:
        alike[claim.article, claim.type, claim.factuality, claim.date and claim.date.value].append(claim)
    for told in alike.values():
        yield from combinations(told, 2)


def _disagree(a: Claim, b: Claim, one: Amount, other: Amount) -> bool:
    """Whether two such claims tell of one act and of the same people, with amounts that can't both be right."""
    return (
        one.disagrees(other)
        and (a.trigger.text == b.trigger.text or (_counts(a, one) and _counts(b, other)))
        and all(_compatible(_named(a, role), _named(b, role)) for role in ("agent", "patient"))
        and (a.evidence != b.evidence or (a.outlets, a.speakers) != (b.outlets, b.speakers))
        and not any(_PART.search(claim.evidence.text[: amount.start]) for claim, amount in ((a, one), (b, other)))
    )


def _counts(claim: Claim, amount: Amount) -> bool:
    """Whether the amount itself is the trigger."""
    return amount.text in claim.trigger.text


def _named(claim: Claim, role: str) -> set[str]:
    return {who.name for who in claim.participants if who.role == role}


def _compatible(one: set[str], other: set[str]) -> bool:
    return not one or not other or bool(one & other)
