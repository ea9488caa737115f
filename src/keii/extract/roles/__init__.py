"""Who takes part in an event: the agents, patients, organisations and others of a claim, by the labelling guide."""

from __future__ import annotations

from collections.abc import Sequence

from keii.config import Extract
from keii.extract.candidates import Candidate
from keii.extract.roles.arguments import Trigger
from keii.extract.roles.cast import Cast, Unit
from keii.extract.roles.choose import by_model
from keii.extract.roles.constructions import by_construction
from keii.extract.roles.history import History
from keii.extract.roles.rules import by_rule
from keii.model import Document, EventType, Participant, Role


def participants(
    document: Document, candidate: Candidate, type: EventType, *, config: Extract | None = None
) -> tuple[Participant, ...]:
    """The participants of one claim without the claims before it; `cast_all` knows more."""
    return cast_all(document, [(candidate, type)], config=config)[0]


def cast_all(
    document: Document, claims: Sequence[tuple[Candidate, EventType]], *, config: Extract | None = None
) -> list[tuple[Participant, ...]]:
    """The participants of every claim of a document, in order of the text, with their mentions; carried ones have no span."""
    settings = config or Extract()
    cast, past = Cast(document), History()
    found: list[tuple[Participant, ...]] = []
    for candidate, type in claims:
        trigger = Trigger(cast, candidate)
        chosen = by_rule(trigger, type) if settings.rules_only else by_model(trigger, type, past, settings.model)
        chosen = by_construction(trigger, type, chosen)
        past.add(trigger, type, *taking(chosen))
        found.append(tuple(who for unit, role in chosen for who in told(unit, role)))
    return found


def taking(chosen: Sequence[tuple[Unit, Role]]) -> tuple[list[Unit], list[Unit]]:
    """The agents and the patients among those chosen."""
    return [unit for unit, role in chosen if role == "agent"], [unit for unit, role in chosen if role == "patient"]


def told(unit: Unit, role: Role) -> tuple[Participant, ...]:
    """A unit's participants: one for each name; those of an earlier sentence are implied and have no span."""
    found: dict[str, Participant] = {}
    for phrase in unit.told:
        for name in phrase.names or (phrase.text,):
            who = Participant(name=name, role=role)
            if not unit.back:
                who = Participant(name=name, role=role, start=phrase.start, end=phrase.end, text=phrase.text)
            found.setdefault(name, who)
    return tuple(found.values())
