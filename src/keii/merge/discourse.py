"""How a claim stands in its text: what follows its trigger, how its sentence opens, ordinals, quotation marks, list entries."""

from __future__ import annotations

import re
from functools import lru_cache

from keii.model import Claim

_KANA = "[ぁ-ん]"
TAILS = {
    "or": re.compile(rf"{_KANA}{{0,4}}[ただ]り(?!ない)"),
    "after": re.compile(rf"{_KANA}{{0,4}}?(?:の?後|のち|てから|でから|た上|たうえ|の?翌)"),
    "because": re.compile(rf"{_KANA}{{0,5}}?(?:ため|ので|により|によって|ことから|ことで|の?結果|(?:こと)?を受け|に伴)"),
    "but": re.compile(rf"{_KANA}{{0,5}}?(?:が、|ものの|けれど|にもかかわらず|一方)"),
    "at": re.compile(r"で(?:、|(?![きすしあはも]))|において|にて|の[中席際場]で"),
    "that": re.compile(rf"{_KANA}{{0,5}}?(?:と|旨|ことを|ことが|よう)"),
    "and": re.compile(rf"(?:{_KANA}{{0,3}}[いきぎしちにびみりえけげせてねべめれ])?、|{_KANA}{{0,2}}(?:ほか|他|上、)"),
    "of whom": re.compile(rf"{_KANA}{{0,5}}[るただいぬうくすつむ](?=[一-龥ァ-ヶA-Za-z「『0-9])"),
}
"""What joins a trigger to what follows: 〜たり, 〜後, 〜ため, 〜が, 〜で, 〜と, 〜し, 〜した（人）; the first that fits."""
_REACH = 14
_ATTRIBUTION = re.compile(r"[^。]{0,60}?(?:によると|によれば|では)、|[\s・●■◆✅*-]+")
OPENERS = {
    "this": re.compile(r"この|その(?!後|他|ほか|上)|同(?![日じ月年時様])|これ|こう|当該|当時|それ|両[者社国氏]"),
    "also": re.compile(r"また|さらに|なお|その上|そのうえ|加えて|ほか|このほか|そのほか|その他|しかも|同時に|同様に"),
    "but": re.compile(r"一方|しかし|だが|ただ|ところが|それでも"),
    "then": re.compile(r"その後|のち|続いて|次いで|翌|そして|今後|以降|やがて|結局"),
}
"""What a sentence goes on from the one before with."""
_ENTRY = re.compile(r"\s*(?:[・●■◆◇○▼✅*–—•-]|[0-9０-９]{1,4}[:：/年月時.．)）])")
_ORDINAL = re.compile(
    r"第?([0-9０-９一二三四五六七八九十]{1,4})"
    r"((?:回|人|件|発|度|機|番|年|期|周|校|社|勝|敗|例|つ|日|位)目|局|回?戦|試合|審|次|弾|期|号機?|部|話)"
)
_ORDINAL_REACH = 16


def tail(claim: Claim) -> int:
    """Which of `TAILS` follows the trigger, -1 for none."""
    at = claim.trigger.end - claim.evidence.start
    return _first(TAILS, claim.evidence.text[at : at + _REACH])


@lru_cache(maxsize=4096)
def opener(sentence: str) -> int:
    """Which of `OPENERS` the sentence begins with, behind its attribution; -1 for none.

    >>> list(OPENERS)[opener("県警によると、この事故で2人が負傷した。")]
    'this'
    """
    attribution = _ATTRIBUTION.match(sentence)
    plain = _first(OPENERS, sentence)
    return _first(OPENERS, sentence[attribution.end() :]) if plain < 0 and attribution else plain


def _first(patterns: dict[str, re.Pattern[str]], text: str) -> int:
    return next((i for i, pattern in enumerate(patterns.values()) if pattern.match(text)), -1)


def is_entry(sentence: str) -> bool:
    """Whether it is an entry of a list or timeline: begins with a bullet, a number or a time."""
    return bool(_ENTRY.match(sentence))


def is_quoted(claim: Claim) -> bool:
    """Whether the trigger stands inside 「」."""
    before = claim.evidence.text[: claim.trigger.start - claim.evidence.start]
    return before.count("「") > before.count("」")


def ordinals(claim: Claim) -> dict[str, str]:
    """Numbers by their counter, just before the trigger or in it: {"回目": "2"}."""
    at, end = claim.trigger.start - claim.evidence.start, claim.trigger.end - claim.evidence.start
    return {m[2]: m[1] for m in _ORDINAL.finditer(claim.evidence.text[max(0, at - _ORDINAL_REACH) : end + 2])}
