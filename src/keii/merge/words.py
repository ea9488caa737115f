"""What a text is compared by where it was not tokenised: content words, stems of triggers, paraphrase classes, amounts."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from keii import lexicon
from keii.text import fold, number

_KANJI = "\u3400-\u9fff々〆"
_RUN = re.compile(rf"[{_KANJI}]+|[ァ-ヺー]{{2,}}|[a-z][a-z0-9.&'-]+|[0-9][0-9,.]*", re.ASCII | re.IGNORECASE)
_VERB = re.compile(r"[うくぐすつぬぶむる]\Z")


@lru_cache(maxsize=4096)
def content(text: str) -> frozenset[str]:
    """The content words of a text, roughly: pairs of kanji, katakana and Latin words, numbers.

    >>> sorted(content("社長が辞任した。"))
    ['社長', '辞任']
    """
    found: set[str] = set()
    for run in _RUN.findall(unicodedata.normalize("NFKC", text).lower()):
        if ord(run[0]) < 0x3400 or len(run) < 2:
            found.add(run)
        else:
            found.update(run[i : i + 2] for i in range(len(run) - 1))
    return frozenset(found)


@lru_cache(maxsize=65536)
def kanji(text: str) -> str:
    """The kanji of a text, in order.

    >>> kanji("追い出された")
    '追出'
    """
    return "".join(re.findall(f"[{_KANJI}]", text))


# --- paraphrases --------------------------------------------------------------------------------------------------


class _Classes(NamedTuple):
    nouns: dict[str, frozenset[str]]
    stems: dict[str, frozenset[str]]
    longest: int


@cache
def _classes(kind: str) -> _Classes:
    """The classes of a kind by noun and by verb stem."""
    nouns: dict[str, set[str]] = {}
    stems: dict[str, set[str]] = {}
    for name, of_kind, words in lexicon.table("synonyms"):
        if of_kind != kind:
            continue
        for word in words.split():
            verb = _VERB.search(word) and len(word) > 1
            (stems if verb else nouns).setdefault(word[:-1] if verb else word, set()).add(name)
    longest = max(map(len, (*nouns, *stems)))
    return _Classes({w: frozenset(c) for w, c in nouns.items()}, {w: frozenset(c) for w, c in stems.items()}, longest)


@lru_cache(maxsize=65536)
def paraphrases(trigger: str, kind: str = "paraphrase") -> frozenset[str]:
    """The classes of a kind (`paraphrase` or `frame`) that a trigger's words stand in.

    >>> sorted(paraphrases("追われ") & paraphrases("電撃解任"))
    ['dismiss']
    """
    nouns, stems, longest = _classes(kind)
    found: set[str] = set()
    for i in range(len(trigger)):
        for j in range(i + 1, min(len(trigger), i + longest) + 1):
            piece = trigger[i:j]
            found |= nouns.get(piece, frozenset())
            # 退 is the stem of 退く only where kana or nothing follows: 退院 is another word
            if piece in stems and (j == len(trigger) or "ぁ" <= trigger[j] <= "ゖ"):
                found |= stems[piece]
    return frozenset(found)


class Office(NamedTuple):
    """A post named in a text; two with one `kind` are the same post."""

    start: int
    end: int
    text: str
    kind: str


@cache
def _offices() -> tuple[re.Pattern[str], dict[str, str]]:
    kinds = {word: name for name, kind, words in lexicon.table("synonyms") if kind == "office" for word in words.split()}
    return re.compile("|".join(sorted(map(re.escape, kinds), key=len, reverse=True))), kinds


def offices(text: str) -> tuple[Office, ...]:
    """The posts that a text names, the longest reading at each place.

    >>> [(o.text, o.kind) for o in offices("副社長から最高経営責任者に")]
    [('副社長', 'vice-president'), ('最高経営責任者', 'ceo')]
    """
    pattern, kinds = _offices()
    return tuple(Office(*m.span(), m[0], kinds[m[0]]) for m in pattern.finditer(text))


# --- amounts ------------------------------------------------------------------------------------------------------

_DIGIT = "0-9〇一二三四五六七八九十百千"
_NUMERAL = rf"[{_DIGIT}][{_DIGIT}万億兆,. ]{{0,24}}"
_UNITS = (
    "人 名 台 件 円 ドル ユーロ ポンド ウォン 元 % パーセント ポイント 票 議席 社 校 棟 戸 軒 世帯 "
    "カ国 か国 ヶ国 ヵ国 カ所 か所 ヶ所 ヵ所 本 個 機 隻 株 トン キロ グラム メートル ヘクトパスカル 度 点 便 頭 羽 匹 枚 冊 部 "
    "店 店舗 施設 製品 車種 種類 両 発 倍 割 回 位 号 歳"
)
_UNIT = "|".join(sorted(map(re.escape, _UNITS.split()), key=len, reverse=True))
_ABOUT = "約|およそ|推定|ほぼ"
_OVER = "超|余り|あまり|余|以上|近く|ほど|前後|程度|規模|強|弱|未満|以下"
_AMOUNT = re.compile(rf"(?P<about>{_ABOUT})?(?P<number>{_NUMERAL})(?P<unit>{_UNIT})(?P<over>{_OVER})?")
_SAME_UNIT = {"名": "人", "パーセント": "%"}
_ORDINAL = frozenset({"位", "号", "歳", "回"})


class Amount(NamedTuple):
    """An amount told: where, how it is written, and the range of numbers it may mean."""

    start: int
    end: int
    text: str
    unit: str
    low: float
    high: float

    def disagrees(self, other: Amount) -> bool:
        """Whether no number is what both say."""
        first, second = sorted((self, other), key=lambda amount: (amount.low, amount.high))
        touching = first.high == second.low and first.low < first.high
        return self.unit == other.unit and (first.high < second.low or touching)


@lru_cache(maxsize=4096)
def amounts(text: str) -> tuple[Amount, ...]:
    """The amounts of a text, in order; offsets are of the text.

    >>> [(a.text, a.low, a.high) for a in amounts("約3,500人と８万台超")]
    [('約3,500人', 3450.0, 3550.0), ('８万台超', 80000, 90000)]
    """
    folded = fold(text)
    found = []
    for match in _AMOUNT.finditer(folded.text):
        value = number(match["number"])
        if value is None or match["unit"] in _ORDINAL:
            continue
        start, end = folded.span(*match.span())
        unit = _SAME_UNIT.get(match["unit"], match["unit"])
        low, high = _range(value, match["about"] or "", match["over"] or "")
        found.append(Amount(start, end, text[start:end], unit, low, high))
    return tuple(found)


def _range(value: float, about: str, over: str) -> tuple[float, float]:
    """What a rounded number may stand for: half of its last told place to both sides, a place up for 超, down for 近く."""
    place: float = 1
    while value and value % (place * 10) == 0:
        place *= 10
    place = min(place, value / 5) if value else 0
    if over in {"超", "余り", "あまり", "余", "以上", "強"}:
        return value, value + place
    if over in {"近く", "弱", "未満", "以下"}:
        return value - place, value
    if about or over:
        return value - place / 2, value + place / 2
    return value, value
