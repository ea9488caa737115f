"""How a noun phrase stands to a trigger, as named features: what the roles are learned from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from keii.extract.clusters import clusters
from keii.extract.roles.arguments import ACTORS, Trigger, kind_of, mark
from keii.extract.roles.cast import Unit
from keii.model import EventType


def _triggers(trigger: Trigger) -> tuple[str, ...]:
    """The trigger's word and its clusters, fine to coarse."""
    return (trigger.token.norm, *clusters(trigger.token.norm)[:2])


def sentence_features(trigger: Trigger, n: int, type: EventType) -> Iterator[str]:
    """The features of unit `n` of the trigger's own sentence."""
    unit = trigger.units[n]
    tokens, phrase = trigger.tokens, unit.tail
    relation, use, voice = trigger.relations[n], trigger.use, trigger.voice
    particle, kind = trigger.marks[n], trigger.kinds[n]
    subject, found = trigger.subject
    slot = f"subject {found}" if subject == n else f"beside {found}"
    side = "left" if phrase.last < trigger.i else "right" if phrase.first > trigger.i else "at"
    lo, hi = (phrase.last, trigger.i) if side == "left" else (trigger.i, phrase.first)
    distance, (verbs, commas) = max(hi - lo - 1, 0), trigger.between(lo, hi)
    depth = trigger.depths[trigger.i] - trigger.depths[phrase.head]
    yield from (f"r={relation}", f"s={slot}", f"k={kind}", f"p={particle}", f"side={side}")
    for about in (type, voice, f"{type}&{voice}", f"{use}&{voice}", kind, f"{kind}&{type}", f"{kind}&{voice}&{use}"):
        yield f"r={relation}&{about}"
        yield f"s={slot}&{about}"
    for word in _triggers(trigger):
        yield f"r={relation}&w={word}"
        yield f"r={relation}&w={word}&{voice}"
        yield f"s={slot}&w={word}&{voice}"
        yield f"k={kind}&w={word}"
        yield f"p={particle}&w={word}&{voice}"
    way, ent = trigger.way(unit), tokens[phrase.last].ent
    yield from (f"way={way}", f"way={way}&p={particle}", f"way={way}&p={particle}&{type}", f"way={way}&s={slot}&k={kind}")
    yield from (f"ent={ent}", f"ent={ent}&{type}", f"ent={ent}&s={slot}", f"ent={ent}&r={relation}")
    yield from (f"f={trigger.frame}&s={slot}", f"f={trigger.frame}&r={relation}", f"f={trigger.frame}&s={slot}&{type}&{voice}")
    spoken = _spoken(trigger, unit)
    yield from (f"v={spoken}", f"v={spoken}&{type}", f"v={spoken}&s={slot}", f"v={spoken}&way={way}&p={particle}")
    yield f"k={kind}&{type}"
    yield f"k={kind}&{side}&{type}"
    yield f"p={particle}&k={kind}&{side}"
    yield f"p={particle}&{type}&{voice}&{side}"
    yield f"r={relation}&s={slot}"
    yield f"s={slot}&p={particle}&k={kind}"
    yield f"verbs={min(verbs, 3)}&{side}&p={particle}"
    yield f"commas={min(commas, 3)}&{side}&p={particle}"
    yield f"distance={min(distance // 4, 6)}&{side}"
    yield f"depth={depth}&p={particle}"
    yield f"depth={depth}&s={slot}"
    yield f"last={phrase.text[-1:]}&{type}"
    if not phrase.label:
        for word in (tokens[phrase.last].norm, *clusters(tokens[phrase.last].norm)):
            yield f"noun={word}"
            yield f"noun={word}&{type}"
            yield f"noun={word}&s={slot}"
    yield f"size={min(len(unit.phrases), 3)}&{kind}"
    if phrase.title:
        yield "title"
    above = tokens[tokens[phrase.head].head]
    for word in (above.norm, *clusters(above.norm)[:1]):
        yield f"above={word}&p={particle}"
    ends = trigger.marked.get(particle, ())
    nearer = bisect_right(ends, hi) - bisect_right(ends, lo) - (particle != "inner" and lo < phrase.last <= hi)
    yield f"nearer={min(nearer, 2)}&p={particle}&{side}"
    yield f"nearer={min(nearer, 2)}&s={slot}"
    yield f"known={min(trigger.cast.salience[unit.names[0]], 4)}&{kind}"
    kinds = trigger.kinds
    yield f"only={kinds.count(kind) == 1}&{kind}"
    yield f"only={kinds.count(kind) == 1}&{kind}&{type}"
    if trigger.actors == (kind in ACTORS):
        yield f"no other actor&{kind}"
        yield f"no other actor&{kind}&s={slot}"


def _spoken(trigger: Trigger, unit: Unit) -> str:
    """Whether a unit is cited as the claim's speaker or outlet, and whether anybody is."""
    speakers, outlets = trigger.voices
    names = set(unit.names)
    return "speaker" if names & speakers else "outlet" if names & outlets else "other" if speakers else "none"


def carried_features(trigger: Trigger, unit: Unit, type: EventType, order: int) -> Iterator[str]:
    """The features of a unit that an earlier sentence named and this one leaves out; `order` counts those before it."""
    phrase = unit.tail
    tokens = trigger.cast.document.tokens[phrase.sentence]
    particle = "inner" if phrase.inner else mark(phrase.particles)
    kind = kind_of(tokens, phrase)
    voice, use = trigger.voice, trigger.use
    _, found = trigger.subject
    back = min(unit.back, 7)
    count = trigger.cast.salience[unit.names[0]]
    top = count > 1 and count == trigger.cast.most
    topic = "topic" if particle in ("は", "も", "では", "には", "が") else "beside"
    yield "carried"
    ent, spoken = tokens[phrase.last].ent, _spoken(trigger, unit)
    yield from (f"c:ent={ent}&{type}", f"c:v={spoken}", f"c:v={spoken}&{type}", f"c:v={spoken}&{found}")
    yield from (f"c:f={trigger.frame}&k={kind}", f"c:f={trigger.frame}&{found}&{type}", f"c:last={phrase.text[-1:]}&{type}")
    yield from (
        f"c:back={back}",
        f"c:p={particle}&back={back}",
        f"c:p={particle}&k={kind}",
        f"c:p={particle}&k={kind}&back={back}",
    )
    yield from (
        f"c:found={found}",
        f"c:found={found}&{topic}&{back}",
        f"c:found={found}&{topic}&{kind}",
        f"c:found={found}&k={kind}&{type}&{voice}",
    )
    yield from (f"c:k={kind}&{type}&{voice}", f"c:k={kind}&{use}&{voice}", f"c:{type}&p={particle}", f"c:{topic}&{type}&{found}")
    yield from (
        f"c:known={min(count, 6)}",
        f"c:known={min(count, 6)}&{kind}&{topic}",
        f"c:top={top}&{found}",
        f"c:top={top}&{type}&{kind}",
    )
    yield from (
        f"c:order={min(order, 5)}",
        f"c:size={min(len(unit.phrases), 3)}",
        f"c:root={tokens[tokens[phrase.head].head].dep == 'ROOT'}&{topic}&{back}",
    )
    for word in _triggers(trigger):
        yield f"c:k={kind}&w={word}&{voice}"
    if not phrase.label:
        for word in clusters(tokens[phrase.last].norm)[:2]:
            yield f"c:noun={word}"


def none_features(trigger: Trigger, type: EventType) -> Iterator[str]:
    """The features of there being nobody in a role."""
    use, voice, tokens = trigger.use, trigger.voice, trigger.tokens
    subject, found = trigger.subject
    kind = kind_of(tokens, trigger.units[subject].tail) if subject is not None else ""
    args = "+".join(sorted({relation.split(":")[1] for relation in trigger.relations if relation.startswith("arg:")}))
    objects = [
        kind_of(tokens, unit.tail)
        for unit, relation in zip(trigger.units, trigger.relations, strict=True)
        if relation == "arg:を"
    ]
    yield "none"
    speakers, up = f"v{min(len(trigger.voices[0]), 2)}", f"u={trigger.ways[-1][:2]}"
    for about in (type, use, voice, found, f"{found}&{kind}", args, f"を={'+'.join(objects)}", speakers, up):
        yield f"n:{about}"
        yield f"n:{about}&{type}"
        yield f"n:{about}&{voice}"
        yield f"n:{about}&{use}"
    yield f"n:{type}&{voice}&{use}"
    yield f"n:{type}&{voice}&{found}&{kind}"
    for word in _triggers(trigger):
        yield f"n:w={word}"
        yield f"n:w={word}&{voice}"
        yield f"n:w={word}&{type}"
        yield f"n:w={word}&{found}&{kind}"
    yield f"n:last={trigger.token.norm[-1:]}"
    yield f"n:host={tokens[trigger.host].norm}"
    for head in trigger.path[:1]:
        yield f"n:head={tokens[head].norm}"
    yield f"n:actors={min(trigger.actors, 3)}"
    yield f"n:actors={min(trigger.actors, 3)}&{type}"
