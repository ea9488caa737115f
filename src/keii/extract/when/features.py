"""What the ranker of dates sees of an option: where its expression stands beside the event, and how the two fit."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from keii.extract.factuality import read_cues
from keii.extract.grammar import chain, is_content, is_sahen, path_to_root, quote_depth
from keii.extract.when.options import Dating, Days, Offer, Option, by_rule, span
from keii.model import Document, Token, When

BEHIND = re.compile(r"[\s　]*[（(][^）)]{0,20}[）)]")
SOURCE = re.compile(r"によると|によれば|によりますと|では、")
_MARKS = re.compile(
    r"(?:まで|から|以降|以来|以後|以前|前|後|現在|時点|付|頃|ごろ|中|間|にかけ|未明|朝|午前|午後|夜|夕方|に|で|の|は|も|、|を|が|と|より|末|開催|発表)"
)


class Frame:
    """What is asked of a claim once, whatever the option."""

    def __init__(self, document: Document, claim: Dating, found: Sequence[Offer], past: Sequence[tuple[Dating, Option]]) -> None:
        candidate = claim.candidate
        self.document, self.candidate, self.type, self.factuality = document, candidate, claim.type, claim.factuality
        self.past = past
        self.rule = by_rule(claim, found)
        self.sentence = document.sentences[candidate.sentence]
        self.tokens = document.tokens[candidate.sentence]
        reading = read_cues(self.tokens, candidate.token)
        self.tense = reading.tense
        self.steps = reading.steps
        self.path = [candidate.token, *path_to_root(self.tokens, candidate.token)]
        self.depths = quote_depth(self.tokens)
        own = (o for offer in found for o in offer if o.source == "sentence" and not o.back and o.taken == "told")
        self.own = sorted((o.when for o in own if o.when), key=lambda when: when.start)
        self.before = [when for when in self.own if when.end <= candidate.start]
        self.predicates = [i for i, token in enumerate(self.tokens) if _predicate(self.tokens, i)]
        self.backs = sorted({o.back for offer in found for o in offer if o.source == "context"})
        self.told = [span(option.value) for _, option in self.past]
        self.thread = list(
            dict.fromkeys(
                days
                for days, (_, option) in zip(self.told, self.past, strict=True)
                if option.when
                and ".." not in (option.value or "")
                and _relation(document.published, option.when) in ("same", "before")
            )
        )[:3]
        lemma = self.tokens[candidate.token].lemma
        self.namesakes = [
            days
            for days, (other, _) in zip(self.told, self.past, strict=True)
            if document.tokens[other.candidate.sentence][other.candidate.token].lemma == lemma and len(lemma) > 1
        ]
        matter = _matter(self.tokens)
        self.kin: dict[Days, float] = {}
        for days, (other, _) in zip(self.told, self.past, strict=True):
            if other.candidate.sentence != candidate.sentence:
                shared = _matter(document.tokens[other.candidate.sentence])
                self.kin[days] = max(self.kin.get(days, 0.0), len(matter & shared) / (1 + min(len(matter), len(shared))))
        self.most = max(self.told, key=self.told.count) if self.told else None
        text = document.article.text
        self.lead = text[self.sentence.start : candidate.start]
        self.behind = text[candidate.end : min(self.sentence.end, candidate.end + 30)]


def rows(frame: Frame, found: Sequence[Offer]) -> list[dict[str, float]]:
    """The features of each offer, in order."""
    return [dict.fromkeys(_offer(frame, offer), 1.0) for offer in found]


def _offer(frame: Frame, offer: Offer) -> Iterator[str]:
    places = sorted({_place(option) for option in offer})
    yield f"places={'|'.join(places)}"
    ruled = frame.rule in offer
    yield f"rule={ruled}&own={bool(frame.own)}"
    yield f"rule={ruled}&{frame.rule.source}&{_place(offer[0])}"
    yield f"rule={ruled}&{frame.rule.source}&{frame.factuality}&{frame.tense}"
    yield from _history(frame, offer)
    yield from _option(frame, offer[0])


def _place(option: Option) -> str:
    if option.when is None:
        return "null"
    return "own" if option.source == "sentence" and not option.back else str(option.source)


def _history(frame: Frame, offer: Offer) -> Iterator[str]:
    """How the offer continues the dates of the claims before."""
    first = offer[0]
    how = "null" if first.when is None else first.taken
    own = any(_place(option) == "own" for option in offer)
    if not frame.past:
        yield f"no past&{how}&{own}"
        return
    ages = [age for age, other in enumerate(frame.told) if other == span(first.value)]
    last, chosen = frame.past[0]
    same = last.candidate.sentence == frame.candidate.sentence
    age = min(ages[0], 5) if ages else "new"
    between = sum(last.candidate.start <= when.start < frame.candidate.start for when in frame.own)
    gap = "same" if same else str(min(frame.candidate.sentence - last.candidate.sentence, 3))
    block = frame.document.sentences[last.candidate.sentence].block == frame.sentence.block
    section = frame.document.sentences[last.candidate.sentence].section == frame.sentence.section
    yield from _thread(frame, offer, ages, own, gap)
    base = f"age={age}&gap={gap}&own={own}"
    yield base
    yield f"{base}&{how}&between={min(between, 2)}&before={bool(frame.before)}"
    yield f"{base}&block={block}&section={section}"
    yield f"{base}&{last.factuality}>{frame.factuality}"
    yield f"{base}&{last.type}>{frame.type}"
    yield f"{base}&tense={frame.tense}&{frame.factuality}"
    yield f"{base}&type={frame.type}"
    yield f"{base}&dated={bool(frame.own)}"
    yield f"{base}&chosen={_place(chosen)}&{chosen.taken}"
    yield f"times={min(len(ages), 4)}&own={own}"
    if same:
        low, high = last.candidate.token, frame.candidate.token
        crossed = [i for i in frame.predicates if low <= i < high]
        for i in crossed[:3]:
            yield f"{base}&crosses={form(frame.tokens, i)}"
        join = "up" if high in path_to_root(frame.tokens, low) else "down" if low in frame.path else "side"
        yield f"{base}&join={join}&{form(frame.tokens, low)}"
        yield f"{base}&quote={frame.depths[low] - frame.depths[high]}"
    else:
        for token in frame.tokens[:4]:
            yield f"{base}&begins={token.lemma}"
        yield f"{base}&source={bool(SOURCE.search(frame.lead))}"


def _thread(frame: Frame, offer: Offer, ages: list[int], own: bool, gap: str) -> Iterator[str]:
    """Whether the offer is the date the story is at, not that of an excursion; whether the same word or matter had it before."""
    days = span(offer[0].value)
    place = frame.thread.index(days) if days in frame.thread else "no"
    yield f"thread={place}&own={own}&gap={gap}"
    yield f"thread={place}&own={own}&last={frame.told[0] == days}&{frame.factuality}"
    yield f"thread={place}&own={own}&{frame.tense}&type={frame.type}"
    if frame.namesakes:
        yield f"namesake={days in frame.namesakes}&own={own}&some own={bool(frame.own)}"
        yield f"namesake first={frame.namesakes[0] == days}&{frame.factuality}"
    else:
        yield f"no namesake&thread={place}&own={own}"
    if days in frame.kin:
        best = max(frame.kin.values())
        yield f"kin={'best' if frame.kin[days] == best else 'less'}&{min(int(frame.kin[days] * 5), 3)}&own={own}"
        yield f"kin={'best' if frame.kin[days] == best else 'less'}&thread={place}&last={frame.told[0] == days}&own={own}"
    yield f"most={frame.most == days}&own={own}&thread={place}"


def _matter(tokens: Sequence[Token]) -> frozenset[str]:
    """The content words of a sentence."""
    return frozenset(token.lemma for token in tokens if token.pos in ("NOUN", "PROPN", "VERB") and len(token.lemma) > 1)


def _option(frame: Frame, option: Option) -> Iterator[str]:
    place = _place(option)
    kind = f"{place}:{option.taken}"
    yield kind
    yield f"{kind}&{frame.type}"
    yield f"{kind}&{frame.factuality}"
    yield f"{kind}&{frame.tense}&{frame.factuality}"
    yield f"{kind}&own={min(len(frame.own), 2)}&before={min(len(frame.before), 2)}"
    yield f"{kind}&kind={frame.sentence.kind}"
    yield f"{kind}&quoted={frame.depths[frame.candidate.token] > 0}"
    yield f"{kind}&source={bool(SOURCE.search(frame.lead))}"
    if frame.steps:
        yield f"{kind}&link={frame.steps[0].link}&{frame.tense}"
    if place in ("null", "document", "context") or option.taken == "before":
        for token in frame.tokens[: frame.candidate.token]:
            if token.tag.endswith("副詞可能") or token.pos == "ADV":
                yield f"{kind}&adverb={token.lemma}"
        yield f"{kind}&dated={'own' if frame.before else 'behind' if frame.own else 'no'}"
    if option.when is None:
        return
    when = option.when
    yield f"{kind}&grain={when.grain}"
    yield f"{kind}&basis={when.basis}"
    yield f"{kind}&open={_shape(when)}&{frame.factuality}"
    relation = _relation(frame.document.published, when)
    yield f"{place}&rel={relation}"
    yield f"{kind}&rel={relation}&{frame.factuality}"
    yield f"{kind}&rel={relation}&{frame.tense}"
    if place == "own":
        yield from _own(frame, option, kind)
    elif place == "context":
        yield f"{kind}&nearest={option.back == frame.backs[0]}&last={option.last}"
        yield f"{kind}&back={min(option.back, 5)}&last={option.last}"
        same = frame.document.sentences[frame.candidate.sentence - option.back]
        yield f"{kind}&same section={same.section == frame.sentence.section}&block={same.block == frame.sentence.block}"
        yield f"{kind}&mark={_mark(frame.document, when)}"
        yield f"{kind}&rank={frame.backs.index(option.back)}&{_mark(frame.document, when)}"
        yield f"{kind}&rank={frame.backs.index(option.back)}&grain={when.grain}&rel={relation}"
    else:
        yield f"{kind}&back={option.back}"


def _own(frame: Frame, option: Option, kind: str) -> Iterator[str]:
    when = option.when
    assert when is not None
    candidate, tokens = frame.candidate, frame.tokens
    side = "before" if when.end <= candidate.start else "behind" if when.start >= candidate.end else "in"
    mark = _mark(frame.document, when)
    between = [
        one
        for one in frame.own
        if one is not when and min(when.end, candidate.end) <= one.start <= max(when.start, candidate.start)
    ]
    yield f"{kind}&{side}"
    yield f"{kind}&{side}&mark={mark}"
    yield f"{kind}&mark={mark}&{frame.factuality}"
    yield f"{kind}&mark={mark}&{frame.type}"
    yield f"{kind}&{side}&whens between={min(len(between), 2)}&of={min(len(frame.own), 3)}"
    index = frame.own.index(when)
    yield f"{kind}&index={min(index, 2)}&last={option.last}&{side}"
    at = token_at(tokens, when.end - 1)
    first = token_at(tokens, when.start)
    low, high = sorted((at, candidate.token))
    crossed = [i for i in frame.predicates if low < i < high and i != candidate.token]
    yield f"{kind}&{side}&crossed={min(len(crossed), 3)}"
    for i in crossed[:3]:
        yield f"{kind}&{side}&crosses={form(tokens, i)}"
    if crossed:
        yield f"{kind}&{side}&last crossed={tokens[crossed[-1]].lemma}&{form(tokens, crossed[-1])}"
    span = frame.document.article.text[min(when.end, candidate.end) : max(when.start, candidate.start)]
    yield f"{kind}&{side}&commas={min(span.count('、'), 3)}"
    yield f"{kind}&{side}&distance={min(len(span) // 10, 8)}"
    yield f"{kind}&{side}&source between={bool(SOURCE.search(span))}"
    yield f"{kind}&{side}&quote={frame.depths[at] - frame.depths[candidate.token]}"
    yield from _dependency(frame, at, first, kind, mark)


def _dependency(frame: Frame, at: int, first: int, kind: str, mark: str) -> Iterator[str]:
    """How the expression's governor and the event are joined in the dependency tree."""
    tokens = frame.tokens
    inside = set(range(first, at + 1))
    governor = at
    for _ in range(len(tokens)):
        if governor not in inside or tokens[governor].head == governor:
            break
        governor = tokens[governor].head
    up = [governor, *path_to_root(tokens, governor)]
    if frame.candidate.token in up:
        join = f"down{min(up.index(frame.candidate.token), 3)}"
    else:
        meet = next((k for k in up if k in frame.path), None)
        join = "none" if meet is None else f"{min(up.index(meet), 3)}-{min(frame.path.index(meet), 3)}"
        if meet == governor:
            below = frame.path[frame.path.index(meet) - 1]
            join += f"&{tokens[below].dep}&{form(tokens, below)}"
            yield f"{kind}&governor={tokens[governor].lemma}&{tokens[below].dep}"
    yield f"{kind}&join={join}"
    yield f"{kind}&join={join}&{mark}"
    yield f"{kind}&join={join}&{frame.factuality}"
    yield f"{kind}&governor is event={governor == frame.candidate.token}&{mark}"


def _predicate(tokens: Sequence[Token], i: int) -> bool:
    token = tokens[i]
    if not is_content(token):
        return False
    return token.pos in ("VERB", "ADJ") or (
        is_sahen(token) and i + 1 < len(tokens) and tokens[i + 1].surface in ("、", "し", "さ", "する")
    )


def form(tokens: Sequence[Token], i: int) -> str:
    """The form that a predicate ends in: its last function word."""
    behind = chain(tokens, i)
    last = tokens[behind.end - 1]
    return f"{last.surface if last.pos in ('ADP', 'SCONJ', 'PART') else last.lemma if behind.lemmas else 'plain'}"


def token_at(tokens: Sequence[Token], position: int) -> int:
    return max(0, bisect_left(tokens, position + 1, key=lambda token: token.start) - 1)


def _mark(document: Document, when: When) -> str:
    """What closes an expression: its own relation word, then the particle behind it."""
    text = document.article.text
    inside = next(
        (
            word
            for word in ("まで", "から", "以降", "以来", "前", "後", "時点", "現在", "付", "間")
            if text[when.start : when.end].endswith(word)
        ),
        "",
    )
    at = when.end
    if bracket := BEHIND.match(text, at, min(at + 30, len(text))):
        at = bracket.end()
    behind = _MARKS.match(text, at, at + 4)
    second = _MARKS.match(text, behind.end(), behind.end() + 3) if behind else None
    return f"{inside}+{behind[0] if behind else '-'}{second[0] if second else ''}"


def _shape(when: When) -> str:
    value = when.value or ""
    return "until" if value.startswith("..") else "from" if value.endswith("..") else "span" if "/" in value else "point"


def _relation(published: When | None, when: When) -> str:
    """How a date lies to the article's own: same day, days before or after, or years away."""
    if published is None or published.earliest is None or published.latest is None:
        return "unknown"
    start, end = when.earliest or when.latest or "", when.latest or when.earliest or ""
    if not start:
        return "unknown"
    if start < published.latest and end > published.earliest:
        return "same"
    years = int(start[:4]) - int(published.earliest[:4]) if start[:4].isdigit() else 0
    if start >= published.latest:
        return "after" if years < 1 else "years after"
    near = start[:7] >= published.earliest[:7] or years == 0
    return "before" if near else "year before" if years == -1 else "years before"
