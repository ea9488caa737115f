"""Who took part in the claims before: a run of claims keeps its participants, and the next one leaves them out."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from keii.extract.roles.arguments import Trigger, above
from keii.extract.roles.cast import Unit
from keii.extract.roles.links import Row
from keii.model import EventType
from keii.sums import remembered

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

    def role(self, names: Sequence[str]) -> str:
        """What somebody was in it: `A`, `P`, `AP` or `-`."""
        agent, patient = self.agents.isdisjoint(names), self.patients.isdisjoint(names)
        return ("-" if patient else "P") if agent else ("A" if patient else "AP")


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

    def rows(self, trigger: Trigger, type: EventType, units: Sequence[Unit]) -> Iterator[Row]:
        """The features of nobody, then of each unit: what they were in the claims before."""
        if not self._told:
            yield from ([_first()] for _ in range(len(units) + 1))
            return
        steps = [_step(trigger, past) for past in list(self._near)[-2:]]
        here = [past for past in self._near if past.sentence == trigger.candidate.sentence]
        alike = list(self._alike(trigger, type))
        last = self._near[-1]
        likes = tuple((kind, past.filled) for kind, past in alike)
        yield [_nobody(last.filled, steps[-1], last.type, type, likes, here[-1].filled if here else "")]
        for n, unit in enumerate(units):
            yield self._somebody(standing(trigger, n, unit), unit.names, type, (steps, here, alike))

    def _somebody(
        self,
        place: tuple[str, str, str],
        names: tuple[str, ...],
        type: EventType,
        before: tuple[Sequence[str], Sequence[Past], Sequence[tuple[str, Past]]],
    ) -> Row:
        (where, _, slot), (steps, here, alike), last = place, before, self._near[-1]
        was, step = last.role(names), steps[-1]
        row: Row = [_last(was, step, *place), _last_type(was, step, type, last.type, last.filled)]
        if len(steps) > 1:
            row.append(_last_two(was + self._near[-2].role(names), steps[-2], where, slot))
        row += [_like(kind, past.role(names), where, type) for kind, past in alike]
        if here:
            among = "".join(sorted(set("".join([past.role(names) for past in here]))))
            row.append(_among(among, len(here) > 1, *place))
        agent, patient = (max([counts[name] for name in names], default=0) for counts in (self._agents, self._patients))
        a, p = -(-4 * agent // self._told), -(-4 * patient // self._told)
        row.append(_often(a, p, min(agent, 4), min(patient, 4), where, slot, type))
        return row

    def _alike(self, trigger: Trigger, type: EventType) -> Iterator[tuple[str, Past]]:
        """The last claims with the same word and of the same type."""
        if trigger.token.norm in self._by_word:
            yield "same", self._by_word[trigger.token.norm]
        if type in self._by_type:
            yield "typed", self._by_type[type]


@remembered
def _first() -> tuple[str, ...]:
    return ("h:first",)


@remembered
def _nobody(filled: str, step: str, before: str, type: str, alike: tuple[tuple[str, str], ...], here: str) -> tuple[str, ...]:
    """Which roles were filled in the claims before."""
    return (
        *(f"nh:{filled}", f"nh:{filled}&{step}", f"nh:{filled}&{before}&{type}"),
        *(f"nh:{kind}={past}" for kind, past in alike),
        *((f"nh:sent={here}",) if here else ()),
    )


@remembered
def _last(was: str, step: str, where: str, relation: str, slot: str) -> Iterable[str]:
    """What somebody was in the claim before."""
    abouts = ("", f"&{step}", f"&{where}", f"&{step}&{where}", f"&{step}&{relation}", f"&{step}&{slot}")
    return dict.fromkeys(f"h:1={was}{about}" for about in abouts)


@remembered
def _last_type(was: str, step: str, type: str, before: str, filled: str) -> tuple[str, ...]:
    return f"h:1={was}&{type}", f"h:1={was}&{type}&{before}", f"h:1={was}&{filled}&{step}"


@remembered
def _last_two(both: str, step: str, where: str, slot: str) -> Iterable[str]:
    return dict.fromkeys(f"h:12={both}&{about}" for about in (step, where, slot))


@remembered
def _like(kind: str, was: str, where: str, type: str) -> tuple[str, ...]:
    """What somebody was in the last claim of the same word or type."""
    typed = (f"h:typed={was}&{type}",) if kind == "typed" else ()
    return (f"h:{kind}={was}", f"h:{kind}={was}&{where}", *typed)


@remembered
def _among(among: str, many: bool, where: str, relation: str, slot: str) -> Iterable[str]:
    """What somebody was in the claims of the same sentence."""
    return dict.fromkeys((f"h:sent={among}&{many}&{where}", f"h:sent={among}&{slot}", f"h:sent={among}&{relation}"))


@remembered
def _often(a: int, p: int, agent: int, patient: int, where: str, slot: str, type: str) -> tuple[str, ...]:
    """In how many quarters of the claims, and in how many claims, somebody was agent and patient."""
    return (
        *(f"h:A={a}&{where}", f"h:P={p}&{where}", f"h:nA={agent}&P={patient}"),
        *(f"h:AP={a}{p}", f"h:AP={a}{p}&{slot}", f"h:AP={a}{p}&{type}"),
    )


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
