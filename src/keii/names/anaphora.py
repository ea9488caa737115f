"""Words that stand for a name: 同氏, 同CEO, 彼, 首相, 同社, 同紙, 会社, 党; and the groups of a body: 取締役会, 従業員."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from keii import lexicon
from keii.model import Document, Mention, Sentence, Span
from keii.names import lexica
from keii.names.groups import group_english, group_name, group_words
from keii.names.outlets import outlet_kind

_SAME = re.compile(r"同(?P<word>[一-龠々A-Z]{1,6}|[ァ-ヴー]{3,6})")
_NO_NAME = re.compile(
    r"同(?:日|月|年|時|様|じ|士|期|級|意|席|行者|居|情|僚|性|点|率|額|数|量|程度|地|所|法|案|件|賞|種|一|規模|業|世代|音|感|調|盟|封|窓|胞|伴|乗|会場|氏名)"
)
_PRONOUN = re.compile(r"(?<![一-龠々])(?:彼女|彼|本人|当人)(?!ら|たち|達|[一-龠々])")
_TOPIC = re.compile(r"[一-龠々ァ-ヴーA-Z]{0,8}(?:は|が|も)")
_FIRST_PERSON = re.compile(r"(?<![一-龠々])(?:私|わたし|僕|俺)(?!たち|達|ら|[一-龠々])")
_BETWEEN = re.compile(
    r"[ 　]?(?:の[ 　]?)?(?:(?:現在|複数|多く|一部|主要|新しい|他|残り|すべて|全て|大半)(?:の|な)?[ 　]?)?"
    r"(?:[一-龠々]{1,2}(?:人|名)の)?"
)
_NEW_BEARER = re.compile(r"(?:は|が|も|を(?:迎え|招|選|任命|指名|起用|推|解任|更迭|罷免))")
"""What follows a title that means the person, not the office (暫定CEOに任命)."""
_TITLE = 16
"""The most characters of a title before a name."""
_OF_COMPANIES = frozenset(("board", "leaders", "employees", "investors", "shareholders", "executives"))
"""Groups that need no body beside them, where the article speaks of a company."""
_FULL_SENTENCE = frozenset({"paragraph", "item", "entry", "quote"})


@dataclass(slots=True)
class _Focus:
    """What has been spoken of so far, newest last."""

    people: list[Mention] = field(default_factory=list)
    topic: Mention | None = None
    """The person that the sentence before speaks of: who 彼 is at the head of the next."""
    bodies: list[Mention] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    """How often each company was named."""
    owners: dict[str, str] = field(default_factory=dict)
    """English noun of a group -> the body it last belonged to."""
    speaker: Mention | None = None
    """The last person told before a quotation: who says 私 in it."""
    _next_topic: Mention | None = None

    def tell(self, text: str, mention: Mention) -> None:
        """A name, or a word that stands for one, is told."""
        if mention.label == "PERSON":
            self.people.append(mention)
            if _TOPIC.match(text, mention.end):
                self._next_topic = mention
        else:
            self.bodies.append(mention)
            self.told[mention.name] += _fits(text, mention, "company")

    def turn(self) -> None:
        """A sentence ends."""
        self.topic, self._next_topic = self._next_topic or self.topic, None

    def company(self) -> str | None:
        """The company that is spoken of most, the later told of two."""
        most = max(self.told.values(), default=0)
        return next((m.name for m in reversed(self.bodies) if most and self.told[m.name] == most), None)


def is_name(mention: Mention) -> bool:
    """Whether a mention is a name, and not a word that stands for one (同社, 彼, 取締役会)."""
    return not (mention.why and mention.why[0] in ("stands for a name", "a group"))


def stand_ins(document: Document, mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """Add the mentions of words that stand for a name told before; `why` says which."""
    text = document.article.text
    roles = _roles(text, mentions)
    queue = sorted(mentions, key=lambda mention: mention.start)
    given = _given(text, Span(0, len(text)), queue)
    headed = [given | _given(text, section.heading, queue) if section.heading else given for section in document.sections]
    focus = _Focus()
    result = list(mentions)
    at, before = 0, ""
    for sentence in document.sentences:
        if sentence.kind not in _FULL_SENTENCE:
            continue
        if sentence.kind == "quote" and before != "quote":
            focus.speaker = focus.people[-1] if focus.people else None
        before = sentence.kind
        inside: list[Mention] = []
        while at < len(queue) and queue[at].start < sentence.end:
            if queue[at].start >= sentence.start:
                inside.append(queue[at])
            at += 1
        covered = {i for mention in inside for i in range(mention.start, mention.end)}
        above = headed[sentence.section]
        words = [*_words(text, sentence, roles), *_new_bearers(text, sentence, above)]
        words = [word for word in words if covered.isdisjoint(range(word.start, word.end))]
        for mention in sorted([*inside, *words], key=lambda m: (m.start, -m.end)):
            told = mention if mention.name else _resolved(text, mention, focus, roles | above)
            if told is None or (told is not mention and _overlaps(told, result[-1:])):
                continue
            if told is not mention:
                result.append(told)
            if told.why[:1] != ("a group",):
                focus.tell(text, told)
        focus.turn()
    return tuple(sorted(result, key=lambda mention: mention.start))


def _overlaps(span: Mention, others: Sequence[Mention]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)


# --- the words ----------------------------------------------------------------------------------------------------


def _words(text: str, sentence: Sentence, roles: dict[str, str]) -> Iterator[Mention]:
    """Words of a sentence that may stand for a name, as mentions without one."""
    for match in _SAME.finditer(text, sentence.start, sentence.end):
        word = None if _NO_NAME.match(match[0]) else _same_word(match["word"])
        if word:
            yield Mention(match.start(), match.start() + 1 + len(word), "PERSON" if word in lexica.titles() else "ORG", "")
    for match in _PRONOUN.finditer(text, sentence.start, sentence.end):
        yield Mention(match.start(), match.end(), "PERSON", "")
    if sentence.kind == "quote":
        for match in _FIRST_PERSON.finditer(text, sentence.start, sentence.end):
            yield Mention(match.start(), match.end(), "PERSON", "")
    for role in roles:
        for start in _places(text, role, sentence):
            before, after = text[start - 1 : start], text[start + len(role) : start + len(role) + 1]
            if (not before or before in "、。「 　\n（(はがでと") and after and after in "はがをにのもと、":
                yield Mention(start, start + len(role), "PERSON", "")
    for match in _alone_pattern().finditer(text, sentence.start, sentence.end):
        yield Mention(match.start(), match.end(), "ORG", "")
    for match in _group_pattern().finditer(text, sentence.start, sentence.end):
        yield Mention(match.start(), match.end(), "ORG", "")


def _new_bearers(text: str, sentence: Sentence, given: dict[str, str]) -> Iterator[Mention]:
    """Titles that stand for whom the heading above, or else the article, gives them: 新社長、X氏 over 「A社が新社長を迎える」."""
    for role in given:
        for start in _places(text, role, sentence):
            before = text[max(sentence.start, start - 1) : start]
            if (not before or before in "、。「 　\n（(はがでとないた") and _NEW_BEARER.match(text, start + len(role)):
                yield Mention(start, start + len(role), "PERSON", "")


def _places(text: str, word: str, sentence: Sentence) -> Iterator[int]:
    start = text.find(word, sentence.start, sentence.end)
    while start >= 0:
        yield start
        start = text.find(word, start + len(word), sentence.end)


@cache
def _group_pattern() -> re.Pattern[str]:
    words = sorted(group_words(), key=len, reverse=True)
    follow = r"(?!(?!向け|間[でのに]|側[はがもの、]|全[員体]|一同|議長|会長)[一-龠々ァ-ヴー])"
    return re.compile(rf"(?:{'|'.join(map(re.escape, words))})(?:たち|達|ら(?=[はがをにもと、]))?{follow}")


@cache
def _alone_pattern() -> re.Pattern[str]:
    """Words for a body that stand for one without 同: at the head of a clause or behind a particle, and not founded here."""
    words = sorted((row[0] for row in lexicon.table("stand_ins") if row[2:] == ("alone",)), key=len, reverse=True)
    return re.compile(
        rf"(?:(?<=^)|(?<=[\n、。「『はがもにをと ]))(?:この)?(?:{'|'.join(map(re.escape, words))})"
        r"(?=[はがもをへ、]|に(?!し|な)|の(?!よう)|から|によ|側)(?!を(?:設立|立ち上げ|作|つく|創業|創設|興|起こ|始め|経営))",
        re.MULTILINE,
    )


@cache
def _kinds() -> dict[str, tuple[str, ...]]:
    return {row[0]: tuple(row[1].split(",")) for row in lexicon.table("stand_ins") if row[2:] != ("alone",)}


@cache
def _kinds_alone() -> dict[str, tuple[str, ...]]:
    return {row[0]: tuple(row[1].split(",")) for row in lexicon.table("stand_ins") if row[2:] == ("alone",)}


def _same_word(word: str) -> str | None:
    """The longest beginning of what follows 同 that is a title or a word for a body."""
    for length in range(len(word), 0, -1):
        if word[:length] in lexica.titles() or word[:length] in _kinds():
            return word[:length]
    return None


def _roles(text: str, mentions: Sequence[Mention]) -> dict[str, str]:
    """Roles that only one person of the article bears right behind the name: 山田太郎首相 → 首相."""
    bearers: dict[str, set[str]] = {}
    for mention in mentions:
        if mention.label == "PERSON":
            for role in _role_words():
                if text.startswith(role, mention.end):
                    bearers.setdefault(role, set()).add(mention.name)
    return _of_one_person(bearers)


def _given(text: str, place: Span, mentions: Sequence[Mention]) -> dict[str, str]:
    """The titles that a place of the article gives one person, before the name: 暫定CEO、X; 新社長のX氏."""
    bearers: dict[str, set[str]] = {}
    first, last = (bisect_left(mentions, at, key=lambda mention: mention.start) for at in (place.start, place.end))
    for mention in mentions[first:last]:
        if mention.label == "PERSON":
            title = _apposed_title().search(text, max(place.start, mention.start - _TITLE), mention.start)
            if title:
                bearers.setdefault(title["title"], set()).add(mention.name)
    return _of_one_person(bearers)


def _of_one_person(bearers: dict[str, set[str]]) -> dict[str, str]:
    return {role: next(iter(names)) for role, names in bearers.items() if len(names) == 1}


@cache
def _role_words() -> tuple[str, ...]:
    return tuple(word for word, kind in lexica.titles().items() if kind == "role" and len(word) >= 2)


@cache
def _apposed_title() -> re.Pattern[str]:
    roles = sorted(_role_words(), key=len, reverse=True)
    return re.compile(rf"(?P<title>[一-龠々]{{0,4}}(?:{'|'.join(map(re.escape, roles))}))[、・の,，]?[ 　]?\Z")


# --- what they stand for ------------------------------------------------------------------------------------------


def _resolved(text: str, word: Mention, focus: _Focus, roles: dict[str, str]) -> Mention | None:
    surface = text[word.start : word.end]
    if word.label == "PERSON":
        return _person(text, word, surface, focus, roles)
    kinds = _kinds().get(surface[1:]) if surface.startswith("同") else _kinds_alone().get(surface.removeprefix("この"))
    if kinds is None:
        return _group(text, word, surface, focus)
    if surface.removeprefix("この") in _kinds_alone() and kinds == ("company",):
        name = focus.company()
        why = f"{surface} → {name}: the company spoken of most"
        return replace(word, name=name, why=("stands for a name", why)) if name else None
    last = _last_body(text, kinds, focus)
    if last is None:
        return None
    return Mention(
        word.start, word.end, last.label, last.name, ("stands for a name", f"{surface} → {last.name}: the last of its kind")
    )


def _person(text: str, word: Mention, surface: str, focus: _Focus, roles: dict[str, str]) -> Mention | None:
    if _FIRST_PERSON.fullmatch(surface):
        why = f"{surface}: who is quoted"
        return replace(word, name=focus.speaker.name, why=("stands for a name", why)) if focus.speaker else None
    title = surface.removeprefix("同")
    if title in roles and (surface == title or title not in ("氏", "さん")):
        why = f"{surface} → {roles[title]}: the only {title} of the article"
        return replace(word, name=roles[title], why=("stands for a name", why))
    last = next(
        (
            m
            for m in reversed(focus.people[-60:])
            if title != surface and title not in ("氏", "さん") and text.startswith(title, m.end)
        ),
        focus.people[-1] if focus.people else None,
    )
    if last is None:
        return None
    if surface in ("本人", "当人"):
        last = next((m for m in reversed(focus.people[-60:]) if focus.topic is None or m.name != focus.topic.name), last)
        return replace(word, name=last.name, why=("stands for a name", f"{surface} → {last.name}: told beside who is spoken of"))
    if not surface.startswith("同") and focus.topic:
        last = focus.topic
        return replace(word, name=last.name, why=("stands for a name", f"{surface} → {last.name}: spoken of before"))
    return replace(word, name=last.name, why=("stands for a name", f"{surface} → {last.name}: the last person told"))


def _last_body(text: str, kinds: Sequence[str], focus: _Focus) -> Mention | None:
    for mention in reversed(focus.bodies[-60:]):
        if any(_fits(text, mention, kind) for kind in kinds):
            return mention
    return None


def _fits(text: str, mention: Mention, kind: str) -> bool:
    """Whether a word of this kind may stand for the mention."""
    if kind == "company":
        return mention.label == "ORG" and not _other_word(mention.name)
    if kind == "country":
        body = lexica.bodies().get(mention.name.lower())
        return mention.label == "PLACE" and body is not None
    _, colon, rest = kind.partition(":")
    if colon:
        outlet = outlet_kind(mention.name)
        return mention.label == "OUTLET" and (not rest or outlet is None or outlet.kind == rest)
    if mention.label == "OUTLET":
        outlet = outlet_kind(mention.name)
        return outlet is not None and outlet.kind == kind
    written = text[mention.start : mention.end].removeprefix("同")
    return mention.name.endswith(kind) or written.endswith(kind)


def _other_word(name: str) -> bool:
    """Whether another word than 同社 would stand for this body (a ministry, a party, a school …)."""
    return any(
        name.endswith(kind) and len(name) > len(kind)
        for kinds in _kinds().values()
        for kind in kinds
        if len(kind) > 1 or kind in "省庁署党県市町村軍国"
        if kind not in ("銀行", "航空", "ズ", "FC", "SC")
    )


def _group(text: str, word: Mention, surface: str, focus: _Focus) -> Mention | None:
    """取締役会 behind the body it belongs to, or of the body whose group it last was, or of the company spoken of most."""
    owner = focus.bodies[-1] if focus.bodies else None
    bare = next(group for group in sorted(group_words(), key=len, reverse=True) if surface.startswith(group))
    english = group_english(bare)
    if owner is not None and owner.end <= word.start and _BETWEEN.fullmatch(text[owner.end : word.start]):
        focus.owners[english] = owner.name
        focus.told[owner.name] += 1
        name, why = group_name(owner.name, bare), f"{bare} of {owner.name}"
    else:
        known = focus.owners.get(english) or focus.company()
        if known is None or not (known.isascii() or english in _OF_COMPANIES):
            return None
        name, why = group_name(known, bare), f"{bare}: of {known}, the company spoken of"
    return replace(word, name=name, why=("a group", why)) if name else None
