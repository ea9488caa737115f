"""Who takes part in an event: the agents, patients, organisations and others of a claim, by the labelling guide."""

from __future__ import annotations

from keii.extract.candidates import Candidate
from keii.extract.roles.arguments import Trigger
from keii.extract.roles.cast import Cast, Unit
from keii.extract.roles.choose import by_model
from keii.extract.roles.rules import by_rule
from keii.model import Document, EventType, Participant, Role

_last: tuple[Document, Cast] | None = None


def participants(
    document: Document, candidate: Candidate, type: EventType, *, rules_only: bool = False
) -> tuple[Participant, ...]:
    """The participants of the event that a candidate names, with their mentions; carried ones have no span."""
    trigger = Trigger(_cast(document), candidate)
    chosen = by_rule(trigger, type) if rules_only else by_model(trigger, type)
    return tuple(who for unit, role in chosen for who in told(unit, role))


def told(unit: Unit, role: Role) -> tuple[Participant, ...]:
    """A unit's participants: one for each name; those of an earlier sentence are implied and have no span."""
    found: dict[str, Participant] = {}
    for phrase in unit.phrases:
        for name in phrase.names or (phrase.text,):
            who = Participant(name=name, role=role)
            if not unit.back:
                who = Participant(name=name, role=role, start=phrase.start, end=phrase.end, text=phrase.text)
            found.setdefault(name, who)
    return tuple(found.values())


def _cast(document: Document) -> Cast:
    """The document's cast; the last one is kept, since claims come document by document."""
    global _last
    if _last is None or _last[0] is not document:
        _last = document, Cast(document)
    return _last[1]
