"""What the learned models see of a candidate: its word, its morphology, its clause, its sentence, its article.

Features are told in groups (`spell`), each of what depends on the same (a word and its use, a word and its head): the groups
come again and again, so that they are spelled out, and their weights added up, once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from keii.extract import spell
from keii.extract.candidates import Candidate
from keii.extract.scene import SPEECH, Scene, View
from keii.sums import Group

_FIRST_PERSON = frozenset({"私", "わたし", "僕", "筆者", "我々", "わたしたち", "私たち", "自分", "みなさん", "皆さん", "あなた"})
_ARGUMENTS = frozenset({"を", "が", "に", "と", "の", "で", "は"})
_CLAUSE_CASES = frozenset({"は", "が", "も", "では", "によると", "によれば"})
_WITH_CONTENT = SPEECH | {"aspect"}
_RELATIONS = frozenset({"nsubj", "obj", "obl", "nmod", "compound", "dislocated", "iobj"})
_HEADINGS = (
    "まとめ",
    "とは",
    "理由",
    "影響",
    "今後",
    "感想",
    "考察",
    "経緯",
    "時系列",
    "速報",
    "背景",
    "おわり",
    "最後",
    "追記",
    "解説",
    "なぜ",
)


_TYPE_FEATURES = (
    "topic", "beside", "lexset", "w=", "use=", "lex=", "c=", "arg=", "child=", "head=", "head lex", "head c", "last=", "first=",
    "ent=", "chain0", "deps", "content", "pair=", "said=", "group=", "s:first", "s:root=",
)  # fmt: skip
FAMILIES = ("word", "form", "above", "arguments", "context", "sentence")
Families = tuple[list[Group], ...]


def describe(scene: Scene, candidate: Candidate) -> Families:
    """A candidate's features in groups, a list for each of `FAMILIES`; a feature is worth how often it is told."""
    view, i = scene.view(candidate.sentence), candidate.token
    return (
        _word(scene, view, i),
        _morphology(view, i),
        [*_head(view, i), *_way_up(view, i)],
        _arguments(view, i),
        [*_content(view, i), *_context(scene, candidate)],
        _sentence(scene, candidate.sentence, view.uses[i]),
    )


def told(families: Families) -> tuple[list[str], ...]:
    """The names of the features of each family."""
    return tuple([name for group in groups for name in group.names] for groups in families)


def of_type(families: Iterable[Iterable[str]]) -> Counter[str]:
    """The features that say what kind of event a word names, and not only whether it names one."""
    return Counter(name for names in families for name in names if name.startswith(_TYPE_FEATURES))


# --- the word -----------------------------------------------------------------------------------------------------


def _word(scene: Scene, view: View, i: int) -> list[Group]:
    token, use, kinds, topics = view.tokens[i], view.uses[i], view.kinds[i], scene.topics
    return [
        spell.spelling(token.norm, use),
        spell.analysis(token.tag, token.dep, token.ent, view.labels[i]),
        spell.types(kinds, view.groups[i], use),
        spell.beside(view.specific),
        spell.topics(topics, kinds, use),
        spell.told_topics(topics[:3], token.norm),
    ]


# --- its form -----------------------------------------------------------------------------------------------------


def _morphology(view: View, i: int) -> list[Group]:
    tokens, use, behind = view.tokens, view.uses[i], view.chains[i]
    groups = [spell.chain(behind.lemmas, use), spell.form(view.form(i), use, view.groups[i])]
    if behind.end < len(tokens):
        following = tokens[behind.end]
        groups += spell.following(following.norm, following.pos), spell.next_beside(use, following.norm, behind.lemmas[:5])
        if behind.end + 1 < len(tokens):
            groups.append(spell.next_two(following.norm, tokens[behind.end + 1].norm))
    else:
        groups.append(spell.END)
    if i:
        groups.append(spell.previous(tokens[i - 1].norm, tokens[i - 1].pos, view.labels[i - 1], use))
    if i > 1:
        groups.append(spell.previous_two(tokens[i - 2].norm, tokens[i - 1].norm))
    return groups


# --- the words above it -------------------------------------------------------------------------------------------


def _head(view: View, i: int) -> list[Group]:
    """The word that it hangs on."""
    token, use, head, case = view.tokens[i], view.uses[i], view.tokens[i].head, view.case(i)
    if head == i:
        return []
    above = view.tokens[head]
    return [
        spell.above(use, token.dep, case, above.norm, above.pos),
        spell.above_chain(view.chains[head].lemmas[:4], use),
        spell.above_form(case, view.form(head), use, view.groups[i], view.groups[head]),
        spell.pair(token.norm, case, above.norm),
        spell.above_types(view.kinds[head], use, case),
    ]


def _way_up(view: View, i: int) -> Iterator[Group]:
    """The words above it, how each hangs on the next, and the clause it stands in."""
    tokens, use, path = view.tokens, view.uses[i], view.path(i)
    yield spell.depth(min(len(path), 5), use)
    for above in path[1:4]:
        yield spell.higher(tokens[above].norm, use)
    if path:
        second = (view.form(path[0]), view.groups[path[1]]) if len(path) > 1 else ()
        yield spell.steps((view.form(i), view.groups[path[0]]), second, use)
    clause = view.clause(i)
    kids = view.kids[clause]
    yield spell.clause(view.form(clause), view.groups[clause], any(view.labels[child] == "DATE" for child in kids), use)
    for child in kids:
        case = view.case(child)
        if child < i and case in _CLAUSE_CASES:
            yield spell.clause_argument(case, view.labels[child], use)
    speech = next((above for above in path if view.kinds[above] & SPEECH), None)
    if speech is not None:
        link = i if path[0] == speech else path[path.index(speech) - 1]
        yield spell.said(view.form(link), tokens[speech].norm, view.groups[i], link == i, use)


# --- the words that hang on it ------------------------------------------------------------------------------------


def _arguments(view: View, i: int) -> list[Group]:
    tokens, use, kids = view.tokens, view.uses[i], view.kids[i]
    groups = []
    for child in kids:
        token, label = tokens[child], view.labels[child]
        case = next((t.surface for t in tokens[child + 1 : child + 3] if t.pos == "ADP"), "")
        groups.append(spell.child(token.dep, case, label, use))
        if case in _ARGUMENTS or token.dep == "compound":
            groups.append(spell.argument(case, token.norm, use))
            groups.append(spell.labelled(case, tokens[i].norm, label))
            groups.append(spell.argument_types(case, view.kinds[child], view.groups[child], view.groups[i], use))
    dated = any(view.labels[child] == "DATE" for child in kids)
    groups.append(spell.kids(frozenset(tokens[child].dep for child in kids) & _RELATIONS, dated, view.groups[i], use))
    return groups


# --- what stands beside it ----------------------------------------------------------------------------------------


def _content(view: View, i: int) -> list[Group]:
    """What a speech act or an aspect verb says: the predicate or noun right before it, and the events below that."""
    if not view.kinds[i] & _WITH_CONTENT:
        return []
    use, found = view.uses[i], view.complement(i)
    if found is None:
        return [spell.no_content(use)]
    top, between = found
    groups = {view.groups[j][0] for j in view.below(top) if j < i}
    strongest = next((sign for sign in "EOSAT" if sign in groups), "-")
    word = view.tokens[top]
    return [
        spell.said_content(between[-2:], view.groups[top], view.form(top), word.pos, use),
        spell.content_has(strongest, between[-2:], view.tokens[i].norm, use),
        spell.content_means(between[-2:], word.norm, use),
    ]


def _context(scene: Scene, candidate: Candidate) -> list[Group]:
    number, i = candidate.sentence, candidate.token
    view = scene.view(number)
    use, since = view.uses[i], view.since[i]
    before, after = view.predicates[i], view.predicates[-1] - view.predicates[i + 1]
    titled, times, nth = scene.repeats(number, i)
    groups = [
        spell.since(tuple([min((i - since[label]) // 4, 4) if label in since else -1 for label in spell.LABELS]), use),
        spell.place(min(view.depths[i], 2), min(before, 4), min(after, 4), use),
        spell.repeats(titled, min(times, 4), min(nth, 3), use),
    ]
    if number and scene.document.tokens[number - 1]:
        groups.append(spell.told_before(view.tokens[i].norm in scene.view(number - 1).norms, use))
    return groups


# --- its sentence -------------------------------------------------------------------------------------------------


def _sentence(scene: Scene, number: int, use: str) -> list[Group]:
    """Features of a sentence as a whole, worked out once, and those beside the use of a word in it."""
    if number not in scene.sentences:
        names = tuple(dict.fromkeys(_sentence_features(scene, number)))
        beside = tuple(name for name in names if name.startswith(("s:kind", "s:end1", "s:has", "s:root")))
        scene.sentences[number] = Group(names), beside
    group, beside = scene.sentences[number]
    return [group, spell.sentence_beside(beside, use), spell.style(scene.style, use)]


def _sentence_features(scene: Scene, number: int) -> Iterator[str]:
    document, view = scene.document, scene.view(number)
    sentence, tokens = document.sentences[number], view.tokens
    heading = scene.heading(sentence)
    yield f"s:kind={sentence.kind}"
    yield f"s:level={document.sections[sentence.section].level}"
    yield f"s:place={min(scene.places[number], 3)}"
    yield f"s:left={min(scene.lefts[number], 2)}"
    for label in sorted(set(view.labels) - {""}):
        yield f"s:has={label}"
    yield f"s:length={min(len(tokens) // 12, 5)}"
    if view.norms & _FIRST_PERSON:
        yield "s:first person"
    root = next((i for i in range(len(tokens) - 1, -1, -1) if tokens[i].head == i), None)
    if root is not None:
        yield f"s:root={tokens[root].norm}"
        yield f"s:root chain={'+'.join(view.chains[root].lemmas[:5])}"
        yield f"s:root form={view.form(root)}"
        yield f"s:root group={view.groups[root]}&{view.form(root)}"
    end = [token.lemma for token in tokens if token.pos != "PUNCT"][-3:]
    yield f"s:end={'+'.join(end)}"
    yield f"s:end1={end[-1] if end else ''}"
    if tokens and tokens[-1].surface in "?？!！":
        yield f"s:mark={tokens[-1].surface}"
    if tokens:
        yield f"s:first={tokens[0].lemma}"
    if heading:
        yield f"s:dated heading={any(char.isdigit() for char in heading)}"
        yield from (f"s:heading={word}" for word in _HEADINGS if word in heading)
