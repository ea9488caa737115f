"""What a construction says of who takes part, whoever chose: 〜させる, 〜てもらう, and 〜したのは以下の3人だ."""

from __future__ import annotations

from itertools import pairwise

from keii.extract.roles.arguments import ACTORS, Trigger
from keii.extract.roles.cast import Unit
from keii.extract.roles.rules import Chosen, bears, objects
from keii.model import EventType, Role

_NO_ACTORS = ("容疑", "大会", "会議", "総会", "会合")
"""Ends of nouns that look like people or bodies and don't act."""
_BODIES = ("会社", "法人", "団体")
_SUBJECT = ("arg:が", "arg:は")
_POSTS = frozenset({"start-position", "end-position"})


def by_construction(trigger: Trigger, type: EventType, chosen: Chosen) -> Chosen:
    """The roles, mended where the construction leaves no choice; no person is an organisation."""
    chosen = [(unit, role) for unit, role in chosen if role != "org" or unit.tail.label != "PERSON"]
    if trigger.voice == "benefactive":
        chosen = _with_doer(trigger, type, chosen)
    if trigger.is_causative:
        chosen = _with_causer(trigger, chosen)
    chosen = [(_head(trigger, type, unit) if role == "agent" else unit, role) for unit, role in chosen]
    if trigger.voice == "passive" and trigger.verbal and type != "meet":
        chosen = _without_passive_agent(trigger, chosen)
    if trigger.voice == "active" and trigger.verbal and not bears(trigger, type):
        chosen = _with_own_subject(trigger, chosen)
    return _with_sums(trigger, _with_cleft(trigger, type, chosen))


def _head(trigger: Trigger, type: EventType, unit: Unit) -> Unit:
    """The noun behind the の of a phrase, where it acts (山田氏の政治団体が, 与党の田中氏が), else the phrase itself."""
    if unit.back or unit.tail.inner or unit.tail.particles[:1] != ("の",):
        return unit
    over = trigger.tokens[unit.tail.head].head
    for n, other in enumerate(trigger.units):
        if (
            not other.tail.inner
            and other.tail.first <= over <= other.tail.last
            and other.tail.particles[:1] in (("が",), ("は",))
        ):
            return other if _acts(trigger, n) and not _stands_for(trigger, type, unit, n) else unit
    return unit


def _stands_for(trigger: Trigger, type: EventType, owner: Unit, n: int) -> bool:
    """Whether an owner acts through what it owns: a body through its people, its meetings, who speaks for it of a post."""
    word = trigger.units[n].tail
    if word.text.endswith(_NO_ACTORS):
        return True
    if owner.tail.label not in ("ORG", "OUTLET"):
        return False
    return type in _POSTS if word.label else not word.text.endswith(_BODIES)


def _without_passive_agent(trigger: Trigger, chosen: Chosen) -> Chosen:
    """The subject of a passive does not act: it is who the event happens to, before anybody of an earlier sentence."""
    subjects = [unit for n, unit in enumerate(trigger.units) if trigger.relations[n] in _SUBJECT and (unit, "agent") in chosen]
    if not subjects:
        return chosen
    kept = [(unit, role) for unit, role in chosen if unit not in subjects and not (role == "patient" and unit.back)]
    if any(role == "patient" for _, role in kept):
        return kept
    return [*kept, *((unit, "patient") for unit in subjects)]


def _with_own_subject(trigger: Trigger, chosen: Chosen) -> Chosen:
    """A が phrase of the predicate's own clause acts, and not the topic of the clause above or what stands before its の."""
    own = [n for n, relation in enumerate(trigger.relations) if relation == "arg:が" and _acts(trigger, n)]
    agents = [unit for unit, role in chosen if role == "agent"]
    if len(own) != 1 or not agents or any(trigger.units[own[0]] is unit for unit, _ in chosen):
        return chosen
    subject = trigger.units[own[0]]
    if trigger.between(subject.tail.last, trigger.i)[0] or not all(_gives_way(trigger, unit, subject) for unit in agents):
        return chosen
    return [(subject, "agent"), *((unit, role) for unit, role in chosen if role != "agent")]


def _gives_way(trigger: Trigger, unit: Unit, subject: Unit) -> bool:
    """Whether an agent is of another clause, or the place or owner of the subject."""
    if unit.back:
        return True
    if unit.tail.particles[:1] == ("の",) and trigger.tokens[unit.tail.head].head in range(
        subject.tail.first, subject.tail.last + 1
    ):
        return unit.tail.label == "PLACE" or (
            unit.tail.label == "PERSON" and trigger.kinds[trigger.units.index(subject)] == "body"
        )
    return trigger.relations[trigger.units.index(unit)].startswith(("above", "left", "far"))


def _with_sums(trigger: Trigger, chosen: Chosen) -> Chosen:
    """One of several whom a number sums up stands for all of them: A氏、B氏の2人が."""
    sums = [unit for unit in trigger.units if unit.listed]
    mended: Chosen = []
    for unit, role in chosen:
        whole = next((one for one in sums if any(unit.tail.start == phrase.start for phrase in one.listed)), unit)
        if (whole, role) not in mended:
            mended.append((whole, role))
    return mended


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


def _with_causer(trigger: Trigger, chosen: Chosen) -> Chosen:
    """〜させる: the subject acts on whom に or を marks; 〜させられる: the に phrase acts on the subject."""
    causers, causees = (
        [unit for n, unit in enumerate(trigger.units) if trigger.relations[n] in wanted and _acts(trigger, n)]
        for wanted in ((("arg:に",), _SUBJECT) if trigger.voice == "passive" else (_SUBJECT, ("arg:に", "arg:を")))
    )
    if not causers or not causees:
        return chosen
    told = {id(causers[0]), id(causees[0])}
    kept = [(unit, role) for unit, role in chosen if id(unit) not in told and role != "agent"]
    return [(causers[0], "agent"), (causees[0], "patient"), *kept]


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
    return any(relation in _SUBJECT and _acts(trigger, n) for n, relation in enumerate(trigger.relations))


def _acts(trigger: Trigger, n: int) -> bool:
    return trigger.kinds[n] in ACTORS
