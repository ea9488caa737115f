"""The roles by grammar alone: who is subject, object, partner; what the voice and the type make of them."""

from __future__ import annotations

from collections.abc import Iterator

from keii.extract.roles.arguments import ACTORS, Trigger
from keii.extract.roles.cast import Unit
from keii.extract.roles.phrases import kind_of
from keii.model import EventType, Role

Chosen = list[tuple[Unit, Role]]
_BORNE = frozenset({"end-position", "start-position", "figure", "end-org"})
"""Types whose grammatical subject is the patient."""
_THINGS = frozenset({"launch", "start-org", "end-org", "transfer-ownership", "figure", "harm"})
_ORGANISED = frozenset({"start-position", "end-position"})


def by_rule(trigger: Trigger, type: EventType) -> Chosen:
    """Participants as units with their roles."""
    subject, object_ = _subject(trigger), _object(trigger, type)
    passive = trigger.voice == "passive"
    chosen: Chosen = []
    if subject is not None and subject is not object_:
        chosen.append((subject, "patient" if passive or (object_ is None and bears(trigger, type)) else "agent"))
    if object_ is not None and not (passive and chosen):
        chosen.append((object_, "patient"))
    if passive:
        chosen += [
            (unit, "agent")
            for unit in _related(trigger, ("arg:による", "arg:から", "arg:に", "own:による"))
            if _acts(trigger, unit)
        ][:1]
    chosen += [
        (unit, "other")
        for unit in _related(trigger, ("arg:と", "own:と", "arg:との", "own:との"))
        if type in ("meet", "agree") and _acts(trigger, unit)
    ]
    if type in _ORGANISED:
        bodies = [unit for unit in trigger.units if unit.tail.label == "ORG" and unit not in [taken for taken, _ in chosen]]
        chosen += [(unit, "org") for unit in bodies[-1:]]
    return chosen


def bears(trigger: Trigger, type: EventType) -> bool:
    """Whether the grammatical subject of a clause without an object is who the event happens to."""
    return trigger.voice == "passive" or (
        trigger.voice not in ("causative", "benefactive") and (type in _BORNE or type == "harm")
    )


def objects(trigger: Trigger) -> bool:
    """Whether the clause tells whom it is done to."""
    return any(_acts(trigger, unit) for unit in _related(trigger, ("arg:を", "own:を")))


def _subject(trigger: Trigger) -> Unit | None:
    n, _ = trigger.subject
    if n is not None and _acts(trigger, trigger.units[n]):
        return trigger.units[n]
    genitive = [unit for unit in _related(trigger, ("own:の",)) if _acts(trigger, unit)]
    if genitive:
        return genitive[-1]
    earlier = trigger.cast.carried[trigger.candidate.sentence]
    return next(
        (
            unit
            for unit in earlier
            if unit.tail.particles[:1] in (("は",), ("が",))
            and kind_of(trigger.cast.document.tokens[unit.tail.sentence], unit.tail) in ACTORS
        ),
        None,
    )


def _object(trigger: Trigger, type: EventType) -> Unit | None:
    wanted = ("arg:を", "own:を", "inside") if trigger.verbal else ("own:の", "inside", "own:を")
    return _first(trigger, wanted, type) or (_first(trigger, ("arg:に",), type) if trigger.voice == "causative" else None)


def _first(trigger: Trigger, wanted: tuple[str, ...], type: EventType) -> Unit | None:
    """The first unit so related that can be what the event is about."""
    return next(
        (
            unit
            for unit in _related(trigger, wanted)
            if _acts(trigger, unit) or (type in _THINGS and kind_of(trigger.tokens, unit.tail) == "thing")
        ),
        None,
    )


def _related(trigger: Trigger, wanted: tuple[str, ...]) -> Iterator[Unit]:
    return (unit for unit, relation in zip(trigger.units, trigger.relations, strict=True) if relation in wanted)


def _acts(trigger: Trigger, unit: Unit) -> bool:
    return trigger.kinds[trigger.units.index(unit)] in ACTORS
