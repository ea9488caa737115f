"""Where an event is told to have happened."""

from __future__ import annotations

import re

from keii.model import Claim

_NAME = "一-龥々ァ-ヶー・"
_ADDRESS = re.compile(
    rf"[{_NAME}]{{1,8}}?[都道府県](?:[の{_NAME}]{{1,6}}?[市区町村郡])?(?:[{_NAME}]{{1,4}}?[区町村])?"
    rf"|[{_NAME}]{{1,6}}?[市区町村](?:[{_NAME}]{{1,4}}?[区町村])?"
)
_BUILDING = "自宅|別荘|本社|本店|支店|工場|会場|病院|ホテル|空港|事務所|大使館|会館|学校|大学|公邸|官邸"
_AT = re.compile(rf"(?:市|市内|内)?(?:の[{_NAME}]{{0,6}}?(?:{_BUILDING}))?(?:で|にて|において|にある|にいた|から|に入り|を検査)")
_TOLD = re.compile(
    rf"([{_NAME}]{{2,12}}?)(?:の(?:[{_NAME}]{{0,6}}?(?:{_BUILDING}))(?:で|前で|から|に|を)|に(?:いた|ある)|で(?:記者)?会見|で(?:隔離|静養|療養))"
)


def place(claim: Claim) -> str | None:
    """The place of a claim: a participant that the text puts the event at, or what is told before the trigger to be one.

    An address (都道府県 … 市区町村) before で, or the owner or place of a building (池田市の本社を).
    """
    base, sentence = claim.evidence.start, claim.evidence.text
    others = [who for who in claim.participants if who.role == "other" and who.start is not None and who.end is not None]
    for who in others:
        if who.end is not None and base <= who.end <= claim.evidence.end and _AT.match(sentence, who.end - base):
            return who.text or who.name
    before = sentence[: claim.trigger.end - base + 4]
    persons = {who.text for who in claim.participants if who.role in {"agent", "patient"}}
    for match in _ADDRESS.finditer(before):
        if _AT.match(sentence, match.end()) or re.match(
            rf"の[{_NAME}]{{0,6}}?(?:{_BUILDING})", sentence[match.end() : match.end() + 12]
        ):
            return match[0]
    for match in _TOLD.finditer(before):
        if match[1] not in persons:
            return match[1]
    return None


def differ(one: str, other: str) -> bool:
    """Whether two places are neither in one another nor written inside one another.

    >>> differ("大阪府池田市", "大阪市"), differ("石川県輪島市", "輪島市")
    (True, False)
    """
    a, b = (re.sub(r"[都道府県市区町村]", "", place) for place in (one, other))
    return _cities_differ(one, other) or bool(a and b and a not in b and b not in a and not set(_parts(one)) & set(_parts(other)))


def _parts(place: str) -> list[str]:
    return re.findall(rf"[の{_NAME}]+?[都道府県市区町村]", place)


def _cities_differ(one: str, other: str) -> bool:
    """Whether both name a municipality, and another one."""
    first, second = ({part for part in _parts(place) if part[-1] in "市町村"} for place in (one, other))
    return bool(first and second) and not first & second
