"""How a noun phrase stands to a trigger, as named features in groups: what the roles are learned from.

Groups recur from claim to claim where single features would be told anew: a model sums each once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from keii.extract.clusters import clusters
from keii.extract.roles.arguments import ACTORS, Trigger, mark
from keii.extract.roles.cast import Unit
from keii.extract.roles.phrases import Phrase, kind_of
from keii.model import EventType
from keii.sums import Group, remembered

Row = list[Group]
"""What is known of one choice; no feature is told by two of its groups."""


def features(row: Iterable[Group]) -> dict[str, None]:
    """The features of a choice, in order."""
    return {name: None for group in row for name in group.names}


def _words(norm: str) -> tuple[str, ...]:
    """A word and its two coarser clusters."""
    return (norm, *clusters(norm)[:2])


# --- in the sentence ----------------------------------------------------------------------------------------------


def sentence_features(trigger: Trigger, n: int, type: EventType) -> Row:
    """The features of unit `n` of the trigger's own sentence."""
    unit, (relation, slot), i = trigger.units[n], trigger.standing(n), trigger.i
    tokens, phrase, particle, kind = trigger.tokens, unit.tail, trigger.marks[n], trigger.kinds[n]
    voice, use = trigger.voice, trigger.use
    side = "left" if phrase.last < i else "right" if phrase.first > i else "at"
    way, spoken, last = trigger.way(unit), _spoken(trigger, unit), tokens[phrase.last]
    lo, hi = (phrase.last, i) if side == "left" else (i, phrase.first)
    verbs, commas = trigger.between(lo, hi)
    nearer = min(_nearer(trigger, phrase, particle, (lo, hi)), 2)
    depth = trigger.depths[i] - trigger.depths[phrase.head]
    only, alone = trigger.kinds.count(kind) == 1, trigger.actors == (kind in ACTORS)
    row: Row = [
        _by_relation(relation, kind, type, voice, use),
        _by_slot(slot, kind, type, voice, use),
        _by_particle(particle, kind, side, type, voice),
        _by_both(relation, slot, particle, kind),
        _by_word(slot, kind, particle, voice, trigger.token.norm),
        _by_way(way, particle, type),
        _by_label(last.ent, type, slot),
        _by_speaker(spoken, type, slot),
        _by_distance(min(verbs, 3), min(commas, 3), min(max(hi - lo - 1, 0) // 4, 6), side, particle),
        _by_depth(depth, nearer, particle, slot, side),
        _by_size(min(len(unit.phrases), 3), phrase.title, kind),
        _by_number(min(trigger.cast.salience[unit.names[0]], 4), only, alone, kind, slot, type),
    ]
    if not phrase.label:
        row.append(_by_noun(last.norm, type, slot))
    return row


def _nearer(trigger: Trigger, phrase: Phrase, particle: str, ends: tuple[int, int]) -> int:
    """How many units with the same particle stand between a phrase and the trigger."""
    (lo, hi), places = ends, trigger.marked.get(particle, ())
    return bisect_right(places, hi) - bisect_right(places, lo) - (particle != "inner" and lo < phrase.last <= hi)


@remembered
def _by_relation(relation: str, kind: str, type: str, voice: str, use: str) -> list[str]:
    place = f"r={relation}"
    return [place, *(f"{place}&{about}" for about in _abouts(kind, type, voice, use))]


@remembered
def _by_slot(slot: str, kind: str, type: str, voice: str, use: str) -> list[str]:
    place = f"s={slot}"
    return [place, *(f"{place}&{about}" for about in _abouts(kind, type, voice, use))]


def _abouts(kind: str, type: str, voice: str, use: str) -> tuple[str, ...]:
    return (type, voice, f"{type}&{voice}", f"{use}&{voice}", kind, f"{kind}&{type}", f"{kind}&{voice}&{use}")


@remembered
def _by_particle(particle: str, kind: str, side: str, type: str, voice: str) -> tuple[str, ...]:
    return (
        *(f"k={kind}", f"p={particle}", f"side={side}", f"k={kind}&{type}", f"k={kind}&{side}&{type}"),
        *(f"p={particle}&k={kind}&{side}", f"p={particle}&{type}&{voice}&{side}"),
    )


@remembered
def _by_both(relation: str, slot: str, particle: str, kind: str) -> tuple[str, ...]:
    return f"r={relation}&s={slot}", f"s={slot}&p={particle}&k={kind}"


@remembered
def _by_word(slot: str, kind: str, particle: str, voice: str, norm: str) -> Iterator[str]:
    for word in _words(norm):
        yield f"s={slot}&w={word}&{voice}"
        yield f"k={kind}&w={word}"
        yield f"p={particle}&w={word}&{voice}"


@remembered
def _by_way(way: str, particle: str, type: str) -> tuple[str, ...]:
    """By the way up from the trigger."""
    return f"way={way}", f"way={way}&p={particle}", f"way={way}&p={particle}&{type}"


@remembered
def _by_label(ent: str, type: str, slot: str) -> tuple[str, ...]:
    """By GiNZA's label."""
    return f"ent={ent}", f"ent={ent}&{type}", f"ent={ent}&s={slot}"


@remembered
def _by_speaker(spoken: str, type: str, slot: str) -> tuple[str, ...]:
    """By who is cited."""
    return f"v={spoken}", f"v={spoken}&{type}", f"v={spoken}&s={slot}"


@remembered
def _by_distance(verbs: int, commas: int, distance: int, side: str, particle: str) -> tuple[str, ...]:
    """By what stands between a unit and the trigger."""
    return f"verbs={verbs}&{side}&p={particle}", f"commas={commas}&{side}&p={particle}", f"distance={distance}&{side}"


@remembered
def _by_depth(depth: int, nearer: int, particle: str, slot: str, side: str) -> tuple[str, ...]:
    return (
        *(f"depth={depth}&p={particle}", f"depth={depth}&s={slot}"),
        *(f"nearer={nearer}&p={particle}&{side}", f"nearer={nearer}&s={slot}"),
    )


@remembered
def _by_size(size: int, title: bool, kind: str) -> tuple[str, ...]:
    return (f"size={size}&{kind}", *(("title",) if title else ()))


@remembered
def _by_number(known: int, only: bool, alone: bool, kind: str, slot: str, type: str) -> tuple[str, ...]:
    """By how often somebody is named, and whether anybody else is of the kind."""
    actor = (f"no other actor&{kind}", f"no other actor&{kind}&s={slot}") if alone else ()
    return (f"known={known}&{kind}", f"only={only}&{kind}", f"only={only}&{kind}&{type}", *actor)


@remembered
def _by_noun(norm: str, type: str, slot: str) -> Iterator[str]:
    for word in (norm, *clusters(norm)):
        yield from (f"noun={word}", f"noun={word}&{type}", f"noun={word}&s={slot}")


def _spoken(trigger: Trigger, unit: Unit) -> str:
    """Whether a unit is cited as the claim's speaker or outlet, and whether anybody is."""
    speakers, outlets = trigger.voices
    if not speakers and not outlets:
        return "none"
    names = set(unit.names)
    return "speaker" if names & speakers else "outlet" if names & outlets else "other" if speakers else "none"


# --- carried from before ------------------------------------------------------------------------------------------


def carried_features(trigger: Trigger, unit: Unit, type: EventType, order: int) -> Row:
    """The features of a unit that an earlier sentence named and this one leaves out; `order` counts those before it."""
    phrase = unit.tail
    tokens = trigger.cast.document.tokens[phrase.sentence]
    last, root = tokens[phrase.last], tokens[tokens[phrase.head].head].dep == "ROOT"
    particle = "inner" if phrase.inner else mark(phrase.particles)
    kind = kind_of(tokens, phrase)
    voice, (_, found) = trigger.voice, trigger.subject
    back, size = min(unit.back, 7), min(len(unit.phrases), 3)
    count = trigger.cast.salience[unit.names[0]]
    top = count > 1 and count == trigger.cast.most
    topic = "topic" if particle in ("は", "も", "では", "には", "が") else "beside"
    row: Row = [
        _carried_claim(kind, found, type, voice, trigger.use),
        _carried_place(back, particle, kind, topic, found, type),
        _carried_name(last.ent, _spoken(trigger, unit), found, type),
        _carried_number(min(count, 6), top, kind, topic, found, type),
        _carried_order(min(order, 5), size, root, topic, back),
        _carried_word(kind, trigger.token.norm, voice),
    ]
    if not phrase.label:
        row.append(_carried_noun(last.norm))
    return row


@remembered
def _carried_claim(kind: str, found: str, type: str, voice: str, use: str) -> tuple[str, ...]:
    return (
        *("carried", f"c:found={found}"),
        *(f"c:found={found}&k={kind}&{type}&{voice}", f"c:k={kind}&{type}&{voice}", f"c:k={kind}&{use}&{voice}"),
    )


@remembered
def _carried_place(back: int, particle: str, kind: str, topic: str, found: str, type: str) -> tuple[str, ...]:
    return (
        *(f"c:back={back}", f"c:p={particle}&back={back}", f"c:p={particle}&k={kind}", f"c:p={particle}&k={kind}&back={back}"),
        *(f"c:found={found}&{topic}&{back}", f"c:found={found}&{topic}&{kind}", f"c:{type}&p={particle}"),
        f"c:{topic}&{type}&{found}",
    )


@remembered
def _carried_name(ent: str, spoken: str, found: str, type: str) -> tuple[str, ...]:
    return f"c:ent={ent}&{type}", f"c:v={spoken}", f"c:v={spoken}&{type}", f"c:v={spoken}&{found}"


@remembered
def _carried_number(count: int, top: bool, kind: str, topic: str, found: str, type: str) -> tuple[str, ...]:
    return f"c:known={count}", f"c:known={count}&{kind}&{topic}", f"c:top={top}&{found}", f"c:top={top}&{type}&{kind}"


@remembered
def _carried_order(order: int, size: int, root: bool, topic: str, back: int) -> tuple[str, ...]:
    return f"c:order={order}", f"c:size={size}", f"c:root={root}&{topic}&{back}"


@remembered
def _carried_word(kind: str, norm: str, voice: str) -> list[str]:
    return [f"c:k={kind}&w={word}&{voice}" for word in _words(norm)]


@remembered
def _carried_noun(norm: str) -> list[str]:
    return [f"c:noun={word}" for word in clusters(norm)[:2]]


# --- nobody -------------------------------------------------------------------------------------------------------


def none_features(trigger: Trigger, type: EventType) -> Row:
    """The features of there being nobody in a role."""
    use, voice, tokens = trigger.use, trigger.voice, trigger.tokens
    (subject, found), norm = trigger.subject, trigger.token.norm
    kind = trigger.kinds[subject] if subject is not None else ""
    args = "+".join(sorted({relation.split(":")[1] for relation in trigger.relations if relation.startswith("arg:")}))
    objects = "+".join(kind for kind, relation in zip(trigger.kinds, trigger.relations, strict=True) if relation == "arg:を")
    head = tokens[trigger.path[0]].norm if trigger.path else None
    speakers, up = f"v{min(len(trigger.voices[0]), 2)}", f"u={trigger.ways[-1][:2]}"
    abouts = (type, use, voice, found, f"{found}&{kind}", args, f"を={objects}", speakers, up)
    return [
        *(_none_about(about, type, voice, use) for about in abouts),
        _none_claim(type, voice, use, found, kind, min(trigger.actors, 3)),
        _none_word(norm, voice, type, found, kind),
        _none_place(tokens[trigger.host].norm, head),
    ]


@remembered
def _none_about(about: str, type: str, voice: str, use: str) -> tuple[str, ...]:
    return f"n:{about}", f"n:{about}&{type}", f"n:{about}&{voice}", f"n:{about}&{use}"


@remembered
def _none_claim(type: str, voice: str, use: str, found: str, kind: str, actors: int) -> tuple[str, ...]:
    return (
        *("none", f"n:{type}&{voice}&{use}", f"n:{type}&{voice}&{found}&{kind}"),
        *(f"n:actors={actors}", f"n:actors={actors}&{type}"),
    )


@remembered
def _none_word(norm: str, voice: str, type: str, found: str, kind: str) -> Iterator[str]:
    for word in _words(norm):
        yield from (f"n:w={word}", f"n:w={word}&{voice}", f"n:w={word}&{type}", f"n:w={word}&{found}&{kind}")
    yield f"n:last={norm[-1:]}"


@remembered
def _none_place(host: str, head: str | None) -> tuple[str, ...]:
    return (f"n:host={host}", *((f"n:head={head}",) if head is not None else ()))
