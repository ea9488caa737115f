"""Who is on stage: the noun phrases of a document, whom they name, and who carries over into the next sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from keii.extract.roles.phrases import Phrase, joined, phrases, words
from keii.model import Document
from keii.names import group_name

_REACH = 4
"""What a change of section adds to the distance of what is carried, in sentences."""
_PAIR = re.compile(
    r"(?:両(?:社|国|氏|者|名|行|党|県|市|店|チーム|政府|首脳|球団|監督|人|親|陣営|校|選手|容疑者)|双方|共同体)(?:とも)?"
)
_COUNTED = re.compile(r"([2-9２-９二三四五六七八九])(?:社|氏|人|者|名|か国|カ国|ヶ国|行|党|県|市|店|チーム|球団|校)")
_DIGITS = {d: n for n, ds in enumerate(("2２二", "3３三", "4４四", "5５五", "6６六", "7７七", "8８八", "9９九"), 2) for d in ds}
_KINDS = {"社": "ORG", "行": "ORG", "党": "ORG", "店": "ORG", "校": "ORG", "国": "PLACE", "県": "PLACE", "市": "PLACE"}
_MEMORY = 60
"""How many names back a bare noun may repeat one."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Phrases that share one role; `back` counts the sentences since it was named, 0 in the sentence itself."""

    phrases: tuple[Phrase, ...]
    back: int = 0

    @property
    def tail(self) -> Phrase:
        return self.phrases[-1]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for phrase in self.phrases for name in phrase.names))


class Cast:
    """The units of every sentence of a document, in order of the text."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._history: list[tuple[str, str, str]] = []
        self._groups: list[tuple[str, ...]] = []
        self.units: list[tuple[Unit, ...]] = [tuple(self._sentence(number)) for number in range(len(document.sentences))]
        self.salience: Counter[str] = Counter(
            phrase.names[0] for units in self.units for unit in units for phrase in unit.phrases if phrase.label
        )
        self.most = max(self.salience.values(), default=0)

    def carried(self, number: int) -> tuple[Unit, ...]:
        """Units of sentences before that this one leaves out, nearest first: what a subject not told may be.

        Those that were subject or topic within three sentences, names within two, and the names most told so far.
        """
        here = {name for unit in self.units[number] for name in unit.names}
        section = self.document.sentences[number].section
        found: list[Unit] = []
        told: Counter[str] = Counter()
        back = 0
        for earlier in range(number - 1, -1, -1):
            if not self.document.tokens[earlier]:
                continue
            back += 1
            same = self.document.sentences[earlier].section == section
            for unit in self.units[earlier]:
                told.update(name for phrase in unit.phrases if phrase.label for name in phrase.names[:1])
                topic = not unit.tail.inner and unit.tail.particles[:1] in (("は",), ("が",), ("も",))
                near = (back <= 3 and topic) or (back <= 2 and unit.tail.label)
                if near and unit.names and not here & set(unit.names):
                    here |= set(unit.names)
                    found.append(Unit(unit.phrases, back if same else back + _REACH))
        often = [name for name, count in told.most_common(4) if count > 1 and name not in here]
        return (*found, *(Unit(unit.phrases, 2 * _REACH) for unit in map(self._last_told(number).get, often) if unit))

    def _last_told(self, number: int) -> dict[str, Unit]:
        return {
            unit.names[0]: unit for units in self.units[:number] for unit in units if len(unit.names) == 1 and unit.tail.label
        }

    def _sentence(self, number: int) -> Iterator[Unit]:
        tokens = self.document.tokens[number]
        if not tokens:
            return
        found = list(phrases(self.document, number))
        for group in joined(tokens, found):
            members = []
            for n in group:
                member = replace(found[n], names=self._whom(found[n], found[:n]))
                members.append(member)
                if member.label:
                    self._history.append((member.names[0], member.label, member.text))
            names = tuple(dict.fromkeys(name for member in members for name in member.names))
            if len(names) > 1:
                self._groups.append(names)
            yield Unit(tuple(members))

    def _whom(self, phrase: Phrase, before: list[Phrase]) -> tuple[str, ...]:
        """The names a phrase stands for: its own, those a group word repeats, or the phrase as it stands."""
        if phrase.names:
            return phrase.names
        many = self._many(phrase.text)
        if many:
            return many
        owner = self._owner(phrase, before)
        group = group_name(owner.names[0], phrase.text) if owner and owner.label == "ORG" else None
        return (group or self._longer(phrase.text) or phrase.text,)

    @staticmethod
    def _owner(phrase: Phrase, before: list[Phrase]) -> Phrase | None:
        """The name that a phrase belongs to by の."""
        last = before[-1] if before else None
        return last if last and last.names and last.particles[:1] == ("の",) and last.last + 2 == phrase.first else None

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
        for name, label, spelt in reversed(self._history[-_MEMORY:]):
            if label in ("ORG", "PLACE") and spelt != text and spelt.endswith(text):
                return name
        return None
