"""The sequence tagger: people, bodies, places, dates and times of sentences, by the model that `keii.train.names` learned."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from keii.model import Document, Label, Token
from keii.names import crf, lexica
from keii.names.features import token_features
from keii.names.found import Found
from keii.text import folded

_SPLIT = re.compile(
    r"(?P<head>.+(?:[団隊会院省庁局署軍部]|委員|大学))(?P<tail>長)|(?P<head2>.{2,})(?P<tail2>議員)|(?P<head3>[^氏]+)(?P<tail3>氏)"
)
_BODY_OF_PEOPLE = re.compile(r"(?:党|連合|同盟|連盟|機構|戦線|機関|委員会|連|議会)$")
_BODY_OF_STONE = re.compile(
    r"(?:大学|高校|学校|学園|学院|病院|銀行|研究所|図書館|博物館|美術館|工場|裁判所|警察署|署|センター|庁)$"
)

_NAME_TAGS = [i for i, tag in enumerate(crf.TAGS) if tag[2:] in ("PERSON", "ORG", "NORP", "PLACE", "FAC")]
_LEAN = 40
"""How much names are leaned towards, in hundredths: the model is surer of what it tags than it finds (on UD_Japanese-GSD dev)."""


class Tagged(NamedTuple):
    """A span of a sentence with its label; PERSON, ORG, NORP (a people, party or faith), PLACE, FAC, MISC, DATE or TIME."""

    start: int
    end: int
    label: str


def tagged(sentences: Sequence[Sequence[Token]]) -> list[list[Tagged]]:
    """The labelled spans of each sentence, in order, not overlapping."""
    model = crf.load()
    cut = [split_titles(tokens) for tokens in sentences]
    scores = model.scores([row for parts in cut for row in token_features(parts)])
    scores[:, _NAME_TAGS] += _LEAN
    tags = crf.decode(scores, [len(parts) for parts in cut], model.steps)
    return [
        [Tagged(parts[first].start, parts[last - 1].end, label) for first, last, label in crf.spans(row)]
        for parts, row in zip(cut, tags, strict=True)
    ]


def entities(document: Document) -> Iterator[Found]:
    """People, organisations and places of a document; GiNZA's own where there is no model."""
    if not crf.is_there():
        yield from (
            Found(e.start, e.end, e.label, "GiNZA", 4) for e in document.entities if e.label in ("PERSON", "ORG", "PLACE")
        )
        return
    for start, end, kind in chain.from_iterable(tagged(document.tokens)):
        label = _label(kind, document.article.text[start:end])
        if label:
            yield Found(start, end, label, "tagger", 4)


def _label(kind: str, text: str) -> Label | None:
    match kind:
        case "PERSON":
            return "PERSON"
        case "ORG":
            return "ORG"
        case "PLACE":
            return "PLACE"
        case "NORP":
            body = lexica.bodies().get(folded(text))
            return "ORG" if _BODY_OF_PEOPLE.search(text) or (body and body.label == "ORG") else None
        case "FAC":
            return "ORG" if _BODY_OF_STONE.search(text) else "PLACE"
    return None


def split_titles(tokens: Sequence[Token]) -> list[Token]:
    """Tokens with a title glued to a body or a name cut in two: 師団長 → 師団, 長."""
    parts: list[Token] = []
    places: list[int] = []
    for token in tokens:
        match = _SPLIT.fullmatch(token.surface) if token.pos in ("NOUN", "PROPN") and len(token.surface) >= 3 else None
        if match is None or token.end - token.start != len(token.surface):
            places.append(len(parts))
            parts.append(token)
            continue
        head = match["head"] or match["head2"] or match["head3"]
        cut = token.start + len(head)
        places.append(len(parts) + 1)
        parts.append(token._replace(end=cut, surface=head, lemma=head, norm=head, head=-1, dep="compound", ent=""))
        parts.append(
            token._replace(
                start=cut, surface=token.surface[len(head) :], lemma=token.surface[len(head) :], norm=token.surface[len(head) :]
            )
        )
    if len(parts) == len(tokens):
        return parts
    heads = [part.head for part in parts]
    return [
        part._replace(head=places[head] if 0 <= head < len(places) else i + 1)
        for i, (part, head) in enumerate(zip(parts, heads, strict=True))
    ]
