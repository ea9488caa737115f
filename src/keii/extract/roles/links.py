"""How a noun phrase stands to a trigger, as named features: what the roles are learned from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from keii.extract.clusters import clusters
from keii.extract.roles.arguments import ACTORS, Trigger, kind_of, mark
from keii.extract.roles.cast import Unit
from keii.model import EventType

_KEPT = 8192
"""How many groups of features are remembered: most are the same from claim to claim."""


def _words(norm: str) -> tuple[str, ...]:
    """A word and its two coarser clusters."""
    return (norm, *clusters(norm)[:2])


def sentence_features(trigger: Trigger, n: int, type: EventType) -> Iterator[str]:
    """The features of unit `n` of the trigger's own sentence."""
    unit, (relation, slot) = trigger.units[n], trigger.standing(n)
    tokens, phrase, particle, kind = trigger.tokens, unit.tail, trigger.marks[n], trigger.kinds[n]
    side = "left" if phrase.last < trigger.i else "right" if phrase.first > trigger.i else "at"
    about = _About(type, trigger.voice, trigger.use, trigger.frame, trigger.token.norm)
    stand = _Stand(relation, slot, kind, particle, side)
    yield from _by_grammar(stand, about)
    yield from _by_word(stand, about.voice, about.word)
    yield from _by_way(stand, about, (trigger.way(unit), tokens[phrase.last].ent, _spoken(trigger, unit)))
    yield from _by_place(trigger, unit, stand)
    yield f"last={phrase.text[-1:]}&{type}"
    if not phrase.label:
        yield from _by_noun(tokens[phrase.last].norm, type, slot)
    yield f"size={min(len(unit.phrases), 3)}&{kind}"
    if phrase.title:
        yield "title"
    above = tokens[tokens[phrase.head].head]
    for word in (above.norm, *clusters(above.norm)[:1]):
        yield f"above={word}&p={particle}"
    yield f"known={min(trigger.cast.salience[unit.names[0]], 4)}&{kind}"
    only = trigger.kinds.count(kind) == 1
    yield f"only={only}&{kind}"
    yield f"only={only}&{kind}&{type}"
    if trigger.actors == (kind in ACTORS):
        yield f"no other actor&{kind}"
        yield f"no other actor&{kind}&s={slot}"


class _About(NamedTuple):
    """What is the same for all units of a claim."""

    type: str
    voice: str
    use: str
    frame: str
    word: str


class _Stand(NamedTuple):
    """How a unit stands to the trigger."""

    relation: str
    slot: str
    kind: str
    particle: str
    side: str


@lru_cache(maxsize=_KEPT)
def _by_grammar(stand: _Stand, claim: _About) -> tuple[str, ...]:
    relation, slot, kind, particle, side = stand
    type, voice, use = claim[:3]
    abouts = (type, voice, f"{type}&{voice}", f"{use}&{voice}", kind, f"{kind}&{type}", f"{kind}&{voice}&{use}")
    return (
        *(f"r={relation}", f"s={slot}", f"k={kind}", f"p={particle}", f"side={side}"),
        *(f"{place}&{about}" for about in abouts for place in (f"r={relation}", f"s={slot}")),
        *(f"k={kind}&{type}", f"k={kind}&{side}&{type}", f"p={particle}&k={kind}&{side}"),
        *(f"p={particle}&{type}&{voice}&{side}", f"r={relation}&s={slot}", f"s={slot}&p={particle}&k={kind}"),
    )


@lru_cache(maxsize=_KEPT)
def _by_word(stand: _Stand, voice: str, norm: str) -> tuple[str, ...]:
    relation, slot, kind, particle, _ = stand
    return tuple(
        feature
        for word in _words(norm)
        for feature in (
            f"r={relation}&w={word}",
            f"r={relation}&w={word}&{voice}",
            f"s={slot}&w={word}&{voice}",
            f"k={kind}&w={word}",
            f"p={particle}&w={word}&{voice}",
        )
    )


@lru_cache(maxsize=_KEPT)
def _by_way(stand: _Stand, claim: _About, told: tuple[str, str, str]) -> tuple[str, ...]:
    """By the way up from the trigger, GiNZA's label, and who is cited."""
    (relation, slot, kind, particle, _), (type, voice, _, frame, _) = stand, claim
    way, ent, spoken = told
    return (
        *(f"way={way}", f"way={way}&p={particle}", f"way={way}&p={particle}&{type}", f"way={way}&s={slot}&k={kind}"),
        *(f"ent={ent}", f"ent={ent}&{type}", f"ent={ent}&s={slot}", f"ent={ent}&r={relation}"),
        *(f"f={frame}&s={slot}", f"f={frame}&r={relation}", f"f={frame}&s={slot}&{type}&{voice}"),
        *(f"v={spoken}", f"v={spoken}&{type}", f"v={spoken}&s={slot}", f"v={spoken}&way={way}&p={particle}"),
    )


@lru_cache(maxsize=_KEPT)
def _by_noun(norm: str, type: str, slot: str) -> tuple[str, ...]:
    return tuple(
        feature
        for word in (norm, *clusters(norm))
        for feature in (f"noun={word}", f"noun={word}&{type}", f"noun={word}&s={slot}")
    )


def _by_place(trigger: Trigger, unit: Unit, stand: _Stand) -> Iterator[str]:
    """By what stands between a unit and the trigger."""
    phrase, slot, particle, side = unit.tail, stand.slot, stand.particle, stand.side
    lo, hi = (phrase.last, trigger.i) if side == "left" else (trigger.i, phrase.first)
    verbs, commas = trigger.between(lo, hi)
    depth = trigger.depths[trigger.i] - trigger.depths[phrase.head]
    ends = trigger.marked.get(particle, ())
    nearer = bisect_right(ends, hi) - bisect_right(ends, lo) - (particle != "inner" and lo < phrase.last <= hi)
    yield f"verbs={min(verbs, 3)}&{side}&p={particle}"
    yield f"commas={min(commas, 3)}&{side}&p={particle}"
    yield f"distance={min(max(hi - lo - 1, 0) // 4, 6)}&{side}"
    yield f"depth={depth}&p={particle}"
    yield f"depth={depth}&s={slot}"
    yield f"nearer={min(nearer, 2)}&p={particle}&{side}"
    yield f"nearer={min(nearer, 2)}&s={slot}"


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
    for word in _words(trigger.token.norm):
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
    for word in _words(trigger.token.norm):
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
