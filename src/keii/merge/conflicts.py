"""What the claims of one event disagree on, by field, and what speaks for one side. Reported, never resolved.

What is told more coarsely, or in another time zone, does not disagree.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from keii import lexicon
from keii.merge.places import differ, place
from keii.merge.table import DAY, moment
from keii.merge.tellers import independent, published
from keii.merge.words import Amount, kanji, offices, paraphrases
from keii.model import Article, Claim, Conflict, ConflictValue

Field = Literal["date", "amount", "participant", "role", "place", "factuality", "attribution", "name"]
_ZONES = re.compile("|".join(re.escape(form) for row in lexicon.table("zones") for form in row[0].split() if not form.isascii()))
_DENIED = "negated"
_LASTING = frozenset({"meet", "figure", "election", "contest"})
"""Types whose claims may tell of several days: talks that go on, results as they come in."""
_POSTS = frozenset({"start-position", "end-position", "reject"})
_SCALE = 10
"""Amounts of which one is so many times the other count different things (a share's price, the whole price)."""


class Told(NamedTuple):
    """What one claim says of a field; `value` is shown, `key` compared."""

    claim: Claim
    value: str
    key: object


def conflicts(
    claims: Sequence[Claim], amounts: Mapping[str, Sequence[Amount]], articles: Mapping[str, Article]
) -> tuple[Conflict, ...]:
    """The conflicts of an event's claims, in the order of telling."""
    zoned = {claim.article for claim in claims if claim.article in articles and _ZONES.search(articles[claim.article].text)}
    fields: list[tuple[Field, Iterable[Sequence[Told]], Callable[[Told, Told], bool]]] = [
        ("date", [_dates(claims)], lambda a, b: _dates_differ(a.claim, b.claim, zoned)),
        ("amount", _amounts(claims, amounts), _amounts_differ),
        ("participant", _participants(claims), _participants_differ),
        ("role", _roles(claims), lambda a, b: a.key != b.key),
        ("place", [_places(claims)], lambda a, b: differ(a.value, b.value)),
        ("factuality", [[Told(claim, claim.factuality, claim) for claim in claims]], _denied),
        ("name", _names(claims), lambda a, b: a.value != b.value),
    ]
    disagreed = ((field, _values(told, differs)) for field, sets, differs in fields for told in sets)
    return tuple(
        Conflict(field=field, values=tuple(_value(field, value, members, values, articles) for value, members in values))
        for field, values in disagreed
        if values
    )


def _values(told: Sequence[Told], differs: Callable[[Told, Told], bool]) -> list[tuple[str, list[Claim]]]:
    """Group what was told by what does not differ; empty where nothing does. What agrees with several sides is on none."""
    sides: list[list[Told]] = []
    for one in sorted(told, key=lambda one: -sum(differs(one, other) for other in told)):
        fitting = [side for side in sides if not any(differs(one, other) for other in side)]
        if not fitting:
            sides.append([one])
        elif len(fitting) == 1:
            fitting[0].append(one)
    if len(sides) < 2:
        return []
    place = {id(one): i for i, one in enumerate(told)}
    ordered = sorted((sorted(side, key=lambda one: place[id(one)]) for side in sides), key=lambda side: place[id(side[0])])
    return [(max((one.value for one in side), key=len), [one.claim for one in side]) for side in ordered]


def _value(
    field: Field, value: str, claims: list[Claim], values: Sequence[tuple[str, list[Claim]]], articles: Mapping[str, Article]
) -> ConflictValue:
    keys = tuple(dict.fromkeys(claim.key for claim in claims))
    return ConflictValue(value=value, claims=keys, support=_support(field, claims, [of for _, of in values], articles))


# --- what each claim says -----------------------------------------------------------------------------------------


def _dates(claims: Sequence[Claim]) -> list[Told]:
    """Dates told of the happening itself: what is only possible or denied has the date of its telling, and so has what is
    planned without a date of its own."""
    told = []
    doubtful = any(_suspect(claim, "date") for claim in claims)
    for claim in claims:
        if (
            claim.date is None
            or claim.date.from_ == "document"
            or claim.factuality not in {"fact", "planned"}
            or (claim.type in _LASTING and not doubtful)
        ):
            continue
        if claim.factuality == "planned" and claim.date.from_ != "sentence":
            continue
        when = moment(claim)
        if when is not None and when.closed and when.high - when.low <= 31 * DAY:
            told.append(Told(claim, claim.date.value, when))
    return told


def _dates_differ(a: Claim, b: Claim, zoned: Container[str]) -> bool:
    """Whether two dates can't be one, seen from any zone: where the claims don't tell theirs, articles in `zoned` may."""
    one, other = moment(a), moment(b)
    if one is None or other is None or (one.low < other.high and other.low < one.high) or a.type != b.type:
        return False
    first, second = a.date, b.date
    assert first is not None and second is not None
    if first.earliest and first.latest and second.earliest and second.latest:
        return first.latest <= second.earliest or second.latest <= first.earliest
    if _suspect(a, "date") or _suspect(b, "date") or a.article == b.article:
        return True
    told_by_clock = one.clock and other.clock and abs(one.low - other.low) <= 60
    coarse = max(one.high - one.low, other.high - other.low) > DAY
    apart = max(one.low, other.low) - min(one.high, other.high) >= DAY
    in_one_zone = a.article not in zoned and b.article not in zoned
    return told_by_clock or coarse or apart or (in_one_zone and not (one.clock or other.clock))


def _amounts(claims: Sequence[Claim], amounts: Mapping[str, Sequence[Amount]]) -> Iterable[list[Told]]:
    """Amounts of each unit, of each claim the one nearest to its trigger; where it tells several of a unit, none."""
    by_unit: defaultdict[str, list[Told]] = defaultdict(list)
    for claim in claims:
        mine: defaultdict[str, list[Amount]] = defaultdict(list)
        for amount in amounts[claim.key]:
            mine[amount.unit].append(amount)
        for unit, told in mine.items():
            by_unit[unit].append(Told(claim, told[-1].text, tuple(told)))
    return by_unit.values()


def _amounts_differ(a: Told, b: Told) -> bool:
    """Whether no amount of the one can be one of the other's, or of two lists of one length one amount is not."""
    assert isinstance(a.key, tuple) and isinstance(b.key, tuple)
    if a.claim.type != b.claim.type and not {a.claim.type, b.claim.type} & {"figure", "harm"}:
        return False
    if len(a.key) == len(b.key) > 1:
        return sum(all(x.disagrees(y) for y in b.key) for x in a.key) == 1
    near = [max(x.high, y.high) <= _SCALE * max(min(x.low, y.low), 1) for x in a.key for y in b.key]
    return any(near) and all(x.disagrees(y) for x in a.key for y in b.key)


def _participants(claims: Sequence[Claim]) -> Iterable[list[Told]]:
    """Who is acted on, where several are."""
    told = []
    for claim in claims:
        names = frozenset(who.name for who in claim.participants if who.role == "patient")
        if len(names) > 1:
            told.append(Told(claim, "・".join(sorted(names)), names))
    return [told]


def _participants_differ(a: Told, b: Told) -> bool:
    """Whether two lists of the same length share some but not all names: one name stands in another's place."""
    assert isinstance(a.key, frozenset) and isinstance(b.key, frozenset)
    return len(a.key) == len(b.key) and bool(a.key & b.key) and a.key != b.key and a.claim.article != b.claim.article


def _roles(claims: Sequence[Claim]) -> Iterable[list[Told]]:
    """The office that stands beside each person's name, and that a change of position is about."""
    by_person: defaultdict[str, list[Told]] = defaultdict(list)
    for claim in claims:
        base, sentence = claim.evidence.start, claim.evidence.text
        for who in claim.participants:
            if who.start is None or who.end is None or not base <= who.start < who.end <= claim.evidence.end:
                continue
            after = sentence[who.end - base : who.end - base + 12]
            beside = [office for office in offices(after) if office.start == 0]
            before = sentence[max(0, who.start - base - 16) : who.start - base]
            beside += [o for o in offices(before) if before[o.end :].strip("()（）、 ") in {"の", "である", "を務める", ""}]
            if len({office.kind for office in beside}) == 1:
                by_person[who.name].append(Told(claim, beside[0].text, beside[0].kind))
    posts = []
    for claim in claims:
        before = claim.evidence.text[: claim.trigger.start - claim.evidence.start][-20:]
        near = [o for o in offices(before) if claim.type in _POSTS or re.match("への|に(?:起用|就任|任命|選任)", before[o.end :])]
        if len({office.kind for office in near}) == 1:
            posts.append(Told(claim, near[0].text, near[0].kind))
    return [*by_person.values(), posts]


def _places(claims: Sequence[Claim]) -> list[Told]:
    return [Told(claim, found, found) for claim in claims if (found := place(claim))]


def _denied(a: Told, b: Told) -> bool:
    """Whether one denies what the other tells: 届かない and 下回る both say the same."""
    one, other = a.claim, b.claim
    if (one.factuality == _DENIED) == (other.factuality == _DENIED):
        return False
    if one.type == other.type or "fact" not in {one.factuality, other.factuality}:
        return True
    return bool(set(kanji(one.trigger.text)) & set(kanji(other.trigger.text))) or bool(
        paraphrases(one.trigger.text) & paraphrases(other.trigger.text)
    )


def _names(claims: Sequence[Claim]) -> Iterable[list[Told]]:
    """Persons in one role whose names differ by one kanji."""
    told = [
        Told(claim, who.name, who.role)
        for claim in claims
        for who in claim.participants
        if len(kanji(who.name)) == len(who.name) > 2
    ]
    for one in told:
        alike = [other for other in told if other.key == one.key and _one_off(one.value, other.value)]
        if len({other.value for other in alike}) > 1:
            yield alike
            return


def _one_off(a: str, b: str) -> bool:
    return len(a) == len(b) and a[:2] == b[:2] and sum(x != y for x, y in zip(a, b, strict=True)) <= 1


# --- what speaks for a value --------------------------------------------------------------------------------------


def _support(
    field: Field, claims: Sequence[Claim], sides: Sequence[Sequence[Claim]], articles: Mapping[str, Article]
) -> str | None:
    """What speaks for a side: the calendar, a correction, more independent outlets, the latest telling."""
    others = [claim for side in sides if side is not claims for claim in side]
    reasons = []
    if any(_suspect(claim, field) for claim in others) and not any(_suspect(claim, field) for claim in claims):
        reasons.append("the other value can't be right as told")
    if any("訂正" in claim.evidence.text for claim in claims):
        reasons.append("told in a correction")
    ours = len(independent(claims, articles))
    if all(ours > len(independent(side, articles)) for side in sides if side is not claims):
        reasons.append(f"{ours} independent outlets")
    latest = max((published(claim, articles) for claim in claims), default="")
    if latest and all(latest > published(claim, articles) for claim in others):
        reasons.append("told later")
    return "; ".join(reasons) or None


def _suspect(claim: Claim, field: Field) -> bool:
    return any(suspect.field == field for suspect in claim.suspect)
