"""Citations inside a sentence: Xによると, Xは…と報じた, (著者, 年), [3], (媒体), 自身の X で."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from keii.attribute.names import Names, cited_outlets, pattern, source, stem, words
from keii.attribute.references import by_author, by_mark, is_post
from keii.attribute.speech import Act
from keii.attribute.subjects import Subject, speakers_in
from keii.model import Citation, Document, Mention, Reference, Sentence, Source, Span, Token
from keii.names.outlets import outlet_named

_PAIRS = {"」": "「", "』": "『", "）": "（", ")": "(", "”": "“", "】": "【"}
_APA = re.compile(r"[（(]([^（）()\d]{1,80}?(?:,|、|，|\s)\s?(?:19|20)\d{2}[a-z]?(?:\s?[;；][^（）()]{1,120})?)[)）]")
_APA_ONE = re.compile(r"^\s*(.{1,80}?)\s?[,、，]?\s?((?:19|20)\d{2}[a-z]?)\s*$")
_NARRATIVE = re.compile(
    r"([A-Z][\w'’.-]+(?:\s(?:&|and|et al\.?|[A-Z][\w'’.-]+)){0,4}|[一-龠々]{1,6}(?:ら)?)\s?[（(]((?:19|20)\d{2}[a-z]?)[)）]\s?(?:は|が|も|によると|によれば)"
)
_MARK = re.compile(r"\[(\d{1,3})\]|[（(]?※\s?(\d{1,3})[)）]?|[（(]?注\s?(\d{1,3})[)）]?|\*(\d{1,3})(?=[。、)）]|$)")
_BRACKET = re.compile(r"[（(]([^（）()\n]{1,60})[)）]")
_PLATFORMS = (
    (r"(?:X|Ｘ)", "X"),
    (r"(?:Twitter|ツイッター|ＴＷＩＴＴＥＲ)", "Twitter"),
    (r"(?:Instagram|インスタグラム|インスタ)", "Instagram"),
    (r"(?:Facebook|フェイスブック)", "Facebook"),
    (r"(?:Threads|スレッズ)", "Threads"),
    (r"(?:LinkedIn|リンクトイン)", "LinkedIn"),
    (r"(?:Telegram|テレグラム)", "Telegram"),
    (r"(?:TikTok|ティックトック)", "TikTok"),
    (r"(?:YouTube|ユーチューブ)", "YouTube"),
    (r"(?:Weibo|微博|ウェイボー)", "Weibo"),
    (r"Truth ?Social|トゥルース・?ソーシャル", "Truth Social"),
    (r"Bluesky|ブルースカイ", "Bluesky"),
    (r"Medium", "Medium"),
    (r"Substack|サブスタック", "Substack"),
    (r"LINE", "LINE"),
    (r"Reddit|レディット", "Reddit"),
)
_ON = r"\s?(?:[（(]旧[^（）()]{1,12}[)）])?\s?(?:[』」])?\s?(?:上)?(?:で|に|を|へ|にて|の投稿|のポスト|公式アカウント|のアカウント|上)"
_PLATFORM = re.compile(
    r"(?:(?:自身|自ら|自分|本人|個人|公式|会社|同社|彼|彼女)の?\s?(?:公式)?\s?)?[『「]?(?<![A-Za-z0-9])(?:"
    + "|".join(f"(?P<p{i}>{form})" for i, (form, _) in enumerate(_PLATFORMS))
    + rf")(?![A-Za-z0-9]){_ON}"
)
_DATED = r"(?:[^\s、。「」『』は]{0,12}(?:日|月|年|同日|夜|朝|午後|午前|現在)の?)?"


@dataclass(frozen=True, slots=True)
class Cited:
    """What a sentence says about sources: its citations, and the cue words at its end."""

    citations: tuple[Citation, ...]
    hearsay: bool
    only_source: bool
    anaphors: tuple[Citation, ...]


class Reader:
    """Reads the sentences of one document; `entries` are its reference list."""

    def __init__(self, document: Document, names: Names, entries: tuple[Reference, ...]) -> None:
        self.document, self.names, self.entries = document, names, entries
        self.text = document.article.text

    def read(self, sentence: Sentence, acts: list[Act]) -> Iterator[Citation]:
        """The citations of a sentence that name their source, in order."""
        yield from self._according(sentence)
        yield from self._reporters(sentence)
        yield from self._works(sentence)
        yield from self._brackets(sentence)
        yield from self._platforms(sentence, acts)

    # --- によると -------------------------------------------------------------------------------------------------

    def _according(self, sentence: Sentence) -> Iterator[Citation]:
        """Xによると, Xの発表では, X紙の取材に: to the end of the sentence, or to the next outlet's によると."""
        found: list[tuple[int, int, tuple[Source, ...], bool]] = []
        for cue in _ACCORDING.finditer(self.text, sentence.start, sentence.end):
            start = self._phrase_start(sentence.start, cue.start())
            sources = self.sources(start, cue.start(), cue[0])
            if sources:
                found.append((start, cue.end(), sources, cue[0].startswith("によ")))
        for n, (start, end, sources, _) in enumerate(found):
            bracket = self._bracket_end(sentence, start)
            takes_over = [s for s, _, later, by in found[n + 1 :] if by and any(x.kind == "outlet" for x in later) and self._bracket_end(sentence, s) is None]
            stop = bracket or (takes_over[0] if takes_over else sentence.end)
            yield Citation(start, end, sources, Span(start, stop), "according")

    def _bracket_end(self, sentence: Sentence, place: int) -> int | None:
        """Where the bracket closes that a place stands in, None if it stands in none."""
        before = self.text[sentence.start : place]
        if sum(before.count(c) for c in "(（") <= sum(before.count(c) for c in ")）"):
            return None
        close = re.compile(r"[)）]").search(self.text, place, sentence.end)
        return close.end() if close else None

    def _phrase_start(self, floor: int, end: int) -> int:
        """Where the noun phrase begins that ends at `end`: coordinated names belong to it."""
        i = end
        while i > floor:
            char = self.text[i - 1]
            if char in _PAIRS:
                opener = self.text.rfind(_PAIRS[char], floor, i - 1)
                if opener >= 0:
                    i = opener
                    continue
            if char in "。「『（(\n":
                break
            if char in "、，,":
                if not self._is_listed(i - 1):
                    break
            elif char == "は" and self.text[i : i + 2] != "じめ" and self._after_topic(i):
                break
            i -= 1
        while i < end and self.text[i] in " \u3000\n・":
            i += 1
        opening = _OPENING.match(self.text, i, end)
        if opening and opening.end() < end:
            i = opening.end()
        return i

    def _is_listed(self, comma: int) -> bool:
        before = self.names.ending(comma) or self.names.ending(comma - 1)
        return bool(before and before.label == "OUTLET")

    def _after_topic(self, i: int) -> bool:
        return not any(m.start < i < m.end for m in self.names.inside(i - 12 if i > 12 else 0, i + 12))

    def sources(self, start: int, end: int, cue: str) -> tuple[Source, ...]:
        """The chain that a source phrase names, nearest first; () if it names none by itself."""
        text = self.text[start:end]
        if ANAPHOR.match(text):
            return ()
        outlets = self._outlets(start, end)
        if re.search(_ANONYMOUS, text):
            speakers: tuple[Source, ...] = (Source("anonymous", "anonymous", cue, start, end),)
        else:
            speakers = self._told_to(start, end, outlets, cue) if outlets else self._body(start, end, cue)
        chain = {s.name: s for s in reversed([*speakers, *(source(outlet, cue) for outlet in outlets)])}
        return tuple(reversed(chain.values()))

    def _outlets(self, start: int, end: int) -> list[Mention]:
        """Outlets of a source phrase; a part that is none by itself may be short for one that the article names."""
        found = cited_outlets(self.names, start, end)
        for part in _PART.finditer(self.text, start, end):
            if any(o.start < part.end() and part.start() < o.end for o in found):
                continue
            bare = re.sub(r"(?:の?(?:関西版|電子版|別の?)?(?:報道|記事|取材)|紙|など|等)+$", "", part[0])
            short = self.names.short_outlet(bare)
            if short:
                found.append(Mention(part.start(), part.start() + len(bare), "OUTLET", short, ("short for an outlet of the article",)))
        return sorted(found, key=lambda mention: mention.start)

    def _told_to(self, start: int, end: int, outlets: list[Mention], cue: str) -> tuple[Source, ...]:
        """Who spoke to the outlet or is quoted by it (A氏がX紙に語ったところ)."""
        mentions = [
            m for m in self.names.inside(start, end, "PERSON", "ORG") if not any(o.start <= m.start < o.end for o in outlets)
        ]
        told = re.search(r"(?:に語った|に話した|の話|が明かした|に明かした)", self.text[start:end])
        return tuple(source(m, cue) for m in mentions[:1]) if told else ()

    def _body(self, start: int, end: int, cue: str) -> tuple[Source, ...]:
        """The person or body whose words, report or survey it is."""
        text = self.text[start:end]
        made = re.match(
            r"(.{1,40}?)が.{0,30}?(?:発表|公表|明らかに|述べ|話し|語っ|提出|まとめ|示し)[^、]{0,6}(?:ところ|もの|資料)?$", text
        )
        if made:
            end = start + made.end(1)
        while True:
            text = self.text[start:end]
            product = re.search(rf"(?:の|による)?{_DATED}(?:{_PRODUCT})+(?:など|等)?$", text)
            if not product or product.start() == 0:
                break
            end = start + product.start()
        text = self.text[start:end]
        bare = re.sub(r"(?:など|ら|等|側)$", "", re.sub(r"[（(][^（）()]*[)）]", "", text)).strip("「」『』 ")
        if (
            not bare
            or re.fullmatch(_PRODUCT, bare)
            or re.match(r"(?:今回|この|その|同)", bare)
            and re.search(rf"{_PRODUCT}$", bare)
        ):
            return ()
        mentions = self.names.inside(start, end, "PERSON", "ORG")
        if mentions:
            last = mentions[-1]
            tail = re.sub(r"[（(][^（）()]*[)）]", "", self.text[last.end : end])
            if last.label == "PERSON" and "の" not in tail or tail in ("", "側", "など"):
                return (source(last, cue),)
        if (
            len(bare) > 30
            or re.search(r"[をにが]", bare)
            or re.search(r"(?:それ|これ|こと|ため|場合|さ|推移|結果|影響|関係|理由|原因|規定|規則|法|制度)$", bare)
        ):
            return ()
        kind = "person" if bare.endswith(words("person")) else "body"
        return (Source(kind, bare, cue, start, end),)  # type: ignore[arg-type]

    # --- X は…と報じた ---------------------------------------------------------------------------------------------

    def _reporters(self, sentence: Sentence) -> Iterator[Citation]:
        """Outlets as the subject of a verb of reporting: Xは…と伝えた, …とXが報じた, Xの報道で分かった."""
        for group in self._groups(sentence):
            after = _SUBJECT.match(self.text, group[-1].end, sentence.end)
            if not after or self._within_quote(sentence, group[0].start):
                continue
            verb = self._report_verb(after.end(), sentence.end)
            if verb is None:
                continue
            close = not re.search(r"[とをに旨]|こと", self.text[after.end() : verb[0]]) and verb[0] - after.end() < 24
            begin = self._list_start(sentence, group)
            reach = Span(sentence.start if close else begin, sentence.end if sentence.end - verb[1] < 16 else verb[1])
            between = self.text[after.end() : verb[0]]
            unnamed = re.search(_ANONYMOUS, between) if "の話" in between or "の談話" in between or "の証言" in between else None
            chain = [Source("anonymous", "anonymous", unnamed[0], None, None)] if unnamed else []
            chain += [source(outlet, self.text[after.end() - 1 : after.end()]) for outlet in group]
            yield Citation(begin, verb[1] if close else after.end(), tuple(chain), reach, "reporter")

    def _groups(self, sentence: Sentence) -> Iterator[list[Mention]]:
        """Outlets of a sentence, those listed together in one group."""
        group: list[Mention] = []
        for outlet in self.names.outlets(sentence.start, sentence.end):
            if group and not _LIST.fullmatch(self.text, group[-1].end, outlet.start):
                yield group
                group = []
            group.append(outlet)
        if group:
            yield group

    def _report_verb(self, start: int, end: int) -> tuple[int, int] | None:
        """The last verb of reporting outside quotation marks, before another source takes over."""
        found = None
        depth, i = 0, start
        for m in _REPORT_OR_QUOTE.finditer(self.text, start, end):
            if m[0] in "「『":
                depth += 1
            elif m[0] in "」』":
                depth = max(0, depth - 1)
            elif not depth:
                if m[0].startswith(("によ", "。")):
                    break
                found = m.span()
        return found

    def _list_start(self, sentence: Sentence, group: list[Mention]) -> int:
        start = group[0].start
        prefix = _COUNTRY.search(self.text, max(sentence.start, start - 12), start)
        return prefix.start() if prefix else start

    def _within_quote(self, sentence: Sentence, place: int) -> bool:
        before = self.text[sentence.start : place]
        return before.count("「") > before.count("」") and self.text[place - 1] not in "「『"

    # --- works: (著者, 年), [3] ---------------------------------------------------------------------------------------

    def _works(self, sentence: Sentence) -> Iterator[Citation]:
        text = self.text[sentence.start : sentence.end]
        for m in _APA.finditer(text):
            parts = [_APA_ONE.match(part) for part in re.split(r"[;；]", m[1])]
            if not all(parts):
                continue
            start, end = sentence.start + m.start(), sentence.start + m.end()
            reach = Span(sentence.start, sentence.end)
            for part in parts:
                if part:
                    yield from self._work(part[1], part[2], start, end, reach, "bracket")
        for m in _NARRATIVE.finditer(text):
            start, end = sentence.start + m.start(), sentence.start + m.end()
            yield from self._work(m[1], m[2], start, end, Span(start, sentence.end), "narrative")
        floor = sentence.start
        for m in _MARK.finditer(text):
            key = next(group for group in m.groups() if group)
            start, end = sentence.start + m.start(), sentence.start + m.end()
            closing = not re.sub(r"[。．\s\])）]|\[\d+|[（(]?※\d+|[（(]?注\d+", "", text[m.end() :])
            entries = by_mark(self.entries, key)
            if entries:
                yield self._referred(
                    entries, start, end, Span(floor, sentence.end if closing else end), "mark", ambiguous=len(entries) > 1
                )
            floor = end

    def _work(self, who: str, year: str, start: int, end: int, reach: Span, basis: str) -> Iterator[Citation]:
        more = bool(re.search(r"et al|ほか|ら$|他$", who))
        plain = re.sub(r"\bet al\.?|ほか$|ら$|他$", "", who).strip(" ,、")
        people = [name.strip(" ,") for name in re.split(r"\s*(?:&|＆|\band\b|・|,|、)\s*", plain) if name.strip(" ,")]
        entries = by_author(self.entries, people, year, more=more)
        if entries:
            yield self._referred(entries, start, end, reach, basis, ambiguous=len(entries) > 1)
            return
        named = outlet_named(plain)
        if named:
            yield Citation(start, end, (Source("outlet", named[0], self.text[start:end], start, end),), reach, basis)
        elif people and re.search(r"[&＆]|et al|,", who + ","):
            yield Citation(start, end, (Source("document", f"{plain}, {year}", self.text[start:end], start, end),), reach, basis)

    def _referred(
        self, entries: tuple[Reference, ...], start: int, end: int, reach: Span, basis: str, *, ambiguous: bool
    ) -> Citation:
        cue = self.text[start:end]
        chain: list[Source] = []
        for entry in entries:
            if is_post(entry):
                chain += [Source("person", self._poster(author), cue, start, end) for author in entry.authors]
            if entry.outlet:
                chain.append(Source("outlet", entry.outlet, cue, start, end))
            elif not is_post(entry):
                issuer = self._issuer(entry)
                chain.append(issuer or Source("document", entry.title or entry.key or cue, cue, start, end))
        return Citation(start, end, tuple(chain), reach, basis, ambiguous)

    def _issuer(self, entry: Reference) -> Source | None:
        """The body that issued what is cited (気象庁「報道発表資料」)."""
        if entry.start is None or entry.end is None:
            return None
        found = self.names.inside(entry.start, entry.end, "ORG")
        return source(found[0], entry.key or "") if found else None

    def _poster(self, author: str) -> str:
        """The full name behind "Altman, S. [@sama]": the person of that family name in the text."""
        family = author.split(",")[0].split("[")[0].strip()
        named = [m.name for m in self.names.all if m.label == "PERSON" and m.name.split()[-1:] == [family]]
        return max(set(named), key=lambda name: (named.count(name), name)) if named else family

    # --- (媒体), 自身の X で --------------------------------------------------------------------------------------------

    def _brackets(self, sentence: Sentence) -> Iterator[Citation]:
        text = self.text[sentence.start : sentence.end]
        floor = sentence.start
        for m in _BRACKET.finditer(text):
            inner = re.sub(
                r"^(?:via|ソース|出典|引用元?|参照|参考)\s?[:：]?\s?|(?:より|調べ|配信|報道)$", "", m[1], flags=re.IGNORECASE
            ).strip()
            start, end = sentence.start + m.start(), sentence.start + m.end()
            following = text[m.end() : m.end() + 1]
            marked = inner != m[1].strip()
            if not (marked or following in ("。", "、", "") or _AFTER_BRACKET.match(text, m.end())):
                continue
            names = [outlet_named(part) for part in re.split(r"[、,/・]|と", inner)]
            before = text[m.start() - 1 : m.start()]
            if not all(names) or (
                not marked and before and re.search(r"[一-龠ァ-ヶA-Za-z]$", before) and following != "。" and following != ""
            ):
                continue
            reach = Span(floor, sentence.end if len(text) - m.end() <= 2 else end)
            yield Citation(start, end, tuple(Source("outlet", n[0], m[0], start, end) for n in names if n), reach, "bracket")
            floor = end

    def _platforms(self, sentence: Sentence, acts: list[Act]) -> Iterator[Citation]:
        text = self.text[sentence.start : sentence.end]
        posts = _POST.search(text) is not None
        for m in _PLATFORM.finditer(text):
            if not posts and not m[0].endswith("を"):
                continue
            name = next(name for i, (_, name) in enumerate(_PLATFORMS) if m.group(f"p{i}"))
            yield self._posted(sentence, sentence.start + m.start(), sentence.start + m.end(), name, acts, "platform")
        for m in _PAGE.finditer(text):
            start, end = sentence.start + m.start(), sentence.start + m.end()
            yield self._posted(sentence, start, end, self._page(m), acts, "page")
        if not _PLATFORM.search(text):
            tweet = _TWEET.search(text)
            if tweet:
                start, end = sentence.start + tweet.start(1), sentence.start + tweet.end(1)
                name = "Twitter" if "ツイート" in tweet[1] else "X"
                yield self._posted(sentence, start, end, name, acts, "post verb")

    def _posted(self, sentence: Sentence, start: int, end: int, name: str, acts: list[Act], basis: str) -> Citation:
        """A platform or page covers the speech act it stands in, else what follows it in the sentence."""
        around = [act for act in acts if act.verb.start >= start or act.verb.end == end]
        if around:
            first = around[0]
            reach = Span(min(first.reach.start, start), sentence.end if first is acts[-1] else first.verb.end)
        else:
            reach = Span(start, sentence.end)
        return Citation(start, end, (Source("outlet", name, self.text[start:end], start, end),), reach, basis)

    def _page(self, m: re.Match[str]) -> str:
        owner, page = (m[1] or "").strip(), m[2].replace(" ", "")
        return f"{owner} Blog" if owner.isascii() and owner and "ブログ" in page else f"{owner}{page}"


def _alternatives(*kinds: str) -> str:
    return "(?:" + "|".join(re.escape(word) for kind in kinds for word in words(kind)) + ")"


_PRODUCT = pattern("product")
_ANONYMOUS = r"関係者|情報筋|消息筋|関係筋|外交筋|政府筋|目撃者|匿名|事情を知る|事情に詳しい"
_ACCORDING = re.compile(pattern("according") + r"(?=[、,，\s「『]|[^でにの])")
_OPENING = re.compile(rf"(?:{pattern('opening')}[、,]?\s?)+")
_TAIL = (
    r"[』」”\"]?(?:[（(][^（）()]{0,20}[）)])?\s?(?:紙|誌|電子版|の電子版|通信社?|テレビ|放送|の?(?:続報|記事|ニュース))?(?:の?両(?:新聞|紙|社))?"
    r"(?:などの?|等の?|をはじめとする)?(?:[ァ-ヶー一-龠]{0,4}の?(?:一部|各)?(?:各|報道機関|メディア|各紙|各社|報道各社|報道機関各社))?\s?"
)
_SUBJECT = re.compile(rf"{_TAIL}(?:は|が|も|では|の報道で|の取材で)(?!開|設立|運営|主催)")
_LIST = re.compile(r"[』」)）]?(?:紙|誌|電子版)?(?:など)?\s?(?:、|,|・|･|と|や|および|及び|並びに|ならびに|、および)\s?[米英仏独]?(?:紙|誌)?[『「(（]?|[』」]?[（(]")
_COUNTRY = re.compile(r"(?:米国|英国|韓国|中国|北朝鮮|[米英仏独伊露豪加])?(?:国営|公共|有力|地元|経済|大手)?(?:紙|誌|メディア|ニュースメディア|テレビ)?[・の]?[『「]?$")
_REPORT_OR_QUOTE = re.compile(
    r"[「」『』]|によると|によれば|(?:と|を|も|とも|が|に|は|で|旨|こと|日|、|分|時|により)?(?:"
    r"伝え|報じ|報道し|報道した|速報|スクープ|掲載|紹介し|放送し|放映し|配信し|取り上げ|としている|とした|と明らかにし|明らかにし|発表し|指摘し|"
    r"予想し|予測し|分析し|引用し|あげて|挙げて|明かし|暴露|書い|更新し|と見て|とみて|分かった|わかった|判明)"
)
_PART = re.compile(r"[^、,・･とや\s「」『』（）()]{2,12}")
ANAPHOR = re.compile(
    r"(?:それ|これ|同(?:紙|誌|新聞社?|局|サイト|記事|報道|メディア|通信|番組|資料|調べ|調査|発表)|(?:両|同2|同２|同二)(?:紙|誌|新聞|報道|社|メディア)|"
    r"(?:この|その)?(?:報道|一部報道|記事|発表|調べ|資料|報告書))(?:の(?:別記事|続報|取材|報道|発表|調べ|説明|まとめ))?$"
)
_AFTER_BRACKET = re.compile(r"[、。]|とコメント|と述べ")
_POST = re.compile("|".join(re.escape(stem(word)) for word in words("post")))
_TWEET = re.compile(r"(引用リポスト|引用リツイート|リツイート|ツイート|リポスト|リプライ)(?!に|への|の|欄|数)")
_PAGE = re.compile(
    r"([A-Za-z一-龠々ァ-ヶー・]{2,24})?の?((?:公式)?\s?(?:ブログ|ウェブサイト|ホームページ|サイト|Blog))(?:上)?(?:で|に|にて|において)(?=[^。]{0,80})"
)
