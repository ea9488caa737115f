"""How each noun phrase of a sentence stands to a trigger by grammar: its argument, the head it modifies, the topic above it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import accumulate

from keii.attribute import attribution
from keii.extract.candidates import Candidate
from keii.extract.grammar import chain, of_sentence
from keii.extract.roles.cast import Cast, Unit
from keii.extract.roles.phrases import case, kind_of, words
from keii.model import Token

TOPIC = ("は", "も", "が", "こそ")
ACTORS = frozenset({"PERSON", "ORG", "PLACE", "OUTLET", "person", "body", "people"})
"""Kinds of phrase that take part of themselves; other things only where they are what the event is about."""
_SUBJECTS = (
    ("own", ("arg:が", "arg:は", "arg:も", "arg:こそ")),
    ("relative", ("relative",)),
    ("above", ("above1:が", "above1:は", "above1:も", "relative2")),
    ("above", ("above2:は", "above2:が", "above2:も")),
    ("below", ("below:は", "below:が", "below:も")),
    ("left", ("left:は", "left:が", "left:も")),
    ("locative", ("arg:では", "above1:では", "left:では")),
)
"""How a subject is found, surest first."""
_VOICES = (
    ("passive", ("れる", "られる")),
    ("causative", ("せる", "させる")),
    ("benefactive", ("もらう", "いただく", "頂く", "貰う")),
)
"""The auxiliaries of each voice, the outermost first."""
_DEEP = 5
_COMPLEX = (
    ("によって", "による"),
    ("によると", "よると"),
    ("によれば", "よると"),
    ("により", "による"),
    ("による", "による"),
    ("に対し", "対して"),
    ("に対する", "対して"),
    ("について", "ついて"),
    ("をめぐ", "ついて"),
    ("として", "として"),
    ("とし", "として"),
    ("とともに", "と"),
    ("にとって", "に"),
)
"""Particles of several words, longest first, and what they count as."""


@of_sentence
def _counts(tokens: Sequence[Token]) -> tuple[list[int], list[int]]:
    """Verbs and commas before each token."""
    verbs = accumulate((token.pos == "VERB" and token.bunsetu for token in tokens), initial=0)
    return list(verbs), list(accumulate((token.surface == "、" for token in tokens), initial=0))


class Trigger:
    """A trigger in its sentence: its predicate, its voice, and what stands around it."""

    def __init__(self, cast: Cast, candidate: Candidate) -> None:
        self.cast = cast
        self.candidate = candidate
        self.tokens = cast.document.tokens[candidate.sentence]
        self.i = candidate.token
        self.token = self.tokens[self.i]
        self.path = above(self.tokens, self.i, _DEEP)
        self.units = cast.near(candidate.sentence, self.i)
        self.depths = cast.depths(candidate.sentence)

    @cached_property
    def verbal(self) -> bool:
        return self.token.pos in ("VERB", "ADJ") or "する" in chain(self.tokens, self.i).lemmas[:1]

    @cached_property
    def host(self) -> int:
        """The predicate that the trigger rests on: itself, or the verb it is the object or subject of (会談を行う)."""
        if self.verbal or not self.path:
            return self.i
        verb = self.tokens[self.path[0]]
        rests = self.token.dep in ("obj", "nsubj", "obl", "dislocated", "nmod", "iobj") and verb.pos in ("VERB", "ADJ")
        return self.path[0] if rests else self.i

    @cached_property
    def voice(self) -> str:
        """`passive`, `causative`, `benefactive` or `active`, by the auxiliaries of the predicate.

        The passive of a causative (残業させられる) is passive: its subject undergoes what the に phrase makes it do.
        """
        lemmas = chain(self.tokens, self.host).lemmas
        for voice, marks in _VOICES:
            if any(mark in lemmas for mark in marks):
                return voice
        if self.tokens[self.host].norm in ("受ける", "受けとる", "浴びる") and self.host != self.i:
            return "passive"
        return "active"

    @cached_property
    def is_causative(self) -> bool:
        """Whether somebody makes another do it: 〜させる, 〜させられる."""
        return not {"せる", "させる"}.isdisjoint(chain(self.tokens, self.host).lemmas)

    @cached_property
    def use(self) -> str:
        """How the trigger stands: a verb, or a noun with its particle."""
        if self.verbal:
            return "verb"
        if self.token.dep == "compound":
            return "compound"
        particles = case(self.tokens, self.i)
        return "noun" + (particles[0] if particles else "")

    @cached_property
    def relations(self) -> tuple[str, ...]:
        """One relation for each of `units`."""
        return tuple(self._relation(unit) for unit in self.units)

    @cached_property
    def marks(self) -> tuple[str, ...]:
        """The particle of each of `units`, `inner` for one inside a compound."""
        return tuple("inner" if unit.tail.inner else mark(unit.tail.particles) for unit in self.units)

    @cached_property
    def marked(self) -> dict[str, list[int]]:
        """Where units with each particle end, in order."""
        places: dict[str, list[int]] = {}
        for unit, particle in zip(self.units, self.marks, strict=True):
            if particle != "inner":
                places.setdefault(particle, []).append(unit.tail.last)
        return {particle: sorted(ends) for particle, ends in places.items()}

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """What kind of thing each of `units` is."""
        return tuple((unit.listed and unit.listed[0].label) or kind_of(self.tokens, unit.tail) for unit in self.units)

    def standing(self, n: int) -> tuple[str, str]:
        """The relation of unit `n`, and whether it is the subject or stands beside it."""
        subject, found = self.subject
        return self.relations[n], f"subject {found}" if subject == n else f"beside {found}"

    def between(self, lo: int, hi: int) -> tuple[int, int]:
        """How many verbs and how many commas stand between two tokens."""
        verbs, commas = _counts(self.tokens)
        return (verbs[hi] - verbs[lo + 1], commas[hi] - commas[lo + 1]) if lo < hi else (0, 0)

    @cached_property
    def actors(self) -> int:
        """How many of `units` can take part of themselves."""
        return sum(kind in ACTORS for kind in self.kinds)

    @cached_property
    def ways(self) -> tuple[str, ...]:
        """How the clause hangs on each step of `path`: `q`uoted, `a`dnominal, `t` continued, `c`ase, `m` by a conjunction."""
        below, ways = self.i, [""]
        for step in self.path:
            ways.append(ways[-1] + _way(self.tokens, below))
            below = step
        return tuple(ways)

    def way(self, unit: Unit) -> str:
        """The way up from the trigger to the word that a unit hangs on, "-" where it hangs elsewhere."""
        over = self.tokens[unit.tail.head].head
        places = [self.i, *self.path]
        return self.ways[places.index(over)] if over in places else "-"

    @cached_property
    def voices(self) -> tuple[frozenset[str], frozenset[str]]:
        """The names of those who are cited as speakers of the claim, and of its outlets."""
        said = attribution(self.cast.document, self.candidate.start, self.candidate.end)
        return frozenset(said.speakers), frozenset(said.outlets)

    @cached_property
    def subject(self) -> tuple[int | None, str]:
        """The unit that is the predicate's grammatical subject, and how it was found; one that can act before one that can't."""
        for actors in (True, False):
            for found, wanted in _SUBJECTS:
                n = self._nearest(wanted, actors)
                if n is not None:
                    return n, found
        return None, "none"

    def _nearest(self, wanted: Sequence[str], actors: bool) -> int | None:
        found = [n for n, relation in enumerate(self.relations) if relation in wanted and (self.kinds[n] in ACTORS) is actors]
        return min(found, key=lambda n: (abs(self.units[n].tail.last - self.i), n), default=None)

    def _relation(self, unit: Unit) -> str:
        tokens, phrase = self.tokens, unit.tail
        particle = mark(phrase.particles)
        if phrase.first <= self.i <= phrase.last:
            return "inside" if phrase.inner else "self"
        if phrase.inner:
            return "inner:" + ("left" if phrase.last < self.i else "right")
        over = tokens[phrase.head].head
        if over in (self.i, self.host) and over not in range(phrase.first, phrase.last + 1):
            return ("own" if over == self.i and self.host != self.i else "arg") + ":" + particle
        reached = self.i
        clause = "above1"
        for n, step in enumerate(self.path):
            if any(member.first <= step <= member.last for member in unit.phrases):
                if tokens[reached].dep == "acl":
                    return "relative" if reached in (self.i, self.host) else "relative2"
                return f"over:{tokens[reached].dep}:{particle}"
            if tokens[reached].dep == "acl" and not self._transparent(step):
                clause = "above2"
            if over == step:
                far = phrase.first > self.i or (n >= 3 and particle not in TOPIC)
                return ("right:" if phrase.first > self.i else "far:") + particle if far else f"{clause}:{particle}"
            reached = step
        down = [phrase.head, *above(tokens, phrase.head, 3)]
        if any(step in (self.i, self.host) for step in down):
            between = tokens[down[1]]
            return "of:" + mark(case(tokens, down[1])) if between.pos in ("NOUN", "PROPN", "PRON", "NUM") else "below:" + particle
        return ("left:" if phrase.last < self.i else "right:") + particle

    def _transparent(self, i: int) -> bool:
        """A noun of grammar (こと, 方針, 予定) lets the topic above through to its clause."""
        return self.tokens[i].lemma in words("empty")


def _way(tokens: Sequence[Token], i: int) -> str:
    """How a clause or noun hangs on its head, by what closes it."""
    if tokens[i].dep == "acl":
        return "a"
    behind = chain(tokens, i)
    last = tokens[behind.end - 1]
    if last.surface in ("と", "という") and last.pos != "SCONJ" and behind.end - 1 > i:
        return "q" if tokens[i].pos in ("VERB", "ADJ", "AUX") or len(behind.lemmas) > 1 else "c"
    if tokens[i].dep in ("obj", "nsubj", "obl", "iobj", "nmod", "dislocated", "compound"):
        return "c"
    return "m" if last.pos == "SCONJ" and last.surface not in ("て", "で") else "t"


def above(tokens: Sequence[Token], i: int, steps: int) -> list[int]:
    """The heads above a token, nearest first, at most `steps` of them."""
    path: list[int] = []
    while len(path) < steps and tokens[i].head != i:
        i = tokens[i].head
        path.append(i)
    return path


@lru_cache(maxsize=10_000)
def mark(particles: tuple[str, ...]) -> str:
    """The particle that tells a phrase's case: は and も only where no other stands before them."""
    joined = "".join(particles[:4])
    for many, one in _COMPLEX:
        if joined.startswith(many):
            return one
    return "".join(p for p in particles[:2] if p not in ("など", "だけ", "ら", "まで")) or joined
