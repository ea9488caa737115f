"""What reaches beyond its sentence: hearsay, words for a source told before, source notes, closing sources, quoted posts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from keii.attribute.cites import Reader
from keii.attribute.names import Names, cited_outlets, pattern, words
from keii.attribute.speech import Act, acts
from keii.attribute.subjects import Subject
from keii.model import RUNNING_TEXT, Block, Citation, Document, Sentence, Source, Span
from keii.names.outlets import outlet_named

_HEARSAY = re.compile(rf"{pattern('hearsay')}[。．！!」』)）\s]*(?:[（(][^（）()]*[)）])?[。．\s]*$")
_DEEMED = re.compile(r"と(?:も)?し(?:てい(?:る|ます|た)|た)[。．」』\s]*$")
_REPORTED = re.compile(r"(?:と|とも|も|を)(?:伝え|報じ|報道し)(?:て|た|ら|る)[^。、]{0,6}[。．\s]*$")
_ANAPHOR = re.compile(
    r"(?:それ|これ|同(?:紙|誌|新聞社?|局|サイト|記事|報道|メディア|通信|番組|資料|調べ|調査|発表)|(?:両|同2|同２|同二)(?:紙|誌|新聞|報道|社|メディア)|"
    r"(?:この|その|各|一部)?(?:報道|記事))(?:の(?:別記事|続報|取材|報道|発表|調べ|説明|まとめ))?"
    r"(?:によると|によれば|によりますと|では|とも|は、記事|は記事|の取材|のインタビュー)"
)
_CLOSING = re.compile(r"情報源としている|情報源とする|情報源とした|を基にし(?:て|た)|をもとにし(?:て|た)|をソースとし(?:て|た)|を参考にし(?:て|た)")
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
    reader = Reader(document, names, document.references)
    found: list[Citation] = []
    state = _State(document, names)
    for index, sentence in enumerate(document.sentences):
        if sentence.kind not in RUNNING_TEXT:
            continue
        spoken, subjects = acts(document, index, names)
        cited = list(reader.read(sentence, spoken))
        cited += state.anaphors(sentence, cited)
        found += cited
        found += state.inherited(sentence, cited, spoken)
        found += state.lent(sentence, cited)
        found += state.spoken(sentence, spoken, subjects)
        found += state.quoted(sentence)
        state.remember(sentence, cited, spoken, subjects)
    found += _notes(document, names)
    yield from sorted(found, key=lambda c: (c.reach, c.start or 0))


class _State:
    """What earlier sentences leave for later ones."""

    def __init__(self, document: Document, names: Names) -> None:
        self.document, self.names = document, names
        self.text = document.article.text
        self.section = -1
        self.last: Citation | None = None
        self.outlets: list[Citation] = []
        self.speaker: tuple[Source, ...] = ()
        self.topic: tuple[Source, ...] = ()
        self.before: Sentence | None = None
        self.before_cited = False
        self.intro: tuple[Citation, ...] = ()
        self.intro_speaker: tuple[Source, ...] = ()

    def _enter(self, sentence: Sentence) -> None:
        if sentence.section != self.section:
            self.section = sentence.section
            self.last, self.outlets, self.speaker, self.topic, self.before = None, [], (), (), None
            self.intro, self.intro_speaker = (), ()

    def anaphors(self, sentence: Sentence, cited: list[Citation]) -> list[Citation]:
        """同紙によると, それによると, 両紙によれば: the sources they stand for."""
        self._enter(sentence)
        found = []
        for m in _ANAPHOR.finditer(self.text, sentence.start, sentence.end):
            if self.last is None or any(c.start is not None and c.start <= m.start() < (c.end or 0) for c in cited):
                continue
            sources = self._meant(m[0])
            if sources:
                found.append(Citation(m.start(), m.end(), sources, Span(m.start(), sentence.end), "anaphor"))
        return found

    def _meant(self, words_: str) -> tuple[Source, ...]:
        assert self.last is not None
        if words_.startswith(("それ", "これ")):
            return tuple(replace(s, cue=words_) for s in self.last.sources)
        if words_.startswith(("両", "同2", "同２", "同二")):
            return tuple(Source("outlet", name, words_, None, None) for name in self._two())
        latest = self.outlets[-1] if self.outlets else self.last
        return tuple(replace(s, cue=words_) for s in latest.sources if s.kind == "outlet")

    def _two(self) -> list[str]:
        """The two outlets told together last, else the last two."""
        for citation in reversed(self.outlets):
            names = [s.name for s in citation.sources if s.kind == "outlet"]
            if len(names) > 1:
                return names
        return list(dict.fromkeys(s.name for c in reversed(self.outlets) for s in c.sources if s.kind == "outlet"))[:2][::-1]

    def inherited(self, sentence: Sentence, cited: list[Citation], spoken: list[Act]) -> list[Citation]:
        """A sentence of hearsay with no source of its own takes the one told last in its section."""
        floor = max(sentence.start, sentence.end - 80)
        told = any(act.subject and act.subject.sources for act in spoken)
        if _DEEMED.search(self.text, floor, sentence.end) or _REPORTED.search(self.text, floor, sentence.end):
            heard = not told
        else:
            heard = _HEARSAY.search(self.text, floor, sentence.end) is not None
        if self.last is None or not heard or any(c.sources for c in cited):
            return []
        return [replace(self.last, reach=Span(sentence.start, sentence.end), basis="inherited")]

    def lent(self, sentence: Sentence, cited: list[Citation]) -> list[Citation]:
        """A sentence that only names the source lends it to the sentence before, or to the article where it closes it."""
        closing = _CLOSING.search(self.text, sentence.start, sentence.end)
        if closing:
            outlets = cited_outlets(self.names, sentence.start, sentence.end)
            sources = tuple(Source("outlet", o.name, closing[0], o.start, o.end) for o in outlets)
            whole = Span(self.document.article.body_start, len(self.text))
            return [Citation(sentence.start, closing.end(), sources, whole, "closing")] if sources else []
        if self.before is None or not cited or not self._only_source(sentence):
            return []
        return [replace(cited[0], reach=Span(self.before.start, self.before.end), basis="lent")]

    def _only_source(self, sentence: Sentence) -> bool:
        """Whether nothing is left of a sentence without its outlets, bodies, dates and words of reporting."""
        if sentence.end - sentence.start > 120:
            return False
        text = list(self.text[sentence.start : sentence.end])
        for mention in self.names.inside(sentence.start, sentence.end, "OUTLET", "ORG"):
            text[mention.start - sentence.start : mention.end - sentence.start] = [" "] * (mention.end - mention.start)
        plain = "".join(text)
        return len(plain.split()) >= 1 and bool(re.search(r"伝え|報じ|報道|発表|分か|わか|判明|明らか|より", plain)) and not _FILLER.sub("", plain)

    def spoken(self, sentence: Sentence, spoken: list[Act], subjects: list[Subject]) -> list[Citation]:
        """Speech acts as citations: their subject, or the speaker of the sentence before where none is told."""
        found = []
        for act in spoken:
            sources = act.subject.sources if act.subject else self.topic or self.speaker
            if sources:
                told = act.subject
                start, end = (told.start, told.end) if told else (None, None)
                found.append(Citation(start, end, tuple(replace(s, cue=act.cue) for s in sources), act.reach, "speech"))
        return found

    def quoted(self, sentence: Sentence) -> list[Citation]:
        """A quoted post or statement takes outlet, citation and speaker of the sentence that introduces it."""
        if sentence.kind != "quote":
            return []
        reach = Span(sentence.start, sentence.end)
        found = [replace(c, reach=reach, basis="quote") for c in self.intro]
        if self.intro_speaker:
            found.append(Citation(None, None, self.intro_speaker, reach, "speech"))
        return found

    def remember(self, sentence: Sentence, cited: list[Citation], spoken: list[Act], subjects: list[Subject]) -> None:
        named = [c for c in cited if c.sources]
        if named:
            self.last = named[-1]
        self.outlets += [c for c in named if any(s.kind == "outlet" for s in c.sources)]
        topics = [s.sources for s in subjects if s.particle in ("は", "も", "では") and s.sources]
        if topics:
            self.topic = topics[-1]
        for act in spoken:
            if act.subject:
                self.speaker = act.subject.sources
        if sentence.kind == "quote":
            return
        self.before = sentence
        posts = tuple(c for c in named if c.basis in ("platform", "post verb", "page"))
        if posts:
            self.intro = posts
        if spoken and spoken[-1].subject:
            self.intro_speaker = spoken[-1].subject.sources
        elif subjects and any(s.sources for s in subjects):
            self.intro_speaker = next(s.sources for s in reversed(subjects) if s.sources)


# --- source notes -------------------------------------------------------------------------------------------------

_NOTE = re.compile(rf"^\s*[（(【\[]?\s*(?:{pattern('note')})\s*[:：]?\s*")
_HANDLE = re.compile(r"@([A-Za-z0-9_]{2,30})")
_OFFICIAL = re.compile(
    r"^(.{2,30}?)(?:の)?公式\s?(X|Ｘ|Twitter|ツイッター|アカウント|Instagram|Facebook|ブログ|サイト|ウェブサイト|ホームページ|HP|Blog)"
)


def _notes(document: Document, names: Names) -> Iterator[Citation]:
    """Source notes cover the section they stand in; directly under a dated addition, all of it."""
    for index, block in enumerate(document.blocks):
        text = document.text(block)
        if block.kind != "note" or not _NOTE.match(text):
            continue
        sources = _note_sources(document, names, block)
        if sources:
            yield Citation(block.start, block.end, sources, _note_reach(document, index), "note")


def _note_reach(document: Document, index: int) -> Span:
    block = document.blocks[index]
    section = document.sections[block.section]
    own = [i for i, b in enumerate(document.blocks) if b.section == block.section]
    before = [i for i in own if i < index and document.blocks[i].kind in RUNNING_TEXT]
    if not before and section.heading is not None:
        return Span(section.start, section.end)
    first = next((i for i in own if document.blocks[i].kind in RUNNING_TEXT), own[0])
    floor = max(
        (
            i + 1
            for i in range(index)
            if document.blocks[i].kind == "note"
            and document.blocks[i].section == block.section
            and _NOTE.match(document.text(document.blocks[i]))
        ),
        default=first,
    )
    stop = max(i for i in own)
    later = [i for i in own if i > index and document.blocks[i].kind == "note" and _NOTE.match(document.text(document.blocks[i]))]
    last = block.end if later else document.blocks[stop].end
    return Span(document.blocks[min(floor, index)].start, last)


def _note_sources(document: Document, names: Names, block: Block) -> tuple[Source, ...]:
    text = document.text(block)
    head = _NOTE.match(text)
    start = block.start + (head.end() if head else 0)
    body = document.article.text[start : block.end].strip(" )）】]\n")
    chain: list[Source] = []
    handle = _HANDLE.search(body)
    official = _OFFICIAL.match(body)
    if handle:
        chain.append(Source("person", _account(document, handle[1]), "出典", block.start, block.end))
    outlets = cited_outlets(names, start, block.end)
    if official:
        owner = next((m.name for m in names.inside(start, start + official.end(1))), official[1])
        place = official[2]
        if place in ("X", "Ｘ", "Twitter", "ツイッター", "アカウント", "Instagram", "Facebook"):
            chain.append(Source("body", owner, "出典", start, block.end))
            chain.append(
                Source(
                    "outlet", {"Ｘ": "X", "ツイッター": "Twitter", "アカウント": "X"}.get(place, place), "出典", start, block.end
                )
            )
        else:
            chain.append(
                Source(
                    "outlet",
                    f"{owner} Blog" if owner.isascii() and place in ("ブログ", "Blog") else f"{owner}公式{place}",
                    "出典",
                    start,
                    block.end,
                )
            )
    elif outlets:
        chain += [Source("outlet", o.name, "出典", o.start, o.end) for o in outlets]
    elif not handle:
        for part in reversed(re.split(r"\s[–—|｜-]\s|[、,]|[|｜]", body)):
            named = outlet_named(part.strip())
            if named:
                chain.append(Source("outlet", named[0], "出典", start, block.end))
                break
    if handle and not any(s.kind == "outlet" for s in chain):
        chain.append(Source("outlet", "X", "出典", block.start, block.end))
    return tuple(chain)


def _account(document: Document, handle: str) -> str:
    """The person whose account it is: a name of the text that the handle spells."""
    key = handle.lower().replace("_", "")
    for mention in document.mentions:
        if mention.label == "PERSON" and mention.name.isascii() and mention.name.lower().replace(" ", "") == key:
            return mention.name
    return f"@{handle}"
