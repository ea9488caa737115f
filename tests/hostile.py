"""What is hostile to a regular expression: texts of what it repeats itself, so that it goes on and on, and fails at the end."""

from __future__ import annotations

import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)
_SPARE = "aあ一1 \n-。\0"
"""Characters to try sets with that none of the pattern's own characters is in."""
_OFTEN = 9
"""What is repeated less often costs nothing."""


def texts(pattern: re.Pattern[str], size: int) -> Iterator[str]:
    """Texts of so many characters: what a part of the pattern matches, over and over, and a tail that it does not."""
    told = _Sampler(pattern)
    for before, unit in told.units():
        for tail in ("", "\0", told.outside):
            yield before + (unit * (size // len(unit) + 1))[: size - len(before + tail)] + tail


class _Sampler:
    """Writes what parts of a pattern match, of as few characters as can be: those that most of its sets hold."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.tree = parser.parse(pattern.pattern, pattern.flags)
        nodes = list(_nodes(self.tree))
        sets = [argument for code, argument in nodes if code is codes.IN]
        literals = [chr(argument) for code, argument in nodes if code in (codes.LITERAL, codes.NOT_LITERAL)]
        inside = {char for items in sets for char in _ends(items)}
        held = Counter({char: sum(_holds(items, char) for items in sets) for char in inside | set(_SPARE)})
        held.update(dict.fromkeys(set(literals), 1))
        self.alphabet = [char for char, _ in sorted(held.items(), key=lambda pair: (-pair[1], pair[0]))]
        negated = {char for items in sets if items[0][0] is codes.NEGATE for char in _ends(items)}
        self.outside = "\0" + "".join(sorted(negated)) + "\n\0"
        self.more = False

    def units(self) -> dict[tuple[str, str], None]:
        """What stands first, and what is repeated then."""
        found = [("", char) for char in self.alphabet[:2]]
        for self.more in (False, True):
            whole = self.write(self.tree)
            found += [("", whole), ("", whole[:-1])]
            for before, unit in self.repeats(self.tree, ""):
                found += [("", unit), (before, unit), ("", before), ("", before + unit)]
        return dict.fromkeys((before[-1000:], unit[:1000]) for before, unit in found if unit)

    def repeats(self, tree: Any, before: str) -> Iterator[tuple[str, str]]:
        """Each thing that is repeated often, with what stands before it."""
        for node in tree:
            for part in _parts(node):
                yield from self.repeats(part, before)
            if node[0] in _REPEATS and node[1][1] > _OFTEN:
                yield before, self.write(node[1][2])
            before += self.write([node])

    def write(self, tree: Any) -> str:
        """A text that the sequence matches: with what need not be there where `more` is wanted."""
        return "".join(self._write(*node) for node in tree)

    def _write(self, code: Any, argument: Any) -> str:
        if code is codes.LITERAL:
            return chr(argument)
        if code in (codes.ANY, codes.NOT_LITERAL, codes.IN):
            items = argument if code is codes.IN else [(codes.NEGATE, None), (codes.LITERAL, argument if argument else 10)]
            return next((char for char in self.alphabet if _holds(items, char)), "")
        if code is codes.BRANCH:
            return self.write(argument[1][-1 if self.more else 0])
        if code in _REPEATS:
            return self.write(argument[2]) * max(argument[0], int(self.more))
        if (code is codes.ASSERT and argument[0] < 0) or code in (codes.SUBPATTERN, codes.ATOMIC_GROUP):
            return "".join(map(self.write, _parts((code, argument))))
        return ""


def _nodes(tree: Any) -> Iterator[tuple[Any, Any]]:
    for node in tree:
        yield node
        for part in _parts(node):
            yield from _nodes(part)


def _parts(node: tuple[Any, Any]) -> list[Any]:
    """The sequences inside a node."""
    code, argument = node
    if code is codes.BRANCH:
        return list(argument[1])
    if code in (*_REPEATS, codes.SUBPATTERN, codes.ASSERT, codes.ASSERT_NOT):
        return [argument[-1]]
    return [argument] if code is codes.ATOMIC_GROUP else []


def _ends(items: Any) -> set[str]:
    """The characters that a set names, and the ends of its ranges."""
    found = {chr(argument) for code, argument in items if code is codes.LITERAL}
    return found | {chr(end) for code, argument in items if code is codes.RANGE for end in argument}


_CATEGORIES = {
    codes.CATEGORY_DIGIT: str.isdecimal,
    codes.CATEGORY_SPACE: str.isspace,
    codes.CATEGORY_WORD: lambda char: char.isalnum() or char == "_",
}
_NOT_CATEGORIES = {
    codes.CATEGORY_NOT_DIGIT: codes.CATEGORY_DIGIT,
    codes.CATEGORY_NOT_SPACE: codes.CATEGORY_SPACE,
    codes.CATEGORY_NOT_WORD: codes.CATEGORY_WORD,
}


def _holds(items: Any, char: str) -> bool:
    """Whether a character is in a set."""
    found = negated = False
    for code, argument in items:
        if code is codes.NEGATE:
            negated = True
        elif code is codes.LITERAL:
            found |= char == chr(argument)
        elif code is codes.RANGE:
            found |= argument[0] <= ord(char) <= argument[1]
        elif argument in _CATEGORIES:
            found |= _CATEGORIES[argument](char)
        else:
            found |= not _CATEGORIES[_NOT_CATEGORIES[argument]](char)
    return found != negated


def seconds(pattern: re.Pattern[str], text: str, once: bool, limit: float) -> float:
    """CPU seconds of trying a pattern, `once` at the beginning or everywhere; cut short at `limit`, which is told then."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, stop)
    begun = time.process_time()
    try:
        signal.setitimer(signal.ITIMER_PROF, limit)
        if once:
            pattern.match(text)
            pattern.fullmatch(text)
        else:
            for _ in pattern.finditer(text):
                pass
        signal.setitimer(signal.ITIMER_PROF, 0)
    except TimeoutError:
        return limit
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return min(time.process_time() - begun, limit)
