"""Article -> blocks, sections and sentences, with exact offsets.

Lines are classified first (`lines`), then joined into blocks under their headings, then running text is cut into
sentences (`sentences`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from keii.model import RUNNING_TEXT, Article, Block, BlockKind, Document, Section, Sentence, Span
from keii.segment.lines import BULLET, MARKDOWN, Line, bare_heading, boilerplate, classify, is_addition, is_entry, is_stamp, lines
from keii.segment.sentences import bounded, sentences
from keii.text import fold

_UNFINISHED = re.compile(r"(?:[はがをにのともへや、,]|から|まで|より|での|との|[^。！？!?\s]\()$")
_STAMP_LEVEL = 8


class _Group(NamedTuple):
    """Lines that make one block."""

    start: int
    end: int
    kind: BlockKind
    text: str


def segment(article: Article) -> Document:
    """Cut an article into blocks, sections and sentences.

    >>> document = segment(Article(id="a", text="題名\\n\\n「行く。必ず」と述べた。翌日着いた。"))
    >>> [document.text(sentence) for sentence in document.sentences if sentence.kind == "paragraph"]
    ['「行く。必ず」と述べた。', '翌日着いた。']
    """
    rows = lines(article)
    groups = list(_front_matter(article)) + list(_groups(rows, classify(article, rows)))
    sections, homes = _sections(article, groups)
    blocks = tuple(Block(group.start, group.end, group.kind, home) for group, home in zip(groups, homes, strict=True))
    return Document(
        article=article,
        blocks=blocks,
        sections=sections,
        sentences=tuple(
            Sentence(start, end, block.kind, index, block.section)
            for index, block in enumerate(blocks)
            for start, end in _cut(article.text, block)
        ),
    )


def _front_matter(article: Article) -> Iterator[_Group]:
    if article.text[: article.body_start].strip("\ufeff \r\n"):
        yield _Group(0, article.body_start, "meta", "")


def _groups(rows: list[Line], kinds: list[BlockKind]) -> Iterator[_Group]:
    """Each line is a block; a line that stops inside a sentence is joined with the next."""
    i = 0
    while i < len(rows):
        if rows[i].blank:
            i += 1
            continue
        j = i
        while j + 1 < len(rows) and _runs_on(rows[j], kinds[j], rows[j + 1], kinds[j + 1]):
            j += 1
        kind: BlockKind = "paragraph" if j > i and kinds[i] == "heading" else kinds[i]
        start = rows[i].start
        bullet = BULLET.match(rows[i].text)
        if kind == "paragraph" and bullet:  # running text that slipped into a list keeps its bullet outside
            start += bullet.end()
        yield _Group(start, rows[j].end, kind, rows[i].text)
        i = j + 1


def _runs_on(row: Line, kind: BlockKind, following: Line, following_kind: BlockKind) -> bool:
    joinable = RUNNING_TEXT | {"heading"}
    if following.blank or kind not in joinable or following_kind not in joinable or BULLET.match(following.text):
        return False
    if is_entry(following.text) or (following.text[0] == row.text[0] and not following.text[0].isalnum()):
        return False
    opened = sum(row.text.count(c) for c in "(「『") - sum(row.text.count(c) for c in ")」』")
    if opened > 0 and following.text[0] in ")」』":
        return True
    return len(row.text) > 20 and bool(_UNFINISHED.search(row.text)) and not is_stamp(row.text)


def _sections(article: Article, groups: list[_Group]) -> tuple[tuple[Section, ...], list[int]]:
    """The tree of sections, and the section of each block."""
    heads = [(index, _level(group.text)) for index, group in enumerate(groups) if group.kind == "heading"]
    sections = [Section(0, len(article.text), None, 0, None)]
    homes = [0] * len(groups)
    stack = [0]
    ends = _ends([level for _, level in heads], [groups[index].start for index, _ in heads], len(article.text))
    for number, (index, level) in enumerate(heads):
        while sections[stack[-1]].level >= level:
            stack.pop()
        stop = heads[number + 1][0] if number + 1 < len(heads) else len(groups)
        end = ends[number]
        home = len(sections)
        homes[index:stop] = [home] * (stop - index)
        if level == _STAMP_LEVEL:  # a time stamp covers its entry only
            covered = _entry_end(groups, index, stop)
            homes[covered:stop] = [stack[-1]] * (stop - covered)
            end = groups[covered - 1].end
        sections.append(Section(groups[index].start, end, Span(groups[index].start, groups[index].end), level, stack[-1]))
        stack.append(home)
    return tuple(sections), homes


def _ends(levels: list[int], starts: list[int], length: int) -> list[int]:
    """Where each section ends: at the next heading of its level or above."""
    ends = [length] * len(levels)
    waiting: list[int] = []
    for number, level in enumerate(levels):
        while waiting and levels[waiting[-1]] >= level:
            ends[waiting.pop()] = starts[number]
        waiting.append(number)
    return ends


def _entry_end(groups: list[_Group], index: int, stop: int) -> int:
    covered = index + 1
    while covered < stop and groups[covered].kind in ("entry", "item", "embed", "quote", "note"):
        covered += 1
    return covered


def _level(text: str) -> int:
    """1 for dated additions and closing sections, 2 to 7 for others, 8 for the time stamp of a timeline's entry."""
    markdown = MARKDOWN.match(text)
    bare = text.strip("#*_ ")
    if is_addition(bare) or bare_heading(bare) in boilerplate()["closing"] + boilerplate()["reference"]:
        return 1
    if is_stamp(bare):
        return _STAMP_LEVEL
    return 1 + len(markdown[1]) if markdown else 3


def _cut(text: str, block: Block) -> Iterator[tuple[int, int]]:
    """The sentences of a block; a line of a list or timeline is one, and so is what is no running text."""
    line = fold(text[block.start : block.end]).text
    is_line = block.kind == "item" or (block.kind == "entry" and (BULLET.match(line) or is_entry(line)))
    if (block.kind in RUNNING_TEXT and not is_line) or block.kind == "caption":
        yield from sentences(text, block.start, block.end)
    else:
        yield from bounded(text, block.start, block.end)
