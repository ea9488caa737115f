"""Media outlets in a text: those of the lexicon, those known by their form, and misspelt ones.

A spelling that is also an everyday word (`?` in `lexicons/outlets.toml`) and every platform count only where the words
around them cite: 『X』誌, Xによると, 米X紙, Xに投稿.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from rapidfuzz import fuzz, process

from keii import lexicon
from keii.model import KeiiError, Mention
from keii.names import lexica
from keii.text import fold

_COUNTRY = "米英仏独伊露豪加韓印比台蘭西"
_STATES = "|".join(lexica.words("state"))
_REPORT = r"(?:報じ|報道|伝え|伝わ|によると|によれば|取材|単独インタビュー|スクープ|速報|掲載|電子版|特電|社説|記事)"
_CITED_AFTER = re.compile(
    rf"[）)』」\"]?(?:紙|誌|電子版|オンライン版|(?:両|各)紙|など(?:が|の報道|によ)|記者|特派員|によると|によれば|電(?=に|で|。|、|が)|"
    rf"(?:が|は|の|も|に|で|、)[^。\n]{{0,30}}?{_REPORT}|のインタビュー|放送(?:は|が|に)|通信(?:は|が|に)|テレビ(?:は|が|に))"
)
_CITED_BEFORE = re.compile(
    r"(?:[『「（(\[【=＝][^『「（(\[【\n]{0,4}|(?:出典|ソース|引用元|引用|via|参考|資料)[:：はby ]{0,3}|"
    rf"(?:{_STATES}|[{_COUNTRY}])の?(?:紙|誌|メディア|通信社|テレビ)?・?)$",
    re.IGNORECASE,
)
_SOURCE_LIST = re.compile(r"^[^\n。]{0,40}?(?:[）)】\]』]|$)")
_POSTED = "|".join(lexica.words("posted"))
_PLATFORM_AFTER = re.compile(
    rf"[)）』」]?\s?(?:上?(?:で|に|へ|にて)(?!加わ|入社|移|就|勤)[^。\n]{{0,60}}?(?:{_POSTED})|上の|公式アカウント|のアカウント|アカウント|の(?:投稿|ポスト|更新|ツイート|スレッド|動画|プロフィール)|を更新|を通じ|チャンネル|\(旧)"
)
_PLATFORM_BEFORE = re.compile(
    r"(?:自身の|自らの|彼の|彼女の|公式|個人の|氏の|via|出典:|SNSの?|SNS「|交流サイト「?)\s?[「『(（]?$"
)
_NOT_OUTLET_AFTER = re.compile("|".join(lexica.words("not-outlet-before")))
_QUOTED_PAPER = re.compile(
    rf"(?:(?:{_STATES}|[{_COUNTRY}]|地元|同国)?の?(?:紙|誌|新聞|雑誌|週刊誌|ニュースメディア|メディア|ニュースサイト|サイト|通信社|テレビ局?|放送局)?)『([^『』\n]{{1,40}})』"
    rf"(?:紙|誌|電子版|の?(?:報道|記事|インタビュー|取材)|が(?:報じ|伝え|スクープ)|(?:は|が)[^。\n]{{0,40}}?(?:報じ|伝え)|によると|によれば|に語った)"
)
_BARE_PAPER = re.compile(
    rf"(?:{_STATES}|[{_COUNTRY}])(?:紙|誌)?([ァ-ヶ][ァ-ヶー・=＝]{{1,24}}|[A-Z][A-Za-z'&. ]{{1,30}})(?:紙|誌)"
)
_FORM = re.compile(
    r"((?:[一-龠々ァ-ヶー・A-Za-zＡ-Ｚ]{1,14}?)(?:新聞社?|日報|新報|放送局?|通信社?|テレビ|タイムズ|タイムス|ポスト|ジャーナル|トリビューン))"
    r"(?:紙|電子版)?(?:によると|によれば|(?:が|は|も)[^。\n]{0,30}?(?:報じ|伝え))"
)
_GENERIC = re.compile(
    rf"(?:{'|'.join(lexica.words('any-outlet'))})*"
    r"(?:新聞社?|日報|新報|放送局?|通信社?|テレビ局?|ポスト|ジャーナル)"
)
_OFFICIAL = re.compile(
    r"([A-Za-z一-龠々ァ-ヶーＡ-Ｚ0-9・]{2,24})(?: ?の ?| )?"
    r"(公式(?:ウェブサイト|サイト|ホームページ|ブログ|HP)|ウェブサイト|ホームページ|公式 ?Blog|ブログ|Blog)"
    r"(?=で|に|上|の(?:発表|記事|投稿|声明)|は|によ|、|\)|）)"
)


@dataclass(frozen=True, slots=True)
class Outlet:
    name: str
    kind: str
    country: str


@dataclass(frozen=True, slots=True)
class _Spelling:
    text: str
    outlet: Outlet
    weak: bool


def find_outlets(text: str, *, extra: Path | None = None) -> tuple[Mention, ...]:
    """The outlets a text names, in order, not overlapping; spans count characters of `text`.

    >>> [(m.name, m.why[0]) for m in find_outlets("米『ニューヨーク・タイムズ』紙が報じた。共同によると、")]
    [('The New York Times', 'outlet lexicon'), ('共同通信', 'outlet lexicon')]
    """
    shape = fold(text)
    found: list[tuple[int, int, str, str]] = []
    taken = bytearray(len(shape.text))
    for start, end, name, why in (*_known(shape.text, extra), *_by_form(shape.text, extra)):
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            found.append((start, end, name, why))
    mentions = (Mention(*shape.span(start, end), "OUTLET", name, (why,)) for start, end, name, why in found)
    return tuple(sorted(mentions, key=lambda mention: mention.start))


def outlet_named(text: str, *, extra: Path | None = None) -> tuple[str, str] | None:
    """The canonical name of an outlet named by itself (an entry of a reference list), and why; None if it is none.

    >>> outlet_named("WSJ"), outlet_named("The Infromation")
    (('The Wall Street Journal', 'outlet lexicon'), ('The Information', 'outlet lexicon, misspelt'))
    """
    name = fold(text).text.strip(" .。、『』「」()[]")
    if not name:
        return None
    exact = _exact(extra).get(_key(name))
    if exact:
        return exact.name, "outlet lexicon"
    for part in re.split(r"[()（）/・]|\s-\s", name):
        exact = _exact(extra).get(_key(part)) if part != name else None
        if exact:
            return exact.name, "outlet lexicon, part of the name"
    near = _misspelt(name, extra)
    return (near.name, "outlet lexicon, misspelt") if near else None


def outlet_kind(name: str, *, extra: Path | None = None) -> Outlet | None:
    """The outlet of a canonical name, with kind and country."""
    return next((outlet for outlet in _outlets(extra) if outlet.name == name), None)


def spelling_words() -> tuple[str, ...]:
    """Every spelling of the lexicon that is an outlet wherever it stands."""
    return tuple(spelling.text for spelling in _spellings(None) if not spelling.weak and spelling.outlet.kind != "platform")


# --- the lexicon --------------------------------------------------------------------------------------------------


def _known(text: str, extra: Path | None) -> Iterator[tuple[int, int, str, str]]:
    index = _index(extra)
    lower = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    i = 0
    while i < len(text) - 1:
        for spelling in index.get(lower[i : i + 2], ()):
            end = i + len(spelling.text)
            if text.startswith(spelling.text, i) and _stands_alone(text, i, end) and _counts(spelling, text, i, end):
                yield i, end, spelling.outlet.name, "outlet lexicon"
                i = end - 1
                break
        i += 1


def _stands_alone(text: str, start: int, end: int) -> bool:
    """No Latin or katakana word is cut."""
    for inner, outer in ((start, start - 1), (end - 1, end)):
        if 0 <= outer < len(text):
            script = _script(text[inner])
            if script and script == _script(text[outer]):
                return False
            if (
                text[outer] in "・="
                and script == "K"
                and _script(text[outer + (outer - inner)] if 0 <= outer + (outer - inner) < len(text) else "") == "K"
            ):
                return False
    return not _NOT_OUTLET_AFTER.match(text, end)


def _script(char: str) -> str:
    if char.isascii() and char.isalnum():
        return "L"
    return "K" if "ァ" <= char <= "ヺ" or char == "ー" else ""


def _counts(spelling: _Spelling, text: str, start: int, end: int) -> bool:
    if spelling.outlet.kind == "platform":
        return bool(_PLATFORM_AFTER.match(text, end) or _PLATFORM_BEFORE.search(text[max(0, start - 12) : start]))
    if not spelling.weak:
        return True
    if start and "一" <= text[start - 1] <= "龠" and text[start - 1] not in _COUNTRY + "紙誌国":
        return False
    if text[end : end + 1] in "(（":
        close = text.find(")", end, end + 40)
        end = close + 1 if close > 0 else end
    before = text[max(0, start - 12) : start]
    return bool(_CITED_AFTER.match(text, end)) or bool(
        _CITED_BEFORE.search(before) and _SOURCE_LIST.match(text[end : end + 40]) and text[end : end + 1] in "』」)]】、,・誌紙"
    )


@cache
def _index(extra: Path | None) -> dict[str, tuple[_Spelling, ...]]:
    index: dict[str, list[_Spelling]] = {}
    for spelling in _spellings(extra):
        padded = spelling.text if len(spelling.text) > 1 else ""
        keys = (
            {padded[:2].lower()}
            if padded
            else {spelling.text.lower() + chr(c) for c in range(32, 127)}
            | {spelling.text.lower() + c for c in "でにのへをはが上公（『」』、。"}
        )
        for key in keys:
            index.setdefault(key, []).append(spelling)
    return {key: tuple(sorted(group, key=lambda s: (-len(s.text), s.weak, s.text))) for key, group in index.items()}


@cache
def _exact(extra: Path | None) -> dict[str, Outlet]:
    return {_key(spelling.text): spelling.outlet for spelling in reversed(_spellings(extra))}


@cache
def _spellings(extra: Path | None) -> tuple[_Spelling, ...]:
    """Every spelling once; where two outlets share one, the first keeps it."""
    seen: dict[str, _Spelling] = {}
    for outlet, names in _entries(extra):
        weak = {name[1:] for name in names if name.startswith("?")}
        for name in (outlet.name, *names):
            written = fold(name.removeprefix("?")).text
            for variant in dict.fromkeys((written, written.replace(" ", ""))):
                seen.setdefault(variant, _Spelling(variant, outlet, name.removeprefix("?") in weak))
    return tuple(seen.values())


@cache
def _outlets(extra: Path | None) -> tuple[Outlet, ...]:
    return tuple(outlet for outlet, _ in _entries(extra))


@cache
def _entries(extra: Path | None) -> tuple[tuple[Outlet, tuple[str, ...]], ...]:
    tables = [lexicon.toml("outlets")]
    if extra is not None:
        try:
            tables.insert(0, tomllib.loads(extra.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise KeiiError(f"{extra}: not a list of outlets: {error}") from error
    try:
        return tuple(
            (Outlet(name, kind, country), tuple(spellings))
            for kinds in tables
            for kind, countries in kinds.items()
            for country, outlets in countries.items()
            for name, spellings in outlets.items()
        )
    except (AttributeError, TypeError) as error:
        raise KeiiError(f'{extra}: outlets are told as [kind.COUNTRY], then "name" = ["other spelling"]') from error


def _key(name: str) -> str:
    """What spellings are looked up by: no case, blanks, dots, accents or leading article."""
    plain = "".join(c for c in unicodedata.normalize("NFD", name) if not ("\u0300" <= c <= "\u036f"))
    plain = unicodedata.normalize("NFC", plain).lower().removeprefix("the ")
    return re.sub(r"[\s・.'’\-]", "", plain)


# --- by form, and misspelt ----------------------------------------------------------------------------------------


def _by_form(text: str, extra: Path | None) -> Iterator[tuple[int, int, str, str]]:
    for pattern in (_QUOTED_PAPER, _BARE_PAPER):
        for match in pattern.finditer(text):
            told = outlet_named(match[1], extra=extra)
            name, why = told or (re.split(r"[(（]", match[1])[0].strip() or match[1], "named as a paper")
            yield match.start(1), match.end(1), name, why
    for match in _FORM.finditer(text):
        name = match[1]
        prefix = re.match(rf"[{_COUNTRY}](?=[ァ-ヶA-Z])", name)
        if prefix:
            name = name[prefix.end() :]
        if _GENERIC.fullmatch(name) or _GENERIC.fullmatch(re.sub(r"^[一-龠]国|^[" + _COUNTRY + "]", "", name)):
            continue
        near = _misspelt(name, extra)
        start = match.end(1) - len(name)
        yield (
            start,
            match.end(1),
            near.name if near else name,
            "outlet lexicon, misspelt" if near else "has the form of an outlet",
        )
    for match in _OFFICIAL.finditer(text):
        blog = "ブログ" in match[2] or "Blog" in match[2]
        name = f"{match[1]} Blog" if blog and match[1].isascii() else match[1] + re.sub(r"HP|ホームページ", "サイト", match[2])
        if not re.match(r"同", match[1]) and not re.fullmatch(r"自社|自身|個人|当該|専用|特設|公式|各|他", match[1]):
            yield match.start(), match.end(), name, "an official site"


def _misspelt(name: str, extra: Path | None) -> Outlet | None:
    """The outlet a name is a slip of: one or two characters off a long spelling, and no other outlet as near."""
    key = _key(name)
    if len(key) < 5:
        return None
    names = _exact(extra)
    best = process.extract(
        key,
        _near_in_length(len(key), extra),
        scorer=fuzz.ratio,
        limit=3,
        score_cutoff=84 if key.isascii() else 78,
    )
    strict = [(other, score) for other, score, _ in best if key.isascii() or _same_frame(key, other)]
    if not strict:
        return None
    top = [names[other] for other, score in strict if score >= strict[0][1] - 1]
    return top[0] if len({outlet.name for outlet in top}) == 1 else None


@lru_cache(maxsize=64)
def _near_in_length(length: int, extra: Path | None) -> list[str]:
    return [other for other in _exact(extra) if abs(len(other) - length) <= 2 and len(other) >= 5]


def _same_frame(name: str, other: str) -> bool:
    """Japanese names differ by one character only, and not in a kanji that tells two papers apart (中日, 毎日, 朝日)."""
    if len(name) == len(other):
        different = [(a, b) for a, b in zip(name, other, strict=True) if a != b]
        return len(different) == 1 and len(name) >= 6 and all(_script(a) == "K" or _script(b) == "K" for a, b in different)
    return len(name) >= 7 and all(_script(c) == "K" for c in name)
