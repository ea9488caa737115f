"""Speech acts: which verb of saying covers what, and who its subject is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from keii.attribute.names import Names, words
from keii.model import Document, Mention, Source, Span, Token

_OPEN, _CLOSE = "「『“（(", "」』”）)"
_TITLES = re.compile(r"^(?:\s|[（(][^（）()]*[）)]|[ぁ-んァ-ヶー一-龠々A-Za-z0-9・，,]){0,24}$")


@dataclass(frozen=True, slots=True)
class Subject:
    """A は/が/も/では phrase outside quotation marks; `token` indexes its particle."""

    start: int
    end: int
    token: int
    particle: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """One verb of saying with what it covers."""

    verb: Span
    reach: Span
    subject: Subject | None
    cue: str
    quoted: bool


def acts(document: Document, index: int, names: Names) -> tuple[list[Act], list[Subject]]:
    """The speech acts of a sentence in order, and its subjects."""
    tokens = document.tokens[index] if document.tokens else ()
    if not tokens:
        return [], []
    depths = _depths(tokens)
    subjects = list(_subjects(tokens, depths, names))
    found: list[Act] = []
    for start, end, cue in _verbs(tokens, depths):
        act = _act(tokens, depths, start, end, cue, subjects, found)
        if act:
            found.append(act)
    return found, subjects


def _depths(tokens: tuple[Token, ...]) -> list[int]:
    """How many quotation marks or brackets are open at each token."""
    depth, depths = 0, []
    for token in tokens:
        opened = sum(token.surface.count(c) for c in _OPEN)
        closed = sum(token.surface.count(c) for c in _CLOSE)
        depths.append(depth + (1 if opened > closed else 0) if opened > closed else depth)
        depth = max(0, depth + opened - closed)
    return depths


# --- subjects -----------------------------------------------------------------------------------------------------


def _subjects(tokens: tuple[Token, ...], depths: list[int], names: Names) -> Iterator[Subject]:
    for i, token in enumerate(tokens):
        if i == 0 or depths[i] or token.pos != "ADP" and not token.tag.startswith("助詞"):
            continue
        particle = token.surface
        if particle not in ("は", "が", "も", "こそ"):
            continue
        last = i - 1
        if tokens[last].surface in ("で", "に") and particle in ("は", "も"):
            if tokens[last].surface == "に":
                continue
            particle, last = "で" + particle, last - 1
        if last < 0:
            continue
        first = phrase(tokens, depths, last)
        if first is None:
            continue
        start, end = tokens[first].start, tokens[last].end
        yield Subject(start, end, i, particle, speakers_in(tokens[first : last + 1], names, particle))


def phrase(tokens: tuple[Token, ...], depths: list[int], last: int) -> int | None:
    """The first token of the noun phrase that ends at `last`; None if there is none."""
    i = last
    if tokens[i].surface[-1] in _CLOSE:
        base = depths[i + 1] if i + 1 < len(tokens) else 0
        while i > 0 and depths[i] > base:
            i -= 1
        if i == last:
            return None
    elif tokens[i].pos not in ("NOUN", "PROPN", "PRON", "NUM", "SYM", "X"):
        return None
    while i > 0:
        before = tokens[i - 1]
        if before.surface[-1] in _CLOSE:
            j = i - 1
            while j > 0 and depths[j] > depths[i]:
                j -= 1
            if tokens[j].surface[0] in "（(" or before.surface[-1] in "」』":
                i = j
                continue
            break
        if before.pos in ("NOUN", "PROPN", "PRON", "NUM", "SYM", "X") and before.surface not in "、。,!！?？:：;▽◆":
            if before.tag.startswith("名詞-普通名詞-副詞可能") and i < last and tokens[i].pos != "ADP":
                break
            i -= 1
        elif before.surface in ("・", "=", "＝", "&", "＆", "／", "/", "-"):
            i -= 1
        elif (
            before.surface in ("の", "と", "や", "および", "及び", "ら", "同")
            and i > 1
            and tokens[i - 2].pos in ("NOUN", "PROPN", "PRON", "NUM", "X")
        ):
            i -= 1
        elif before.tag.startswith(("接頭辞", "接尾辞", "連体詞")) and before.surface not in ("その", "この", "ある", "あの"):
            i -= 1
        else:
            break
    return i


def speakers_in(tokens: tuple[Token, ...] | list[Token], names: Names, particle: str = "は") -> tuple[Source, ...]:
    """Who a noun phrase names as one who can speak: persons, bodies, unnamed sources; () if nobody."""
    start, end = tokens[0].start, tokens[-1].end
    text = names.text[start:end]
    mentions = names.inside(start, end, "PERSON", "ORG", "OUTLET", "PLACE")
    whole = _bare(text)
    if any(whole.endswith(word) for word in words("anonymous")) and not any(m.label == "PERSON" for m in mentions):
        return (Source("anonymous", "anonymous", "", start, end),)
    if re.search(r"関係者の(?:1|１|一)人$|情報筋|消息筋", whole):
        return (Source("anonymous", "anonymous", "", start, end),)
    if mentions:
        last = mentions[-1]
        tail = names.text[last.end : end]
        plain = _bare(tail)
        if last.label == "PERSON" and "の" not in plain:
            return _listed(mentions, last, names)
        if last.label in ("ORG", "OUTLET") and plain in ("", "側", "など", "ら", "社", "サイド"):
            return _listed(mentions, last, names)
        group = _groups().get(plain.removeprefix("の"))
        if group and last.name.isascii():
            return (Source("body", f"{last.name} {group}", "", start, end),)
    head = whole.removesuffix("ら").removesuffix("たち").removesuffix("自身").removesuffix("側").removesuffix("など")
    if not head:
        return ()
    kind = "person" if head.endswith(words("person")) or whole.endswith("側") else "body" if _is_body(head) else None
    if kind is None:
        return ()
    return (Source(kind, _role_name(text, names, start), "", start, end),)  # type: ignore[arg-type]


def _role_name(text: str, names: Names, start: int) -> str:
    bare = _bare(text)
    for suffix in ("側", "ら", "たち"):
        bare = bare.removesuffix(suffix) if len(bare) > 2 else bare
    return bare


def _is_body(head: str) -> bool:
    return head.endswith(words("body")) and not re.search(
        r"(?:会議|機会|社会|都会|大会|首都|地区|選挙区|部分|全国|各国|中国|米国|英国|韓国|帰国|入国|出国|結局|記録|全部|一部|内部|外部|議会選|場所|町並み|都度|程度|国会|再会)$",
        head,
    )


@cache
def _groups() -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in words("group"))


def _listed(mentions: list[Mention], last: Mention, names: Names) -> tuple[Source, ...]:
    """The last mention, and those coordinated with it (A氏とB氏)."""
    chosen = [last]
    for mention in reversed(mentions[:-1]):
        between = _bare(names.text[mention.end : chosen[0].start])
        if mention.label != chosen[0].label or not re.fullmatch(
            r"[^の]{0,12}?(?:と|や|・|および|及び|、|ならびに)(?:[^の、]{0,20}(?:の[^の、]{1,12})?)?", between
        ):
            break
        chosen.insert(0, mention)
    kinds = {"PERSON": "person", "ORG": "body", "OUTLET": "body", "PLACE": "body"}
    return tuple(Source(kinds[m.label], m.name, "", m.start, m.end) for m in chosen)  # type: ignore[arg-type]


def _bare(text: str) -> str:
    """Without brackets and blanks."""
    return re.sub(r"[（(][^（）()]*[）)]|[\s「」『』]", "", text)


# --- verbs --------------------------------------------------------------------------------------------------------


def _verbs(tokens: tuple[Token, ...], depths: list[int]) -> Iterator[tuple[int, int, str]]:
    """Verbs of saying outside quotation marks: first token, last token, dictionary form."""
    say, demand, light, content = (frozenset(words(kind)) for kind in ("say", "demand", "light", "content"))
    for i, token in enumerate(tokens):
        if depths[i] or token.pos not in ("VERB", "NOUN", "ADJ", "AUX"):
            continue
        lemma = token.lemma
        if lemma in say or lemma in demand:
            if token.pos == "NOUN" and not _verbal(tokens, i):
                continue
            yield i, i, lemma
        elif (
            token.surface.startswith("明らか")
            and i + 1 < len(tokens)
            and tokens[i + 1].surface == "に"
            and _next(tokens, i + 2).startswith("し")
        ):
            yield i, min(i + 2, len(tokens) - 1), "明らかにする"
        elif token.surface in ("し", "する") and i and tokens[i - 1].surface in ("と", "とも", "などと") and _says(tokens, i):
            yield i, i, "とする"
        elif lemma in light and token.pos == "VERB" and i > 1 and tokens[i - 1].surface in ("を", "も"):
            if tokens[i - 2].surface in content or tokens[i - 2].lemma in content:
                if tokens[i - 2].surface not in ("こと", "もの", "の") or lemma in ("示す",):
                    yield i, i, lemma


def _next(tokens: tuple[Token, ...], i: int) -> str:
    return tokens[i].surface if i < len(tokens) else ""


def _verbal(tokens: tuple[Token, ...], i: int) -> bool:
    """Whether a verbal noun is a predicate: followed by する, or it ends its clause (と発表。)."""
    following = _next(tokens, i + 1)
    return following in ("し", "する", "さ", "。", "", "！", "!", "、") and (
        following not in ("、",) or (i > 0 and tokens[i - 1].surface in ("と", "を"))
    )


def _says(tokens: tuple[Token, ...], i: int) -> bool:
    """Whether とする is said (としている, とした) and not made or deemed (しようとした, 目的とする)."""
    after = "".join(token.surface for token in tokens[i : i + 4])
    if not re.match(r"し(?:て(?:い|お)|た(?:。|うえ|上|。|$|が)|、)|する(?:。|声明|考え|見解|$)", after):
        return False
    before = tokens[i - 2]
    if tokens[i - 1].surface == "と" and before.inflection.find("意志推量") >= 0:
        return False
    return True


def _passive(tokens: tuple[Token, ...], end: int) -> bool:
    following = [token.lemma for token in tokens[end + 1 : end + 3]]
    return any(lemma in ("れる", "られる") for lemma in following[:2]) and "".join(
        t.surface for t in tokens[end + 1 : end + 3]
    ).startswith(("れ", "さ", "られ", "され"))


def _act(
    tokens: tuple[Token, ...], depths: list[int], start: int, end: int, cue: str, subjects: list[Subject], before: list[Act]
) -> Act | None:
    if _passive(tokens, end):
        return None
    floor = before[-1].verb.end if before else tokens[0].start
    verb = Span(tokens[start].start, tokens[end].end)
    quote = _quote(tokens, depths, start)
    near = [s for s in subjects if floor <= s.start and tokens[s.token].end <= verb.start and s.sources]
    subject = _choose(tokens, near, start)
    if subject is None and before:
        subject = before[-1].subject
    reach = _reach(tokens, subject, floor, verb, quote)
    return Act(verb, reach, subject, cue, quote is not None)


def _quote(tokens: tuple[Token, ...], depths: list[int], verb: int) -> int | None:
    """Where the quotation begins that ends right before the verb of saying; None if it is told indirectly."""
    i = verb - 1
    while i >= 0 and verb - i <= 12 and not depths[i] and tokens[i].surface[-1] not in "」』”":
        if tokens[i].pos in ("VERB",) or tokens[i].surface in ("は", "。"):
            return None
        i -= 1
    if i < 0 or tokens[i].surface[-1] not in "」』”":
        return None
    while i > 0:
        while i > 0 and depths[i]:
            i -= 1
        if not (i > 0 and tokens[i - 1].surface[-1] in "」』”"):
            break
        i -= 1
    return tokens[i].start if depths[i] or tokens[i].surface[0] in "「『“" else tokens[min(i + 1, verb)].start


def _choose(tokens: tuple[Token, ...], near: list[Subject], verb: int) -> Subject | None:
    """The subject of a verb of saying: a が right before it, else the topic, else the first が."""
    for subject in reversed(near):
        if subject.particle == "が" and not _predicate_between(tokens, subject.token + 1, verb):
            return subject
    for particles in (("は", "も", "では", "でも"), ("が",)):
        for subject in near:
            if subject.particle in particles:
                return subject
    return None


def _predicate_between(tokens: tuple[Token, ...], start: int, end: int) -> bool:
    return any(token.pos in ("VERB", "AUX", "ADJ") or token.surface[-1:] in _CLOSE for token in tokens[start:end])


def _reach(tokens: tuple[Token, ...], subject: Subject | None, floor: int, verb: Span, quote: int | None) -> Span:
    """From the quotation, else from behind the subject, else (subject right before the verb) from the clause's beginning."""
    if quote is not None and quote >= floor:
        return Span(quote, verb.end)
    if subject is None or subject.end <= floor:
        return Span(floor, verb.end)
    inner = [t for t in tokens if subject.end < t.start < verb.start]
    if any(t.pos in ("VERB", "ADJ") for t in inner) or any(t.surface in ("と", "を", "旨") for t in inner[-3:]):
        return Span(subject.end, verb.end)
    return Span(floor, verb.end)
