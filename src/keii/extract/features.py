"""What the learned models see of a candidate: its word, its morphology, its clause, its sentence, its article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from keii.extract.candidates import Candidate
from keii.extract.clusters import clusters
from keii.extract.scene import SPECIFIC, SPEECH, Kinds, Scene, View

_FIRST_PERSON = frozenset({"私", "わたし", "僕", "筆者", "我々", "わたしたち", "私たち", "自分", "みなさん", "皆さん", "あなた"})
_ARGUMENTS = frozenset({"を", "が", "に", "と", "の", "で", "は"})
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


def describe(scene: Scene, candidate: Candidate) -> tuple[list[str], ...]:
    """The names of a candidate's features, a list for each of `FAMILIES`; each feature is worth 1."""
    view, i = scene.view(candidate.sentence), candidate.token
    use = view.uses[i]
    families = (
        [*_word(scene, view, i), *(f"beside={kind}" for kind in view.specific)],
        [*_morphology(view, i)],
        [*_head(view, i), *_way_up(view, i)],
        [*_arguments(view, i)],
        [*_content(view, i), *_context(scene, candidate), *_repeats(scene, candidate)],
    )
    return *(list(dict.fromkeys(names)) for names in families), _sentence(scene, candidate.sentence, use)


def of_type(families: Iterable[Iterable[str]]) -> dict[str, float]:
    """The features that say what kind of event a word names, and not only whether it names one."""
    return {name: 1.0 for names in families for name in names if name.startswith(_TYPE_FEATURES)}


@cache
def _ordered(kinds: Kinds) -> tuple[str, ...]:
    """Event types in the same order in every process, so that sums of weights are the same to the last digit."""
    return tuple(sorted(kinds))


def _word(scene: Scene, view: View, i: int) -> Iterator[str]:
    token, use, kinds = view.tokens[i], view.uses[i], view.kinds[i]
    yield f"w={token.norm}"
    yield f"use={use}"
    yield f"w={token.norm}&{use}"
    yield f"tag={token.tag}"
    yield f"dep={token.dep}"
    yield f"ent={token.ent}"
    yield f"label={view.labels[i]}"
    yield f"last={token.norm[-1:]}"
    yield f"first={token.norm[:1]}"
    yield f"lexset={'+'.join(sorted(kinds))}"
    yield f"group={view.groups[i]}&{use}"
    specific = "+".join(sorted(kinds & SPECIFIC))
    for kind in _ordered(kinds):
        yield f"lex={kind}"
        yield f"lex={kind}&{use}"
        yield f"lex={kind}&topic={kind in scene.topics}"
    for n, topic in enumerate(scene.topics[:3]):
        yield f"topic{n}={topic}"
        yield f"topic={topic}"
        yield f"topic={topic}&lexset={specific}&{use}"
        yield f"topic={topic}&w={token.norm}"
    for cluster in clusters(token.norm):
        yield f"c={cluster}"
        yield f"c={cluster}&{use}"
    for char in token.norm:
        if "一" <= char <= "龥":
            yield f"kanji={char}"


def _repeats(scene: Scene, candidate: Candidate) -> Iterator[str]:
    """Whether the title tells the word too, and how often the article does, before and in all."""
    use = scene.view(candidate.sentence).uses[candidate.token]
    titled, times, before = scene.repeats(candidate.sentence, candidate.token)
    yield f"titled={titled}&{use}"
    yield f"times={min(times, 4)}&{use}"
    yield f"nth={min(before, 3)}&{use}"


def _morphology(view: View, i: int) -> Iterator[str]:
    tokens, use, behind = view.tokens, view.uses[i], view.chains[i]
    shape = "+".join(behind.lemmas[:5])
    yield f"chain={shape}"
    yield f"chain={use}&{shape}"
    for lemma in behind.lemmas:
        yield f"aux={lemma}"
        yield f"aux={use}&{lemma}"
    for n, lemma in enumerate(behind.lemmas[:2]):
        yield f"chain{n}={lemma}"
    yield f"chain end={behind.lemmas[-1] if behind.lemmas else ''}&{use}"
    yield f"form={view.form(i)}&{use}"
    yield f"form={view.form(i)}&{view.groups[i]}"
    if behind.end < len(tokens):
        following = tokens[behind.end]
        yield f"next={following.norm}"
        yield f"next={use}&{following.norm}&{shape}"
        yield f"next pos={following.pos}"
        if behind.end + 1 < len(tokens):
            yield f"next2={tokens[behind.end + 1].norm}"
            yield f"next12={following.norm}+{tokens[behind.end + 1].norm}"
    else:
        yield "next=END"
    if i:
        yield f"prev={tokens[i - 1].norm}"
        yield f"prev={use}&{tokens[i - 1].norm}"
        yield f"prev pos={tokens[i - 1].pos}"
        yield f"prev label={view.labels[i - 1]}"
    if i > 1:
        yield f"prev2={tokens[i - 2].norm}+{tokens[i - 1].norm}"


def _head(view: View, i: int) -> Iterator[str]:
    """The word that it hangs on."""
    tokens, use, head, case = view.tokens, view.uses[i], view.tokens[i].head, view.case(i)
    if head == i:
        return
    above = tokens[head]
    yield f"head={above.norm}"
    yield f"head={use}&{tokens[i].dep}&{above.norm}"
    yield f"head={use}&{case}&{above.norm}"
    yield f"head pos={above.pos}&{tokens[i].dep}"
    yield f"head chain={'+'.join(view.chains[head].lemmas[:4])}&{use}"
    yield f"head form={case}&{view.form(head)}&{use}"
    yield f"pair={view.groups[i]}>{case}>{view.groups[head]}&{use}"
    yield f"pair={tokens[i].norm}>{case}>{above.norm}"
    for cluster in clusters(above.norm)[:2]:
        yield f"head c={cluster}&{use}&{tokens[i].dep}"
        yield f"head c={cluster}&{use}&{case}"
    for kind in _ordered(view.kinds[head]):
        yield f"head lex={kind}&{use}"
        yield f"head lex={kind}&{use}&{case}"


def _arguments(view: View, i: int) -> Iterator[str]:
    """The words that hang on it."""
    tokens, use = view.tokens, view.uses[i]
    seen = set()
    dated = False
    for child in view.kids[i]:
        token, label = tokens[child], view.labels[child]
        case = next((t.surface for t in tokens[child + 1 : child + 3] if t.pos == "ADP"), "")
        seen.add(token.dep)
        dated = dated or label == "DATE"
        yield f"child={token.dep}&{case}"
        yield f"child={case}&{label}&{use}"
        if case in _ARGUMENTS or token.dep == "compound":
            yield f"arg={case}&{token.norm}"
            yield f"arg={case}&{tokens[i].norm}&{label}"
            yield f"arg={case}&last={token.norm[-1:]}&{use}"
            yield f"below={view.groups[i]}<{case}<{view.groups[child]}&{use}"
            for cluster in clusters(token.norm)[:2]:
                yield f"arg={case}&{cluster}&{use}"
            for kind in _ordered(view.kinds[child]):
                yield f"arg={case}&lex={kind}&{use}"
    yield f"deps={'+'.join(sorted(seen & _RELATIONS))}&{use}"
    yield f"dated={dated}&{use}&{view.groups[i]}"


def _way_up(view: View, i: int) -> Iterator[str]:
    """The words above it, how each hangs on the next, and the clause it stands in."""
    tokens, use = view.tokens, view.uses[i]
    path = view.path(i)
    yield f"depth={min(len(path), 5)}&{use}"
    for above in path[1:4]:
        yield f"above={tokens[above].norm}&{use}"
    steps, below = [], i
    for above in path[:3]:
        steps.append(f"{view.form(below)}>{view.groups[above]}")
        below = above
    if steps:
        yield f"up1={steps[0]}&{use}"
    if len(steps) > 1:
        yield f"up2={steps[0]}>{steps[1]}&{use}"
    clause = view.clause(i)
    form = view.form(clause)
    yield f"clause={form}&{use}"
    yield f"clause={form}&{view.groups[clause]}&{use}"
    dated = any(view.labels[child] == "DATE" for child in view.kids[clause])
    yield f"clause dated={dated}&{use}"
    for child in view.kids[clause]:
        case = view.case(child)
        if child < i and case in ("は", "が", "も", "では", "によると", "によれば"):
            yield f"clause arg={case}&{view.labels[child]}&{use}"
    speech = next((above for above in path if view.kinds[above] & SPEECH), None)
    if speech is not None:
        link = i if path[0] == speech else path[path.index(speech) - 1]
        yield f"said={view.form(link)}&{use}"
        yield f"said={tokens[speech].norm}&{use}&{link == i}"
        yield f"said={view.form(link)}&{view.groups[i]}&{link == i}&{use}"


def _content(view: View, i: int) -> Iterator[str]:
    """What a speech act or an aspect verb says: the predicate or noun right before it, and the events below that."""
    if not view.kinds[i] & (SPEECH | {"aspect"}):
        return
    use = view.uses[i]
    found = view.complement(i)
    if found is None:
        yield f"content=none&{use}"
        return
    top, between = found
    between = between[-2:]
    yield f"content={between}&{view.groups[top]}&{use}"
    yield f"content={between}&{view.form(top)}&{use}"
    yield f"content={between}&{view.tokens[top].pos}&{view.groups[top]}"
    groups = {view.groups[j][0] for j in view.below(top) if j < i}
    strongest = next((sign for sign in "EOSAT" if sign in groups), "-")
    yield f"content has={strongest}&{between}&{use}"
    yield f"content has={strongest}&{view.tokens[i].norm}"
    for cluster in clusters(view.tokens[top].norm)[:1]:
        yield f"content={between}&{cluster}&{use}"


def _context(scene: Scene, candidate: Candidate) -> Iterator[str]:
    view, i = scene.view(candidate.sentence), candidate.token
    tokens, use = view.tokens, view.uses[i]
    yield f"quoted={min(view.depths[i], 2)}&{use}"
    for label in ("DATE", "PERSON", "ORG", "OUTLET"):
        last = view.since[i].get(label)
        yield f"no {label} before&{use}" if last is None else f"since {label}={min((i - last) // 4, 4)}&{use}"
    before = view.predicates[i]
    after = view.predicates[-1] - view.predicates[i + 1]
    yield f"verbs left={min(before, 4)}&{use}"
    yield f"verbs right={min(after, 4)}&{use}"
    if candidate.sentence and scene.document.tokens[candidate.sentence - 1]:
        yield f"told before={tokens[i].norm in scene.view(candidate.sentence - 1).norms}&{use}"


def _sentence(scene: Scene, number: int, use: str) -> list[str]:
    """Features of a sentence as a whole, and those beside the use of a word in it; worked out once."""
    if (number, use) not in scene.sentences:
        names = scene.sentences.get((number, "")) or list(_sentence_features(scene, number))
        scene.sentences[number, ""] = names
        found = [
            *names,
            *(f"{use}&{name}" for name in names if name.startswith(("s:kind", "s:end1", "s:has", "s:root"))),
            *(f"art:{name}" for name in scene.style),
            *(f"{use}&art:{name}" for name in scene.style),
        ]
        scene.sentences[number, use] = list(dict.fromkeys(found))
    return scene.sentences[number, use]


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
