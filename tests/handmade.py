"""Documents made by hand from a compact notation, so that tests need no GiNZA."""

from __future__ import annotations

from keii.model import Article, Block, Claim, Document, Section, Sentence, Token

TAGS = {
    "NOUN": "名詞-普通名詞-一般",
    "SAHEN": "名詞-普通名詞-サ変可能",
    "VERB": "動詞-一般",
    "NUM": "名詞-数詞",
    "ADP": "助詞-格助詞",
}


def sentence(notation: str, start: int = 0) -> tuple[Token, ...]:
    """Tokens from `surface/POS/dep/head[/lemma[/inflection]]` items; SAHEN is a verbal noun, SVERB one used as a verb."""
    tokens, at = [], start
    for item in notation.split():
        surface, pos, dep, head, *rest = item.split("/")
        lemma = rest[0] if rest and rest[0] else surface
        upos = {"SAHEN": "NOUN", "SVERB": "VERB"}.get(pos, pos)
        tag = TAGS["SAHEN"] if pos == "SVERB" else TAGS.get(pos, "助動詞")
        bunsetu = upos in ("NOUN", "VERB", "ADJ", "NUM", "PROPN") and dep != "compound"
        inflection = rest[1] if len(rest) > 1 else ""
        tokens.append(Token(at, at + len(surface), surface, lemma, lemma, upos, tag, dep, int(head), bunsetu, "", inflection, ""))
        at += len(surface)
    return tuple(tokens)


def document(*notations: str, kind: str = "paragraph", id: str = "a") -> Document:
    """A document of one section whose sentences are given in the notation of `sentence`."""
    rows, spans, at = [], [], 0
    for notation in notations:
        row = sentence(notation, at)
        spans.append(Sentence(at, row[-1].end, kind, 0, 0))  # type: ignore[arg-type]
        rows.append(row)
        at = row[-1].end
    text = "".join(token.surface for row in rows for token in row)
    return Document(
        article=Article(id=id, text=text),
        blocks=(Block(0, at, kind, 0),),  # type: ignore[arg-type]
        sections=(Section(0, at, None, 0, None),),
        sentences=tuple(spans),
        tokens=tuple(rows),
    )


def labelled(document: Document, trigger: str, type: str = "other", factuality: str = "fact", **fields: object) -> Claim:
    """A gold claim of the first `trigger` of a document; its sentence is the evidence."""
    start = document.article.text.index(trigger)
    sentence = next(one for one in document.sentences if one.start <= start < one.end)
    row = {
        "article": document.article.id,
        "id": f"c{start:03d}",
        "evidence": {"start": sentence.start, "end": sentence.end, "text": document.text(sentence)},
        "trigger": {"start": start, "end": start + len(trigger), "text": trigger},
        "type": type,
        "factuality": factuality,
        "date": None,
    }
    return Claim.model_validate(row | fields)


RESIGNED = "社長/NOUN/nsubj/2 が/ADP/case/0 辞任/SVERB/ROOT/2 し/AUX/aux/2/する た/AUX/aux/2 。/PUNCT/punct/2"
SAID = (
    "会社/NOUN/nsubj/6 は/ADP/case/0 社長/NOUN/nsubj/3 の/ADP/case/2 辞任/SAHEN/obj/6 を/ADP/case/4 "
    "発表/SVERB/ROOT/6 し/AUX/aux/6/する た/AUX/aux/6 。/PUNCT/punct/6"
).replace("社長/NOUN/nsubj/3", "社長/NOUN/nmod/4")
GREETED = "皆さん/NOUN/obl/2 に/ADP/case/0 会う/VERB/ROOT/2 。/PUNCT/punct/2"
"""Sentences that several tests use: 社長が辞任した。 会社は社長の辞任を発表した。 皆さんに会う。"""
STAYED = "社長/NOUN/nsubj/2 は/ADP/case/0 辞任/SVERB/ROOT/2 し/AUX/aux/2/する なかっ/AUX/aux/2/ない た/AUX/aux/2 。/PUNCT/punct/2"
"""社長は辞任しなかった。"""
