"""Posts and own pages: 自身の X で, ツイッターに, と引用リポスト, 公式ブログで."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from keii.attribute.names import Names, stem, words
from keii.attribute.speech import Act
from keii.attribute.subjects import Subject
from keii.model import Citation, Sentence, Source, Span

_PLATFORMS = {
    "X": r"X|Ｘ",
    "Twitter": r"Twitter|ツイッター",
    "Instagram": r"Instagram|インスタグラム|インスタ",
    "Facebook": r"Facebook|フェイスブック",
    "Threads": r"Threads|スレッズ",
    "LinkedIn": r"LinkedIn|リンクトイン",
    "Telegram": r"Telegram|テレグラム",
    "TikTok": r"TikTok|ティックトック",
    "YouTube": r"YouTube|ユーチューブ",
    "Weibo": r"Weibo|微博|ウェイボー",
    "Truth Social": r"Truth ?Social|トゥルース・?ソーシャル",
    "Bluesky": r"Bluesky|ブルースカイ",
    "Mastodon": r"Mastodon|マストドン",
    "Substack": r"Substack|サブスタック",
    "Reddit": r"Reddit|レディット",
}
_NAMES = tuple(_PLATFORMS)
_OWN = r"(?:(?:自身|自ら|自分|本人|個人|公式|会社|同社|彼|彼女)の?\s?(?:公式)?\s?)?"
_ON = (
    r"\s?(?:[（(]旧[^（）()]{1,12}[)）])?\s?[』」]?\s?(?:上)?(?:の(?:公式)?アカウント)?"
    r"(?:で|に(?!対|つい|よ|は?加わ)|を更新|へ(?!の)|にて|の投稿|のポスト|上)"
)
_FORMS = "|".join(f"(?P<p{i}>{form})" for i, form in enumerate(_PLATFORMS.values()))
_PLATFORM = re.compile(rf"{_OWN}[『「]?(?<![A-Za-z0-9])(?:{_FORMS})(?![A-Za-z0-9]){_ON}")
_NAMED = re.compile(r"(?<![A-Za-z0-9])(?:(?P<x>X(?=[でにへ上を（(])|Ｘ)|(?P<t>Twitter|ツイッター))")
_POST = re.compile("|".join(re.escape(stem(word)) for word in words("post")))
_SPREAD = re.compile(r"拡散|広が|飛び交|話題|議論")
_TWEET = re.compile(r"(引用リポスト|引用リツイート|リツイート|ツイート|リポスト|リプライ)(?!に|への|の|欄|数)")
_BARE_POST = re.compile(
    r"(投稿|返信|書き込[みんま]|つぶや[いき]|引用|リプ欄)(?:し|する|。|、|$|[^\w、。]|で|を|も|によ)|"
    r"(?:投稿|ポスト|ツイート)に(?:対し|対して|は)?[^。]{0,40}?(?:反応|応じ|返し|答え)"
)
_PAGE = re.compile(
    r"(?:((?!公式)[A-Za-z一-龠々ァ-ヶー・]{2,24}?)の?)?((?:公式)?\s?(?:ブログ|ウェブサイト|ホームページ|サイト|Blog))(?:上)?(?:(?:で|に|にて|において)(?!の|は|掲載され)|が公表|によると|によれば)"
)
_ACCOUNT = re.compile(r"公式アカウントで|自身のアカウントで")


class Posts:
    """Reads where the posts of one document stand; `last` is the platform named last."""

    def __init__(self, names: Names) -> None:
        self.names, self.text = names, names.text
        self.last: str | None = self._only_platform()

    def citations(self, sentence: Sentence, acts: Sequence[Act], subjects: Sequence[Subject]) -> Iterator[Citation]:
        """Platforms and own pages of a sentence; verbs of posting take the platform told last."""
        found = [*self._platforms(sentence, acts), *self._pages(sentence, acts, subjects)]
        yield from found
        if not found:
            yield from self._verbs(sentence, acts)

    def _platforms(self, sentence: Sentence, acts: Sequence[Act]) -> Iterator[Citation]:
        if not _POST.search(self.text, sentence.start, sentence.end):
            return
        for m in _PLATFORM.finditer(self.text, sentence.start, sentence.end):
            name = next(name for i, name in enumerate(_NAMES) if m[f"p{i}"])
            self.last = name
            yield self._posted(sentence, m.span(), name, acts, "platform")

    def _verbs(self, sentence: Sentence, acts: Sequence[Act]) -> Iterator[Citation]:
        m = _TWEET.search(self.text, sentence.start, sentence.end)
        if m:
            name = "Twitter" if "ツイート" in m[1] else (self.last or "X") if m[1] == "リプライ" else "X"
            yield self._posted(sentence, m.span(1), name, acts, "post verb")
            return
        m = _BARE_POST.search(self.text, sentence.start, sentence.end) or _ACCOUNT.search(self.text, sentence.start, sentence.end)
        if m and self.last:
            yield self._posted(sentence, m.span(), self.last, acts, "post verb")

    def _pages(self, sentence: Sentence, acts: Sequence[Act], subjects: Sequence[Subject]) -> Iterator[Citation]:
        """A body's own page: its name, or the subject's, and the word for the page."""
        for m in _PAGE.finditer(self.text, sentence.start, sentence.end):
            owner = self._owner(m, acts, subjects)
            if owner:
                page = m[2].replace(" ", "")
                name = f"{owner} Blog" if owner.isascii() and page.endswith(("ブログ", "Blog")) else f"{owner}{page}"
                cited = self._posted(sentence, m.span(), name, acts, "page")
                yield replace(cited, sources=(Source("body", owner, m[0], *m.span()), *cited.sources))

    def _owner(self, m: re.Match[str], acts: Sequence[Act], subjects: Sequence[Subject]) -> str | None:
        """The body whose page it is: named before it, or the subject."""
        if m[1]:
            found = self.names.inside(m.start(1), m.end(1) + 1, "ORG")
            if found and found[-1].end == m.end(1):
                return found[-1].name
            return m[1] if m[1].isascii() else None
        said = [s for act in acts if act.subject and act.subject.end <= m.start() for s in act.sources]
        said = said or [s for subject in subjects if subject.end <= m.start() for s in subject.sources]
        if said:
            return said[-1].name if said[-1].kind == "body" and said[-1].name not in ("会社", "当社") else None
        plain = [self.text[s.start : s.end] for s in subjects if s.end <= m.start()]
        return plain[-1] if plain and plain[-1].isascii() else None

    def _posted(self, sentence: Sentence, at: tuple[int, int], name: str, acts: Sequence[Act], basis: str) -> Citation:
        """A platform covers the speech acts it stands in, a rumour that spreads there what stands before, else what follows."""
        sources = (Source("outlet", name, self.text[at[0] : at[1]], *at),)
        around = [act for act in acts if act.verb.end >= at[0]]
        spread = _SPREAD.search(self.text, at[1], min(sentence.end, at[1] + 12))
        if spread:
            reach = Span(sentence.start, spread.end())
        elif around:
            same = [act for act in around if act.subject is around[0].subject]
            last = same[-1]
            told = around[0].subject
            topic = told.end if told and sentence.start <= told.end <= at[0] else at[0]
            reach = Span(min(around[0].reach.start, topic), sentence.end if last is acts[-1] else last.verb.end)
        else:
            ends = sentence.end - at[1] < 20
            reach = Span(sentence.start if ends else at[0], sentence.end)
        return Citation(*at, sources, reach, basis)

    def _only_platform(self) -> str | None:
        """X or Twitter where the article names only one of them."""
        kinds = {"X" if m["x"] else "Twitter" for m in _NAMED.finditer(self.text)}
        return kinds.pop() if len(kinds) == 1 else None
