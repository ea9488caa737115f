"""Whether a claim's event happened: fact, negated, possible or planned, from its own morphology and from what embeds it.

A reading climbs from the event's word towards the sentence's root and collects cues: function words on the way (ない, だろう,
つもり) and words that take the event as their content (方針, 可能性, とみられる, 否定). The climb ends where the content does:
what stands above 〜と述べた does not touch the event. Rules fold the cues from the inside out; a learned model weighs them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import NamedTuple, get_args

from keii import lexicon
from keii.config import Extract
from keii.extract.candidates import Candidate
from keii.extract.clusters import clusters
from keii.extract.grammar import (
    children,
    is_content,
    is_function,
    is_sahen,
    of_sentence,
    of_word,
    particles,
    path_to_root,
    quote_depth,
)
from keii.extract.learned import Linear, load
from keii.model import Document, EventType, Factuality, Token

_LIMIT = 8
_VALUES: dict[str, Factuality] = {value: value for value in get_args(Factuality)}
_FORMAL = frozenset({"こと", "事", "わけ", "訳", "はず", "筈", "の", "もの", "物", "つもり", "ところ"})
_SUPPORT = frozenset(
    {"ない", "無い", "ある", "知れる", "しれる", "得る", "える", "うる", "限る", "かねる", "できる", "出来る", "違い"}
)
_DOUBT = frozenset({"間違い", "まちがい", "疑い", "うたがい", "違い", "相違"})
_CLOSING = frozenset("」』”)）]】")
_OPENING = frozenset("(（[【")
_STATIVE = frozenset(
    {"ある", "いる", "できる", "出来る", "含む", "占める", "言える", "いう", "言う", "わかる", "分かる", "示す", "違う", "異なる"}
)
_CLAUSE_ENDS = frozenset(
    {"が", "けど", "けれど", "けれども", "ので", "から", "ば", "し", "のに", "なら", "たら", "ても", "でも", "と"}
)
_CASES = frozenset({"に", "で", "を", "が", "は", "も", "へ", "や", "など", "から", "まで", "より", "の"})
_CONTENT_ENDS = ("もの", "疑い", "疑いがある", "という", "ということ")
"""How a sentence ends that tells what somebody is accused of: 着服したというもの."""
_BRACKET = 40
_CONDITION = re.compile(r"(?:としても|[てで]も|と)$")


class Cue(NamedTuple):
    """A word on the way up from the event; `link` is how the event hangs on it (empty for function words)."""

    effect: str
    word: str
    link: str = ""


class Step(NamedTuple):
    """One step of the climb: the tense below, how it hangs on the word above, and that word."""

    tense: str
    link: str
    above: str


class Reading(NamedTuple):
    """What is said about an event: its cues from the inside out, its tense, and the steps climbed."""

    cues: tuple[Cue, ...]
    tense: str
    steps: tuple[Step, ...]


def factuality(
    document: Document, candidate: Candidate, type: EventType, *, config: Extract | None = None
) -> tuple[Factuality, tuple[str, ...]]:
    """Tell whether the event happened, with the cues that say so."""
    settings = config or Extract()
    reading = read_cues(document.tokens[candidate.sentence], candidate.token)
    value = by_rule(reading) if settings.rules_only else by_model(document, candidate, type, settings.model)
    cues = tuple(f"factuality: {cue.effect} {cue.word}" for cue in reading.cues)
    return value, cues or (f"factuality: {reading.tense}",)


def by_rule(reading: Reading) -> Factuality:
    """Fold the cues from the inside out, beginning with the tense."""
    state: Factuality = "planned" if reading.tense == "present" else "fact"
    for cue in reading.cues:
        state = _fold(state, cue)
    return state


def _fold(state: Factuality, cue: Cue) -> Factuality:
    match cue.effect:
        case "negated":
            return "fact" if state == "negated" else "negated"
        case "deny":
            return "negated"
        case "possible":
            return "possible"
        case "planned" if state == "fact":
            return "planned"
        case "attempt":
            return "fact"
    return state


def by_model(document: Document, candidate: Candidate, type: EventType, home: Path | None = None) -> Factuality:
    """What the learned model finds most probable; it knows the rules' answer."""
    model = _model(home)
    return _VALUES[model.classes[int(model.probabilities([features(document, candidate, type)])[0].argmax())]]


@cache
def _model(home: Path | None) -> Linear:
    return Linear.parse(load("factuality", home))


def features(document: Document, candidate: Candidate, type: EventType) -> dict[str, float]:
    """What the model sees: the rules' answer, the cues and steps of the climb, the words behind, time words, dates, the quote."""
    return dict.fromkeys(_features(document, candidate, type), 1.0)


def _features(document: Document, candidate: Candidate, type: EventType) -> Iterator[str]:
    tokens, i = document.tokens[candidate.sentence], candidate.token
    sentence, token = document.sentences[candidate.sentence], tokens[i]
    reading = read_cues(tokens, i)
    rule, tense = by_rule(reading), reading.tense
    for name, value in (("type", type), ("lemma", token.lemma), ("kind", sentence.kind)):
        yield f"{name}={value}"
        yield f"{name}={value}&{rule}"
    yield from (f"rule={rule}", f"tense={tense}", f"type={type}&{tense}", f"rule={rule}&{tense}", f"pos={token.pos}")
    yield f"quoted={quote_depth(tokens)[i] > 0}&{tense}"
    yield f"effects={'>'.join(cue.effect for cue in reading.cues)}"
    for cue in reading.cues:
        yield f"cue={cue.effect}&{cue.word}"
        yield f"cue={cue.effect}&{tense}"
    for at, step in enumerate(reading.steps[:4]):
        yield f"link{at}={step.link}&{step.tense}"
        yield f"above={step.above}"
        yield f"above{at}={step.link}&{step.above}"
    for first, second in pairwise(reading.steps[:4]):
        yield f"path={first.link}&{first.above}>{second.link}&{second.above}"
    for code in clusters(token.norm)[:2]:
        yield f"like={code}&{rule}"
    yield from _surroundings(tokens, i, tense, rule)
    yield from _accusations(document, candidate, rule)
    yield from _dates_beside(document, candidate, rule, tense)


def _surroundings(tokens: Sequence[Token], i: int, tense: str, rule: str) -> Iterator[str]:
    end = _tail(tokens, i)
    yield f"tail={''.join(token.surface for token in tokens[i + 1 : end])[:16]}"
    for token in tokens[i + 1 : min(end, i + 9)]:
        yield f"in tail={token.lemma}"
    behind = [token.lemma for token in tokens[i + 1 : i + 5]]
    for at, lemma in enumerate(behind, 1):
        yield f"next{at}={lemma}"
    yield f"next={'|'.join(behind[:2])}"
    yield f"next={'|'.join(behind[:3])}"
    for token in tokens[i + 1 : i + 12]:
        if is_content(token):
            yield f"soon={token.lemma}"
    for token in tokens[max(0, i - 2) : i]:
        yield f"before={token.lemma}"
    for token in tokens[:i]:
        if token.tag.endswith("副詞可能") or token.pos == "ADV":
            yield f"time={token.lemma}"
    for child in children(tokens, i):
        yield f"child={tokens[child].dep}&{''.join(particles(tokens, child))}&{rule}"
    root = [i, *path_to_root(tokens, i)][-1]
    final = _tense(tokens, root, _tail(tokens, root))
    yield f"final={final}&{tense}"
    yield f"final={final}&{tense}&{rule}"
    yield f"root={tokens[root].lemma}"
    yield f"root={tokens[root].lemma}&{tense}"
    yield f"is root={root == i}"
    yield f"end={''.join(token.surface for token in tokens[-5:])[-6:]}"


def _accusations(document: Document, candidate: Candidate, rule: str) -> Iterator[str]:
    """Where the talk is of a crime somebody is accused of: before the event, behind it, in the sentence before."""
    number, i = candidate.sentence, candidate.token
    tokens = document.tokens[number]
    accused, suspect = _accused(tokens)
    sides = "".join(side for side, there in (("<", accused and accused[0] < i), (">", accused and accused[-1] > i)) if there)
    told = number > 0 and document.sentences[number - 1].section == document.sentences[number].section
    before = told and any(token.lemma in _accusing() for token in document.tokens[number - 1])
    content = "".join(token.surface for token in tokens[-6:]).rstrip("。").endswith(_CONTENT_ENDS)
    yield f"accused={sides}"
    yield f"accused={sides}&{rule}&{suspect}"
    yield f"accused={sides}{'^' * before}&{content}&{rule}"
    yield f"accused={sides}{'^' * before}&{tokens[i].pos}&{suspect}"


@of_sentence
def _accused(tokens: Sequence[Token]) -> tuple[list[int], bool]:
    """Where a sentence's words of accusation stand, and whether it names a suspect."""
    accused = [j for j, token in enumerate(tokens) if token.lemma in _accusing()]
    return accused, any(token.lemma in ("容疑者", "被告") for token in tokens)


def _dates_beside(document: Document, candidate: Candidate, rule: str, tense: str) -> Iterator[str]:
    """Whether the dates of the sentence lie ahead of the article's own; where it has none, the date before it."""
    sentence, published = document.sentences[candidate.sentence], document.published
    if published is None or published.latest is None:
        return
    first = bisect_left(document.whens, sentence.start, key=lambda when: when.start)
    last = bisect_left(document.whens, sentence.end, first, key=lambda when: when.start)
    whens = [when for when in document.whens[first:last] if when.earliest and when.kind in ("date", "time")]
    earlier = [when for when in document.whens[max(0, first - 3) : first] if when.earliest and when.kind in ("date", "time")][-1:]
    for when in [] if whens else earlier:
        ahead = (when.earliest or "") >= published.latest
        yield f"before ahead={ahead}&{rule}&{tense}"
        yield f"before ahead={ahead}&{tense}"
    near = [when for when in whens if when.end <= candidate.start][-1:]
    for when in near:
        ahead = (when.earliest or "") >= published.latest
        yield f"ahead={ahead}"
        yield f"ahead={ahead}&{rule}&{tense}"
    yield f"some ahead={any((when.earliest or '') >= published.latest for when in whens)}&{rule}&dated={bool(near)}"


@of_word
def read_cues(tokens: Sequence[Token], i: int) -> Reading:
    """Climb from a token of a sentence and collect what is said about its event."""
    cues: list[Cue] = list(_own_cues(tokens[i]))
    steps: list[Step] = []
    event_tense = ""
    shared = False
    node = i
    for _ in range(_LIMIT):
        end = _tail(tokens, node)
        tense = _tense(tokens, node, end)
        cues.extend(cue for cue in _tail_cues(tokens, node, end) if not shared or cue.effect in ("possible", "planned"))
        if event_tense in ("", "bare", "continued"):
            event_tense = tense
        if not shared and (condition := _condition(tokens, node, end)):
            cues.append(condition)
        above = _above(tokens, node, end)
        if above is None:
            break
        link = _link(tokens, node, end, tense)
        word = _word(tokens, above, end)
        steps.append(Step(tense, link, word))
        if link == "attempt":
            cues.append(Cue("attempt", word, link))
            break
        accused = link == "continued" and len(steps) > 1 and steps[-2].link == "quote" and steps[-2].above == "する"
        cue, on = _over(word, "accused" if accused else link, tense)
        if cue and (not shared or cue.effect in ("possible", "planned")):
            cues.append(cue)
        if not on:
            break
        shared = shared or link == "continued"
        node = above
    if tokens[i].lemma in _STATIVE and event_tense == "present":
        event_tense = "state"
    return Reading(tuple(cues), event_tense, tuple(steps))


def _word(tokens: Sequence[Token], above: int, end: int) -> str:
    """The word above by its dictionary form; of 白紙になる and 有力とする the word that is become, 間違いない as one."""
    if tokens[above].lemma in ("なる", "する") and above - 2 >= end and tokens[above - 1].surface in ("に", "と"):
        result = tokens[above - 2].lemma
        if ("over", result) in _words():
            return result
    if tokens[above].lemma in ("ない", "無い") and above > end and tokens[above - 1].lemma in _DOUBT:
        return tokens[above - 1].lemma + tokens[above].lemma
    return tokens[above].lemma


def _own_cues(token: Token) -> Iterator[Cue]:
    effect = _words().get(("self", token.lemma))
    if effect:
        yield Cue(effect, token.lemma)


def _over(lemma: str, link: str, tense: str) -> tuple[Cue | None, bool]:
    """The cue in a word above the event, and whether the climb goes on through it."""
    words = _words()
    effect = words.get(("over", lemma))
    if effect is None and link in ("quote", "adnominal", "continued"):
        effect = words.get(("quote", lemma))
    if effect is None and link in ("case", "topic"):
        effect = words.get(("content", lemma))
    if link == "accused":
        effect = words.get(("accused", lemma))
        return Cue(effect, lemma, link) if effect else None, False
    if link == "continued":
        cue = Cue(effect, lemma, link) if effect == "possible" and ("quote", lemma) in words else None
        return cue, True
    if link == "clause":
        return None, tense == "present"
    if effect is None:
        return None, False
    if effect in ("through", "light") or (effect == "planned" and tense in ("past", "progress")):
        return None, True
    return Cue(effect, lemma, link), True


@cache
def _words() -> dict[tuple[str, str], str]:
    """Effects by place and word."""
    return {(place, word): effect for place, effect, words in lexicon.table("factuality") for word in words.split(" ")}


@cache
def _accusing() -> frozenset[str]:
    return frozenset(word for place, word in _words() if place == "talk")


@cache
def _tail_pattern() -> re.Pattern[str]:
    words = sorted((word for place, word in _words() if place == "tail"), key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, words)))


def _tail_cues(tokens: Sequence[Token], i: int, end: int) -> Iterator[Cue]:
    behind = tokens[i + 1 : end]
    if any(token.lemma == "そう" and token.tag.startswith("形状詞") for token in behind):  # 降りそうだ, not 降るそうだ
        yield Cue("possible", "そう")
    written = "".join(token.surface for token in behind)
    starts = {0, *accumulate(len(token.surface) for token in behind)}
    at = 0
    while match := _tail_pattern().search(written, at):
        effect = _words()["tail", match[0]]
        at = match.end() if match.start() in starts else match.start() + 1
        if match.start() in starts and effect != "clear":
            yield Cue(effect, match[0])


def _condition(tokens: Sequence[Token], i: int, end: int) -> Cue | None:
    """The mark that makes a clause a condition: 〜ば, 〜なら, 〜としても; 〜たら, 〜と, 〜ても where what follows is not past."""
    for token in tokens[i:end]:
        if "仮定形" in token.inflection and token.lemma not in ("ない", "ぬ"):
            told = token.lemma == "た" and _follows(tokens, i, end) == "past"
            return None if told else Cue("possible", token.surface, "condition")
    if end > i + 1 and tokens[i].pos in ("VERB", "ADJ"):
        mark = _CONDITION.search("".join(token.surface for token in tokens[i + 1 : end]))
        if (
            mark
            and (mark[0] != "と" or _joined_by_to(tokens, end))
            and (mark[0] == "としても" or _follows(tokens, i, end) == "present")
        ):
            return Cue("possible", mark[0], "condition")
    return None


def _joined_by_to(tokens: Sequence[Token], end: int) -> bool:
    """Whether the と that closes a tail joins two clauses: it quotes nothing, and is not that of と共に."""
    together = end < len(tokens) and tokens[end].lemma in ("共", "共に", "ともに")
    return tokens[end - 1].surface == "と" and tokens[end - 1].tag.endswith("接続助詞") and not together


def _follows(tokens: Sequence[Token], i: int, end: int) -> str:
    """The tense of what follows from a condition whose tail ends at `end`."""
    above = _above(tokens, i, end)
    return "" if above is None else _tense(tokens, above, _tail(tokens, above))


def _tail(tokens: Sequence[Token], i: int) -> int:
    """The end of what belongs to a predicate: function words, formal nouns and the words that only support them."""
    end, predicate = i + 1, tokens[i].pos in ("VERB", "ADJ")
    while end < len(tokens):
        token = tokens[end]
        if token.surface in _OPENING:
            close = next((j for j in range(end, min(end + _BRACKET, len(tokens))) if tokens[j].surface in _CLOSING), None)
            if close is None:
                break
            end = close
        elif not (
            is_function(token)
            or (end == i + 1 and _serves(tokens[i], token))
            or (token.surface == "どう" and tokens[end - 1].surface == "か")
            or token.surface in _CLOSING
            or (predicate and token.lemma in _FORMAL)
            or (end > i + 1 and (token.lemma in _SUPPORT or _closes(tokens[end - 2], tokens[end - 1], token)))
        ):
            break
        predicate = predicate or token.pos == "AUX"
        end += 1
    return end


def _closes(second: Token, first: Token, token: Token) -> bool:
    """Whether a word after two others ends a form that serves the event: 閉めても(よい, おかしくない), 開くように(なる)."""
    if first.surface == "も":
        return token.lemma in ("良い", "よい", "おかしい", "可笑しい")
    return token.lemma == "なる" and first.surface == "に" and second.surface == "よう"


def _serves(event: Token, behind: Token) -> bool:
    """Whether a verb right behind an event's word only serves it, whatever the parser says: 辞任す(べき), 閉め忘れる."""
    return behind.tag.startswith("動詞-非自立可能") and (is_sahen(event) or "連用形" in event.inflection)


def _tense(tokens: Sequence[Token], i: int, end: int) -> str:
    """`past`, `progress`, `present`, `continued` (a form without tense before another predicate) or `bare` (a noun)."""
    last, progress, formal = tokens[i], False, False
    verbal = last.pos in ("VERB", "ADJ") and bool(last.inflection)
    for j in range(i + 1, end):
        token = tokens[j]
        if token.inflection and not token.inflection.startswith(("助動詞-ダ", "助動詞-デス")):
            if token.lemma in ("いる", "おる", "ある") and tokens[j - 1].surface in ("て", "で"):
                progress = True
            verbal, last = True, token
        elif token.surface in ("て", "で") and token.pos == "SCONJ":
            if j + 1 >= end or not tokens[j + 1].inflection:
                return "continued"
        elif token.surface in ("たり", "だり", "つつ", "ながら"):
            return "continued"
        elif token.lemma in _FORMAL:
            formal = True
        elif not formal and not token.inflection and token.surface != "よう":
            break
    if not verbal:
        return "continued" if is_sahen(tokens[i]) and tokens[i].dep == "advcl" and end == i + 1 else "bare"
    if last.inflection.startswith("助動詞-タ;"):
        return "past"
    if "連用形" in last.inflection:
        return "continued"
    return "progress" if progress else "present"


def _above(tokens: Sequence[Token], i: int, end: int) -> int | None:
    """What stands above a predicate or noun whose tail ends at `end`: the noun right behind it, else its head behind it."""
    if end < len(tokens) and tokens[end].pos in ("NOUN", "PROPN") and not _ends_in_case(tokens, i, end):
        j = end
        while ("over", tokens[j].lemma) not in _words() and j + 1 < len(tokens) and tokens[j + 1].pos in ("NOUN", "PROPN"):
            j += 1
        return j
    for _ in range(len(tokens)):
        if tokens[i].head == i:
            return None
        i = tokens[i].head
        if i >= end:
            return i
    return None


def _ends_in_case(tokens: Sequence[Token], i: int, end: int) -> bool:
    return end > i + 1 and tokens[end - 1].pos in ("ADP", "SCONJ", "PART") and tokens[end - 1].surface not in ("の", "など")


def _link(tokens: Sequence[Token], i: int, end: int, tense: str) -> str:
    """How a clause or noun hangs on what is above it."""
    if any("意志推量形" in token.inflection and token.lemma not in ("だ", "です") for token in tokens[i:end]):
        return "attempt"
    behind = [token for token in tokens[i + 1 : end] if token.surface not in _CLOSING]
    marks = "".join(token.surface for token in behind[-3:])
    if behind and behind[-1].pos != "SCONJ" and re.search(r"と[はもの]?$", marks):
        return "quote"
    if tense == "continued":
        return "continued"
    if marks.endswith("ものの"):
        return "clause"
    if behind and behind[-1].pos == "SCONJ" and behind[-1].surface in _CLAUSE_ENDS:
        return "quote" if behind[-1].surface == "と" and tense != "present" else "clause"
    if behind and behind[-1].surface in _CASES:
        return "topic" if behind[-1].surface in ("は", "も") else "case"
    return "adnominal"
