"""Japanese clause grammar over a sentence's tokens: what the extraction asks of GiNZA's analysis, in one place.

A predicate is a content word with the chain of function words behind it (解任 + さ + れ + た + と); a bunsetu's particles
close it. `tokens` is always one sentence's, `i` the index of a content word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import NamedTuple, TypeVar

from keii.model import Token

_Answer = TypeVar("_Answer")
FUNCTION = frozenset({"AUX", "ADP", "SCONJ", "PART", "CCONJ"})
_SAHEN = "サ変可能"
_LONGEST = 40
"""Function words of a chain: no predicate that people write has so many."""


def of_sentence(function: Callable[[Sequence[Token]], _Answer]) -> Callable[[Sequence[Token]], _Answer]:
    """Remember the last answer of a function of one sentence: it is asked again for each claim in it."""
    last: list[tuple[Sequence[Token], _Answer]] = []

    @wraps(function)
    def asked(tokens: Sequence[Token]) -> _Answer:
        if not last or last[0][0] is not tokens:
            last[:] = [(tokens, function(tokens))]
        return last[0][1]

    return asked


def of_word(function: Callable[[Sequence[Token], int], _Answer]) -> Callable[[Sequence[Token], int], _Answer]:
    """Remember what a function of a sentence and a word of it answered, while it is asked of one sentence."""

    @of_sentence
    def known(_: Sequence[Token]) -> dict[int, _Answer]:
        return {}

    @wraps(function)
    def asked(tokens: Sequence[Token], i: int) -> _Answer:
        answers = known(tokens)
        if i not in answers:
            answers[i] = function(tokens, i)
        return answers[i]

    return asked


class Chain(NamedTuple):
    """What follows a content word up to the next one: its function words by lemma, and where they end."""

    lemmas: tuple[str, ...]
    surface: str
    end: int
    """Index behind the chain's last token."""


def is_sahen(token: Token) -> bool:
    """Tell a verbal noun (解任, 発表), used as noun or as verb."""
    return _SAHEN in token.tag


def is_content(token: Token) -> bool:
    return token.pos not in FUNCTION and token.pos not in ("PUNCT", "SYM", "SPACE")


def is_function(token: Token) -> bool:
    """Particles, auxiliaries and verbs that only serve (いる, ある, くる, しまう behind て)."""
    return token.pos in FUNCTION or (
        token.dep in ("fixed", "aux") and token.tag.startswith(("動詞-非自立", "形容詞-非自立", "名詞"))
    )


@of_word
def chain(tokens: Sequence[Token], i: int) -> Chain:
    """The function words behind a content word, without punctuation."""
    end = i + 1
    while end < len(tokens) and end - i <= _LONGEST and is_function(tokens[end]):
        end += 1
    behind = tokens[i + 1 : end]
    return Chain(tuple(token.lemma for token in behind), "".join(token.surface for token in behind), end)


def particles(tokens: Sequence[Token], i: int) -> tuple[str, ...]:
    """The particles that close the bunsetu of a noun: ("に", "は")."""
    return tuple(token.surface for token in tokens[i + 1 : chain(tokens, i).end] if token.pos == "ADP")


def children(tokens: Sequence[Token], i: int) -> list[int]:
    """The tokens that depend on a token, in order."""
    return _dependents(tokens).get(i, [])


@of_sentence
def _dependents(tokens: Sequence[Token]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for j, token in enumerate(tokens):
        if token.head != j:
            found.setdefault(token.head, []).append(j)
    return found


def path_to_root(tokens: Sequence[Token], i: int) -> list[int]:
    """The heads above a token, nearest first; bounded by the sentence's length."""
    path: list[int] = []
    seen = {i}
    while tokens[i].head not in seen:
        i = tokens[i].head
        seen.add(i)
        path.append(i)
    return path


def is_verbal(tokens: Sequence[Token], i: int) -> bool:
    """Tell whether a content word is a predicate here: a verb, an adjective, or a noun with する or a copula."""
    token = tokens[i]
    if token.pos in ("VERB", "ADJ"):
        return True
    return any(lemma in ("する", "だ", "です", "できる", "である") for lemma in chain(tokens, i).lemmas[:1])


def is_condition(tokens: Sequence[Token], i: int) -> bool:
    """Tell a predicate that is only supposed: 〜ば, 〜なら, 〜たら, 〜場合.

    Not 〜なければならない, nor 〜場合がある, nor what was found (帰ったら死亡していた).
    """
    end = chain(tokens, i).end
    if end < len(tokens) and tokens[end].lemma == "場合" and tokens[i].head == end and is_verbal(tokens, i):
        return not {"が", "も"} & set(particles(tokens, end))
    for j in range(i, end):
        token = tokens[j]
        if "仮定形" not in token.inflection:
            continue
        if _surface(tokens, j + 1) == "ば":
            return _surface(tokens, j + 2) not in ("なら", "いけ")
        if token.surface == "なら":
            return is_verbal(tokens, i)
        if token.surface in ("たら", "だら"):
            return not _is_past(tokens, path_to_root(tokens, i)[:1])
    return False


def _surface(tokens: Sequence[Token], i: int) -> str:
    return tokens[i].surface if i < len(tokens) else ""


def _is_past(tokens: Sequence[Token], heads: Sequence[int]) -> bool:
    """Whether the predicate above is told in the past tense."""
    return any("た" in chain(tokens, head).lemmas for head in heads)


@of_sentence
def quote_depth(tokens: Sequence[Token]) -> list[int]:
    """How many quotation marks each token stands inside."""
    depth, depths = 0, []
    for token in tokens:
        if token.surface in ("」", "』", "”"):
            depth = max(0, depth - 1)
        depths.append(depth)
        if token.surface in ("「", "『", "“"):
            depth += 1
    return depths
