"""Where an event is told to have happened."""

from __future__ import annotations

import re

from keii.model import Claim

_ADMIN = re.compile(
    r"(?:[一-龥々ァ-ヶー]{1,6}?[都道府県])?(?:[一-龥々ァ-ヶー]{1,7}?[市区町村])(?:[一-龥々ァ-ヶー]{1,6}?[区町村])?"
)
_AT = re.compile(r"(?:市|の)?(?:で|にて|において|にある|にいた|の自宅|の別荘|の本社|の本店|の工場|の会場|の病院|のホテル)")


def place(claim: Claim) -> str | None:
    """The place of a claim: a participant that the text puts the event at, or an address before the trigger."""
    base, sentence = claim.evidence.start, claim.evidence.text
    for who in claim.participants:
        if who.role == "other" and who.end is not None and _AT.match(sentence, who.end - base):
            return who.text or who.name
    upto = claim.trigger.start - base
    for match in _ADMIN.finditer(sentence):
        if match.start() < upto and _AT.match(sentence, match.end()):
            return match[0]
    return None
