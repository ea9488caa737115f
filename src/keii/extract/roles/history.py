"""Who took part in the claims before: a run of claims keeps its participants, and the next one leaves them out."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from keii.extract.roles.arguments import Trigger, above
from keii.extract.roles.cast import Unit
from keii.model import EventType

_NEAR = 6
"""How many claims back the claims of the same sentence are looked for."""
_DEEP = 4


@dataclass(frozen=True, slots=True)
class Past:
    """A claim before and the names of its agents and patients."""

    sentence: int
    token: int
    type: EventType
    agents: frozenset[str]
    patients: frozenset[str]

    @property
    def filled(self) -> str:
        return ("A" if self.agents else "-") + ("P" if self.patients else "-")

    def role(self, names: frozenset[str]) -> str:
        """What somebody was in it: `A`, `P`, `AP` or `-`."""
        return ("A" * bool(names & self.agents) + "P" * bool(names & self.patients)) or "-"


class History:
    """The claims told so far in a document, in order of the text."""

    def __init__(self) -> None:
        self._near: deque[Past] = deque(maxlen=_NEAR)
        self._by_word: dict[str, Past] = {}
        self._by_type: dict[str, Past] = {}
        self._agents: Counter[str] = Counter()
        self._patients: Counter[str] = Counter()
        self._told = 0

    def add(self, trigger: Trigger, type: EventType, agents: Sequence[Unit], patients: Sequence[Unit]) -> None:
        """Remember the agents and patients of a claim."""
        past = Past(trigger.candidate.sentence, trigger.i, type, _names(agents), _names(patients))
        self._near.append(past)
        self._by_word[trigger.token.norm] = self._by_type[type] = past
        self._agents.update(past.agents)
        self._patients.update(past.patients)
        self._told += 1

    def rows(self, trigger: Trigger, type: EventType, units: Sequence[Unit]) -> Iterator[list[str]]:
        """The features of nobody, then of each unit: what they were in the claims before."""
        if not self._told:
            yield from (["h:first"] for _ in range(len(units) + 1))
            return
        steps = [_step(trigger, past) for past in self._near]
        here = [past for past in self._near if past.sentence == trigger.candidate.sentence]
        yield list(self._nobody(trigger, type, steps, here))
        for n, unit in enumerate(units):
            yield list(self._somebody(trigger, type, steps, here, (n, unit)))

    def _nobody(self, trigger: Trigger, type: EventType, steps: Sequence[str], here: Sequence[Past]) -> Iterator[str]:
        last = self._near[-1]
        yield from (f"nh:{last.filled}{about}" for about in ("", f"&{steps[-1]}", f"&{last.type}&{type}"))
        for kind, past in self._alike(trigger, type):
            yield f"nh:{kind}={past.filled}"
        yield from (f"nh:sent={past.filled}" for past in here[-1:])

    def _somebody(
        self, trigger: Trigger, type: EventType, steps: Sequence[str], here: Sequence[Past], place: tuple[int, Unit]
    ) -> Iterator[str]:
        n, unit = place
        names, last, step = frozenset(unit.names), self._near[-1], steps[-1]
        where, relation, slot = standing(trigger, n, unit)
        was = last.role(names)
        yield from _last(was, step, (where, relation, slot), (type, last.type, last.filled))
        if len(self._near) > 1:
            both = f"{was}{self._near[-2].role(names)}"
            yield from (f"h:12={both}&{about}" for about in (steps[-2], where, slot))
        for kind, past in self._alike(trigger, type):
            yield from (f"h:{kind}={past.role(names)}{about}" for about in ("", f"&{where}"))
            if kind == "typed":
                yield f"h:typed={past.role(names)}&{type}"
        if here:
            among = "".join(sorted(set("".join(past.role(names) for past in here))))
            yield from (f"h:sent={among}&{about}" for about in (f"{len(here) > 1}&{where}", slot, relation))
        yield from self._often(type, names, where, slot)

    def _often(self, type: EventType, names: frozenset[str], where: str, slot: str) -> Iterator[str]:
        """In how many quarters of the claims, and in how many claims, somebody was agent and patient."""
        agent, patient = (max((counts[name] for name in names), default=0) for counts in (self._agents, self._patients))
        a, p = (-(-4 * count // self._told) for count in (agent, patient))
        yield from (f"h:A={a}&{where}", f"h:P={p}&{where}", f"h:nA={min(agent, 4)}&P={min(patient, 4)}")
        yield from (f"h:AP={a}{p}{about}" for about in ("", f"&{slot}", f"&{type}"))

    def _alike(self, trigger: Trigger, type: EventType) -> Iterator[tuple[str, Past]]:
        """The last claims with the same word and of the same type."""
        if trigger.token.norm in self._by_word:
            yield "same", self._by_word[trigger.token.norm]
        if type in self._by_type:
            yield "typed", self._by_type[type]


@lru_cache(maxsize=8192)
def _last(was: str, step: str, place: tuple[str, str, str], told: tuple[str, str, str]) -> tuple[str, ...]:
    """What somebody was in the claim before."""
    (where, relation, slot), (type, before, filled) = place, told
    abouts = (
        step,
        where,
        f"{step}&{where}",
        f"{step}&{relation}",
        f"{step}&{slot}",
        type,
        f"{type}&{before}",
        f"{filled}&{step}",
    )
    return (f"h:1={was}", *(f"h:1={was}&{about}" for about in abouts))


def _names(units: Sequence[Unit]) -> frozenset[str]:
    return frozenset(name for unit in units for name in unit.names)


def standing(trigger: Trigger, n: int, unit: Unit) -> tuple[str, str, str]:
    """Where a unit stands: how far back; its relation to the trigger; whether it is the subject."""
    if unit.back:
        back = f"c{min(unit.back, 4)}"
        return back, back, back
    relation, slot = trigger.standing(n)
    return "in", f"r={relation}", f"s={slot}"


def _step(trigger: Trigger, past: Past) -> str:
    """How a trigger stands to one before: sentences between them, or in one sentence which governs which."""
    sentences = trigger.cast.document.sentences
    here, tokens = trigger.candidate.sentence, trigger.tokens
    if past.sentence != here:
        elsewhere = sentences[here].section != sentences[past.sentence].section
        return f"gap{min(here - past.sentence, 3)}" + "s" * elsewhere
    if past.token == trigger.i:
        return "same"
    over, under = above(tokens, trigger.i, _DEEP), above(tokens, past.token, _DEEP)
    if past.token in over:
        return f"over:{tokens[trigger.i].dep}" if over[0] == past.token else "over"
    if trigger.i in under:
        return f"under:{tokens[past.token].dep}" if under[0] == trigger.i else "under"
    return "side" if set(over) & set(under) else "apart"
