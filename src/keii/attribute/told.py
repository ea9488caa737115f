"""Sources named in the sentence: Xによると, Xの調べでは, X紙の取材に, Xは…と伝えた, …とXが報じた."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from keii.attribute.names import Names, cited_outlets, outlet_meant, pattern, source, words
from keii.attribute.subjects import speakers_in
from keii.model import Citation, Mention, Sentence, Source, SourceKind, Span

_PHRASE = 120
"""A source phrase is no longer than this, a sentence is read no further than `_FAR` for a verb of reporting."""
_FAR = 600
_PAIRS = {"」": "「", "』": "『", "）": "（", ")": "(", "”": "“"}
_DATED = r"(?:[^\s、。「」『』は]{0,12}(?:日|月|年|同日|夜|朝|午後|午前|現在)の?)?"
_PRODUCT = pattern("product")
_ANONYMOUS = re.compile(r"関係者|情報筋|消息筋|関係筋|外交筋|政府筋|目撃者|匿名|事情を知る|事情に詳しい")
_DATED_RELEASE = r"の[^\s、。はが]{0,10}日の(?:発表|調べ|集計|まとめ|報道)で(?:は)?"
_ACCORDING = re.compile(f"{pattern('according')}|{_DATED_RELEASE}")
_BECAME_KNOWN = re.compile(r"(?:分か|わか|判明|明らかに)")
_OPENING = re.compile(rf"(?:{pattern('opening')}[、,]?\s?)+")
_PART = re.compile(r"[^、,・･とや\s「」『』（）()]{2,24}")
_PART_TAIL = re.compile(r"(?:の?(?:関西版|電子版|別の?)?(?:報道|記事|取材)|の?(?:関西版|電子版|別)|紙|など|等){1,9}$")
ANAPHOR = re.compile(
    r"(?:それ|これ|同(?:紙|誌|新聞社?|局|サイト|記事|報道|メディア|通信|番組|資料|調べ|調査|発表)|(?:両|同2|同２|同二)(?:紙|誌|新聞|報道|社|メディア)|"
    r"(?:この|その|[0-9０-９]{1,2}日の)?(?:報道|記事|発表|調べ|資料|報告書))(?:の(?:別記事|続報|取材|報道|発表|調べ|説明|まとめ))?$"
)
_MAKER = re.compile(r"(.{1,40}?)が.{0,30}?(?:発表|公表|明らかに|述べ|話し|語っ|提出|まとめ|示し)[^、]{0,6}(?:ところ|もの|資料)?$")
_GIVEN = re.compile(r"(.{1,40}?)(?:から|より)の?(?:提供|入手|寄せ|届|得)[^、。]{0,6}$")
"""Who gave what is cited: FIFAから提供された(情報)."""
_PRODUCT_END = re.compile(rf"(?:の|による)?{_DATED}{_PRODUCT}{{1,4}}(?:など|等)?$")
_NOBODY = re.compile(r"[をにが]|(?:それ|これ|こと|ため|場合|さ|推移|結果|影響|関係|理由|原因|規定|規則|法|制度)$")
_POINTS = re.compile(r"(?:[こそ]|同)|(?:[0-9０-９]{1,2}月)?[0-9０-９]{1,2}日(?:夜|朝|午前|午後)?(?:[0-9０-９]{1,2}時)?|同日|翌日")
"""What stands before の発表では and names nobody: この, 8日."""
_WORD_ONLY = re.compile(rf"^(?:今回の?|この|その)?{_PRODUCT}?$")
_DATE_FIRST = re.compile(
    r"^(?:[0-9０-９]{1,4}年)?(?:[0-9０-９]{1,2}月)?[0-9０-９]{1,2}日(?:午前|午後)?(?:[0-9０-９]{1,2}時)?(?:現在|付け?)?の"
)
_MEDIUM = re.compile(
    r"^(?:.{0,6}(?:英字|専門|地元|国営|公共|日刊)(?:新聞|紙|誌|放送)?)?([^のはがを]{2,20}?(?:新聞|新報|日報|通信社?|放送局?|テレビ局?|ラジオ|タイムズ|ポスト|ジャーナル|ニュース)|[^のはがを]{2,20}(?=紙$|誌$))(?:紙|誌|電子版)?$"
)
_PAPERS = words("document")
_RUMOUR = re.compile(
    rf"(?:という|といった|との|とする|なんて|る|い){pattern('rumour')}(?:も|が|まで|は|さえ)[^。、]{{0,12}}?{pattern('spread')}"
)
_FROM = re.compile(r"(?:^|[、。\s])([^、。「」\s]{1,20}?)(?:から(?:は|も)?|の間では|の間で|側からは)[、「]?")
_TOLD = re.compile(r"に語った|に話した|の話|が明かした|に明かした")
_SOME = re.compile(r"(?:^|.の)(?:一部|複数)(?:の|$|報道|メディア|マスコミ|新聞|週刊誌|スポーツ紙)")
"""Media that are not named (一部の報道では): a source, but neither an outlet nor a speaker."""
_ADDRESSED = re.compile(
    r"[』」”\")）]?(?:紙|誌|電子版|通信社?|テレビ)?(?:など)?"
    r"(?:(?P<to>に対し(?!て?は)て?も?|への(?:声明|メール|電子メール|コメント|回答|書面)(?:の中)?で(?:は|も)?)|に(?:は|も)?)"
)
"""What stands behind an outlet that somebody speaks to: 『The Verge』に対し, CNNへの声明で, 毎日新聞に."""
_SPEAKS = r"(?:語|話し|明かし|打ち明け|述べ|答え|回答し|コメントし|証言し|説明し|認め|明らかにし|強調し|伝え|反論し|釈明し)"
_SPOKEN = re.compile(rf"(?:[」』]|と|とも|を|旨|ように|について)(?:[^「」『』。、]{{0,12}}?){_SPEAKS}|^[、,]?{_SPEAKS}")
_OPENS = re.compile(r"[、,]?[「『]")

_TAIL = (
    r"[』」”\")）]?(?:[（(][^（）()]{0,20}[）)])?\s?(?:紙|誌|電子版|の電子版|通信社?|テレビ|放送|の?(?:続報|記事|ニュース))?(?:の?両(?:新聞|紙|社))?"
    r"(?:などの?|等の?|をはじめとする)?(?:[ァ-ヶー一-龠]{0,4}の?(?:一部|各)?(?:各|報道機関|メディア|各紙|各社|報道各社|報道機関各社))?\s?"
)
_SUBJECT = re.compile(rf"{_TAIL}(?:は|が|も|では|で、?|の報道で|の取材で)(?!開|設立|運営|主催)")
_CLAIMANT = re.compile(r"([^、。「」『』\s（）()]{4,20})(?:は|が)")
_LIST = re.compile(
    r"[』」)）]?(?:紙|誌|電子版)?(?:など)?\s?(?:、|,|・|･|と|や|および|及び|並びに|ならびに|、および)\s?[米英仏独]?(?:紙|誌)?[『「(（]?|[』」]?[（(]"
)
_COUNTRY = re.compile(
    r"(?:米国|英国|韓国|中国|北朝鮮|[米英仏独伊露豪加])?(?:国営|公共|有力|地元|経済|大手)?(?:紙|誌|メディア|ニュースメディア|テレビ)?[・の]?[『「]?$"
)
_STRONG = (
    r"(?:と|を|も|とも|が|に|は|で|て|旨|こと|日|、|分|時|により)(?:(?:伝え|報じ|報道し)(?:ている|ています|た|ました|る|ます)?|速報|スクープ|掲載|紹介し|放送し|放映し|配信し|取り上げ|"
    r"指摘し|予想し|予測し|分析し|引用し|あげて|挙げて|暴露|書い|更新し|分かった|わかった|判明)|としている|と見て|とみて"
)
_WEAK = r"明らかにし|発表し|明かし|とした|載せ"
_REPORT_OR_QUOTE = re.compile(rf"[「」『』]|によると|によれば|{_STRONG}")
_ANY_REPORT_OR_QUOTE = re.compile(rf"[「」『』]|によると|によれば|{_STRONG}|{_WEAK}")


class Teller:
    """Finds who is named as source in the sentences of one document."""

    def __init__(self, names: Names) -> None:
        self.names, self.text = names, names.text

    def citations(self, sentence: Sentence) -> Iterator[Citation]:
        """Sources named by によると and its like, then outlets that report."""
        according = list(self._according(sentence))
        yield from according
        yield from (c for c in self._addressed(sentence) if not any(_inside(c, other) for other in according))
        yield from self._reporters(sentence)
        yield from self._rumours(sentence)

    # --- Xによると ------------------------------------------------------------------------------------------------

    def _according(self, sentence: Sentence) -> Iterator[Citation]:
        """To the end of the sentence, or to the next outlet's によると; in brackets, to their end."""
        found: list[tuple[int, int, tuple[Source, ...], bool]] = []
        floor = sentence.start
        for cue in _ACCORDING.finditer(self.text, sentence.start, sentence.end):
            start = self._phrase_start(max(floor, cue.start() - _PHRASE), cue.start())
            floor = cue.end() if cue[0].startswith("によ") else floor
            sources = self._sources(start, cue.start(), cue[0]) if start < cue.start() else ()
            if cue[0] == "を通じて":
                through = tuple(s for s in sources if s.kind == "outlet")
                if through:
                    yield Citation(start, cue.end(), through, Span(sentence.start, sentence.end), "according")
            elif sources:
                if found and start <= found[-1][0]:  # …の話として…ところによると is one phrase
                    found.pop()
                found.append((start, cue.end(), sources, cue[0].startswith("によ")))
        following = sentence.end
        for start, end, sources, by in reversed(found):
            bracket = self._bracket_end(sentence, start)
            first = sentence.start if _BECAME_KNOWN.match(self.text, end) else start
            yield Citation(start, end, sources, Span(first, bracket or following), "according")
            if by and bracket is None and any(link.kind == "outlet" for link in sources):
                following = start

    def _bracket_end(self, sentence: Sentence, place: int) -> int | None:
        """Where the bracket closes that a place stands in, None if it stands in none."""
        before = self.text[max(sentence.start, place - _PHRASE) : place]
        if sum(before.count(c) for c in "(（") <= sum(before.count(c) for c in ")）"):
            return None
        close = re.compile(r"[)）]").search(self.text, place, sentence.end)
        return close.end() if close else None

    def _phrase_start(self, floor: int, end: int) -> int:
        """Where the noun phrase begins that ends at `end`; coordinated outlets belong to it, a topic before it does not."""
        i = end
        while i > floor:
            char = self.text[i - 1]
            opener = self.text.rfind(_PAIRS[char], max(floor, i - 60), i - 1) if char in _PAIRS else -1
            if opener >= 0:
                i = opener
                continue
            if char in "。「『（(】\n" or (char in "、，," and not self._after_outlet(i - 1)) or self._is_topic(i - 1):
                break
            i -= 1
        while i < end and self.text[i] in " \u3000\n・":
            i += 1
        opening = _OPENING.match(self.text, i, end)
        return opening.end() if opening and opening.end() < end else i

    def _after_outlet(self, comma: int) -> bool:
        before = self.names.ending(comma) or self.names.ending(comma - 1)
        return before is not None and before.label == "OUTLET"

    def _is_topic(self, i: int) -> bool:
        if self.text[i] != "は" or self.text[i + 1 : i + 3] == "じめ":
            return False
        return not any(m.start < i + 1 < m.end for m in self.names.inside(max(0, i - 12), i + 12))

    def _sources(self, start: int, end: int, cue: str) -> tuple[Source, ...]:
        """The chain that a source phrase names, nearest first; () if it names none by itself."""
        text = self.text[start:end]
        if ANAPHOR.match(text) or _POINTS.fullmatch(text):
            return ()
        outlets = self._outlets(start, end)
        if _ANONYMOUS.search(text):
            speakers: tuple[Source, ...] = (Source("anonymous", "anonymous", cue, start, end),)
        else:
            speakers = self._told_to(start, end, outlets, cue) if outlets else self._body(start, end, cue)
        chain = {s.name: s for s in reversed([*speakers, *(source(outlet, cue) for outlet in outlets)])}
        return tuple(reversed(chain.values()))

    def _outlets(self, start: int, end: int) -> list[Mention]:
        """Outlets of a source phrase; a part that is none may be misspelt, or short for one that the article names."""
        found = cited_outlets(self.names, start, end)
        for part in _PART.finditer(self.text, start, end):
            if any(o.start < part.end() and part.start() < o.end for o in found):
                continue
            plain = _PART_TAIL.sub("", part[0])
            name = outlet_meant(re.sub(r"^.{1,8}(?:付の|日の)", "", plain)) or self.names.short_for(plain)
            if name:
                found.append(Mention(part.start(), part.start() + len(plain), "OUTLET", name))
        return sorted(found, key=lambda mention: mention.start)

    def _told_to(self, start: int, end: int, outlets: list[Mention], cue: str) -> tuple[Source, ...]:
        """Who spoke to the outlet or is quoted by it (A氏がX紙に語ったところ)."""
        if not _TOLD.search(self.text[start:end]):
            return ()
        people = [
            m for m in self.names.inside(start, end, "PERSON", "ORG") if not any(o.start <= m.start < o.end for o in outlets)
        ]
        return tuple(source(m, cue) for m in people[:1])

    def _body(self, start: int, end: int, cue: str) -> tuple[Source, ...]:
        """The person or body whose words, report or survey it is."""
        made = _MAKER.match(self.text[start:end])
        end = start + made.end(1) if made else end
        product = _PRODUCT_END.search(self.text[start:end])
        while product and product.start() > 0:
            end = start + product.start()
            product = _PRODUCT_END.search(self.text[start:end])
        given = _GIVEN.match(self.text[start:end])
        end = start + given.end(1) if given else end
        plain = re.sub(r"(?:など|ら|等|側)$", "", re.sub(r"[（(][^（）()]*[)）]", "", self.text[start:end])).strip("「」『』 ")
        plain = _DATE_FIRST.sub("", plain)
        medium = _MEDIUM.match(plain)
        if _SOME.match(plain):
            return (Source("document", "一部の報道" if plain == "一部" else plain, cue, start, end),)
        if plain.endswith(_PAPERS) or plain.startswith(words("unnamed")):
            return (Source("document", plain, cue, start, end),)
        if medium and len(plain) <= 24:
            return (Source("outlet", medium[1], cue, start, end),)
        named = () if _WORD_ONLY.match(plain) else speakers_in(start, end, self.names)
        if named:
            return tuple(replace(link, cue=cue) for link in named)
        if not plain or product or len(plain) > 30 or _NOBODY.search(plain) or re.match(r"(?:今回|この|その)", plain):
            return ()
        kind: SourceKind = "person" if plain.endswith(words("person")) else "body"
        return (Source(kind, plain, cue, start, end),)

    # --- Xに語った ------------------------------------------------------------------------------------------------

    def _addressed(self, sentence: Sentence) -> Iterator[Citation]:
        """Outlets that somebody speaks to: X紙に「…」と話した, 「…」とX紙に語った, X紙に対し…と述べた."""
        for outlet in self.names.outlets(sentence.start, sentence.end):
            after = _ADDRESSED.match(self.text, outlet.end, sentence.end)
            if not after or self._within_quote(sentence, outlet.start):
                continue
            start = self._list_start(sentence, [outlet])
            paper = re.search("[紙誌]", self.text[start : outlet.start] + after[0])
            spoken = self._spoken_to(after.end(), sentence.end, marked=bool(after["to"] or paper))
            if spoken is None:
                continue
            before = spoken == after.end() or self.text[spoken - 1] not in "」』とも"
            first = sentence.start if before and not _OPENS.match(self.text, after.end()) else start
            link = source(outlet, self.text[start : after.end()])
            yield Citation(start, after.end(), (link,), Span(first, sentence.end), "according")

    def _spoken_to(self, start: int, end: int, *, marked: bool) -> int | None:
        """Where the verb of saying begins that an outlet's に depends on; None if another verb takes it (X紙に抗議する)."""
        rest = _quotes_blanked(self.text[start : min(end, start + _FAR)])
        spoken = _SPOKEN.search(rest)
        if spoken is None or not (marked or spoken.start() == 0 or _OPENS.match(rest)):
            return None
        return start + spoken.start()

    # --- という噂が流れた -------------------------------------------------------------------------------------------

    def _rumours(self, sentence: Sentence) -> Iterator[Citation]:
        """Rumours and voices: from whom they come, else from nobody named."""
        for m in _RUMOUR.finditer(self.text, sentence.start, sentence.end):
            whose = _FROM.search(self.text, max(sentence.start, m.start() - _FAR), m.start())
            named = speakers_in(whose.start(1), whose.end(1), self.names) if whose else ()
            chain = named or (Source("anonymous", "anonymous", m[0], m.start(), m.end()),)
            start = whose.end() if whose and named else self._told_from(sentence, m.start())
            yield Citation(None, None, tuple(replace(link, cue=m[0]) for link in chain), Span(start, m.end()), "speech")

    def _told_from(self, sentence: Sentence, end: int) -> int:
        """Where the rumour begins: its quotation mark, else the sentence."""
        if self.text[end - 1] in "」』" or self.text[end - 4 : end].startswith("」"):
            opener = self.text.rfind("「", sentence.start, end)
            return opener if opener >= 0 else sentence.start
        return sentence.start

    # --- X は…と報じた ---------------------------------------------------------------------------------------------

    def _reporters(self, sentence: Sentence) -> Iterator[Citation]:
        """Outlets as the subject of a verb of reporting: Xは…と伝えた, …とXが報じた, Xの報道で分かった."""
        for group in self._groups(sentence):
            after = _SUBJECT.match(self.text, group[-1].end, sentence.end)
            if not after or self._within_quote(sentence, group[0].start):
                continue
            begin = self._list_start(sentence, group)
            marked = begin < group[0].start or self.text[group[0].start] == "同"
            verb = self._report_verb(_ANY_REPORT_OR_QUOTE if marked else _REPORT_OR_QUOTE, after.end() - 1, sentence.end)
            if verb is None:
                continue
            between = self.text[after.end() : max(after.end(), verb[0])]
            close = self.text[verb[0]] not in "とをもて旨こ" and len(between) < 24 and not re.search(r"[とを旨]", between)
            reach = Span(sentence.start if close else begin, sentence.end if sentence.end - verb[1] < 16 else verb[1])
            unnamed = _ANONYMOUS.search(between) if re.search(r"の(?:話|談話|証言)", between) else None
            chain = [Source("anonymous", "anonymous", unnamed[0], None, None)] if unnamed else []
            chain += [source(outlet, self.text[verb[0] : verb[1]]) for outlet in group]
            yield Citation(begin, verb[1] if close else after.end(), tuple(chain), reach, "reporter")

    def _groups(self, sentence: Sentence) -> Iterator[list[Mention]]:
        """Outlets of a sentence, those listed together in one group; misspelt ones where none is found."""
        group: list[Mention] = []
        for outlet in self.names.outlets(sentence.start, sentence.end) or self._misspelt(sentence):
            if group and not _LIST.fullmatch(self.text, group[-1].end, outlet.start):
                yield group
                group = []
            group.append(outlet)
        if group:
            yield group

    def _misspelt(self, sentence: Sentence) -> list[Mention]:
        if not re.search(r"伝え|報じ|報道し|速報", self.text[sentence.start : sentence.end]):
            return []
        named = [(m, outlet_meant(m[1])) for m in _CLAIMANT.finditer(self.text, sentence.start, sentence.end)]
        return [Mention(m.start(1), m.end(1), "OUTLET", name) for m, name in named if name]

    def _report_verb(self, verbs: re.Pattern[str], start: int, end: int) -> tuple[int, int] | None:
        """The last verb of reporting outside quotation marks, before another source takes over."""
        found, depth = None, 0
        for m in verbs.finditer(self.text, start, min(end, start + _FAR)):
            if m[0] in "「『":
                depth += 1
            elif m[0] in "」』":
                depth = max(0, depth - 1)
            elif not depth and m[0].startswith("によ"):
                break
            elif not depth:
                found = m.span()
        return found

    def _list_start(self, sentence: Sentence, group: list[Mention]) -> int:
        start = group[0].start
        prefix = _COUNTRY.search(self.text, max(sentence.start, start - 12), start)
        return prefix.start() if prefix else start

    def _within_quote(self, sentence: Sentence, place: int) -> bool:
        before = self.text[max(sentence.start, place - _FAR) : place]
        return before.count("「") > before.count("」") and self.text[place - 1] not in "「『"


def _inside(one: Citation, other: Citation) -> bool:
    """Whether one citing phrase is part of another (関係者がX紙に語ったところによると)."""
    if one.start is None or other.start is None or other.end is None:
        return False
    return other.start <= one.start < other.end


def _quotes_blanked(text: str) -> str:
    """The text with blanks for what stands inside quotation marks, the marks kept; of the same length."""
    kept, depth = [], 0
    for char in text:
        depth -= char in "」』"
        kept.append(" " if depth > 0 else char)
        depth = max(0, depth) + (char in "「『")
    return "".join(kept)
