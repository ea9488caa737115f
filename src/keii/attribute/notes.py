"""Source notes (出典:…, 引用元, via): whom they name and which section they cover."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keii.attribute.names import Names, cited_outlets, outlet_meant, pattern, source
from keii.model import RUNNING_TEXT, Block, Citation, Document, Source, Span
from keii.names import outlet_kind

_STAMP = 8
"""Level of the sections that a time stamp heads: they lie inside the section that a note covers."""
_NOTE = re.compile(rf"^\s*(?:[（(【\[]\s*)?(?:{pattern('note')})\s?(?:[:：]|\s|(?=[『「]))\s*")
_HEAD = re.compile(r"^\s*(?:[■◆▼▽★☆●◎□◇▶]|#{1,6}\s|\d{1,2}[.．]\s?\S|【[^】]{0,20}追記】)")
_HANDLE = re.compile(r"@([A-Za-z0-9_]{2,30})")
_OFFICIAL = re.compile(
    r"^(.{2,30}?)(?:の)?公式\s?(X|Ｘ|Twitter|ツイッター|アカウント|Instagram|Facebook|ブログ|サイト|ウェブサイト|ホームページ|HP|Blog)"
)
_ACCOUNTS = {
    "X": "X",
    "Ｘ": "X",
    "アカウント": "X",
    "Twitter": "Twitter",
    "ツイッター": "Twitter",
    "Instagram": "Instagram",
    "Facebook": "Facebook",
}
_DATELINE = re.compile(
    r"^[ \u3000]*(?:【(?P<a>[^】\n]{2,24})】|[\[［](?P<b>[^\]］\n]{2,24})[\]］]|[（(](?P<c>[^（）()\n]{2,24})[）)])"
)
_PLACE = re.compile(r"[一-龠ァ-ヶー]{2,8}")
"""A place that an agency's name follows without a mark: 【モスクワ共同】."""
_PARTS = re.compile(r"\s[–—|｜-]\s|[、,|｜]")


def heads(document: Document) -> list[int]:
    """The number of the section each block belongs to; time stamps begin none, short marked lines that look like headings do."""
    numbers, number = [], 0
    for index in range(len(document.blocks)):
        if _is_head(document, index):
            number += 1
        numbers.append(number)
    return numbers


def _is_head(document: Document, index: int) -> bool:
    block = document.blocks[index]
    if block.kind == "heading":
        return document.sections[block.section].level != _STAMP
    text = document.text(block)
    if block.kind not in ("item", "boilerplate", "caption") or len(text) > 60 or "。" in text or not _HEAD.match(text):
        return False
    around = document.blocks[max(0, index - 1) : index] + document.blocks[index + 1 : index + 2]
    return not any(other.kind == "item" and _HEAD.match(document.text(other)) for other in around)


def notes(document: Document, names: Names) -> Iterator[Citation]:
    """Source notes as citations."""
    marked = [i for i, block in enumerate(document.blocks) if block.kind == "note" and _NOTE.match(document.text(block))]
    numbers = heads(document) if marked else []
    for index in marked:
        block = document.blocks[index]
        sources = _sources(document, names, block)
        if sources:
            yield Citation(block.start, block.end, sources, _reach(document, numbers, marked, index), "note")


def _reach(document: Document, numbers: list[int], marked: list[int], index: int) -> Span:
    """The section up to the next heading; right under a dated addition its sub-sections too; several notes share a section."""
    block = document.blocks[index]
    own = [i for i, number in enumerate(numbers) if number == numbers[index]]
    running = [i for i in own if document.blocks[i].kind in RUNNING_TEXT and not _is_head(document, i)]
    section = document.sections[block.section]
    if section.heading is not None and section.level == 1 and not any(i < index for i in running):
        return Span(section.start, section.end)
    above = [i for i in marked if i in own and i < index]
    below = [i for i in marked if i in own and i > index]
    if any(i < index for i in running):
        first = above[-1] + 1 if above else own[0]
        last = index if below else own[-1]
    else:
        first, last = own[0], below[0] - 1 if below else own[-1]
    return Span(document.blocks[first].start, document.blocks[last].end)


def datelines(document: Document, names: Names) -> Iterator[Citation]:
    """Agencies in the line that opens a report (【ニューヨーク=共同】, (東京 10日 ロイター)), up to the next such line."""
    found = [
        (block.start, *told) for block in document.blocks if block.kind in RUNNING_TEXT and (told := _agency(document, block))
    ]
    for k, (start, first, last, name) in enumerate(found):
        end = found[k + 1][0] if k + 1 < len(found) else len(document.article.text)
        if name != document.article.outlet:
            link = Source("outlet", name, names.text[first:last], first, last)
            yield Citation(first, last, (link,), Span(start, end), "note")


def _agency(document: Document, block: Block) -> tuple[int, int, str] | None:
    """Span and name of the agency in the dateline of a block; round brackets need a date or another mark before its name."""
    line = _DATELINE.match(document.article.text[block.start : block.end])
    group = next((group for group in ("a", "b", "c") if line and line[group]), None)
    if line is None or group is None:
        return None
    told = line[group]
    for k in range(1, len(told) - 1):
        apart = told[k - 1] in "=＝" or told[k - 1].isspace()
        if apart or (group != "c" and _PLACE.fullmatch(told, 0, k)):
            name = outlet_meant(told[k:])
            outlet = outlet_kind(name) if name else None
            if outlet and outlet.kind == "agency":
                start = block.start + line.start(group) + k
                return start, start + len(told) - k, outlet.name
    return None


def _sources(document: Document, names: Names, block: Block) -> tuple[Source, ...]:
    """Who a note names: accounts with their platform, official pages, outlets."""
    head = _NOTE.match(document.text(block))
    start = block.start + (head.end() if head else 0)
    body = document.article.text[start : block.end].strip(" )）】]\n\u3000")
    handle, official = _HANDLE.search(body), _OFFICIAL.match(body)
    if official:
        return _own(names, start, block.end, official)
    outlets = [source(outlet, "出典") for outlet in cited_outlets(names, start, block.end)]
    if not outlets and not handle:
        named = [name for part in _PARTS.split(body) if (name := outlet_meant(part))]
        outlets = [Source("outlet", name, "出典", start, block.end) for name in named[-1:]]
    chain = [Source("person", _account(document, handle[1]), "出典", start, block.end)] if handle else []
    chain += outlets
    if handle and not outlets:
        chain.append(Source("outlet", "X", "出典", start, block.end))
    return tuple(chain)


def _own(names: Names, start: int, end: int, official: re.Match[str]) -> tuple[Source, ...]:
    """A body's official account gives platform and body, its official page an outlet of its own."""
    owner = next((m.name for m in names.inside(start, start + official.end(1))), official[1])
    place = official[2]
    if place in _ACCOUNTS:
        return Source("body", owner, "出典", start, end), Source("outlet", _ACCOUNTS[place], "出典", start, end)
    name = f"{owner} Blog" if owner.isascii() and place in ("ブログ", "Blog") else f"{owner}公式{place}"
    return (Source("outlet", name, "出典", start, end),)


def _account(document: Document, handle: str) -> str:
    """The person whose account it is: a name of the text that the handle spells."""
    key = handle.lower().replace("_", "")
    for mention in document.mentions:
        if mention.label == "PERSON" and mention.name.isascii() and mention.name.lower().replace(" ", "") == key:
            return mention.name
    return f"@{handle}"
