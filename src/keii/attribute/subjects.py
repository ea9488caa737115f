"""Who a noun phrase names as one who can speak, and the は/が/も phrases of a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from keii.attribute.names import Names, pattern, words
from keii.model import Mention, Source, SourceKind, Token
from keii.names import group_name

OPEN, CLOSE = "「『“（([【", "」』”）)]】"
_HEADLINE = 12
"""A headline names its subject in its first so many tokens."""
_NOMINAL = ("NOUN", "PROPN", "PRON", "NUM", "SYM", "X")
_JOINING = ("の", "と", "や", "および", "及び", "・", "=", "＝", "&", "＆", "／", "/", "-", "－")
_KINDS: dict[str, SourceKind] = {"PERSON": "person", "ORG": "body", "OUTLET": "body", "PLACE": "body"}
_LISTED = re.compile(r"[^の]{0,12}?(?:と|や|・|および|及び|、|ならびに|並びに)(?:[^の、]{0,20}(?:の[^の、]{1,12})?)?")
_NOT_BODY = re.compile(pattern("nobody") + "$")
_THING = re.compile(pattern("thing") + "$")
_TITLE = re.compile(r"[^、。はがをにでとの]{0,8}")
_COUNT = re.compile(r"^の?(?:[0-9０-９一二三四五六七八九十両]+(?:人|者|社|氏|行|紙|団体|か国|カ国))$")
_TIME = re.compile(r"^(?:午前|午後)?[0-9０-９][0-9０-９:：時分頃ごろすぎ過台日月年\s]*(?:現在|付)?の?(?=\D)")
_WRITER = re.compile(r"(?:記者|著者|筆者|特派員|論説委員)(?:ら|たち)?$")


@dataclass(frozen=True, slots=True)
class Subject:
    """A は/が/も/では phrase outside quotation marks.

    `token` indexes its particle; `sources` is who of it can speak by name or role, `anyone` who it is if it is said to speak.
    """

    start: int
    end: int
    token: int
    particle: str
    sources: tuple[Source, ...]
    anyone: tuple[Source, ...] = ()


def depths_of(tokens: Sequence[Token]) -> list[int]:
    """In how many quotation marks and brackets each token stands; the marks themselves stand inside."""
    depth, depths = 0, []
    for token in tokens:
        opened = sum(c in OPEN for c in token.surface)
        closed = sum(c in CLOSE for c in token.surface)
        depths.append(max(depth, depth + opened - closed))
        depth = max(0, depth + opened - closed)
    return depths


def subjects_of(tokens: Sequence[Token], depths: list[int], names: Names) -> Iterator[Subject]:
    """The は/が/も/では phrases of a sentence that stand outside quotation marks, in order."""
    headline = True
    for i in range(1, len(tokens)):
        particle, last = tokens[i].surface, i - 1
        if headline and particle == "、" and i < _HEADLINE and not depths[i]:
            yield from _headline(tokens, depths, i, names)
        headline = headline and particle not in ("は", "が", "も", "を", "に", "で", "と")
        if depths[i] or particle not in ("は", "が", "も", "こそ") or not tokens[i].tag.startswith("助詞"):
            continue
        if tokens[last].surface == "で" and particle in ("は", "も"):
            particle, last = "で" + particle, last - 1
        first = phrase_start(tokens, depths, last) if last >= 0 else None
        if first is not None:
            start, end = _with_list(tokens[first].start, names), tokens[last].end
            sources = speakers_in(start, end, names)
            yield Subject(
                start, end, i, particle, sources, sources or _anyone(tokens[last], bare(names.text[start:end]), start, end)
            )


def _headline(tokens: Sequence[Token], depths: list[int], comma: int, names: Names) -> Iterator[Subject]:
    """The name that begins a headline in place of a topic: 気象庁、津波警報を発表."""
    before = names.ending(tokens[comma].start)
    if before is not None and before.label in ("PERSON", "ORG"):
        first = phrase_start(tokens, depths, comma - 1)
        start = tokens[first].start if first is not None else before.start
        sources = speakers_in(start, before.end, names)
        yield Subject(start, before.end, comma, "は", sources, sources)


def _with_list(start: int, names: Names) -> int:
    """The beginning of a phrase with the names listed before it (A銀行、B銀行が)."""
    while names.text[start - 1 : start] in ("、", "・") and start > 1:
        before = [
            m for m in names.inside(max(0, start - 30), start, "PERSON", "ORG") if _TITLE.fullmatch(names.text[m.end : start - 1])
        ]
        if not before or not names.inside(start, start + 30):
            break
        start = before[-1].start
    return start


def _anyone(head: Token, whole: str, start: int, end: int) -> tuple[Source, ...]:
    """A phrase that is neither name nor role, as one who speaks; () for things, times and numbers."""
    if (
        head.pos not in ("NOUN", "PROPN")
        or re.search("副詞可能|サ変可能", head.tag)
        or not 1 < len(whole) <= 30
        or _THING.search(whole)
    ):
        return ()
    return (Source("body", whole, "", start, end),)


def phrase_start(tokens: Sequence[Token], depths: list[int], last: int) -> int | None:
    """The first token of the noun phrase that ends at token `last`; None if there is none."""
    i = last
    if tokens[i].surface[-1] in CLOSE:
        i = _opener(depths, i, depths[i + 1] if i + 1 < len(tokens) else 0)
        if i > 0 and tokens[i - 1].pos in _NOMINAL:
            i -= 1
        elif tokens[i].surface[0] in "（(":
            return None
    elif tokens[i].pos not in _NOMINAL and not tokens[i].tag.startswith(("接尾辞", "名詞")):
        return None
    while i > 0:
        before = tokens[i - 1]
        if before.surface[-1] in CLOSE and len(before.surface) == 1:
            i = _opener(depths, i - 1, depths[i])
        elif before.surface == "と" and i > 1 and _says(tokens, depths, i - 2):
            break
        elif before.surface in _JOINING and i > 1 and (tokens[i - 2].pos in _NOMINAL or tokens[i - 2].surface[-1] in CLOSE):
            i -= 1
        elif before.surface in ("、", "。", "！", "？") or before.surface[0] in OPEN:
            break
        elif (
            before.pos in _NOMINAL and not (before.tag.startswith("名詞-普通名詞-副詞可能") and tokens[i].surface not in _JOINING)
        ) or before.tag.startswith(("接頭辞", "接尾辞")):
            i -= 1
        else:
            break
    return i


def _says(tokens: Sequence[Token], depths: list[int], close: int) -> bool:
    """Whether the quotation that ends at a token is speech and no name: it has a verb."""
    if tokens[close].surface[-1] not in "」』":
        return False
    inside = tokens[_opener(depths, close, depths[close + 1]) : close]
    return any(token.pos in ("VERB", "AUX") for token in inside)


def _opener(depths: list[int], close: int, outside: int) -> int:
    i = close
    while i > 0 and depths[i - 1] > outside:
        i -= 1
    return i


def speakers_in(start: int, end: int, names: Names) -> tuple[Source, ...]:
    """Who a noun phrase names as one who can speak: persons, bodies, unnamed sources; () if nobody."""
    whole = _TIME.sub("", bare(names.text[start:end]))
    mentions = [
        m for m in names.inside(start, end, "PERSON", "ORG", "OUTLET", "PLACE") if not _in_bracket(names.text[start : m.start])
    ]
    last = mentions[-1] if mentions else None
    tail = bare(names.text[last.end : end]) if last else ""
    if _WRITER.search(whole):
        return ()
    if last and (
        (last.label == "PERSON" and "の" not in tail) or _COUNT.match(re.sub(r"^[^の]{1,8}(?=の[0-9０-９両])", "", tail))
    ):
        return _coordinated(mentions, names)
    if re.search(rf"(?:{'|'.join(words('anonymous'))})(?:の(?:1|１|一)人|ら|たち)?$|.の(?:1|１|一)人$", whole):
        return (Source("anonymous", "anonymous", "", start, end),)
    if last and tail in ("", "側", "など", "ら", "社", "サイド", "自身"):
        return _coordinated(mentions, names)
    group = group_name(last.name, tail.removeprefix("の")) if last and tail and last.label in ("ORG", "OUTLET") else None
    if group and last and last.name.isascii():
        return (Source("body", group, "", start, end),)
    return _by_role(whole, start, end)


def _in_bracket(before: str) -> bool:
    return sum(before.count(c) for c in "(（") > sum(before.count(c) for c in ")）")


def _by_role(whole: str, start: int, end: int) -> tuple[Source, ...]:
    """A person or body that is only called by its role or kind (県警, 男性, 寺側)."""
    head = re.sub(r"(?:ら|たち|達|自身|など|の?側){1,9}$", "", whole)
    kind: SourceKind | None = None
    if (whole.endswith("側") and head) or head.endswith(words("person")):
        kind = "person"
    elif head.endswith(words("body")) and not _NOT_BODY.search(head):
        kind = "body"
    return (Source(kind, head if len(head) > 1 else whole, "", start, end),) if kind and len(head) <= 30 else ()


def _coordinated(mentions: list[Mention], names: Names) -> tuple[Source, ...]:
    """The last mention, and those coordinated with it (A氏とB氏)."""
    chosen = [mentions[-1]]
    for mention in reversed(mentions[:-1]):
        between = bare(names.text[mention.end : chosen[0].start])
        if (mention.label == "PERSON") != (chosen[0].label == "PERSON") or not _LISTED.fullmatch(between):
            break
        chosen.insert(0, mention)
    return tuple(Source(_KINDS[m.label], m.name, "", m.start, m.end) for m in chosen)


def bare(text: str) -> str:
    """Without brackets, quotation marks and blanks.

    >>> bare("「未来社」(東京都)")
    '未来社'
    """
    return re.sub(r"[（(][^（）()]*[）)]|[\s「」『』]", "", text)
