"""What reaches beyond its sentence: hearsay, words for a source told before, source notes, closing sources, quoted posts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from keii.attribute.names import Names, cited_outlets, outlet_meant, pattern
from keii.attribute.notes import datelines, heads, notes
from keii.attribute.posts import Posts
from keii.attribute.speech import Act, acts
from keii.attribute.subjects import Subject
from keii.attribute.told import Teller
from keii.attribute.works import Works
from keii.model import RUNNING_TEXT, Citation, Document, Sentence, Source, Span

_HEARSAY = re.compile(rf"{pattern('hearsay')}[。．！!」』)）\s]*(?:[（(][^（）()]*[)）][。．\s]*)?$")
_DEEMED = re.compile(r"と(?:も)?し(?:てい(?:る|ます|た)|た)[。．」』\s]*$")
_REPORTED = re.compile(r"(?:と|とも|も|を)(?:伝え|報じ|報道し)(?:て|た|ら|る)[^。、]{0,6}[。．\s]*$")
_ANAPHOR = re.compile(
    r"(?:それ|これ|同(?:紙|誌|新聞社?|局|サイト|記事|報道|メディア|通信|番組|資料|調べ|調査|発表)|(?:両|同2|同２|同二)(?:紙|誌|新聞|報道|社|メディア)|"
    r"(?:この|その|各)?(?<!一部)(?:報道|記事)|(?:この|その|[0-9０-９]{1,2}日の)?(?:発表|調べ|資料|報告書|判決))(?:の(?:別記事|続報|取材|報道|発表|調べ|説明|まとめ))?"
    r"(?:によると|によれば|によりますと|では|とも|は、記事|は記事|の取材|のインタビュー)"
)
_QUOTE_BEGINS = re.compile(r"^[（(【]?(?:以下|ここから)[^。]{0,20}(?:訳|全文|引用|要約)[^。]{0,10}[)）】]?[:：。]?$")
_QUOTE_ENDS = re.compile(
    r"^[（(【]?(?:[^。]{0,8}(?:訳|引用|全文))?[^。]{0,4}(?:ここまで|以上)[)）】]?[。]?$|^[（(][^。]{0,8}訳[)）]$"
)
_KINDS_OF_TRANSLATION = r"(?:日本語|和|邦|意|抄|全|全文|筆者|編集部|拙|参考)?"
_TRANSLATION = re.compile(
    rf"^\s*[（(【［]\s*{_KINDS_OF_TRANSLATION}(?:訳文?|翻訳)\s*(?:[:：]|[)）】］])|^\s*{_KINDS_OF_TRANSLATION}(?:訳文?|翻訳)[:：]"
    r"|[（(][^（）()。]{0,8}訳[)）]。?\s*$"
    r"|^\s*[“\"'‘>]?[A-Za-z][^ぁ-んァ-ヶ一-龠]{14,600}[（(「](?![A-Za-z])[^（(ぁ-ん]{0,200}[ぁ-ん][^（(]{0,400}[)）」]\s*$"
)
"""A block that is the translation of a post or statement: (訳)…, 日本語訳:…, …(編集部訳), I will step down.(退任します)."""
_SINCE = 3
"""How many Japanese sentences may stand between what introduces a statement and its translation."""
_JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
_DATED = re.compile(r"[0-9０-９一二三四五六七八九十]日|翌|夜|朝|時間後|その後|続けて")
_INTRODUCES = re.compile(r"次のよう|以下のよう|以下の(?:通り|とおり)|以下に|以下は|全文|メッセージ|声明")
_ANNOUNCED = re.compile(r"(?:こと|旨)が(?:発表|報告|公表|明か)され")
_CLOSING = re.compile(
    r"情報源としている|情報源とする|情報源とした|を基にし(?:て|た)|をもとにし(?:て|た)|をソースとし(?:て|た)|を参考にし(?:て|た)"
)
_FILLER = re.compile(
    r"なお|また|これは|これらは|この(?:ニュース|件|事実|情報)(?:は|を|について)?|本(?:件|ニュース|記事)|以上|同日|\d{1,2}月|\d{1,2}日|付け?(?:の|で)?|朝|夜|午前|午後|"
    r"など|等|各紙|各社|報道各社|報道機関|複数|各種|一部|現地|地元|国内|主要|米|英|メディア|マスコミ|ニュース|テレビ|新聞|通信社?|紙|誌|電子版|朝刊|夕刊|報道|記事|取材|発表|調べ|公式|ウェブ|サイト|ホームページ|"
    r"伝え(?:て(?:いる|います)|た|ました|られ(?:た|ている))|報じ(?:て(?:いる|います)|た|ました|られ(?:た|ている))|報道(?:し(?:た|ました|ている)|された)|明らか(?:に(?:し(?:た|ている)|なった))?|"
    r"分か(?:った|りました)|わか(?:った|りました)|判明し?た?|発表し(?:た|ました|ている)|発表された|公表し(?:た|ました)|により|による(?:と|もの)?|より|ところによる|です|だ|である|"
    r"[がはもので、。・･とやに及び並び「」『』（）()\s\d]"
)


def citations(document: Document) -> Iterator[Citation]:
    """All citations of a document in order of their reach."""
    names = Names(document)
    teller, works, posts = Teller(names), Works(names, document.references), Posts(names)
    state = _State(document, names)
    found: list[Citation] = []
    for index, sentence in enumerate(document.sentences):
        if sentence.kind not in RUNNING_TEXT:
            continue
        state.enter(sentence)
        if state.is_quoted(sentence):
            found += state.quoted(sentence)
            continue
        spoken, subjects = acts(document, index, names)
        cited = [*teller.citations(sentence), *works.citations(sentence), *posts.citations(sentence, spoken, subjects)]
        cited += state.anaphors(sentence, cited)
        found += [
            *cited,
            *state.inherited(sentence, cited, spoken),
            *state.lent(sentence, cited, spoken),
            *state.spoken(spoken, subjects, cited),
        ]
        state.remember(sentence, cited, spoken, subjects)
    found += [*notes(document, names), *datelines(document, names)]
    yield from sorted(found, key=lambda c: (c.reach, c.start or 0))


_OUTLETS_SAY = frozenset(("明かす", "明らかにする", "伝える", "報じる", "報ずる", "とする", "指摘", "予想", "予測"))


class _State:
    """What earlier sentences leave for later ones."""

    def __init__(self, document: Document, names: Names) -> None:
        self.document, self.names = document, names
        self.text = document.article.text
        self.section = -1
        self.heads = heads(document)
        self.last: Citation | None = None
        self.outlets: list[Citation] = []
        self.speaker: tuple[Source, ...] = ()
        self.topic: tuple[Source, ...] = ()
        self.before: Sentence | None = None
        self.before_cited = False
        self.quoting = self.after_quote = self.closed = False
        self.since = _SINCE + 1
        self.intro: tuple[Citation, ...] = ()
        self.intro_speaker: tuple[Source, ...] = ()
        self.recent: tuple[Source, ...] = ()
        self.posted: tuple[Citation, ...] = ()
        self.said_before: tuple[Source, ...] = ()

    def enter(self, sentence: Sentence) -> None:
        """Forget the sources of the section before."""
        section = self.heads[sentence.block]
        if section != self.section:
            self.section = section
            self.last, self.outlets, self.speaker, self.topic, self.before = None, [], (), (), None

    def is_quoted(self, sentence: Sentence) -> bool:
        """Whether a sentence is part of a quoted post, by its block or by the marks around it (以下は抄訳, ここまで)."""
        text = self.text[sentence.start : sentence.end].strip()
        if len(text) < 40 and _QUOTE_BEGINS.match(text):
            self.quoting = True
        elif (len(text) < 40 and _QUOTE_ENDS.match(text)) or sentence.kind == "entry":
            self.quoting, self.closed = False, True
            return sentence.kind == "quote"
        self.closed = self.closed and sentence.kind == "quote"
        return (sentence.kind == "quote" and not self.closed) or self.quoting or self._is_translation(sentence)

    def _is_translation(self, sentence: Sentence) -> bool:
        """Whether a sentence stands in a block that translates what was introduced just before."""
        block = self.document.blocks[sentence.block]
        self.since += bool(_JAPANESE.search(self.text, sentence.start, sentence.end)) and sentence.start == block.start
        introduced = self.since <= _SINCE and bool(self.intro or self.intro_speaker)
        return introduced and _TRANSLATION.search(self.text[block.start : block.end]) is not None

    def anaphors(self, sentence: Sentence, cited: list[Citation]) -> list[Citation]:
        """同紙によると, それによると, 両紙によれば: the sources they stand for."""
        found = []
        for m in _ANAPHOR.finditer(self.text, sentence.start, sentence.end):
            if any(c.start is not None and c.start <= m.start() < (c.end or 0) for c in cited):
                continue
            here = [
                c for c in cited if c.start is not None and c.start < m.start() and any(s.kind == "outlet" for s in c.sources)
            ]
            sources = tuple(replace(s, cue=m[0]) for s in here[-1].sources if s.kind == "outlet") if here else self._meant(m[0])
            if sources:
                found.append(Citation(m.start(), m.end(), sources, Span(m.start(), sentence.end), "anaphor"))
        return found

    def _meant(self, words_: str) -> tuple[Source, ...]:
        if words_.startswith(("それ", "これ")):
            return tuple(replace(s, cue=words_) for s in self._it())
        if re.match(r"(?:この|その|同|[0-9０-９]{1,2}日の)?(?:発表|調べ|調査|資料|報告書|判決|会見)", words_):
            body = [s for s in self.last.sources if s.kind != "outlet"] if self.last else []
            return tuple(replace(s, cue=words_) for s in self.speaker or body)
        if words_.startswith(("両", "同2", "同２", "同二")):
            return tuple(Source("outlet", name, words_, None, None) for name in self._two())
        latest = self.outlets[-1] if self.outlets else self.last
        if latest is None:
            return ()
        return tuple(replace(s, cue=words_) for s in latest.sources if s.kind == "outlet")

    def _it(self) -> tuple[Source, ...]:
        """What それ stands for: who spoke in the sentence before, with the page it stood on, else its source."""
        if self.said_before:
            return (*self.said_before, *(s for c in self.posted for s in c.sources))
        return self.last.sources if self.last else ()

    def _two(self) -> list[str]:
        """The two outlets told together last, else the last two."""
        for citation in reversed(self.outlets):
            names = [s.name for s in citation.sources if s.kind == "outlet"]
            if len(names) > 1:
                return names
        return list(dict.fromkeys(s.name for c in reversed(self.outlets) for s in c.sources if s.kind == "outlet"))[:2][::-1]

    def inherited(self, sentence: Sentence, cited: list[Citation], spoken: list[Act]) -> list[Citation]:
        """A sentence of hearsay with no source of its own takes the one told last in its section."""
        if any(c.sources for c in cited):
            return []
        reach = Span(sentence.start, sentence.end)
        if self.after_quote and _ANNOUNCED.search(self.text, sentence.start, sentence.end):
            speech = [Citation(None, None, self.intro_speaker, reach, "speech")] if self.intro_speaker else []
            return [*(replace(c, reach=reach, basis="inherited") for c in self.intro), *speech]
        if (
            spoken
            and self.posted
            and not any(act.told for act in spoken)
            and not _DATED.search(self.text, sentence.start, sentence.end)
        ):
            return [replace(c, reach=reach, basis="inherited") for c in self.posted]
        return [replace(self.last, reach=reach, basis="inherited")] if self.last and self._is_heard(sentence, spoken) else []

    def _is_heard(self, sentence: Sentence, spoken: list[Act]) -> bool:
        floor = max(sentence.start, sentence.end - 80)
        if _DEEMED.search(self.text, floor, sentence.end) or _REPORTED.search(self.text, floor, sentence.end):
            return not any(act.sources for act in spoken)
        return _HEARSAY.search(self.text, floor, sentence.end) is not None

    def lent(self, sentence: Sentence, cited: list[Citation], spoken: list[Act]) -> list[Citation]:
        """A sentence that only names the source lends it to the sentence before, or to the article where it closes it."""
        closing = _CLOSING.search(self.text, sentence.start, sentence.end)
        if closing:
            outlets = cited_outlets(self.names, sentence.start, sentence.end)
            sources = tuple(Source("outlet", o.name, closing[0], o.start, o.end) for o in outlets)
            whole = Span(self.document.article.body_start, len(self.text))
            return [Citation(sentence.start, closing.end(), sources, whole, "closing")] if sources else []
        if self.before is None:
            return []
        reach = Span(self.before.start, self.before.end)
        if cited and (self._is_all(sentence, cited) or self._only_source(sentence, ())):
            return [replace(cited[0], reach=reach, basis="lent")]
        told = [act for act in spoken if act.subject and act.subject.anyone]
        if len(told) == 1 and told[0].subject and self._only_source(sentence, (told[0].subject,)):
            return [Citation(told[0].subject.start, told[0].verb.end, told[0].sources, reach, "lent")]
        return []

    def _is_all(self, sentence: Sentence, cited: list[Citation]) -> bool:
        """Whether a sentence is nothing but its citation: (via X)."""
        length = len(self.text[sentence.start : sentence.end].strip())
        return any(c.start is not None and (c.end or 0) - c.start + 2 >= length for c in cited)

    def _only_source(self, sentence: Sentence, subjects: tuple[Subject, ...]) -> bool:
        """Whether nothing is left of a sentence without its outlets, bodies, dates and words of reporting."""
        if sentence.end - sentence.start > 120:
            return False
        text = list(self.text[sentence.start : sentence.end])
        named = [(m.start, m.end) for m in self.names.inside(sentence.start, sentence.end, "OUTLET", "ORG")]
        for start, end in (*named, *((s.start, s.end) for s in subjects)):
            text[start - sentence.start : end - sentence.start] = [" "] * (end - start)
        plain = "".join(text)
        return (
            len(plain.split()) >= 1
            and bool(re.search(r"伝え|報じ|報道|発表|分か|わか|判明|明らか|より", plain))
            and not _FILLER.sub("", plain)
        )

    def spoken(self, spoken: list[Act], subjects: list[Subject], cited: list[Citation]) -> list[Citation]:
        """Speech acts as citations: their subject, or the topic of the sentences before where none is told."""
        found = []
        reporters = [c for c in cited if c.basis == "reporter" and c.start is not None]
        for act in spoken:
            sources = act.sources or (() if any("は" in s.particle for s in subjects) else self.topic or self.speaker)
            start, end = (act.subject.start, act.subject.end) if act.subject else (None, None)
            if any(start is not None and c.start < (end or 0) and start < (c.end or 0) for c in reporters if c.start is not None):
                continue
            if sources and not (sources[0].kind == "body" and act.cue in _OUTLETS_SAY and outlet_meant(sources[0].name)):
                found.append(Citation(start, end, tuple(replace(s, cue=act.cue) for s in sources), act.reach, "speech"))
        return found

    def quoted(self, sentence: Sentence) -> list[Citation]:
        """A quoted post or statement takes outlet, citation and speaker of the sentence that introduces it."""
        self.after_quote = True
        reach = Span(sentence.start, sentence.end)
        found = [replace(c, reach=reach, basis="quote") for c in self.intro]
        if self.intro_speaker:
            found.append(Citation(None, None, self.intro_speaker, reach, "speech"))
        return found

    def remember(self, sentence: Sentence, cited: list[Citation], spoken: list[Act], subjects: list[Subject]) -> None:
        """Keep what a later sentence may refer to."""
        named = [c for c in cited if c.sources]
        told = [c for c in named if c.basis != "reporter"] or named
        if told:
            self.last = told[-1]
        self.outlets += [c for c in (told[:1] or named) if any(s.kind == "outlet" for s in c.sources)]
        topics = [s.sources for s in subjects if s.particle != "が" and s.sources]
        self.topic = topics[-1] if topics else self.topic
        self.said_before = next((act.sources for act in reversed(spoken) if act.sources), ())
        self.speaker = self.said_before or self.speaker
        self.before, self.after_quote = sentence, False
        self.posted = tuple(c for c in named if c.basis in ("platform", "post verb", "page"))
        speakers = [act.sources for act in spoken if act.sources] + [s.sources for s in subjects if s.sources][-1:]
        speakers += [body for c in self.posted if (body := tuple(s for s in c.sources if s.kind == "body"))]
        if self.posted:
            self.intro, self.intro_speaker, self.since = self.posted, speakers[0] if speakers else self.recent, 0
        elif speakers and _INTRODUCES.search(self.text, sentence.start, sentence.end):
            self.intro, self.intro_speaker, self.since = tuple(named), speakers[0], 0
        self.recent = speakers[0] if speakers else self.recent
