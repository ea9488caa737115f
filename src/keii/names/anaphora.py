"""Words that stand for a name: 同氏, 同CEO, 彼, 首相, 同社, 同紙, 同署."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from keii.model import Document, Label, Mention, Sentence
from keii.names import lexica
from keii.names.outlets import outlet_kind

_BODY_ENDINGS = {
    "社": ("ORG",), "紙": ("OUTLET",), "誌": ("OUTLET",), "局": ("OUTLET", "ORG"), "メディア": ("OUTLET",), "通信": ("OUTLET",), "サイト": ("OUTLET",),
}  # fmt: skip
_PAPERS = {
    "紙": ("newspaper", "sports", "business"),
    "誌": ("magazine", "web", "newspaper", "business"),
    "局": ("broadcaster",),
    "通信": ("agency",),
}
_SAME = re.compile(r"同(?P<word>[一-龠々A-Z]{1,5}|メディア|サイト|グループ|チーム|クラブ|プロジェクト)")
_NO_NAME = re.compile(
    r"同(?:日|月|年|時|様|じ|士|期|国|級|意|席|行者|居|情|僚|性|点|率|額|数|量|程度|地|所|法|案|件|賞|種|一|規模|業他社|業者|年代|世代|音|感|調|盟|封|窓|胞|伴|乗|意見)"
)
_PRONOUN = re.compile(r"(?<![一-龠々])(?:彼女|彼)(?!ら|たち|達|[一-龠々])")
_SUFFIXES = ("署", "庁", "省", "党", "大", "大学", "高", "校", "病院", "銀行", "行", "協会", "連盟", "委員会", "委", "機構", "裁判所", "地裁", "高裁", "地検", "県警", "府警", "道警", "組合", "団", "財団", "球団",
             "研究所", "研", "センター", "工場", "店", "駅", "空港", "市", "県", "町", "村", "区", "府", "都", "道", "島", "州", "郡", "航空", "線", "港", "湖", "山", "川", "基地", "会", "軍", "隊", "部", "事務所", "議会", "国", "寺", "神社", "公園", "館", "園", "機関", "グループ", "チーム", "クラブ")  # fmt: skip
_EQUIVALENT = {
    "大": "大学",
    "高": "高校",
    "委": "委員会",
    "研": "研究所",
    "行": "銀行",
    "校": "学校",
    "球団": "",
    "県警": "県警",
    "国": "",
}


@dataclass(slots=True)
class _Focus:
    """What has been spoken of so far, newest last."""

    people: list[Mention]
    bodies: list[Mention]


def stand_ins(document: Document, mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """Add the mentions of words that stand for a name told before; `why` says which."""
    text = document.article.text
    roles = _roles(text, mentions)
    result: list[Mention] = []
    focus = _Focus([], [])
    queue = list(mentions)
    for sentence in document.sentences:
        if sentence.kind not in ("paragraph", "item", "entry", "quote"):
            continue
        inside = [m for m in queue if sentence.start <= m.start < sentence.end]
        found = [*inside, *(span for span in _words(text, sentence, roles) if not _overlaps(span, inside))]
        for mention in sorted(found, key=lambda m: m.start):
            resolved = mention if mention.name else _resolved(text, mention, focus, roles)
            if resolved is None:
                continue
            result.append(resolved)
            (focus.people if resolved.label == "PERSON" else focus.bodies).append(resolved)
    placed = {(m.start, m.end) for m in result}
    return tuple(sorted([*result, *(m for m in mentions if (m.start, m.end) not in placed)], key=lambda m: m.start))


def _words(text: str, sentence: Sentence, roles: dict[str, str]) -> Iterator[Mention]:
    """Words of a sentence that may stand for a name, as mentions without one."""
    for match in _SAME.finditer(text, sentence.start, sentence.end):
        if not _NO_NAME.match(match[0]):
            word = _same_word(match["word"])
            if word:
                person = word in lexica.titles()
                yield Mention(match.start(), match.start() + 1 + len(word), "PERSON" if person else "ORG", "")
    for match in _PRONOUN.finditer(text, sentence.start, sentence.end):
        yield Mention(match.start(), match.end(), "PERSON", "")
    for role in roles:
        start = text.find(role, sentence.start, sentence.end)
        while start >= 0:
            before, after = text[start - 1 : start], text[start + len(role) : start + len(role) + 1]
            if (not before or before in "、。「 　\n（(は") and after and after in "はがをにのもと、":
                yield Mention(start, start + len(role), "PERSON", "")
            start = text.find(role, start + len(role), sentence.end)


def _same_word(word: str) -> str | None:
    """The longest beginning of what follows 同 that is a title or a word for a body."""
    for length in range(len(word), 0, -1):
        head = word[:length]
        if head in lexica.titles() or head in _BODY_ENDINGS or head in _SUFFIXES:
            return head
    return None


def _overlaps(span: Mention, others: Sequence[Mention]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)


def _roles(text: str, mentions: Sequence[Mention]) -> dict[str, str]:
    """Roles that only one person of the article bears right behind the name: 山田太郎首相 → 首相."""
    bearers: dict[str, set[str]] = {}
    for mention in mentions:
        if mention.label == "PERSON":
            for role, kind in lexica.titles().items():
                if kind == "role" and len(role) >= 2 and text.startswith(role, mention.end):
                    bearers.setdefault(role, set()).add(mention.name)
    return {role: next(iter(names)) for role, names in bearers.items() if len(names) == 1}


def _resolved(text: str, word: Mention, focus: _Focus, roles: dict[str, str]) -> Mention | None:
    surface = text[word.start : word.end]
    if word.label == "PERSON":
        bare = surface.removeprefix("同")
        if bare in roles and surface == bare:
            name, why = roles[bare], f"{bare}: the only one of the article"
        else:
            last = _last_person(text, bare if surface != bare else "", focus)
            if last is None:
                return None
            name, why = last.name, f"{surface} → {last.name}: the last person told"
        return Mention(word.start, word.end, "PERSON", name, (why,))
    last = _last_body(text, surface[1:], focus)
    if last is None:
        return None
    return Mention(word.start, word.end, last.label, last.name, (f"{surface} → {last.name}: the last body of this kind",))


def _last_person(text: str, title: str, focus: _Focus) -> Mention | None:
    if title and title not in ("氏", "さん"):
        for mention in reversed(focus.people):
            if text.startswith(title, mention.end) or text[mention.start : mention.end].endswith(title):
                return mention
    return focus.people[-1] if focus.people else None


def _last_body(text: str, word: str, focus: _Focus) -> Mention | None:
    ending = _EQUIVALENT.get(word, word)
    for mention in reversed(focus.bodies[-40:]):
        written = text[mention.start : mention.end].removeprefix("同")
        if word in _BODY_ENDINGS:
            if _fits(mention, word, written):
                return mention
        elif ending and (mention.name.endswith((ending, word)) or written.endswith((ending, word))) and mention.name != word:
            return mention
    return None


def _fits(mention: Mention, word: str, written: str) -> bool:
    if mention.label == "OUTLET":
        outlet = outlet_kind(mention.name)
        return word in ("社", "メディア", "サイト") or outlet is None or outlet.kind in _PAPERS.get(word, ())
    if mention.label == "PLACE" or word in ("紙", "誌", "通信", "メディア", "サイト"):
        return False
    return not re.search(
        r"(?:省|庁|署|党|大学|委員会|協会|警察|県警|裁判所|地裁|政府|連盟|学校|高校|軍|議会|院|国)$", mention.name
    )


def label_of(mention: Mention) -> Label:
    return mention.label
