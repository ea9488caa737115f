"""What a construction says of who takes part, whoever chose: 〜てもらう, and 〜したのは以下の3人だ."""

from __future__ import annotations

from itertools import pairwise

from keii.extract.roles.arguments import ACTORS, Trigger
from keii.extract.roles.cast import Unit
from keii.extract.roles.rules import Chosen, bears, objects
from keii.model import EventType, Role

_POSTS = frozenset({"start-position", "end-position"})


def by_construction(trigger: Trigger, type: EventType, chosen: Chosen) -> Chosen:
    """The roles, mended where the construction leaves no choice; no person is an organisation."""
    chosen = [(unit, role) for unit, role in chosen if role != "org" or unit.tail.label != "PERSON"]
    if trigger.voice == "benefactive":
        chosen = _with_doer(trigger, type, chosen)
    return _with_cleft(trigger, type, chosen)


def _with_doer(trigger: Trigger, type: EventType, chosen: Chosen) -> Chosen:
    """〜てもらう: the に or から phrase acts and the subject receives; whoever takes a post has it changed (patient)."""
    doers = [unit for n, unit in enumerate(trigger.units) if trigger.relations[n] in ("arg:に", "arg:から") and _acts(trigger, n)]
    if not doers:
        return chosen
    doer = next((unit for unit in doers if unit.tail.label == "PERSON"), doers[0])
    others = [(unit, role) for unit, role in chosen if unit is not doer]
    if type in _POSTS:
        return [*((unit, role) for unit, role in others if role != "patient"), (doer, "patient")]
    receives: Role = "other" if any(role == "patient" for _, role in others) or objects(trigger) else "patient"
    return [(doer, "agent"), *((unit, receives if role == "agent" else role) for unit, role in others)]


def _with_cleft(trigger: Trigger, type: EventType, chosen: Chosen) -> Chosen:
    """〜したのは以下の3人だ: those listed below take the role that the clause leaves open."""
    named = next((unit for unit in trigger.units if unit.listed and _is_predicate(trigger, unit)), None)
    if named is None or any(unit is named for unit, _ in chosen):
        return chosen
    role: Role = "patient" if bears(trigger, type) or _has_subject(trigger) else "agent"
    return [*((unit, taken) for unit, taken in chosen if taken != role or not unit.back), (named, role)]


def _is_predicate(trigger: Trigger, unit: Unit) -> bool:
    """Whether the trigger's clause is the topic of a sentence whose predicate the unit is, or stands before (次の通り)."""
    below = [trigger.i, *trigger.path]
    tops = [above for word, above in pairwise(below) if trigger.tokens[word].dep == "csubj"]
    head = unit.tail.head
    return bool(tops) and tops[0] in (head, trigger.tokens[head].head)


def _has_subject(trigger: Trigger) -> bool:
    return any(relation in ("arg:が", "arg:は") and _acts(trigger, n) for n, relation in enumerate(trigger.relations))


def _acts(trigger: Trigger, n: int) -> bool:
    return trigger.kinds[n] in ACTORS
