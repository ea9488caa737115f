"""Atoms -> expressions: which pieces make one date, what relation stands behind it, where a range begins and ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from keii.dates.atoms import RANK, Atom
from keii.dates.forms import scan

Relation = Literal["", "since", "until", "within"]

_GAP = re.compile(r"[ \u3000]*(?:の[ ]?)?")
_LOOSE_GAP = re.compile(r"[ \u3000]*(?:[、,·・-][ \u3000]*)?")
_FROM_GAP = re.compile(r"の|から|より|から数えて|から見て")
_RANGE = re.compile(r"(?:の?(?:深夜|夜))?[ ]{0,4}(?:からは?、?|より|[~\-ー→]+|以降)[ ]{0,4}")
_RANGE_END = re.compile(r"(?:ごろ|頃)?(?:まで|にかけ(?:て)?|いっぱい|以前|に至るまで|に及ぶ)?(?:の間|間(?![一-龠]))?")
_LONGEST = 12
"""No expression has more atoms; it also keeps hostile text linear."""
_RANGE_CLOSED = re.compile("まで|にかけ|の間")
_APPROXIMATE = re.compile(
    r"(?:ごろ|ころ|頃|くらい|ぐらい|前後|のうちに?|付け?(?=[でのに、。)])|現在|時点|ちょうど|ぴったり|かっきり|きっかり|中(?![旬盤間央国堅])|早く|いっぱい"
    r"|(?:を|少し)?(?:過ぎ|すぎ)|あとで)"
)
_UNTIL = re.compile(
    r"まで(?:の間)?(?:に(?=は|[^はつなよ]))?|(?:(?:または|又は|もしくは|あるいは|及び|か)?(?:その|それ)?以前)|または(?:その)?前|及び(?:その)?前|より(?:も)?前|之前|の前(?![の半年月日週夜晩])|前(?![年月日期半後回者提例述])"
)
_SINCE = re.compile(
    r"(?:(?:または|又は|もしくは|あるいは|及び|か)?(?:その|それ)?(?:以降|以後))|以来|または(?:その)?後|及び(?:その)?後|より(?:も)?後(?!半)|の後(?:から|に)?(?!半)|後から|後(?![半期者日述継方退悔進])"
    r"|から(?!の?\d+(?:日|年|か月|[ヶカケ]月|週)間)|~(?![\d])"
)


@dataclass(frozen=True, slots=True)
class Expression:
    """One date expression of a text: atoms, the relation behind them, and the far end where it is a range."""

    start: int
    end: int
    atoms: tuple[Atom, ...]
    relation: Relation = ""
    until: tuple[Atom, ...] = ()
    zone: str | None = None

    @property
    def last(self) -> Atom:
        return self.atoms[-1]


def expressions(text: str) -> Iterator[Expression]:
    """The date expressions of a folded text, in order, not overlapping.

    >>> [text[e.start : e.end] for text in ["11月17日(金)の夜から翌18日にかけて、3日後"] for e in expressions(text)]
    ['11月17日(金)の夜から翌18日にかけて', '3日後']
    """
    atoms = _merge_month_day(text, list(scan(text)))
    groups = list(_groups(text, atoms))
    at = 0
    last_end = 0
    while at < len(groups):
        group = groups[at]
        end = group[-1].end
        approximate = _APPROXIMATE.match(text, end) if _point(group) else None
        after = approximate.end() if approximate else end
        follower = groups[at + 1] if at + 1 < len(groups) else None
        if follower and _point(group) and (joint := _range_joint(text, after, group, follower)):
            tail = _RANGE_END.match(text, joint)
            stop = tail.end() if tail else joint
            expression = _expression(group, group[0].start, stop, until=follower)
            at += 2
        else:
            relation, stop = _relation(text, after, group)
            expression = _expression(group, group[0].start, stop, relation=relation)
            at += 1
        if expression and expression.start >= last_end and not _is_title(text, expression):
            last_end = expression.end
            yield expression


def _expression(
    group: tuple[Atom, ...], start: int, end: int, *, relation: Relation = "", until: tuple[Atom, ...] = ()
) -> Expression | None:
    zone = next((atom.unit for atom in (*until, *group) if atom.kind == "zone"), None)
    atoms = tuple(atom for atom in group if atom.kind != "zone")
    until = tuple(atom for atom in until if atom.kind != "zone")
    if not atoms:
        return None
    if atoms[0].kind == "weekday" and atoms[0].part == "(" and len(atoms) == 1:
        return None
    return Expression(min(start, atoms[0].start) if zone is None else atoms[0].start, end, atoms, relation, until, zone)


def _point(group: tuple[Atom, ...]) -> bool:
    return group[0].kind not in ("duration", "set", "window", "now") or len(group) > 1


def _range_joint(text: str, end: int, group: tuple[Atom, ...], follower: tuple[Atom, ...]) -> int | None:
    """The end of a range's far side, if these two groups are one range."""
    joint = _RANGE.fullmatch(text, end, follower[0].start)
    if not joint:
        both = re.compile("と|[・、]").fullmatch(text, end, follower[0].start)
        paired = both and re.compile(r"の?両(?:日|年|月)?").match(text, follower[-1].end)
        if both and (paired or _neighbours(group, follower)):
            return paired.end() if paired else follower[-1].end
        return None
    head = follower[0]
    if head.kind == "duration":
        return head.end if "から" in joint[0] and group[-1].rank <= RANK["day"] else None
    if head.kind == "year" and len(follower) == 1 and group[-1].rank >= RANK["day"] and not _RANGE_CLOSED.match(text, head.end):
        return None
    if not _point(follower) or (head.kind == "offset" and "から" in joint[0]):
        return None
    if (group[-1].kind in ("clock",) and follower[-1].kind not in ("clock", "part")) or (
        group[-1].kind == "offset" and head.rank > 6
    ):
        return None
    return follower[-1].end


def _neighbours(group: tuple[Atom, ...], follower: tuple[Atom, ...]) -> bool:
    """Whether B of `AとB` is the day, month or year next to A (28日と29日)."""
    a, b = group[-1], follower[0]
    if len(follower) > 1 or b.kind not in ("day", "month", "year") or not a.values or not b.values:
        return False
    told = a.values[2] if a.kind == "date" and len(a.values) > 2 else a.values[0]
    return (a.kind == b.kind or (a.kind, b.kind) == ("date", "day")) and told is not None and b.values[0] == told + 1


def _relation(text: str, end: int, group: tuple[Atom, ...]) -> tuple[Relation, int]:
    if not _point(group):
        return "", end
    if group[-1].kind in ("clock", "offset") and re.compile("前(?!に?は|の)").match(text, end):
        return "", end + 1
    last = group[-1]
    if last.kind == "offset" and "以上" in text[last.start : last.end]:
        return ("until" if last.values[0] == -1 else "since"), end
    if match := _UNTIL.match(text, end):
        return ("" if group[-1].kind == "clock" and match[0] == "前" else "until"), match.end() - (match[0].endswith("に"))
    if match := _SINCE.match(text, end):
        if match[0].startswith("から") and group[-1].kind == "offset" and "後" in text[group[-1].start : end]:
            return "", end
        return "since", match.end()
    return "", end


def _merge_month_day(text: str, atoms: list[Atom]) -> list[Atom]:
    """Join a month and the day behind it: only together do they tell their year."""
    merged: list[Atom] = []
    for atom in atoms:
        last = merged[-1] if merged else None
        if atom.kind == "day" and last and last.kind == "month" and _GAP.fullmatch(text, last.end, atom.start):
            merged[-1] = replace(atom, start=last.start, kind="date", values=(None, last.values[0], atom.values[0]))
        else:
            merged.append(atom)
    return merged


def _groups(text: str, atoms: list[Atom]) -> Iterator[tuple[Atom, ...]]:
    group: list[Atom] = []
    for atom in atoms:
        if group and not _joins(text, group, atom):
            yield tuple(group)
            group = []
        group.append(atom)
    if group:
        yield tuple(group)


def _joins(text: str, group: list[Atom], atom: Atom) -> bool:
    last = group[-1]
    if len(group) == _LONGEST:
        return False
    told = [one for one in group if one.kind != "zone"]
    tight = bool(_GAP.fullmatch(text, last.end, atom.start))
    if atom.kind == "zone":
        opens = text[atom.end : atom.end + 1].isdigit() or text[atom.start - 1 : atom.start] in ("(", "、")
        return bool(told) and tight and told[-1].rank >= 2 and not opens
    if not told:
        return tight or bool(re.compile("[の)で、 ]{1,2}").fullmatch(text, last.end, atom.start))
    last = told[-1]
    if last.kind in ("duration", "window", "now") or atom.kind in ("duration", "set", "window", "now"):
        return False
    if atom.kind == "offset":
        return (
            bool(_FROM_GAP.fullmatch(text, last.end, atom.start)) or (tight and last.kind == "offset")
            if last.kind != "set"
            else False
        )
    if atom.kind in ("day", "date") and atom.rank == last.rank and last.kind in ("same", "offset", "shift"):
        return tight and "の" in text[last.end : atom.start]
    if atom.kind == "weekday" and atom.part == "(":
        return last.rank in (6, 7) and tight
    finer = atom.rank > last.rank or (atom.kind == "part" and last.rank == RANK["part"])
    if last.kind == "weekday" and atom.kind in ("date", "day"):
        return tight
    if atom.kind == "same" and atom.unit == "day" and last.rank == RANK["day"] and last.kind != "weekday":
        return tight and "の" in text[last.end : atom.start] and atom.values[0] != 0
    if atom.kind in ("same", "shift") and last.kind not in ("offset", "shift", "same"):
        return False
    if atom.kind in ("edge", "half") and tight and last.rank < 9:
        return atom.unit == "" or last.rank <= RANK.get(atom.unit, 6) or (atom.unit == "month" and last.kind == "month")
    if not finer:
        return False
    loose = bool(_LOOSE_GAP.fullmatch(text, last.end, atom.start))
    if tight:
        return True
    return (
        loose
        and (atom.kind == "weekday" or (atom.kind in ("part", "clock") and last.rank in (6, 7, 8)))
        and text[last.end : atom.start].strip() not in ("、", ",")
    ) or (loose and last.kind == "date" and atom.kind in ("weekday", "part", "clock"))


_BRACKETS = {"『": "』", "「": "」"}


def _is_title(text: str, expression: Expression) -> bool:
    """Whether the expression is part of a title in brackets (『3月のライオン』), not a date of the story."""
    if any(atom.kind in ("date", "year", "clock") for atom in expression.atoms):
        return False
    opened = max(
        text.rfind("『", max(0, expression.start - 40), expression.start),
        text.rfind("「", max(0, expression.start - 40), expression.start),
    )
    if opened < 0:
        return False
    closing = _BRACKETS[text[opened]]
    closed = text.find(closing, opened, opened + 80)
    if closed < expression.end:
        return False
    content = text[opened + 1 : closed]
    rest = content.replace(text[expression.start : expression.end], "")
    if text[opened] == "『":
        return bool(rest) and "。" not in content
    return bool(rest) and len(content) <= 16 and not re.search(r"[ぁ-ん]", rest.replace("の", "").replace("と", ""))
