"""Who is on stage: the noun phrases of a document, whom they name, and who carries over into the next sentence."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from heapq import nlargest
from itertools import islice

from keii.extract.grammar import quote_depth
from keii.extract.roles.coordination import joined
from keii.extract.roles.lists import before_number, lines_below, pointed
from keii.extract.roles.phrases import Phrase, phrases, words
from keii.model import Document, Token
from keii.names import group_name

_REACH = 4
"""What a change of section adds to the distance of what is carried, in sentences."""
_PAIR = re.compile(
    r"(?:両(?:社|国|氏|者|名|行|党|県|市|店|チーム|政府|首脳|球団|監督|人|親|陣営|校|選手|容疑者)|双方|共同体)(?:とも)?"
)
_COUNTED = re.compile(r"([2-9２-９二三四五六七八九])(?:社|氏|人|者|名|か国|カ国|ヶ国|行|党|県|市|店|チーム|球団|校)")
_DIGITS = {d: n for n, ds in enumerate(("2２二", "3３三", "4４四", "5５五", "6６六", "7７七", "8８八", "9９九"), 2) for d in ds}
_KINDS = {"社": "ORG", "行": "ORG", "党": "ORG", "店": "ORG", "校": "ORG", "国": "PLACE", "県": "PLACE", "市": "PLACE"}
_NEAR = 3
"""How many sentences back a subject may be carried; names one fewer."""
_OFTEN = 4
"""How many of the names most told are carried from anywhere."""
_CARRIED = 5
"""How many units a sentence carries over at most: those further down took part in one claim of thirty all together."""
_AROUND = 40
"""How many units on either side of a trigger are looked at."""
_MEMORY = 60
"""How many names back a bare noun or a group word may repeat."""


@dataclass(frozen=True)
class Unit:
    """Phrases that share one role; `back` counts the sentences since it was named, 0 in the sentence itself."""

    phrases: tuple[Phrase, ...]
    back: int = 0
    listed: tuple[Phrase, ...] = ()
    """Whom the lines below name, where it only points to them (以下の3人)."""

    @property
    def tail(self) -> Phrase:
        return self.phrases[-1]

    @property
    def told(self) -> tuple[Phrase, ...]:
        """The phrases that say who it is."""
        return self.listed or self.phrases

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for phrase in self.told for name in phrase.names))


class Cast:
    """The units of every sentence of a document, in order of the text, and what each sentence carries over."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.salience: Counter[str] = Counter()
        self.units: list[tuple[Unit, ...]] = []
        self.carried: list[tuple[Unit, ...]] = []
        """By sentence: the units of sentences before that it leaves out, nearest first: what a subject not told may be."""
        self._history: deque[tuple[str, str, str]] = deque(maxlen=_MEMORY)
        self._groups: deque[tuple[str, ...]] = deque(maxlen=_MEMORY)
        self._told: dict[str, Unit] = {}
        self._before: deque[int] = deque(maxlen=_NEAR)
        for number, tokens in enumerate(document.tokens):
            self.units.append(tuple(self._sentence(number)))
            self.carried.append(tuple(islice(self._carry(number), _CARRIED)))
            if tokens:
                self._before.appendleft(number)
            for unit in self.units[-1]:
                self.salience.update(phrase.names[0] for phrase in unit.phrases if phrase.label)
                if len(unit.names) == 1 and unit.tail.label:
                    self._told[unit.names[0]] = unit
        self.most = max(self.salience.values(), default=0)
        self._depths: tuple[int, list[int]] = (-1, [])

    def near(self, number: int, i: int) -> tuple[Unit, ...]:
        """The units of a sentence around a token: all of them but in the longest sentences."""
        units = self.units[number]
        if len(units) <= 2 * _AROUND:
            return units
        place = bisect_left(units, i, key=lambda unit: unit.tail.last)
        return units[max(0, place - _AROUND) : place + _AROUND]

    def depths(self, number: int) -> list[int]:
        """In how many quotation marks each token of a sentence stands."""
        if self._depths[0] != number:
            self._depths = number, quote_depth(self.document.tokens[number])
        return self._depths[1]

    def _carry(self, number: int) -> Iterator[Unit]:
        """Subjects and topics of three sentences, names of two, and the names most told so far."""
        here = {name for unit in self.units[number] for name in unit.names}
        section = self.document.sentences[number].section
        for back, earlier in enumerate(self._before, 1):
            distance = back if self.document.sentences[earlier].section == section else back + _REACH
            for unit in self.units[earlier][-2 * _AROUND :]:
                topic = not unit.tail.inner and unit.tail.particles[:1] in (("は",), ("が",), ("も",))
                if unit.names and (topic or (back < _NEAR and unit.tail.label)) and not here & set(unit.names):
                    here |= set(unit.names)
                    yield replace(unit, back=distance)
        for name, count in nlargest(_OFTEN, self.salience.items(), key=lambda item: item[1]):
            if count > 1 and name not in here and name in self._told:
                yield replace(self._told[name], back=2 * _REACH)

    def _sentence(self, number: int) -> Iterator[Unit]:
        tokens = self.document.tokens[number]
        if not tokens:
            return
        found = list(phrases(self.document, number))
        pointing = pointed(tokens, found)
        listed = lines_below(self.document, number) if pointing else ()
        if listed:
            self._groups.append(tuple(dict.fromkeys(phrase.names[0] for phrase in listed)))
        if pointing and listed and pointing not in found:
            yield Unit((replace(pointing, sentence=number, names=(pointing.text,)),), listed=listed)
        for group in joined(tokens, found):
            members = []
            for n in group:
                member = replace(found[n], names=self._whom(found[n], found[n - 1] if n else None))
                members.append(member)
                if member.label:
                    self._history.append((member.names[0], member.label, member.text))
            names = tuple(dict.fromkeys(name for member in members for name in member.names))
            if len(names) > 1:
                self._groups.append(names)
            if pointing and found[group[-1]] is pointing:
                yield Unit(tuple(members), listed=listed)
            else:
                yield Unit(tuple(members), listed=self._summed(tokens, found, group[-1]))

    def _summed(self, tokens: Sequence[Token], found: Sequence[Phrase], n: int) -> tuple[Phrase, ...]:
        """The names of the sentence that a number sums up: A氏、B氏の2人."""
        counted = _COUNTED.fullmatch(found[n].text.removeprefix("計"))
        if counted is None:
            return ()
        kind = "ORG" if counted[0][-1] == "者" else _KINDS.get(counted[0][1:2], "PERSON")
        return before_number(tokens, found, n, _DIGITS[counted[1]], kind)

    def _whom(self, phrase: Phrase, before: Phrase | None) -> tuple[str, ...]:
        """The names a phrase stands for: its own, those a group word repeats, or the phrase as it stands."""
        if phrase.names:
            return phrase.names
        many = self._many(phrase.text)
        if many:
            return many
        owned = before and before.label == "ORG" and before.particles[:1] == ("の",) and before.last + 2 == phrase.first
        group = group_name(before.names[0], phrase.text) if before and owned else None
        return (group or self._longer(phrase.text) or phrase.text,)

    def _many(self, text: str) -> tuple[str, ...]:
        """The names behind 両社, 3人: the last that were told together, else the last of the kind."""
        pair, counted = _PAIR.fullmatch(text), _COUNTED.fullmatch(text)
        count = 2 if pair else _DIGITS[counted[1]] if counted else 0
        if not count:
            return ()
        label = _KINDS.get(text[1:2], "PERSON")
        labels = {name: kind for name, kind, _ in self._history}
        for names in reversed(self._groups):
            if len(names) == count and all(labels.get(name) == label or text == "双方" for name in names):
                return names
        last = list(dict.fromkeys(name for name, kind, _ in reversed(self._history) if kind == label))[:count]
        if pair and len(last) < count:
            last = list(dict.fromkeys(name for name, kind, _ in reversed(self._history) if kind in ("ORG", "PERSON")))[:count]
        return tuple(reversed(last)) if pair and len(last) == count else ()

    def _longer(self, text: str) -> str | None:
        """The longer name that a bare noun repeats (県 for 静岡県, 病院 for 中央病院)."""
        if text in words("empty"):
            return None
        for name, label, spelt in reversed(self._history):
            if label in ("ORG", "PLACE") and spelt != text and spelt.endswith(text):
                return name
        return None
