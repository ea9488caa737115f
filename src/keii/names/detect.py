"""Where names stand in a document, and of what kind, before they are given their canonical names.

Several witnesses speak: a user's own names, glosses (カタカナ(Latin)), titles behind a name (氏, 容疑者, 社長), the outlet
lexicon, the sequence tagger, the lexicon of bodies, Latin words that the article uses as organisations, and repetition.
The surer one wins where two overlap.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from keii import lexicon
from keii.config import Names
from keii.model import Document, Label, Sentence, Token
from keii.names import lexica
from keii.names.found import Found
from keii.names.groups import group_words
from keii.names.outlets import find_outlets
from keii.names.tagger import entities

ANALYSED = frozenset({"title", "heading", "paragraph", "item", "entry", "quote", "caption"})

KATAKANA = r"(?<![ァ-ヴー])[ァ-ヴ][ァ-ヴー]{0,20}(?:[・=＝·･][ァ-ヴ][ァ-ヴー]{0,20}){0,4}"
_WORD = r"[A-ZÀ-Þ][A-Za-zÀ-ÿ'’.\-]{0,30}"
LATIN = rf"(?<![A-Za-zÀ-ÿ]){_WORD}(?: (?:(?:de|van|von|der|bin|al|la|le|di|da|du|del|of|and|&) ){{0,2}}{_WORD}){{0,4}}"
_TITLES = "|".join(sorted(lexica.titles(), key=len, reverse=True))
GLOSS = re.compile(rf"(?P<kana>{KATAKANA})(?P<title>社|(?:前|元)?(?:{_TITLES}))?[ 　]?[(（](?P<latin>{LATIN})[)）]")
REVERSED_GLOSS = re.compile(rf"(?P<latin>{LATIN})[ 　]?[(（](?P<kana>{KATAKANA})[)）]")
_ORG_WORD = re.compile(
    r"(?:社|グループ|コーポレーション|バンク|ジャーナル|タイムズ|ポスト|ニュース|ホールディングス|インク|カンパニー|ユニバーシティ|クラブ|リーグ|財団|銀行|協会|大学|航空|証券|自動車|製薬|電子|重工|"
    r"Inc\.?|Corp\.?|Ltd\.?|Group|Bank|Company|Holdings|Foundation|University|Institute|Association|Partners|Capital|Media|Motors|Airlines|Technologies|Labs)$"
)
_LATIN_RUN = re.compile(
    r"(?<![A-Za-zÀ-ÿ@/._\-])(?:[A-ZÀ-Þ]|[a-z](?=[A-Z]))[A-Za-zÀ-ÿ'’.\-]{0,30}"
    rf"(?: (?:(?:of|and|&) )?{_WORD}){{0,4}}(?![A-Za-z@/_])|(?<![ァ-ヴー])[ァ-ヴー]{{2,12}}[A-Z]{{2,5}}(?![A-Za-z])"
)
_ORG_CONTEXT = re.compile(
    r"[ 　]?(?:(?:の|側の?|は|が)[ 　]?)?(?:元|前|現|暫定|共同|全)?[ 　]?"
    r"(?:社(?!会|員食)|CEO|CTO|CFO|COO|最高経営責任者|社長|会長|取締役|経営陣|従業員|社員|スタッフ|投資家|株主|創業者|共同創業者|株|本社|製|幹部|広報|買収|を所有|の所有者|の経営権|と提携|に(?:入社|投資|出資|加わ|復帰|移籍|買収)|を(?:買収|提訴|去|退社|離れ|設立|創業|率い))"
)
_GROUP_TAIL = re.compile(rf"(?<=[A-Za-z])[ 　]?(?:{'|'.join(sorted(group_words(), key=len, reverse=True))})(?:たち|ら)?$")
_PERSON_HEAD = re.compile(r"故(?=.{2})")
_PERSON_TAIL = re.compile(r"(?<=..)(?:[米英仏独露韓伊]?(?:前|元)|現|[初二三四五六七八九十]段|(?:選手|氏|さん)?[(（].{0,20})$")
_LONG_TITLES = "|".join(title for title in lexica.titles() if len(title) > 2 or title in ("氏", "さん", "社長", "会長"))
_TITLE_TAIL = re.compile(rf"(?<=[A-Za-zァ-ヶー一-龠])(?:前|元)?(?:{_LONG_TITLES})$")
_BODY_TAIL = re.compile(r"(?<=[A-Za-zァ-ヶー])(?:株|内|側|系|製)$|(?<=[一-龠]{2})(?:株|側|[0-9０-９]+)$")
_BODY_HEAD = re.compile(
    r"[A-Z] (?=[ァ-ヶ一-龠])|[一-龠]{1,6}[ 　](?=[A-Z])|[米英仏独伊露豪加韓](?=[ァ-ヶA-Z])|"
    r"[一-龠ァ-ヶー]{0,10}(?:会社|大手|メーカー|組織(?!委)|市立|町立|村立|県立|議長国)・?(?=[一-龠ァ-ヶA-Z]{2})"
)
_LONGER = re.compile(rf" (?!(?:{_TITLES}))[A-Z][a-z]+")
_SURE_TITLES = frozenset(("氏", "容疑者", "被告", "被告人", "受刑者"))
_BEFORE_SURNAME = frozenset("の、。・「『(（はがをにとでもや")
_CITATION = re.compile(r"[(（][A-ZÀ-Þ][^()（）\n]{0,80}[, ]\d{4}[a-z]?[)）]")
_NOT_BODIES = frozenset(lexica.words("not-body"))
_TRADES = frozenset(lexica.words("trade"))
_ZONE = re.compile(r"(?:UTC|GMT|JST)[ +\-−±]*\d*")
_READING = re.compile(r"[(（]([ぁ-んー・ 　]{4,20})[)）、,]")
_STAND_INS = frozenset(row[0] for row in lexicon.table("stand_ins"))


def detect(document: Document, settings: Names) -> list[Found]:
    """The names of a document, in order, not overlapping."""
    found = [
        *_own_names(document, settings),
        *_glossed(document),
        *_titled(document),
        *_firms(document),
        *_outlets(document, settings),
        *entities(document),
        *_bodies(document, settings),
        *_latin_bodies(document),
    ]
    cited = [match.span() for match in _CITATION.finditer(document.article.text)]
    trimmed = (_trimmed(document, span) for span in found)
    chosen = _agreed(document, _choose(span for span in trimmed if span.rank <= 1 or _is_name(document, span, cited)))
    return _choose([*chosen, *_repeated(document, chosen)])


def _is_name(document: Document, span: Found, cited: Sequence[tuple[int, int]]) -> bool:
    """It holds letters, and is no part of a bibliographic citation (Smith & Jones, 2023)."""
    name = document.article.text[span.start : span.end]
    if not any(char.isalpha() for char in name) or name.strip(".,") in _NOT_BODIES or name in _STAND_INS or _ZONE.fullmatch(name):
        return False
    i = bisect_right(cited, (span.start, len(document.article.text))) - 1
    return i < 0 or span.start >= cited[i][1]


def _choose(found: Iterable[Found]) -> list[Found]:
    """The surest, then the longest; what overlaps a chosen one is dropped."""
    chosen: dict[int, Found] = {}
    for span in sorted(set(found), key=lambda f: (f.rank, f.start - f.end, f.start, f.label, f.why)):
        if span.start < span.end and not any(i in chosen for i in range(span.start, span.end)):
            chosen.update(dict.fromkeys(range(span.start, span.end), span))
    return sorted(set(chosen.values()), key=lambda f: f.start)


def _trimmed(document: Document, span: Found) -> Found:
    """A name without what the tagger took with it: 森弘前|市長, 製薬会社・|みなと堂, Glorbex| チーム."""
    if span.rank < 3 or span.label == "OUTLET":
        return span
    name = document.article.text[span.start : span.end]
    if span.label == "PERSON":
        tail, head = _PERSON_TAIL.search(name) or _TITLE_TAIL.search(name), _PERSON_HEAD.match(name)
    else:
        tail = _GROUP_TAIL.search(name) or _BODY_TAIL.search(name) or _TITLE_TAIL.search(name)
        head = _BODY_HEAD.match(name)
    end = span.start + tail.start() if tail and span.rank <= 4 else span.end
    return replace(span, start=span.start + (head.end() if head else 0), end=end)


def _agreed(document: Document, chosen: Sequence[Found]) -> list[Found]:
    """One surface is not a person here and a body there: the label with more, and surer, witnesses holds."""
    votes: dict[str, Counter[Label]] = defaultdict(Counter)
    for span in chosen:
        if span.label != "OUTLET":
            votes[document.article.text[span.start : span.end]][span.label] += 3 if span.rank < 4 else 1
    agreed = []
    for span in chosen:
        told = votes.get(document.article.text[span.start : span.end])
        label = (
            max(told, key=lambda kind: (told[kind], kind)) if told and span.label != "OUTLET" and "PERSON" in told else span.label
        )
        agreed.append(span if label == span.label else replace(span, label=label, why=f"{span.why}, {label} elsewhere"))
    return agreed


def running(document: Document) -> Iterator[tuple[Sentence, tuple[Token, ...]]]:
    """Sentences that may hold names, with their tokens."""
    for sentence, tokens in zip(document.sentences, document.tokens, strict=False):
        if sentence.kind in ANALYSED:
            yield sentence, tokens


# --- the witnesses ------------------------------------------------------------------------------------------------


def _own_names(document: Document, settings: Names) -> Iterator[Found]:
    for spelling, body in lexica.own_spellings(settings.names).items():
        for start in _occurrences(document.article.text, spelling):
            yield Found(start, start + len(spelling), body.label, body.why, 0)


def _glossed(document: Document) -> Iterator[Found]:
    text = document.article.text
    for sentence, _ in running(document):
        for pattern in (GLOSS, REVERSED_GLOSS):
            for match in pattern.finditer(text, sentence.start, sentence.end):
                title = match["title"] if pattern is GLOSS else None
                after = text[match.end() : match.end() + 12]
                label = "PERSON" if title and title != "社" else gloss_label(match["kana"], match["latin"], (title or "") + after)
                if label:
                    yield Found(*match.span("kana"), label, "gloss", 2)
                    yield Found(*match.span("latin"), label, "gloss", 2)


def gloss_label(kana: str, latin: str, after: str) -> Label | None:
    """PERSON for two parts on both sides, ORG where a word says so, None where the gloss itself does not tell."""
    if _ORG_WORD.search(kana) or _ORG_WORD.search(latin) or re.match(r"社(?![長員内])|紙|誌", after):
        return "ORG"
    parts = len(re.split(r"[・=＝·･]", kana))
    words = len(latin.split())
    titled = re.match(r"[ 　、]?(?:氏|さん|容疑者|被告|選手|監督|大統領|首相|社長|会長|CEO|最高|元|前)", after)
    return "PERSON" if parts >= 2 and words >= 2 and (titled or parts == words) else None


def _titled(document: Document) -> Iterator[Found]:
    for _, tokens in running(document):
        for i, token in enumerate(tokens):
            kind = lexica.titles().get(token.surface)
            if kind is None or i == 0:
                continue
            first = _name_before(tokens, i)
            if first is None:
                continue
            name = tokens[first:i]
            person = any("人名" in part.tag for part in name) or (len(name) >= 3 and any(part.surface in "・=" for part in name))
            sure = token.surface in _SURE_TITLES or (kind == "honorific" and any(part.pos == "PROPN" for part in name))
            if person or (sure and not _is_body(name)):
                yield Found(name[0].start, name[-1].end, "PERSON", f"before {token.surface}", 3)


def _firms(document: Document) -> Iterator[Found]:
    """Firms named by a surname and a word for their trade: 山田|興業."""
    for _, tokens in running(document):
        for name, trade in pairwise(tokens):
            if name.tag.endswith("人名-姓") and name.end == trade.start and trade.surface in _TRADES:
                yield Found(name.start, trade.end, "ORG", "a surname and a trade", 3)


def _name_before(tokens: Sequence[Token], i: int) -> int | None:
    """Where the run of name tokens that ends before token `i` begins."""
    first = None
    j = i - 1
    while j >= 0 and i - j <= 8 and tokens[j].end == tokens[j + 1].start:
        if _is_name_token(tokens[j]):
            first = j
        elif not (tokens[j].surface in ("・", "=", "＝", "·") and j and _is_name_token(tokens[j - 1]) and first == j + 1):
            break
        j -= 1
    if first is None:
        return None
    if first and _is_surname(tokens, first):
        first -= 1
    while (
        first < i - 1
        and "人名" not in tokens[first].tag
        and any("人名" in t.tag for t in tokens[first + 1 : i])
        and "地名" in tokens[first].tag
    ):
        first += 1
    return first


def _is_surname(tokens: Sequence[Token], first: int) -> bool:
    """Whether the word before a given name alone is its surname, though it is also another word: の|三部|敏宏|社長."""
    word, name = tokens[first - 1], tokens[first]
    return (
        name.tag.endswith("人名-名")
        and word.end == name.start
        and bool(re.fullmatch(r"[一-龠々]{1,3}", word.surface))
        and word.surface not in lexica.titles()
        and (first == 1 or tokens[first - 2].end < word.start or tokens[first - 2].surface in _BEFORE_SURNAME)
    )


def _is_name_token(token: Token) -> bool:
    if token.pos == "PROPN" or "固有名詞" in token.tag:
        return True
    return (
        token.pos == "NOUN"
        and bool(re.fullmatch(r"[ァ-ヴー]{2,}|[A-Z][A-Za-z]+", token.surface))
        and token.surface not in lexica.titles()
    )


def _is_body(tokens: Sequence[Token]) -> bool:
    return bool(_ORG_WORD.search(tokens[-1].surface)) or tokens[-1].ent in (
        "Company",
        "Government",
        "City",
        "Province",
        "Country",
    )


def _outlets(document: Document, settings: Names) -> Iterator[Found]:
    for mention in find_outlets(document.article.text, extra=settings.outlets):
        yield Found(mention.start, mention.end, "OUTLET", mention.why[0], 1)


def _bodies(document: Document, settings: Names) -> Iterator[Found]:
    """Names of the lexicon of bodies that begin and end with a token."""
    known, begun, text = lexica.bodies(settings.names), lexica.body_beginnings(settings.names), document.article.text
    for _, tokens in running(document):
        keys = [lexica.key(token.surface) for token in tokens]
        for i in range(len(tokens)):
            name, longest = "", None
            for j in range(i, min(i + 8, len(tokens))):
                name += keys[j]
                if name not in begun:
                    break
                body = known.get(name) if 2 <= len(name) <= 40 else None
                longest = (tokens[j].end, body) if body else longest
            if longest and not _is_other_latin(text, tokens[i].start, longest[0]):
                end, body = longest
                yield Found(tokens[i].start, end, body.label, body.why, 5)


def _is_other_latin(text: str, start: int, end: int) -> bool:
    """A Latin word in small letters, or the beginning of a longer Latin name, is not the body of the lexicon."""
    word = text[start:end]
    return word.isascii() and (word.islower() or bool(_LONGER.match(text, end)))


def _latin_bodies(document: Document) -> Iterator[Found]:
    """Latin words that the article uses as organisations: with 社, の CEO, の取締役会 behind them, and again and again."""
    text = document.article.text
    spans: list[tuple[int, int]] = []
    evidence: Counter[str] = Counter()
    uses: Counter[str] = Counter()
    for sentence, _ in running(document):
        for match in _LATIN_RUN.finditer(text, sentence.start, sentence.end):
            word = match[0].rstrip(".'-")
            if word in _NOT_BODIES or len(word) < 2:
                continue
            spans.append((match.start(), match.start() + len(word)))
            uses[word] += 1
            american = not word.isascii() and text[match.start() - 1 : match.start()] == "米"
            evidence[word] += american or bool(_ORG_CONTEXT.match(text, match.start() + len(word)))
    for start, end in spans:
        word = text[start:end]
        short = len(word) <= 3
        if evidence[word] >= (2 if short else 1) and (uses[word] >= 2 or _ORG_WORD.search(word) or text.startswith("社", end)):
            yield Found(start, end, "ORG", f"used as an organisation {evidence[word]} of {uses[word]} times", 6)


def _repeated(document: Document, chosen: Sequence[Found]) -> Iterator[Found]:
    """Other places where a name found in the article stands, and the parts of people's names."""
    text = document.article.text
    for found in chosen:
        reading = _READING.match(text, found.end) if found.label == "PERSON" else None
        if reading:
            yield Found(*reading.span(1), "PERSON", "reading of a name", 3)
    names: dict[str, Found] = {}
    surnames = _surnames(document, chosen)
    for found in chosen:
        name = text[found.start : found.end]
        if _is_distinct(name) and found.label != "OUTLET":
            names.setdefault(name, found)
        if found.label == "PERSON":
            for part in re.split(r"[・=＝·･ ]", name):
                if len(part) >= 2 and part != name and re.fullmatch(r"[ァ-ヴー]{2,}|[A-Z][a-zà-ÿ'’\-]{2,}", part):
                    names.setdefault(part, replace(found, why="part of a name", rank=8))
    regions = [(sentence.start, sentence.end) for sentence, _ in running(document)]
    for name, found in names.items():
        for start in _occurrences(text, name):
            if any(left <= start < right for left, right in regions) and not _LONGER.match(text, start + len(name)):
                yield Found(
                    start,
                    start + len(name),
                    found.label,
                    "said again" if found.rank < 8 else found.why,
                    7 if found.rank < 8 else 8,
                )

    titles = re.compile(rf"(?:前|元|新)?(?:{_TITLES})")
    for name, found in surnames.items():
        for start in _occurrences(text, name):
            if titles.match(text, start + len(name)) and any(left <= start < right for left, right in regions):
                yield Found(start, start + len(name), "PERSON", f"surname of {text[found.start : found.end]}", 3)


def _surnames(document: Document, chosen: Sequence[Found]) -> dict[str, Found]:
    """Surnames of the people told in full: 山田 of 山田|太郎."""
    tokens = {token.start: token for sentence in document.tokens for token in sentence}
    found: dict[str, Found] = {}
    for span in chosen:
        first = tokens.get(span.start)
        if span.label == "PERSON" and first and first.end < span.end and re.fullmatch(r"[一-龠々]{1,4}", first.surface):
            rest = tokens.get(first.end)
            if rest and rest.end == span.end and rest.tag.endswith("人名-名"):
                found.setdefault(first.surface, span)
    return found


def _is_distinct(name: str) -> bool:
    """Long enough to be the same name wherever it stands."""
    return len(name) >= (4 if name.isascii() or re.fullmatch(r"[ァ-ヴー]+", name) else 3)


def _occurrences(text: str, name: str) -> Iterator[int]:
    """Where `name` stands and is not part of a longer Latin, katakana or kanji word."""
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        if not _joins(text[start - 1 : start], name[0]) and not _joins(text[end : end + 1], name[-1]):
            yield start
        start = text.find(name, end)


def _joins(outer: str, inner: str) -> bool:
    if not outer:
        return False
    if inner.isascii():
        return outer.isascii() and (outer.isalnum() or outer in "_@")
    if "ァ" <= inner <= "ー":
        return "ァ" <= outer <= "ー"
    return False
