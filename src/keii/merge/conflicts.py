"""What the claims of one event disagree on, by field, and what speaks for one side. Reported, never resolved.

What is told more coarsely, or in another time zone, does not disagree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from keii.merge.compare import DAY, moment
from keii.merge.places import differ, place
from keii.merge.tellers import independent, published
from keii.merge.words import Amount, kanji, offices, paraphrases
from keii.model import Article, Claim, Conflict, ConflictValue

Field = Literal["date", "amount", "participant", "role", "place", "factuality", "attribution", "name"]
_DENIED = "negated"


class Told(NamedTuple):
    """What one claim says of a field; `value` is shown, `key` compared."""

    claim: Claim
    value: str
    key: object


def conflicts(claims: Sequence[Claim], amounts: Mapping[str, Sequence[Amount]], articles: Mapping[str, Article]) -> tuple[Conflict, ...]:
    """The conflicts of an event's claims, in the order of telling."""
    fields: list[tuple[Field, Iterable[Sequence[Told]], Callable[[Told, Told], bool]]] = [
        ("date", [_dates(claims)], _dates_differ),
        ("amount", _amounts(claims, amounts), _amounts_differ),
        ("participant", _participants(claims), _participants_differ),
        ("role", _roles(claims), lambda a, b: a.key != b.key),
        ("place", [[Told(claim, found, found) for claim in claims if (found := place(claim))]], lambda a, b: differ(a.value, b.value)),
        ("factuality", [[Told(claim, claim.factuality, claim) for claim in claims]], _denied),
        ("name", _names(claims), lambda a, b: a.value != b.value),
    ]
    found = []
    for field, sets, differs in fields:
        for told in sets:
            values = _values(told, differs)
            if len(values) > 1:
                found.append(Conflict(field=field, values=tuple(_value(field, value, members, values, articles) for value, members in values)))
    return tuple(found)


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
    for claim in claims:
        if claim.date is None or claim.date.from_ == "document" or claim.factuality not in {"fact", "planned"}:
            continue
        if claim.factuality == "planned" and claim.date.from_ != "sentence":
            continue
        when = moment(claim)
        if when is not None and when.closed and when.high - when.low <= 31 * DAY:
            told.append(Told(claim, claim.date.value, when))
    return told


def _dates_differ(a: Told, b: Told) -> bool:
    one, other = moment(a.claim), moment(b.claim)
    if one is None or other is None or (one.low < other.high and other.low < one.high):
        return False
    if a.claim.factuality != b.claim.factuality or a.claim.type != b.claim.type:
        return False
    first, second = a.claim.date, b.claim.date
    assert first is not None and second is not None
    if first.earliest and first.latest and second.earliest and second.latest:
        return first.latest <= second.earliest or second.latest <= first.earliest
    return not (first.zone != second.zone and abs(one.low - other.low) <= DAY)


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
    """Whether no amount of the one can be one of the other's."""
    assert isinstance(a.key, tuple) and isinstance(b.key, tuple)
    return a.claim.type == b.claim.type and all(x.disagrees(y) for x in a.key for y in b.key)


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
        near = offices(claim.evidence.text[: claim.trigger.start - claim.evidence.start][-16:])
        if claim.type in {"start-position", "end-position", "reject", "demand"} and len({office.kind for office in near}) == 1:
            posts.append(Told(claim, near[0].text, near[0].kind))
    return [*by_person.values(), posts]


def _denied(a: Told, b: Told) -> bool:
    """Whether one denies what the other tells: 届かない and 下回る both say the same."""
    one, other = a.claim, b.claim
    if (one.factuality == _DENIED) == (other.factuality == _DENIED):
        return False
    return one.type == other.type or bool(set(kanji(one.trigger.text)) & set(kanji(other.trigger.text))) or bool(
        paraphrases(one.trigger.text) & paraphrases(other.trigger.text)
    )


def _names(claims: Sequence[Claim]) -> Iterable[list[Told]]:
    """Persons in one role whose names differ by one kanji."""
    told = [Told(claim, who.name, who.role) for claim in claims for who in claim.participants if len(kanji(who.name)) == len(who.name) > 2]
    for one in told:
        alike = [other for other in told if other.key == one.key and _one_off(one.value, other.value)]
        if len({other.value for other in alike}) > 1:
            yield alike
            return


def _one_off(a: str, b: str) -> bool:
    return len(a) == len(b) and a[:2] == b[:2] and sum(x != y for x, y in zip(a, b, strict=True)) <= 1


# --- what speaks for a value --------------------------------------------------------------------------------------


def _support(field: Field, claims: Sequence[Claim], sides: Sequence[Sequence[Claim]], articles: Mapping[str, Article]) -> str | None:
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
