"""The title of an event: the headline of its clearest claim; in English names and kind, where the names allow it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from keii.model import Claim, EventParticipant, EventType
from keii.names.lexica import titles

LONGEST = 40
_SHORT = 6
_EDGES = " 　、。・✅✔★●■◆▼▶-"
_BRACKETS = re.compile(r"[（(\[［【][^（()）\[\]［］【】]{0,60}[）)\]］】]")
_ENGLISH: dict[EventType, str] = {
    "start-position": "takes post",
    "end-position": "leaves post",
    "statement": "statement",
    "meet": "talks",
    "agree": "agreement",
    "demand": "demand",
    "reject": "rejection",
    "start-org": "founding",
    "end-org": "closure",
    "transfer-money": "funding",
    "transfer-ownership": "change of ownership",
    "launch": "launch",
    "justice": "legal action",
    "harm": "harm",
    "figure": "figure",
    "election": "election",
    "contest": "contest",
}


def title(claims: Sequence[Claim], kind: str, headlines: Mapping[str, str]) -> str:
    """The headline of the claim that tells most clearly of an event of this kind; `headlines` by the claims' keys.

    A claim without one is told by its own words up to the trigger.
    """
    clearest = max(claims, key=lambda claim: clarity(claim, kind, headlines.get(claim.key, "")))
    return headlines.get(clearest.key) or words(clearest)


def clarity(claim: Claim, kind: str, headline: str) -> tuple[float, int, str]:
    """How well a claim stands for its event.

    For it speak the event's type, that it tells a fact, names in its sentence, a date of its own, a sentence early in the
    article and free of other matter, and a headline that says by name who does what to whom.
    """
    named = [who for who in claim.participants if who.start is not None and who.start >= claim.evidence.start]
    score = 2.0 * (claim.type == kind) + (claim.factuality == "fact") + 0.5 * min(len(named), 3)
    score += (claim.date is not None and claim.date.from_ in {"sentence", "heading"}) - len(claim.evidence.text) / 100
    score += 1.0 * ("、" in headline) - 2.0 * (0 < len(headline) < _SHORT)
    by_name = {who.name for who in named if who.role in ("agent", "patient") and who.text and _by_name(who.text, headline)}
    score += 0.75 * min(len(by_name), 2)
    return round(score + claim.confidence, 6), -claim.trigger.start, claim.article


def _by_name(told: str, headline: str) -> bool:
    """Whether a headline holds what somebody is called, and that is no title (新社長)."""
    return told in headline and not told.endswith(_titles())


@cache
def _titles() -> tuple[str, ...]:
    return tuple(title for title in titles() if len(title) > 1)


def words(claim: Claim) -> str:
    """The claim's own words, from its first participant or else its clause to its trigger; their end where they are too long."""
    sentence, base = claim.evidence.text, claim.evidence.start
    end = claim.trigger.end - base
    starts = [who.start - base for who in claim.participants if who.start is not None and base <= who.start < claim.trigger.start]
    starts += [match.end() for match in re.finditer(r"[、。,:：\n「]", sentence[: claim.trigger.start - base])] + [0]
    pieces = [_clean(sentence[start:end]) for start in sorted(starts)]
    return next((piece for piece in pieces if len(piece) <= LONGEST), _clean(sentence[max(0, end - LONGEST) : end]))


def _clean(words: str) -> str:
    return " ".join(_BRACKETS.sub("", words).split()).strip(_EDGES)


def english(kind: EventType, participants: Sequence[EventParticipant]) -> str | None:
    """Names and kind in English, where everybody who acts or is acted on has a Latin name."""
    names = [who.name for who in participants if who.role in ("agent", "patient")]
    names += [who.name for who in participants if who.role == "org" and who.name.isascii()]
    if not names or kind not in _ENGLISH or not all(name.isascii() for name in names):
        return None
    return f"{', '.join(list(dict.fromkeys(names))[:4])}: {_ENGLISH[kind]}"
