"""Citations inside a sentence: Xによると, Xは…と報じた, (著者, 年), [3], (媒体), 自身の X で."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from keii.attribute.names import Names, cited_outlets, pattern, source, words
from keii.attribute.references import by_author, by_mark, is_post
from keii.attribute.speech import Act, Subject, speakers_in
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

    def read(self, sentence: Sentence, tokens: tuple[Token, ...], acts: list[Act], subjects: list[Subject]) -> Iterator[Citation]:
        """The citations of a sentence that name their source, in order."""
        yield from self._according(sentence)
        yield from self._reporters(sentence, tokens, subjects)
        yield from self._works(sentence)
        yield from self._brackets(sentence)
        yield from self._platforms(sentence, acts)

    # --- によると -------------------------------------------------------------------------------------------------

    def _according(self, sentence: Sentence) -> Iterator[Citation]:
        text = self.text[sentence.start : sentence.end]
        cues = [m for m in _ACCORDING.finditer(text)]
        starts = [self._phrase_start(sentence.start, sentence.start + m.start()) for m in cues]
        for n, (start, cue) in enumerate(zip(starts, cues, strict=True)):
            end = sentence.start + cue.end()
            sources = self.sources(start, sentence.start + cue.start(), cue[0])
            later = [s for s in starts[n + 1 :] if s >= end]
            stop = later[0] if later else sentence.end
            if sources:
                yield Citation(start, end, sources, Span(start, stop), "according")

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
            elif char == "は" and self._after_topic(i):
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
        outlets = cited_outlets(self.names, start, end)
        text = self.text[start:end]
        speakers: tuple[Source, ...] = ()
        if re.search(_ANONYMOUS, text):
            speakers = (Source("anonymous", "anonymous", cue, start, end),)
        elif not outlets:
            speakers = self._body(start, end, cue)
        else:
            speakers = self._told_to(start, end, outlets, cue)
        seen: set[str] = set()
        chain = [*speakers, *(source(outlet, cue) for outlet in outlets)]
        return tuple(s for s in chain if not (s.name in seen or seen.add(s.name)))  # type: ignore[func-returns-value]

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
            or bare in _ANAPHORS
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

    def _reporters(self, sentence: Sentence, tokens: tuple[Token, ...], subjects: list[Subject]) -> Iterator[Citation]:
        text = self.text[sentence.start : sentence.end]
        for m in _REPORTED.finditer(text):
            names, verb = m.span(1), m.end()
            start, end = sentence.start + names[0], sentence.start + names[1]
            first = self._phrase_start(sentence.start, end)
            outlets = self._closing_outlets(first, end)
            if not outlets:
                continue
            begin = outlets[0].start
            begin = self._list_start(first, outlets)
            particle = end + 1
            said = tuple(source(o, "は") for o in outlets)
            quoted = re.search(r"関係者|情報筋|消息筋|人物|目撃者", text[m.end(1) :])
            unnamed = (Source("anonymous", "anonymous", quoted[0], None, None),) if quoted and "の話" in text[m.end(1) :] else ()
            tail = len(text) - m.end()
            before_content = self._right_before(end, sentence.start + m.start(2))
            reach = Span(sentence.start if before_content else begin, sentence.start + verb if tail > 12 else sentence.end)
            yield Citation(begin, particle if not before_content else sentence.start + verb, unnamed + said, reach, "reporter")

    def _closing_outlets(self, start: int, end: int) -> list[Mention]:
        """The outlets listed right before `end` (など and brackets between)."""
        found = cited_outlets(self.names, start, end)
        if not found:
            return []
        tail = re.sub(r"[（(][^（）()]*[)）]", "", self.text[found[-1].end : end])
        return found if re.fullmatch(_MEDIA_TAIL, tail) else []

    def _list_start(self, first: int, outlets: list[Mention]) -> int:
        return first if first <= outlets[0].start and outlets[0].start - first <= 8 else outlets[0].start

    def _right_before(self, start: int, verb: int) -> bool:
        """Whether nothing but time and manner stands between the source and its verb."""
        between = self.text[start:verb]
        return len(between) < 16 and not re.search(r"[とをに旨]|こと", between[1:])

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
        for m in _PLATFORM.finditer(text):
            rest = text[m.end() :]
            if not re.search(_POST, rest) and not m[0].endswith(("を",)):
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
_ANAPHORS = frozenset(words("anaphor"))
_ACCORDING = re.compile(pattern("according") + r"(?=[、,，\s「『]|[^でにの])")
_OPENING = re.compile(rf"(?:{pattern('opening')}[、,]?\s?)+")
_MEDIA_TAIL = r"[』」”\"]?\s?(?:紙|誌|電子版|の電子版|通信|テレビ|放送|などの?(?:報道機関|メディア|各紙|各社|ドイツの一部報道機関)?|など各社|等|(?:両|各)紙|をはじめとする各?報道機関|は|も|が|の両新聞|ら)?(?:など|等)?"
_VERBS = r"(?:伝え|報じ|報道し|報道した|速報し|伝わ|スクープし|掲載し|紹介し|放送し|放映し|としている|とした|とし|配信し|明らかに|発表し|指摘し|予想し|予測し|分析し|引用し|あげて|挙げて|明かし|取り上げ|暴露し|見ている|みている|暴い|書い|更新し)"
_REPORTED = re.compile(rf"([^、。「」]{{1,60}}?)(?:は|が|も|では|の|で)(?=[^。]{{0,400}}?({_VERBS}))")
_AFTER_BRACKET = re.compile(r"[、。]|とコメント|と述べ")
_POST = pattern("post")
_TWEET = re.compile(r"(引用リポスト|引用リツイート|リツイート|ツイート|リポスト|リプライ)(?:し|する|を|。|、|で|$|💬|[^\w、。])")
_PAGE = re.compile(
    r"([A-Za-z一-龠々ァ-ヶー・]{2,24})?の?((?:公式)?\s?(?:ブログ|ウェブサイト|ホームページ|サイト|Blog))(?:上)?(?:で|に|にて|において)(?=[^。]{0,80})"
)
