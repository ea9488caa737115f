"""What each line of an article is: what a reader tells from a page's layout, by the line's own looks and its neighbours."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from keii import lexicon
from keii.model import Article, BlockKind
from keii.segment.sentences import EMOJI, JOINERS
from keii.text import fold

_JAPANESE = re.compile(r"[ぁ-んァ-ヴー一-龠々]")
_LATIN = re.compile(r"[A-Za-z]")
_SYMBOLS = re.compile(rf"[\s{EMOJI}{JOINERS}]*")
_SYMBOLS_AT_END = re.compile(rf"(?<![\s{EMOJI}{JOINERS}])[\s{EMOJI}{JOINERS}]+$")
BULLET = re.compile(
    r"[ \t\u3000]*(?:[•・‣◦●○◆◇■□▪▫▶▷➤✓✔🔸🔹🔶🔷][ \t\u3000]*(?=\S)|[*＊\-－–—][ \t\u3000]+(?=\S)"
    r"|[0-9]{1,2}[.)．）][ \t\u3000]*(?=[^\d\s])"
    r"|[①-⑳][ \t\u3000]*|\([0-9]{1,2}\)[ \t\u3000]*|[0-9]\ufe0f?\u20e3[ \t]*)"
)
_CLOCK = r"(?:午前|午後|夜|朝|AM|PM)?[ ]?\d{1,2}(?:時(?:\d{1,2}分|半|台)?|:\d{2})(?:頃|ごろ|過ぎ|すぎ)?"
_DAY = (
    r"(?:(?:\d{4}|令和\d{1,2}|平成\d{1,2})年)?\d{1,2}月(?:\d{1,2}日|[上中下]旬|(?=[ :]))"
    r"|\d{4}[/.\-]\d{1,2}[/.\-]\d{1,2}|\d{1,2}/\d{1,2}"
)
_WEEKDAY = r"(?:\([日月火水木金土]\)|[日月火水木金土]曜日?)?"
_ZONE = r"(?:[ ]?(?:頃|ごろ|\([^()]{1,12}\)|(?:日本|米国|現地|太平洋|東部)時間|JST|UTC|PST|PDT|EST|EDT|GMT))?"
_STAMP = re.compile(rf"(?:{_DAY})?{_WEEKDAY}[ ]?(?:{_CLOCK})?{_ZONE}")
_ENTRY = re.compile(rf"(?:(?:{_DAY}){_WEEKDAY}(?:[ ]?{_CLOCK})?|{_CLOCK}){_ZONE}[ ]?(?:[:|/—–-][ ]?|[ ])(?=\S)")
_DATELINE = re.compile(
    r"(?:(?:公開|投稿|更新|最終更新|配信|掲載|作成)?(?:日時?)?[: ]{0,2})?"
    rf"(?:(?:19|20)\d{{2}}(?:年|[/.\-])\d{{1,2}}(?:月|[/.\-])\d{{1,2}}日?){_WEEKDAY}"
    r"[T ]{0,2}(?:\d{1,2}(?::\d{2}|時\d{0,2}分?)(?::\d{2})?)?[ ]?(?:更新|公開|配信|掲載|JST|Z|[+\-]\d{2}:\d{2})?"
)
_NOTE = re.compile(
    r"[(【\[〔※*]{0,2}(?:出典|引用元|引用|参照元?|参考|情報元|情報源|ソース|[Ss]ource|[Vv]ia|画像|写真|Photo|提供|動画|図)[:;/ ]"
)
_TRANSLATION_OPENS = re.compile(r"[(【\[〔]?(?:以下[、は]?)?(?:日本語|和|全文|機械|DeepL)*(?:翻訳|訳)(?:全文|文)?[)】\]〕]?:?")
_TRANSLATION_ENDS = re.compile(
    r"[(【\[〔](?:以上、?)?(?:筆者|編集部|当サイト|弊誌|拙|抄|仮|試|著者)(?:による)?(?:翻訳|訳)?[)】\]〕]"
)
_QUOTE_OPENS = re.compile(
    r"(?:投稿|声明|発表|内容|コメント|原文|メッセージ|文面|書簡|ポスト|ツイート)[^。]{0,24}(?:以下|次|下記)の?(?:とおり|通り|よう)"
)
_FULL_TEXT_OPENS = re.compile(r"(?:以下|次|下記)(?:は|が|に)[^。]{0,80}(?:翻訳|訳|全文)[^。]{0,12}。?$")
_HEADING_OPENS = re.compile(r"(?:翻訳|和訳|日本語訳|全訳|全文)[)】\]]?$")
_SPEECH_END = re.compile(r"(?:語|述べ|投稿|更新|コメント|発表|綴|つづ|明か|説明|表明)[ぁ-ん]{1,8}。?$")
_ADDITION = re.compile(
    r"[【\[(〔][^】\])〕]{0,20}(?:追記|更新|速報|続報|UPDATE|Update)[^】\])〕]{0,20}[】\])〕]|(?:追記|更新|続報)[ :(]"
)
_SIGNATURE = re.compile(r"[—―–-]{1,2} ?.{1,60}\(@\w{1,30}\)")
_URL = re.compile(r"https?://[^\s「」『』()（）<>\"]+")
MARKDOWN = re.compile(r"(#{1,6})[ \t]")
FULL_SENTENCE = re.compile(r"(?:[たるいうくすつぬむんだかねよ]|です|ます)[)」』）]?。")
_SPOKEN_END = re.compile(r"(?:です|ます|でしょう|ました|ません|ください|ましょう|でした|たい)(?:[かねよ]?)[!?]?$")
_CONNECTIVE = re.compile(r"(?:それ|これ|この|その|また|しかし|さらに|そして|なお|一方|ただ|だが|早くも|すると|ところが|つまり)")
_PAIR = re.compile(r"[^:\s]{1,12}: ?\S")
_NUMBERED = re.compile(r"\d{1,2}[.)．）][ \u3000]?(?=\D)")
_FOOTNOTE = re.compile(r"(?:※\d{1,2}|\[\d{1,2}\]|注\d{1,2}|\*\d{1,2})[:) ]")
_PREVIEW = re.compile(r"(?:こちらの|以下の|次の|別の|過去の|コチラの)記事")
_MARKS = re.compile(r"^[■◆▼●□◇\s]*(?:\d{1,2}[.)．）]\s*)?")
_SQUARES = ("■", "◆", "▼", "□", "◇")
_MARKED = ("【", "●", "第", "#", *_SQUARES)


class Line(NamedTuple):
    start: int
    end: int
    text: str
    """Folded, without blanks around."""

    @property
    def blank(self) -> bool:
        return not self.text


def lines(article: Article) -> list[Line]:
    """The article's lines; a blank one has no text."""
    found: list[Line] = []
    start = 0
    for piece in article.text.splitlines(keepends=True):
        end = start + len(piece)
        left = end - len(piece.lstrip(" \t\u3000\ufeff\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029\u200b"))
        right = start + len(piece.rstrip())
        seen = left < right and start >= article.body_start
        found.append(Line(left, right, fold(piece.strip()).text.strip()) if seen else Line(start, start, ""))
        start = end
    return found


def classify(article: Article, lines: list[Line]) -> list[BlockKind]:
    """The kind of each line (of a blank line: `boilerplate`, never looked at)."""
    kinds: list[BlockKind] = [_shape(line.text) if line.text else "boilerplate" for line in lines]
    filled = [i for i, line in enumerate(lines) if not line.blank]
    _mark_bullets(lines, kinds)
    _mark_title(article, lines, kinds, filled)
    _mark_entries(lines, kinds, filled)
    _mark_lists_apart(lines, kinds, filled)
    _mark_captions(lines, kinds, filled)
    _mark_quotes(lines, kinds, filled)
    return kinds


def bare_heading(text: str) -> str:
    """A heading without its marks: ■, 【】, emoji, numbers, colons.

    >>> bare_heading("📚 References:"), bare_heading("【まとめ】")
    ('References', 'まとめ')
    """
    text = _SYMBOLS.sub("", text, count=1)
    text = re.sub(r"^[#\s■◆●▼□◇【\[\d.]+|[】\]:\s▼■]+$", "", text)
    return _SYMBOLS_AT_END.sub("", _SYMBOLS.sub("", text, count=1))


@cache
def boilerplate() -> dict[str, tuple[str, ...]]:
    """The words of lexicons/boilerplate.tsv by where they stand."""
    words: dict[str, list[str]] = {}
    for where, text in lexicon.table("boilerplate"):
        words.setdefault(where, []).append(fold(text).text)
    return {where: tuple(texts) for where, texts in words.items()}


def is_stamp(text: str) -> bool:
    """Tell whether a line is a date or a clock time and nothing else: the heading of a timeline's entry."""
    bare = _SYMBOLS.sub("", text, count=1).rstrip(":")
    return bool(re.search(r"\d", bare) and _STAMP.fullmatch(bare)) and not _DATELINE.fullmatch(bare)


def is_entry(text: str) -> bool:
    """Tell whether a line begins with a date or a clock time and goes on: an entry of a timeline."""
    return bool(_ENTRY.match(_SYMBOLS.sub("", text, count=1)))


def is_marked(text: str) -> bool:
    """Tell whether a line bears the mark of a heading: 【, ■, a number, #."""
    return text.startswith(_MARKED) or bool(_NUMBERED.match(text))


def is_addition(text: str) -> bool:
    """Tell whether a heading opens an addition to the article (【11/19追記】)."""
    return bool(_ADDITION.match(_MARKS.sub("", text)))


# --- by its own looks ---------------------------------------------------------------------------------------------


def _shape(text: str) -> BlockKind:
    bare = text.strip("#*_> ")
    if _is_boilerplate(bare):
        return "boilerplate"
    if _NOTE.match(bare) and len(bare) < 250 and not FULL_SENTENCE.search(bare):
        return "note"
    if _FOOTNOTE.match(bare):
        return "reference"
    if _is_foreign(text):
        return "embed"
    if _DATELINE.fullmatch(bare):
        return "meta"
    if text.startswith(">"):
        return "quote"
    if MARKDOWN.match(text) or is_stamp(bare) or (is_addition(bare) and "。" not in bare):
        return "heading"
    if is_entry(bare):
        return "entry"
    if text.startswith(_SQUARES) and _is_heading(bare):
        return "heading"
    if BULLET.match(text) or (_PAIR.match(text) and len(text) < 60 and "。" not in text):
        return "item"
    return "heading" if _is_heading(bare) else "paragraph"


def _is_heading(text: str) -> bool:
    """A short line that no sentence ends: no stop, no spoken form, not begun by a connective, at most one comma unless marked."""
    bare = _SYMBOLS_AT_END.sub("", text)
    if not bare or len(text) > 70 or re.search(r"。|[?!].*[?!]$", bare):
        return False
    if text.startswith(_MARKED):
        return True
    if bare[-1] in "、,.:;」』）)…" or _SPOKEN_END.search(bare) or _CONNECTIVE.match(bare) or bare.count("、") > 1:
        return False
    return bool(_JAPANESE.search(text) or _LATIN.search(text))


def _is_foreign(text: str) -> bool:
    if _SIGNATURE.match(text) or (_URL.match(text) and " " not in text):
        return True
    latin = len(_LATIN.findall(text))
    letters = len(_JAPANESE.findall(text)) * 2 + latin
    return letters >= 24 and latin / letters > 0.8


def _is_boilerplate(text: str) -> bool:
    words = boilerplate()
    if not re.search(r"\w", text):
        return True
    if "。" in text:
        return False
    return (
        text in words["line"]
        or text.startswith(words["head"])
        or (len(text) < 60 and any(word in text for word in words["part"]))
        or (len(text) < 80 and text.count(" ") >= 2 and all(word in words["line"] for word in text.split()))
    )


# --- by its neighbours --------------------------------------------------------------------------------------------


def _mark_title(article: Article, lines: list[Line], kinds: list[BlockKind], filled: list[int]) -> None:
    """The first line that is no boilerplate, and any line that tells the title again."""
    readable = [i for i in filled if kinds[i] not in ("boilerplate", "meta")]
    if not readable:
        return
    title = fold(article.title or "").text.strip()
    first = lines[readable[0]].text
    if not title and len(readable) > 1 and len(first) <= 120 and "。" not in first:
        title = first.strip("# ")
    for i in filled:
        if title and lines[i].text.strip("# ") == title:
            kinds[i] = "title"


def _mark_bullets(lines: list[Line], kinds: list[BlockKind]) -> None:
    """Lines right below each other with the same mark (■, ✅, an emoji) are a list; a numbered line by itself is a heading."""
    for i, (line, following) in enumerate(pairwise(lines)):
        mark = line.text[:1]
        if mark and not mark.isalnum() and mark not in "「『(【#" and following.text.startswith(mark):
            for j in (i, i + 1):
                if kinds[j] in ("heading", "paragraph") and not FULL_SENTENCE.search(lines[j].text):
                    kinds[j] = "item"
    for i in range(1, len(lines) - 1):
        numbered = _NUMBERED.match(lines[i].text)
        if numbered and kinds[i] == "item" and lines[i - 1].blank and _is_heading(lines[i].text[numbered.end() :]):
            below = next((line.text for line in lines[i + 1 : i + 4] if not line.blank), "")
            if below and not _NUMBERED.match(below):
                kinds[i] = "heading"


def _mark_captions(lines: list[Line], kinds: list[BlockKind], filled: list[int]) -> None:
    """An unfinished line right above a source note, or one that tells the title or a heading again: alternative text."""
    told: list[str] = []
    for position, i in enumerate(filled):
        following = filled[position + 1] if position + 1 < len(filled) else None
        compact = "".join(bare_heading(lines[i].text).split())
        if kinds[i] == "title":
            told.append(compact)
        elif following == i + 1 and kinds[following] == "note" and _is_alternative_text(lines, kinds, filled, position):
            kinds[i] = "caption"
        elif kinds[i] == "heading" and not is_stamp(lines[i].text):
            if len(compact) >= 12 and any(compact in earlier for earlier in told[-40:]):
                kinds[i] = "caption"
            told.append(compact)


def _is_alternative_text(lines: list[Line], kinds: list[BlockKind], filled: list[int], position: int) -> bool:
    """Above a source note: foreign text, or an unmarked line right below a heading (a heading by itself keeps its note)."""
    i = filled[position]
    if kinds[i] == "embed":
        return True
    above = kinds[filled[position - 1]] if position else None
    return kinds[i] == "heading" and not is_marked(lines[i].text) and above in ("heading", "title", "caption")


def _mark_entries(lines: list[Line], kinds: list[BlockKind], filled: list[int]) -> None:
    """The line below a heading that is a mere date or clock time is the timeline's entry."""
    for i, following in pairwise(filled):
        is_head = kinds[i] == "heading" and is_stamp(lines[i].text)
        if is_head and kinds[following] in ("heading", "paragraph", "item") and not is_stamp(lines[following].text):
            kinds[following] = "entry"


def _mark_lists_apart(lines: list[Line], kinds: list[BlockKind], filled: list[int]) -> None:
    """Reference lists, tables of contents and lists of related articles run from their heading to the next."""
    words = boilerplate()
    last_told = {bare_heading(lines[i].text): i for i in filled}
    region: BlockKind | None = None
    for position, i in enumerate(filled):
        text, bare = lines[i].text, bare_heading(lines[i].text)
        if bare in words["reference"] or bare in words["section"]:
            region = "reference" if bare in words["reference"] else "boilerplate"
            kinds[i] = "heading" if region == "reference" else "boilerplate"
        elif region == "reference":
            if kinds[i] == "heading" and not _is_reference(text):
                region = None
            else:
                kinds[i] = "paragraph" if _is_slipped_paragraph(text) else "reference"
        elif region == "boilerplate":
            if last_told[bare] > i or _is_link(lines, kinds, filled, position):
                kinds[i] = "boilerplate"
            else:
                region = None


def _is_link(lines: list[Line], kinds: list[BlockKind], filled: list[int], position: int) -> bool:
    """An entry of a table of contents or a list of links: no whole sentence, and not a heading with text below it."""
    i = filled[position]
    text = lines[i].text
    if kinds[i] != "heading":
        is_entry = BULLET.match(text) or _PREVIEW.search(text) or kinds[i] in ("boilerplate", "embed", "note")
        return bool(is_entry) or not FULL_SENTENCE.search(text)
    after = filled[position + 1] if position + 1 < len(filled) else None
    return after is None or (after == i + 1 and kinds[after] in ("heading", "boilerplate", "item"))


def _is_reference(text: str) -> bool:
    return bool(re.search(r"\d{4}|https?://|[『「\"]|\[\d|^\d|^※", text))


def _is_slipped_paragraph(text: str) -> bool:
    """Running text behind the heading of a reference list: whole sentences, not a quoted title with outlet and date."""
    unquoted = re.sub(r"[「『\"][^「」『』\"]{0,200}[」』\"]", "", text)
    return bool(FULL_SENTENCE.search(unquoted)) and len(_JAPANESE.findall(text)) > 40


def _mark_quotes(lines: list[Line], kinds: list[BlockKind], filled: list[int]) -> None:
    """Translated posts and statements, told by the words that open or end them."""
    opened: int | None = None  # position in `filled` from which a quotation may run
    whole = False  # opened as a full text: runs over headings to its source note
    for position, i in enumerate(filled):
        text = lines[i].text
        if _TRANSLATION_ENDS.fullmatch(text):
            start = opened if opened is not None else _speech_before(lines, kinds, filled, position)
            _quote(kinds, filled[start:position])
            kinds[i], opened = "note", None
        elif _TRANSLATION_OPENS.fullmatch(text):
            kinds[i], opened = "note", None
            _quote(kinds, _until_blank(lines, i + 1))
        elif kinds[i] == "note" and whole and opened is not None:
            _quote(kinds, filled[opened:position])
            opened, whole = None, False
        elif kinds[i] == "heading" and not whole:
            opened = None
            if _HEADING_OPENS.search(bare_heading(text)):
                _quote(kinds, _until_closed(lines, kinds, filled[position + 1 :]))
        elif kinds[i] in ("paragraph", "item") and (_FULL_TEXT_OPENS.search(text[-110:]) or _QUOTE_OPENS.search(text[-60:])):
            opened, whole = position + 1, bool(_FULL_TEXT_OPENS.search(text[-110:]))


def _quote(kinds: list[BlockKind], indices: list[int]) -> None:
    for j in indices:
        if kinds[j] in ("paragraph", "item"):
            kinds[j] = "quote"


def _speech_before(lines: list[Line], kinds: list[BlockKind], filled: list[int], position: int) -> int:
    """Where a quotation begins of which only the end is marked: below the first words of speech under heading or embed."""
    top = position
    while top > 0 and kinds[filled[top - 1]] not in ("heading", "embed", "note", "title"):
        top -= 1
    speech = [p for p in range(top, min(top + 4, position)) if _SPEECH_END.search(lines[filled[p]].text)]
    return speech[-1] + 1 if speech else position


def _until_blank(lines: list[Line], start: int) -> list[int]:
    while start < len(lines) and lines[start].blank:
        start += 1
    end = start
    while end < len(lines) and not lines[end].blank:
        end += 1
    return list(range(start, end))


def _until_closed(lines: list[Line], kinds: list[BlockKind], following: list[int]) -> list[int]:
    """The lines below a heading that announces a translation: to the closing quotation mark, else to the next heading."""
    section: list[int] = []
    depth, seen = 0, False
    for i in following:
        if kinds[i] == "heading":
            break
        section.append(i)
        depth += lines[i].text.count("“") - lines[i].text.count("”")
        seen = seen or depth > 0
        if seen and depth <= 0:
            break
    return section
