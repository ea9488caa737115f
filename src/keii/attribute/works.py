"""Works cited in brackets and by marks: (著者, 年), 著者 (年) は, [3], ※1, 注2, (媒体), via 媒体."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keii.attribute.names import Names, outlet_meant, source
from keii.attribute.references import by_author, by_mark, is_post, surname
from keii.model import Citation, Reference, Sentence, Source, Span
from keii.names import find_outlets

_APA = re.compile(r"[（(]([^（）()\d]{1,80}?(?:,|、|，|\s)\s?(?:19|20)\d{2}[a-z]?(?:\s?[;；][^（）()]{1,120})?)[)）]")
_APA_ONE = re.compile(r"^\s*(\S.{0,79}?)\s?[,、，]?\s?((?:19|20)\d{2}[a-z]?)\s*$")
_NARRATIVE = re.compile(
    r"([A-Z][\w'’.-]{1,30}(?:\s(?:&|and|et al\.?|[A-Z][\w'’.-]+)){0,4}|[一-龠々]{1,6}(?:ら)?)\s?"
    r"[（(]((?:19|20)\d{2}[a-z]?)[)）]\s?(?:は|が|も|によると|によれば)"
)
_MARK = re.compile(r"\[(\d{1,3})\]|[（(]?※\s?(\d{1,3})[)）]?|[（(]?注\s?(\d{1,3})[)）]?|\*(\d{1,3})(?=[。、)）]|$)")
_ONLY_MARKS = re.compile(r"(?:[。．\s)）!！?？]|\[\d+\]|[（(]?※\s?\d+|[（(]?注\s?\d+)*$")
_TAIL = 60
"""Marks that close a sentence stand in its last so many characters."""
_BRACKET = re.compile(r"[（(]([^（）()\n]{1,60})[)）]")
_HEAD = re.compile(
    r"^(?:via|ソース|出典|引用元?|参照|参考)\s?[:：]?\s?|(?:より|調べ|配信|報道|の?\d{1,2}日の(?:発表|報道))$", re.IGNORECASE
)
_BARE_VIA = re.compile(r"(?:via|ソース[:：]|出典[:：])\s?([^\s。、（）()]{2,30})[。\s]*$", re.IGNORECASE)


class Works:
    """Reads citations of works; `entries` are the reference list of the document."""

    def __init__(self, names: Names, entries: tuple[Reference, ...]) -> None:
        self.names, self.entries, self.text = names, entries, names.text

    def citations(self, sentence: Sentence) -> Iterator[Citation]:
        """The works that a sentence cites, in the order of their kind."""
        yield from self._by_author(sentence)
        yield from self._by_mark(sentence)
        yield from self._outlets(sentence)

    def _by_author(self, sentence: Sentence) -> Iterator[Citation]:
        """(Efrati & Gardizy, 2023) covers its sentence, Heath & Peters (2023) は what follows."""
        for m in _APA.finditer(self.text, sentence.start, sentence.end):
            parts = [_APA_ONE.match(part) for part in re.split(r"[;；]", m[1])]
            for part in parts if all(parts) else ():
                if part:
                    yield from self._work(part[1], part[2], m.span(), Span(sentence.start, sentence.end), "bracket")
        for m in _NARRATIVE.finditer(self.text, sentence.start, sentence.end):
            yield from self._work(m[1], m[2], m.span(), Span(m.start(), sentence.end), "narrative")

    def _by_mark(self, sentence: Sentence) -> Iterator[Citation]:
        """A mark covers what stands before it, at the end of a sentence all of it."""
        floor = sentence.start
        for m in _MARK.finditer(self.text, sentence.start, sentence.end):
            entries = by_mark(self.entries, next(group for group in m.groups() if group))
            closing = sentence.end - m.end() < _TAIL and _ONLY_MARKS.match(self.text, m.end(), sentence.end)
            stop = sentence.end if closing else m.end()
            if entries:
                yield self._referred(entries, m.span(), Span(floor, stop), "mark")
            if stop != sentence.end:
                floor = m.end()

    def _work(self, who: str, year: str, at: tuple[int, int], reach: Span, basis: str) -> Iterator[Citation]:
        more = re.search(r"et al|ほか|ら$|他$", who) is not None
        plain = re.sub(r"\bet al\.?|ほか$|ら$|他$", "", who).strip(" ,、")
        people = [name.strip() for name in re.split(r"[&＆・,、]|\band\b", plain) if name.strip()]
        entries = by_author(self.entries, people, year, more=more)
        cue, named = self.text[at[0] : at[1]], outlet_meant(plain)
        if entries:
            yield self._referred(entries, at, reach, basis)
        elif named:
            yield Citation(*at, (Source("outlet", named, cue, *at),), reach, basis)
        elif basis == "bracket" and (len(people) > 1 or more or "," in cue):
            yield Citation(*at, (Source("document", f"{plain}, {year}", cue, *at),), reach, basis)

    def _referred(self, entries: tuple[Reference, ...], at: tuple[int, int], reach: Span, basis: str) -> Citation:
        """What the entries of the reference list say: outlets, who posted it, or the body that issued it."""
        cue = self.text[at[0] : at[1]]
        chain: list[Source] = []
        for entry in entries:
            if is_post(entry):
                chain += [Source("person", self._poster(author), cue, *at) for author in entry.authors]
            if entry.outlet:
                chain.append(Source("outlet", entry.outlet, cue, *at))
            elif not is_post(entry):
                chain.append(self._issuer(entry) or Source("document", entry.title or entry.key or cue, cue, *at))
        return Citation(*at, tuple(dict.fromkeys(chain)), reach, basis, len(entries) > 1)

    def _issuer(self, entry: Reference) -> Source | None:
        """The body that issued what is cited (気象庁「報道発表資料」)."""
        if entry.start is None or entry.end is None:
            return None
        found = self.names.inside(entry.start, entry.end, "ORG")
        return source(found[0], entry.key or "") if found else None

    def _poster(self, author: str) -> str:
        """The full name behind "Mori, A. [@amori]": the person of that family name in the text."""
        family = surname(author)
        named = [m.name for m in self.names.all if m.label == "PERSON" and m.name.split()[-1:] == [family]]
        return max(set(named), key=lambda name: (named.count(name), name)) if named else family

    def _outlets(self, sentence: Sentence) -> Iterator[Citation]:
        """An outlet alone in brackets covers the clause before it, at the end of a sentence all of it; so does a closing via."""
        floor = sentence.start
        for m in _BRACKET.finditer(self.text, sentence.start, sentence.end):
            inner = _HEAD.sub("", m[1]).strip()
            following = self.text[m.end() : m.end() + 1] if m.end() < sentence.end else ""
            chain = self._listed(inner, m.span(), marked=inner != m[1].strip())
            marked = inner != m[1].strip()
            if not chain or (not marked and following not in ("", "。", "、")) or self._is_gloss(m.start(), following):
                continue
            closing = sentence.end - m.end() <= 2 or following == "と"
            yield Citation(m.start(), m.end(), chain, Span(floor, sentence.end if closing else m.end()), "bracket")
            floor = m.end()
        via = _BARE_VIA.search(self.text, max(sentence.start, sentence.end - 60), sentence.end)
        named = outlet_meant(via[1]) if via else None
        if via and named:
            yield Citation(
                *via.span(), (Source("outlet", named, via[0], *via.span(1)),), Span(sentence.start, sentence.end), "bracket"
            )

    def _listed(self, inner: str, at: tuple[int, int], *, marked: bool) -> tuple[Source, ...]:
        """All parts of a bracket as sources, () if one is none."""
        chain = []
        for part in re.split(r"[、,/・]|(?<=[^\x00-\x7f])と(?=[^\x00-\x7f])", inner):
            named = outlet_meant(part) or self._ending(part)
            if re.search(r"関係者|情報筋", part):
                chain.append(Source("anonymous", "anonymous", part, *at))
            elif named:
                chain.append(Source("outlet", named, inner, *at))
            else:
                return ()
        return tuple(sorted(chain, key=lambda link: link.kind == "outlet"))

    def _ending(self, part: str) -> str | None:
        """The outlet that a part ends in (BBCびわ湖放送)."""
        found = find_outlets(part + "によると")
        return found[-1].name if found and found[-1].end == len(part) else None

    def _is_gloss(self, start: int, following: str) -> bool:
        """Whether a bracket glosses the name before it: A社(B)は."""
        before = self.names.ending(start)
        return before is not None and following not in ("", "。")
