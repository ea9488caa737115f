"""The clause of a claim's trigger: its predicate in the form that ends a headline, and the phrases that go with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from keii.extract.grammar import chain, is_content, is_sahen, is_verbal
from keii.headline.sentence import CLOSING, LONGEST, OPENING, QUOTED, Sentence, words_of
from keii.model import Claim, Participant, Token

_CLIMBS = 3
_KEPT = frozenset({"れる", "られる", "せる", "させる", "できる", "出来る", "ない", "ぬ", "ず", "ん"})
"""Auxiliaries of voice, ability and negation: what a headline's predicate keeps."""
_NEGATED = frozenset({"ない", "ぬ", "ず", "ん"})
_PASSIVE = frozenset({"れる", "られる"})
_ARGUMENTS = frozenset({"nsubj", "obj", "obl", "nmod", "iobj", "compound", "nummod", "amod"})
_WORTH = {"nsubj": 6, "obj": 7, "compound": 9, "nummod": 9, "nmod": 5}
_ONES_OWN = frozenset({"start-position", "end-position", "start-org", "end-org", "harm"})
"""Types whose patient is the subject of an active verb (破綻した銀行, 辞任した社長)."""
_A_ROW = dict(zip("うくぐすつぬぶむる", "わかがさたなばまら", strict=True))
_NAMED, _WANTED, _SAID, _ELSE = 8, 9, 5, 3


class Phrase(NamedTuple):
    """A phrase of a headline: where it stands, its text from long to short, and what it is worth."""

    at: int
    texts: tuple[str, ...]
    worth: int
    subject: bool = False
    particle: str = ""
    near: bool = False
    """Whether it belongs to the noun that stands for the predicate."""

    def ending(self, particle: str) -> Phrase:
        """The phrase as no subject that is set off, with a particle for its 、."""
        return self._replace(texts=tuple(text[:-1] + particle for text in self.texts), subject=False)


class Clause:
    """One claim's clause; `verb` is its predicate, `noun` the verbal noun that stands for it, if one does."""

    def __init__(self, sentence: Sentence, claim: Claim) -> None:
        self.sentence, self.tokens, self.claim = sentence, sentence.tokens, claim
        trigger = sentence.head_of(claim.trigger.start, claim.trigger.end)
        self.verb, self.wanted = self._climb(trigger)
        self.noun = self._light_object()
        self.lemmas = frozenset(chain(self.tokens, self.verb).lemmas)

    def _climb(self, i: int) -> tuple[int, frozenset[int]]:
        """The predicate that says what became of the trigger, itself or what it is an argument of, and the way up to it."""
        way = set()
        for _ in range(_CLIMBS):
            token, head = self.tokens[i], self.tokens[i].head
            if is_verbal(self.tokens, i) or head <= i or token.dep not in ("obj", "nsubj", "obl", "nmod", "compound", "iobj"):
                break
            if token.dep == "obl" and chain(self.tokens, i).surface not in ("に", "へ", "と", "が", "を"):
                break
            degree = self.tokens[head].pos == "ADJ" and chain(self.tokens, head).surface.startswith(("と", "も"))
            if degree or head in self.sentence.hidden or self.tokens[head].lemma in words_of("reports"):
                break
            way.add(i)
            i = head
        return i, frozenset(way)

    def _light_object(self) -> int | None:
        if self.tokens[self.verb].lemma not in words_of("light") or _NEGATED & set(chain(self.tokens, self.verb).lemmas):
            return None
        return next((i for i in self.wanted if self.tokens[i].head == self.verb and self.tokens[i].dep in ("obj", "nsubj")), None)

    # --- the predicate

    def predicate(self) -> str:
        """A verbal noun by itself, another verb in its plain form, voice and negation kept: 発表, 引き下げる, 解任される."""
        if self.noun is not None:
            return self.tokens[self.noun].surface
        token = self.tokens[self.verb]
        if not is_verbal(self.tokens, self.verb):
            return token.surface
        behind = self.tokens[self.verb + 1 : chain(self.tokens, self.verb).end]
        kept = [n for n, one in enumerate(behind[: _joining(behind)]) if one.lemma in _KEPT]
        prospect = self._prospect()
        polite = next((n for n in kept if n and behind[n].lemma in ("ぬ", "ん") and behind[n - 1].lemma == "ます"), None)
        if polite is not None:
            return _plainly_negated([token, *behind[: polite - 1]]) + prospect
        if kept:
            last = behind[kept[-1]]
            form = last.lemma if last.lemma in _KEPT - {"ぬ", "ず", "ん"} else last.surface
            return token.surface + "".join(one.surface for one in behind[: kept[-1]]) + form + prospect
        if is_sahen(token):
            does = "する" if prospect and behind and behind[0].lemma == "する" else ""
            return token.surface + does + prospect
        if token.pos != "VERB" and not token.inflection:
            return token.surface + ("に" if behind and behind[0].surface == "に" else "")
        return _plain(token) + prospect

    def _prospect(self) -> str:
        """The noun of intent that the predicate belongs to (買収する方針)."""
        head = self.tokens[self.verb].head
        noun = self.tokens[head].surface
        return noun if head > self.verb and self.tokens[self.verb].dep == "acl" and noun in words_of("prospects") else ""

    # --- phrases

    def phrases(self) -> list[Phrase]:
        """What depends on the predicate, with a participant as subject where none does; where nothing does, what there is."""
        heads = [self.verb] if self.noun is None else [self.verb, self.noun]
        quotation = self._quotation()
        found = [
            phrase
            for head in heads
            for child in self.sentence.children[head]
            if child < head and child != self.noun and child not in quotation and (phrase := self._phrase(child, head))
        ]
        if quotation:
            found.append(Phrase(quotation[-1], self._quoted(quotation), _SAID))
        found += self._modified(any(phrase.subject for phrase in found))
        if not any(phrase.subject for phrase in found):
            found += self._participant({i for phrase in found for i in self.sentence.below(phrase.at)})
        return _told_once(found, self.predicate()) or self._implied() or self._before()

    def _phrase(self, child: int, head: int) -> Phrase | None:
        token = self.tokens[child]
        if not is_content(token) or child in self.sentence.hidden:
            return None
        if token.surface in words_of("pointing"):
            return self._stand_in(child)
        if token.surface.startswith("何") or (token.surface in words_of("times") and not token.tag.startswith("接尾辞")):
            return None
        if said := self._said(child):
            return Phrase(child, said, _SAID)
        last = self.sentence.last(child)
        particles = chain(self.tokens, last - 1)
        subject = token.dep == "nsubj" or particles.surface in ("は", "が", "も")
        if (
            token.dep not in _ARGUMENTS
            or self._is_aside(child, last)
            or (token.dep == "obl" and not subject and self._points(child))
        ):
            return None
        named = subject and bool(self.sentence.who(child, self.claim.participants))
        worth = _WANTED if child in self.wanted else _NAMED if named else _WORTH.get(token.dep, _ELSE)
        texts = self._formal(child, subject) if token.surface in words_of("formal") else self._told(child, subject)
        return Phrase(child, texts, worth, subject, particles.surface, head == self.noun) if texts else None

    def _points(self, child: int) -> bool:
        return any(self.sentence.points(i) for i in self.sentence.children[child])

    def _is_aside(self, child: int, last: int) -> bool:
        """Tell a source (〜によると), the outlet that is cited, and a noun with a copula (代表で)."""
        behind = self.tokens[last : self.sentence.end(last - 1)]
        told = "".join(token.surface for token in behind)
        copula = told == "で" and behind[0].tag.startswith("助動詞")
        return (
            copula
            or told.startswith(("によると", "によれば", "によりますと"))
            or self.sentence.is_outlet(child, self.claim.outlets)
        )

    def _told(self, child: int, subject: bool) -> tuple[str, ...]:
        """A phrase without its clauses, then its head alone, each with its particles; 、 stands for those of a subject."""
        last = self.sentence.last(child)
        end = last if subject else self.sentence.end(last - 1)
        if any(self.tokens[i].lemma == "対する" for i in range(last, end)):
            end = last + 1
        part = self.tokens[child].dep in ("compound", "nummod")
        names = set() if part else self.sentence.names(child, self.claim.participants)
        if child and self.tokens[child].tag.startswith("接尾辞"):
            names |= self.sentence.names(child - 1, self.claim.participants)
        found = []
        for level in (1, 2):
            kept = {*self.sentence.words(child, level, self.wanted), *names}
            text = self.sentence.text(sorted(i for i in kept if i < end))
            found.append(self._ended(text, last, subject))
        return tuple(dict.fromkeys(text for text in found if text))

    def _ended(self, text: str, last: int, subject: bool) -> str:
        if subject and text:
            return text + ("も" if last < len(self.tokens) and self.tokens[last].surface == "も" else "、")
        return text.removesuffix("は") if text.endswith(("には", "では", "とは", "へは", "からは")) else text

    def _formal(self, child: int, subject: bool) -> tuple[str, ...]:
        """A noun that means nothing without its clause (こと): the clause whole, then its end."""
        kept = sorted(i for i in self.sentence.words(child, 0, self.wanted) if i <= child)
        if len(kept) < 2:
            return ()
        particle = "、" if subject else self.sentence.text(range(child + 1, self.sentence.end(child)))
        return tuple(dict.fromkeys(self.sentence.text(words) + particle for words in (kept, self.sentence.tail(kept))))

    def _said(self, child: int) -> tuple[str, ...]:
        """What somebody says, with its と: 「…」と, or a clause; whole, then as much of it as there is room for."""
        at = child + 1
        while at < len(self.tokens) and not is_content(self.tokens[at]) and self.tokens[at].surface != "と":
            at += 1
        if at >= len(self.tokens) or self.tokens[at].surface != "と" or not self.tokens[at].tag.startswith("助詞-格助詞"):
            return ()
        if self.tokens[at - 1].surface in CLOSING:
            quotation = self._marked(at - 1)
            return self._quoted(quotation) if child in quotation else ()
        if not is_verbal(self.tokens, child):
            return ()
        kept = sorted(i for i in self.sentence.below(child) if i < at and i not in self.sentence.hidden)
        return tuple(dict.fromkeys(f"{self.sentence.text(words)}と" for words in (kept, self.sentence.tail(kept))))

    def _quotation(self) -> range:
        """The quotation, marks and all, that stands with its と right before the predicate: 「…」と述べる."""
        last = self.verb - 1 if self.tokens[self.verb - 1].surface != "、" else self.verb - 2
        if last < 2 or self.tokens[last].surface != "と" or self.tokens[last - 1].surface not in CLOSING:
            return range(0)
        return self._marked(last - 1)

    def _marked(self, closing: int) -> range:
        """What a closing mark ends, marks and all; empty where nothing opens it."""
        depth = 0
        for i in range(closing, -1, -1):
            depth += (self.tokens[i].surface in CLOSING) - (self.tokens[i].surface in OPENING)
            if depth == 0:
                return range(i, closing + 1)
        return range(0)

    def _quoted(self, quotation: range) -> tuple[str, ...]:
        """A quotation with its と, whole, then cut."""
        words = self.sentence.text(self._outside_brackets(quotation[1:-1]))
        first = words.split("。")[0]
        short = [first if len(first) <= room else f"{first[: room - 1]}…" for room in (QUOTED, QUOTED * 2 // 3)]
        start, end = self.tokens[quotation[0]].surface, self.tokens[quotation[-1]].surface
        return tuple(dict.fromkeys(f"{start}{told}{end}と" for told in (words, *short)))

    def _outside_brackets(self, words: range) -> Iterator[int]:
        depth = 0
        for i in words:
            depth += self.tokens[i].surface in "(（"
            if not depth:
                yield i
            depth -= self.tokens[i].surface in ")）" and depth > 0

    # --- who it is, where the predicate's own phrases do not say

    def _modified(self, has_subject: bool) -> list[Phrase]:
        """The noun that the clause modifies (任命されたX氏), as its subject or object."""
        verb = self.tokens[self.verb]
        head = self.tokens[verb.head]
        between = self.tokens[chain(self.tokens, self.verb).end : verb.head]
        if verb.dep != "acl" or verb.head <= self.verb or self.noun is not None or any(one.pos == "PUNCT" for one in between):
            return []
        if (
            head.pos not in ("NOUN", "PROPN")
            or is_sahen(head)
            or verb.head in self.sentence.hidden
            or not is_verbal(self.tokens, self.verb)
        ):
            return []
        if head.surface in words_of("prospects") | words_of("formal") | words_of("pointing") | words_of("times"):
            return []
        roles = {who.role for who in self.sentence.who(verb.head, self.claim.participants)}
        passive = bool(_PASSIVE & self.lemmas)
        has_object = any(self.tokens[i].dep == "obj" for i in self.sentence.children[self.verb])
        if (has_subject and (passive or has_object)) or not (roles or passive or has_subject):
            return []
        subject = not has_subject and (passive or "patient" not in roles or self.claim.type in _ONES_OWN)
        noun = self.sentence.noun_phrase(verb.head)
        words = self.sentence.words(noun, 1, frozenset())
        text = self.sentence.text(sorted(i for i in words if self.verb < i < self.sentence.last(noun)))
        return [Phrase(self.verb - 1, (text + ("、" if subject else "を"),), _NAMED, subject)] if text else []

    def _participant(self, inside: Collection[int]) -> list[Phrase]:
        """A participant whom the sentence names before the predicate, outside the phrases `inside`."""
        for role in ("patient", "agent") if _PASSIVE & self.lemmas else ("agent", "patient"):
            for who in self.claim.participants:
                if who.role != role or who.start is None or not self.tokens[0].start <= who.start < self.tokens[self.verb].start:
                    continue
                i = self.sentence.noun_phrase(self.sentence.head_of(who.start, who.end or who.start))
                if i in inside or i in self.wanted or i >= self.verb or i in self.sentence.hidden:
                    continue
                if self.tokens[i].surface in words_of("pointing"):
                    return self._named(i, who)
                if texts := self._told(i, True):
                    return [Phrase(i, texts, _NAMED, True)]
        return []

    def _stand_in(self, child: int) -> Phrase | None:
        """Whom a pointing word (同社, 彼) that is the subject stands for."""
        found = [phrase for who in self.sentence.who(child, self.claim.participants) for phrase in self._named(child, who)]
        return found[0] if found and self.tokens[child].dep == "nsubj" else None

    def _implied(self) -> list[Phrase]:
        """A participant whom an earlier sentence names."""
        order = ("agent", "patient", "org", "other")
        ranked = sorted((who for who in self.claim.participants if who.start is None), key=lambda who: order.index(who.role))
        return next((found for who in ranked if (found := self._named(-1, who))), [])

    def _named(self, at: int, who: Participant) -> list[Phrase]:
        name = self.sentence.written.get(who.name)
        return [Phrase(at, (f"{name}、",), _NAMED, True)] if name else []

    def _before(self) -> list[Phrase]:
        """What stands before the predicate back to the last pause, where nothing else is known."""
        first = last = self.verb if self.noun is None else self.noun
        while first and self.tokens[first - 1].pos != "PUNCT" and first - 1 not in self.sentence.hidden:
            first -= 1
        while first < last and (not is_content(self.tokens[first]) or self.tokens[first].surface in words_of("pointing")):
            first += 1
        text = self.sentence.text(self.sentence.tail(range(first, last)))
        return [Phrase(first, (text,), _SAID)] if text and len(text) < LONGEST else []


def _joining(behind: Sequence[Token]) -> int:
    """Where the て that joins the next clause stands among the words behind a predicate, or their number."""
    return next((n for n, one in enumerate(behind) if one.pos == "SCONJ" and one.surface in ("て", "で", "と")), len(behind))


def _told_once(phrases: Sequence[Phrase], predicate: str) -> list[Phrase]:
    """The phrases without those that say what another says too; of two subjects the first alone is set off."""
    found: list[Phrase] = []
    for phrase in sorted(phrases, key=lambda phrase: (-phrase.worth, phrase.at)):
        core = phrase.texts[-1].rstrip("、をがにはもで")
        if not any(core in one.texts[0] for one in found) and not core.endswith(predicate):
            found.append(phrase)
    for phrase in sorted((phrase for phrase in found if phrase.subject), key=lambda phrase: phrase.at)[1:]:
        found[found.index(phrase)] = phrase.ending("が")
    return found


def _plainly_negated(words: Sequence[Token]) -> str:
    """What stands before ません, with ない for it: 戻り -> 戻らない, 応じ -> 応じない, あり -> ない."""
    last = words[-1]
    before = "".join(word.surface for word in words[:-1])
    if last.lemma in ("ある", "有る"):
        return before + "ない"
    if last.inflection.startswith("五段") and last.lemma[-1] in _A_ROW:
        return before + last.lemma[:-1] + _A_ROW[last.lemma[-1]] + "ない"
    return before + last.surface + "ない"


def _plain(token: Token) -> str:
    """A verb's plain form as it is written today (応じ -> 応じる, where the dictionary has 応ずる)."""
    return f"{token.surface}る" if token.lemma.endswith("ずる") and token.surface.endswith("じ") else token.lemma
