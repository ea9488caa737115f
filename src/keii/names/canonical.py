"""One canonical name for every mention of an article: full and short names, Latin and katakana, variants, roles.

Mentions are first given the name they are written as; then names that mean the same are joined, each join with its
reason; last, words that stand for a name (同氏, 同社, 彼, 首相) take the name they stand for.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from keii import lexicon
from keii.config import Names
from keii.model import Document, Label, Mention
from keii.names import lexica
from keii.names.anaphora import stand_ins
from keii.names.detect import ANALYSED, GLOSS, REVERSED_GLOSS
from keii.names.found import Found
from keii.names.outlets import outlet_named
from keii.names.scripts import is_katakana, same_katakana, says, sound, sounds_like
from keii.text import fold, folded

_ABBREVIATED = re.compile(
    r"(?P<full>[^\s、。「」『』()（）]{4,40})[(（](?:以下[、,]?)?[「『]?(?P<short>[A-Z][A-Za-z&\-]{1,11}|[一-龠々ァ-ヶー]{2,10})[」』]?(?:と(?:いう|略す|表記))?[)）]"
)
_HEREAFTER = re.compile(
    r"(?P<full>[^\s、。「」『』()（）]{3,40})[(（](?:以下[、,]?|略称[:：]?|通称[:：]?)[「『]?(?P<short>[^「」『』()（）\n]{1,15})[」』]?(?:と(?:いう|略す|表記)|という)?[)）]"
)
_MIXED = re.compile(r"[ァ-ヴー]{2,}[A-Z]{2,}")
_PART = re.compile(r"[・=＝·･ ]")


class _Names:
    """A forest of names: each name's parent is the name it is another form of."""

    def __init__(self) -> None:
        self.parent: dict[str, str] = {}
        self.why: dict[str, str] = {}

    def join(self, name: str, to: str, why: str) -> None:
        name, to = self.top(name), self.top(to)
        if name != to:
            self.parent[name] = to
            self.why[name] = why

    def top(self, name: str) -> str:
        while name in self.parent:
            name = self.parent[name]
        return name

    def path(self, name: str) -> tuple[str, ...]:
        """Why a name came to its canonical name, step by step."""
        steps = []
        while name in self.parent:
            steps.append(f"{name} → {self.parent[name]}: {self.why[name]}")
            name = self.parent[name]
        return tuple(steps)


def resolve(document: Document, found: Sequence[Found], settings: Names) -> tuple[Mention, ...]:
    """Mentions with canonical names, words that stand for names among them."""
    text = document.article.text
    written = [(span, spelled(text[span.start : span.end])) for span in found]
    people = _joined_people(document, written)
    bodies = _joined_bodies(document, written, settings)
    mentions = []
    last_full: dict[str, str] = {}
    for span, name in written:
        if span.label == "PERSON":
            canonical, why = _person(name, people, last_full)
        elif span.label == "OUTLET":
            told = outlet_named(name, extra=settings.outlets)
            canonical, why = (told[0], (told[1],)) if told else (name, ())
        else:
            canonical, why = bodies.top(name), bodies.path(name)
        mentions.append(Mention(span.start, span.end, span.label, canonical, (span.why, *why)))
    return stand_ins(document, tuple(mentions))


def spelled(name: str) -> str:
    """A name as it is written, folded to usual width, blanks inside closed up to one."""
    return " ".join(fold(name).text.replace("=", "=").split())


# --- people -------------------------------------------------------------------------------------------------------


class _People(_Names):
    """Names of people; `shorts[part]` lists the full names that a short name may mean."""

    def __init__(self) -> None:
        super().__init__()
        self.shorts: dict[str, list[str]] = defaultdict(list)


def _person(name: str, people: _People, last_full: dict[str, str]) -> tuple[str, tuple[str, ...]]:
    fulls = list(dict.fromkeys(people.top(full) for full in people.shorts.get(name, ())))
    if len(fulls) == 1 and fulls[0] != people.top(name):
        return fulls[0], (f"{name} → {fulls[0]}: short for the only full name",)
    if len(fulls) > 1:
        nearest = last_full.get(name, fulls[0])
        return nearest, (f"{name} → {nearest}: the last told of {len(fulls)} people with this name",)
    canonical = people.top(name)
    for part, owners in people.shorts.items():
        if name in owners:
            last_full[part] = canonical
    return canonical, people.path(name)


def _joined_people(document: Document, written: Sequence[tuple[Found, str]]) -> _People:
    people = _People()
    names = list(dict.fromkeys(name for span, name in written if span.label == "PERSON"))
    _join_glosses(people, document, set(names))
    _join_readings(people, document, written)
    _join_spellings(people, [name for name in names if is_katakana(name)])
    _join_scripts(people, [*names, *_signatures(document)])
    shorts: dict[str, list[str]] = defaultdict(list)
    for full, parts in _full_names(document, written).items():
        for short in _short_forms(full, parts):
            shorts[short].append(full)
    latin = {people.top(name) for name in names if people.top(name).isascii() and " " in people.top(name)}
    for name in names:
        people.shorts[name] = [full for full in shorts[name] if full != name]
        if not people.shorts[name] and people.top(name) == name and re.fullmatch(r"[ァ-ヴー]{2,}", name):
            fulls = sorted(full for full in latin if any(says(name, part) for part in full.split()))
            if len(fulls) == 1:
                people.join(name, fulls[0], "sounds like a part of the only Latin name")
    return people


def _join_glosses(names: _Names, document: Document, known: set[str]) -> None:
    """カタカナ(Latin) and Latin(カタカナ): the Latin form is the canonical one."""
    for pattern in (GLOSS, REVERSED_GLOSS):
        for sentence in document.sentences:
            if sentence.kind in ANALYSED:
                for match in pattern.finditer(document.article.text, sentence.start, sentence.end):
                    kana, latin = spelled(match["kana"]), spelled(match["latin"])
                    if kana in known or latin in known:
                        names.join(kana, latin, "gloss in the text")


def _join_readings(people: _People, document: Document, written: Sequence[tuple[Found, str]]) -> None:
    """森弘(もり・ひろし): the reading in brackets is the name before it."""
    for (before, name), (span, reading) in pairwise(written):
        between = document.article.text[before.end : span.start].strip()
        if before.label == span.label == "PERSON" and between in ("(", "（") and re.fullmatch(r"[ぁ-んー・ ]+", reading):
            people.join(reading, name, "reading in brackets")


def _join_spellings(names: _Names, katakana: Sequence[str]) -> None:
    """Two spellings of one katakana name; the more frequent, then the first told, gives the name."""
    alike: dict[str, list[str]] = defaultdict(list)
    for name in katakana:
        group = alike[sound(name)[:1] + "・" * len(_PART.findall(name))]
        group.append(name)
        for earlier in group[-60:-1]:
            if names.top(name) != names.top(earlier) and same_katakana(name, earlier):
                known = next((n for n in (earlier, name) if names.top(n) != n), earlier)
                other = name if known == earlier else earlier
                names.join(other, known, "spelling variant")


def _join_scripts(names: _Names, candidates: Sequence[str]) -> None:
    """Latin and katakana names without a gloss that sound alike."""
    latin = list(
        dict.fromkeys(
            name for name in candidates if re.fullmatch(r"[A-ZÀ-Þ][A-Za-zÀ-ÿ'’.\-]+(?: [A-ZÀ-Þa-z][A-Za-zÀ-ÿ'’.\-]*){0,4}", name)
        )
    )
    by_words: dict[int, list[str]] = defaultdict(list)
    for name in latin:
        by_words[len(name.replace("-", " ").split())].append(name)
    for kana in candidates:
        if is_katakana(kana) and names.top(kana) == kana:
            near = by_words[len(_PART.split(kana))][:100]
            match = next((name for name in near if sounds_like(kana, name)), None)
            if match:
                names.join(kana, match, "sounds like the Latin name in the article")
        elif _MIXED.fullmatch(kana) and names.top(kana) == kana:
            match = next((name for name in by_words[1][:100] if says(kana, name)), None)
            if match:
                names.join(kana, match, "says the Latin name in the article")


def _signatures(document: Document) -> Iterator[str]:
    """Full Latin names outside running text: — Sam Smith (@sam) under an embedded post."""
    for sentence in document.sentences:
        if sentence.kind == "embed":
            for match in re.finditer(
                r"[—–-] ?([A-Z][A-Za-zÀ-ÿ'’.\-]{1,30}(?: [A-Z][A-Za-zÀ-ÿ'’.\-]{0,30}){1,3}) \(@",
                document.article.text[sentence.start : sentence.end],
            ):
                yield spelled(match[1])


def _full_names(document: Document, written: Sequence[tuple[Found, str]]) -> dict[str, tuple[str, ...]]:
    """Full names with their parts: 山田|太郎 by the tokens, サム・スミス, Sam Smith by their separators."""
    fulls: dict[str, tuple[str, ...]] = {}
    tokens = {token.start: token for sentence in document.tokens for token in sentence}
    for span, name in written:
        if span.label != "PERSON" or name in fulls:
            continue
        parts = tuple(part for part in _PART.split(name) if part)
        if len(parts) < 2:
            inside = [tokens[i] for i in range(span.start, span.end) if i in tokens]
            parts = tuple(token.surface for token in inside)
            if len(inside) == 1 or not any("人名" in token.tag for token in inside):
                parts = ()
            if not parts and len(name) >= 4 and not name.isascii() and not is_katakana(name):
                parts = (name[:2], name[2:])
        if len(parts) >= 2:
            fulls[name] = parts
    return fulls


def _short_forms(full: str, parts: tuple[str, ...]) -> set[str]:
    """What may stand for a full name: its parts, and the beginning of a Japanese one."""
    forms = {part for n, part in enumerate(parts) if n == 0 or len(part) >= 2}
    if not is_katakana(full) and not full.isascii():
        forms.update(full[:-n] for n in (1, 2, 3) if len(full) - n >= 2)
    return forms


# --- bodies and places --------------------------------------------------------------------------------------------


def _joined_bodies(document: Document, written: Sequence[tuple[Found, str]], settings: Names) -> _Names:
    bodies = _Names()
    labels: dict[str, Label] = {name: span.label for span, name in written if span.label in ("ORG", "PLACE")}
    organisations = [name for name in labels if labels[name] == "ORG"]
    _join_cases(bodies, Counter(name for span, name in written if span.label == "ORG"))
    _join_company_word(bodies, organisations)
    _join_lexicon(bodies, list(dict.fromkeys([*organisations, *map(bodies.top, organisations)])), settings)
    _join_lexicon(bodies, [name for name in labels if labels[name] == "PLACE"], settings)
    _join_glosses(bodies, document, set(labels))
    _join_abbreviations(bodies, document, set(labels))
    _join_long_forms(bodies, organisations)
    _join_spellings(bodies, [name for name in organisations if is_katakana(name)])
    _join_scripts(bodies, organisations)
    return bodies


def _join_cases(bodies: _Names, counts: Counter[str]) -> None:
    """ACME and Acme: the more frequent, then the first told."""
    first: dict[str, str] = {}
    for name, _ in counts.most_common():
        if name != first.setdefault(folded(name), name):
            bodies.join(name, first[folded(name)], "the same but for width, case or blanks")


def _join_lexicon(bodies: _Names, names: Sequence[str], settings: Names) -> None:
    known = lexica.bodies(settings.names)
    told = {known[folded(name)].name for name in names if folded(name) in known}
    short = {name for name in names if folded(name) in lexica.weak_bodies() and folded(name) not in known}
    for name in names:
        body = known.get(folded(name))
        weak = lexica.weak_bodies().get(folded(name))
        if body is None and weak and (weak.name in told or len(short) >= 2):
            body = weak
        if body and body.name != name:
            bodies.join(name, body.name, body.why)


def _join_abbreviations(bodies: _Names, document: Document, known: set[str]) -> None:
    """国際機関(ABC), 以下「協会」: the short form means the full one that stands before the bracket."""
    text = document.article.text
    longest_first = sorted(known, key=lambda name: (-len(name), name))
    for sentence in document.sentences:
        if sentence.kind not in ANALYSED:
            continue
        for pattern in (_HEREAFTER, _ABBREVIATED):
            for match in pattern.finditer(text, sentence.start, sentence.end):
                short = spelled(match["short"])
                full = next((name for name in longest_first if spelled(match["full"]).endswith(name)), None)
                if (
                    full
                    and short != full
                    and not is_katakana(full)
                    and not full.isascii()
                    and (short in known or pattern is _HEREAFTER)
                    and bodies.top(short) == short
                ):
                    bodies.join(short, full, "short form introduced in brackets")


def _join_company_word(bodies: _Names, names: Sequence[str]) -> None:
    """マイクロソフト社, 株式会社X, X株式会社: the name without the word."""
    for name in names:
        bare = re.sub(
            r"^(?:株式会社|有限会社|合同会社|一般社団法人|公益社団法人|一般財団法人|公益財団法人|財団法人|社団法人|独立行政法人|国立研究開発法人|学校法人|医療法人|NPO法人|特定非営利活動法人)|(?:株式会社|有限会社|合同会社)$",
            "",
            name,
        ).strip()
        if re.search(r"[A-Za-zァ-ヶー]社$", bare):
            bare = bare[:-1]
        if bare and bare != name:
            bodies.join(name, bare, "without the word for company")


def _join_long_forms(bodies: _Names, names: Sequence[str]) -> None:
    """能代署 and 能代警察署, アジア連盟 and アジアハンドボール連盟: the long form told in the article."""
    alike: dict[str, list[str]] = defaultdict(list)
    for name in names:
        alike[name[:2]].append(name)
    for name in names:
        if bodies.top(name) != name:
            continue
        full = {name.removesuffix(end) + full for end, full in lexicon.table("long_forms") if end == "-" or name.endswith(end)}
        longer = [other for other in alike[name[:2]][:200] if other != name and (other in full or _is_contraction(name, other))]
        if len({bodies.top(other) for other in longer}) == 1:
            bodies.join(name, longer[0], "short form of a body told in full")


def _is_contraction(short: str, long: str) -> bool:
    """Same two first and two last characters, and all of the short form in the long one in order."""
    if (
        len(short) < 4
        or len(long) <= len(short)
        or short[:2] != long[:2]
        or short[-2:] != long[-2:]
        or short.isascii()
        or is_katakana(short)
    ):
        return False
    rest = iter(long)
    return all(char in rest for char in short)
