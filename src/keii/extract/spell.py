"""The names of features, in groups by what they depend on; each group is spelled out once and remembered.

`w` is the word, `c` its clusters, `lex` its event types, `arg` a word that hangs on it, `s:` its sentence, `art:` its article.
"""

from __future__ import annotations

from collections.abc import Iterator

from keii.extract.clusters import clusters
from keii.extract.scene import SPECIFIC, Kinds
from keii.sums import Group, remembered

LABELS = ("DATE", "PERSON", "ORG", "OUTLET")
END = Group(("next=END",))


@remembered
def spelling(norm: str, use: str) -> Iterator[str]:
    yield f"w={norm}"
    yield f"use={use}"
    yield f"w={norm}&{use}"
    yield f"last={norm[-1:]}"
    yield f"first={norm[:1]}"
    for cluster in clusters(norm):
        yield f"c={cluster}"
        yield f"c={cluster}&{use}"
    for char in norm:
        if "一" <= char <= "龥":
            yield f"kanji={char}"


@remembered
def analysis(tag: str, dep: str, ent: str, label: str) -> Iterator[str]:
    yield f"tag={tag}"
    yield f"dep={dep}"
    yield f"ent={ent}"
    yield f"label={label}"


@remembered
def types(kinds: Kinds, signs: str, use: str) -> Iterator[str]:
    yield f"lexset={'+'.join(sorted(kinds))}"
    yield f"group={signs}&{use}"
    for kind in sorted(kinds):
        yield f"lex={kind}"
        yield f"lex={kind}&{use}"


@remembered
def beside(kinds: tuple[str, ...]) -> Iterator[str]:
    return (f"beside={kind}" for kind in kinds)


@remembered
def topics(topics: tuple[str, ...], kinds: Kinds, use: str) -> Iterator[str]:
    for kind in sorted(kinds):
        yield f"lex={kind}&topic={kind in topics}"
    specific = "+".join(sorted(kinds & SPECIFIC))
    for n, topic in enumerate(topics[:3]):
        yield f"topic{n}={topic}"
        yield f"topic={topic}"
        yield f"topic={topic}&lexset={specific}&{use}"


@remembered
def told_topics(topics: tuple[str, ...], norm: str) -> Iterator[str]:
    return (f"topic={topic}&w={norm}" for topic in topics)


@remembered
def chain(lemmas: tuple[str, ...], use: str) -> Iterator[str]:
    shape = "+".join(lemmas[:5])
    yield f"chain={shape}"
    yield f"chain={use}&{shape}"
    for lemma in lemmas:
        yield f"aux={lemma}"
        yield f"aux={use}&{lemma}"
    for n, lemma in enumerate(lemmas[:2]):
        yield f"chain{n}={lemma}"
    yield f"chain end={lemmas[-1] if lemmas else ''}&{use}"


@remembered
def form(form: str, use: str, signs: str) -> Iterator[str]:
    yield f"form={form}&{use}"
    yield f"form={form}&{signs}"


@remembered
def following(norm: str, pos: str) -> Iterator[str]:
    yield f"next={norm}"
    yield f"next pos={pos}"


@remembered
def next_beside(use: str, norm: str, lemmas: tuple[str, ...]) -> Iterator[str]:
    yield f"next={use}&{norm}&{'+'.join(lemmas)}"


@remembered
def next_two(norm: str, second: str) -> Iterator[str]:
    yield f"next2={second}"
    yield f"next12={norm}+{second}"


@remembered
def previous(norm: str, pos: str, label: str, use: str) -> Iterator[str]:
    yield f"prev={norm}"
    yield f"prev={use}&{norm}"
    yield f"prev pos={pos}"
    yield f"prev label={label}"


@remembered
def previous_two(second: str, norm: str) -> Iterator[str]:
    yield f"prev2={second}+{norm}"


@remembered
def above(use: str, dep: str, case: str, norm: str, pos: str) -> Iterator[str]:
    yield f"head={norm}"
    yield f"head={use}&{dep}&{norm}"
    yield f"head={use}&{case}&{norm}"
    yield f"head pos={pos}&{dep}"
    for cluster in clusters(norm)[:2]:
        yield f"head c={cluster}&{use}&{dep}"
        yield f"head c={cluster}&{use}&{case}"


@remembered
def above_chain(lemmas: tuple[str, ...], use: str) -> Iterator[str]:
    yield f"head chain={'+'.join(lemmas)}&{use}"


@remembered
def above_form(case: str, form: str, use: str, signs: str, above: str) -> Iterator[str]:
    yield f"head form={case}&{form}&{use}"
    yield f"pair={signs}>{case}>{above}&{use}"


@remembered
def pair(norm: str, case: str, above: str) -> Iterator[str]:
    yield f"pair={norm}>{case}>{above}"


@remembered
def above_types(kinds: Kinds, use: str, case: str) -> Iterator[str]:
    for kind in sorted(kinds):
        yield f"head lex={kind}&{use}"
        yield f"head lex={kind}&{use}&{case}"


@remembered
def depth(depth: int, use: str) -> Iterator[str]:
    yield f"depth={depth}&{use}"


@remembered
def higher(norm: str, use: str) -> Iterator[str]:
    yield f"above={norm}&{use}"


@remembered
def steps(first: tuple[str, ...], second: tuple[str, ...], use: str) -> Iterator[str]:
    yield f"up1={'>'.join(first)}&{use}"
    if second:
        yield f"up2={'>'.join((*first, *second))}&{use}"


@remembered
def clause(form: str, signs: str, dated: bool, use: str) -> Iterator[str]:
    yield f"clause={form}&{use}"
    yield f"clause={form}&{signs}&{use}"
    yield f"clause dated={dated}&{use}"


@remembered
def clause_argument(case: str, label: str, use: str) -> Iterator[str]:
    yield f"clause arg={case}&{label}&{use}"


@remembered
def said(form: str, norm: str, signs: str, direct: bool, use: str) -> Iterator[str]:
    yield f"said={form}&{use}"
    yield f"said={norm}&{use}&{direct}"
    yield f"said={form}&{signs}&{direct}&{use}"


@remembered
def child(dep: str, case: str, label: str, use: str) -> Iterator[str]:
    yield f"child={dep}&{case}"
    yield f"child={case}&{label}&{use}"


@remembered
def argument(case: str, norm: str, use: str) -> Iterator[str]:
    yield f"arg={case}&{norm}"
    yield f"arg={case}&last={norm[-1:]}&{use}"
    for cluster in clusters(norm)[:2]:
        yield f"arg={case}&{cluster}&{use}"


@remembered
def labelled(case: str, norm: str, label: str) -> Iterator[str]:
    yield f"arg={case}&{norm}&{label}"


@remembered
def argument_types(case: str, kinds: Kinds, signs: str, above: str, use: str) -> Iterator[str]:
    yield f"below={above}<{case}<{signs}&{use}"
    for kind in sorted(kinds):
        yield f"arg={case}&lex={kind}&{use}"


@remembered
def kids(deps: frozenset[str], dated: bool, signs: str, use: str) -> Iterator[str]:
    yield f"deps={'+'.join(sorted(deps))}&{use}"
    yield f"dated={dated}&{use}&{signs}"


@remembered
def no_content(use: str) -> Iterator[str]:
    yield f"content=none&{use}"


@remembered
def said_content(between: str, signs: str, form: str, pos: str, use: str) -> Iterator[str]:
    yield f"content={between}&{signs}&{use}"
    yield f"content={between}&{form}&{use}"
    yield f"content={between}&{pos}&{signs}"


@remembered
def content_has(strongest: str, between: str, norm: str, use: str) -> Iterator[str]:
    yield f"content has={strongest}&{between}&{use}"
    yield f"content has={strongest}&{norm}"


@remembered
def content_means(between: str, norm: str, use: str) -> Iterator[str]:
    return (f"content={between}&{cluster}&{use}" for cluster in clusters(norm)[:1])


@remembered
def since(steps: tuple[int, ...], use: str) -> Iterator[str]:
    for label, step in zip(LABELS, steps, strict=True):
        yield f"no {label} before&{use}" if step < 0 else f"since {label}={step}&{use}"


@remembered
def place(depth: int, before: int, after: int, use: str) -> Iterator[str]:
    yield f"quoted={depth}&{use}"
    yield f"verbs left={before}&{use}"
    yield f"verbs right={after}&{use}"


@remembered
def repeats(titled: bool, times: int, nth: int, use: str) -> Iterator[str]:
    """Whether the title tells the word too, and how often the article does, before and in all."""
    yield f"titled={titled}&{use}"
    yield f"times={times}&{use}"
    yield f"nth={nth}&{use}"


@remembered
def told_before(told: bool, use: str) -> Iterator[str]:
    yield f"told before={told}&{use}"


@remembered
def sentence_beside(names: tuple[str, ...], use: str) -> Iterator[str]:
    return (f"{use}&{name}" for name in names)


@remembered
def style(style: tuple[str, ...], use: str) -> Iterator[str]:
    for name in style:
        yield f"art:{name}"
        yield f"{use}&art:{name}"
