"""How well factuality is told: on the gold claims, rules and model cross-validated by story, and on JSeM's modality problems.

    python -m keii.bench.factuality --shared ../shared

JSeM: a problem is read where its hypothesis is the bare event of its premise: its last predicate stands in the premise, and
behind it stand only tense and politeness. What the premise says of that predicate is compared with the answer. `planned`
counts as `possible` there, a plain present as said; hearsay, which JSeM leaves open, is right as a fact, too.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import get_args

from keii.bench.claimfields import folds, material, measured
from keii.bench.material import genre
from keii.extract.candidates import candidates
from keii.extract.factuality import by_rule, read_cues
from keii.extract.grammar import chain
from keii.model import Article, Document, Factuality, Token
from keii.segment import segment
from keii.tag import tag
from keii.train.factuality import fit, seen
from keii.train.material import Target

VALUES: tuple[Factuality, ...] = get_args(Factuality)
_BARE = frozenset({"する", "た", "だ", "です", "ます", "て", "いる", "の", "れる", "られる", "できる", "てる", "せる"})
_HEARSAY = ("sooda", "toiu", "tonokotoda", "toiukotoda", "rasii")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    arguments = parser.parse_args()
    shared = arguments.shared if arguments.shared.is_dir() else None
    articles = material(shared)
    gold = [target for targets in measured(articles) for target in targets]
    truth = [target.claim.factuality for target in gold]
    rules = [by_rule(read_cues(one.document.tokens[one.candidate.sentence], one.candidate.token)) for one in gold]
    _report("rules", gold, truth, rules)
    _report("model (cross-validated by story)", gold, truth, cross_validated(articles))
    if shared:
        _report_jsem(jsem(shared / "data" / "factuality" / "jsem.jsonl"))


def cross_validated(articles: Sequence[list[Target]], count: int = 10) -> list[str]:
    """What a model that has not seen the claim's story says of each claim."""
    rows = [[seen(target) for target in targets] for targets in articles]
    told: dict[int, list[str]] = {}
    for train, test in folds(articles, count):
        model = fit([target for k in train for target in articles[k]], [row for k in train for row in rows[k]])
        for k in test:
            told[k] = [model.classes[at] for at in model.decide(rows[k]).argmax(axis=1)] if rows[k] else []
    return [value for k in sorted(told) for value in told[k]]


def _report(name: str, gold: Sequence[Target], truth: Sequence[str], told: Sequence[str]) -> None:
    for kind in ("news", "blog"):
        pairs = Counter((t, p) for one, t, p in zip(gold, truth, told, strict=True) if genre(one.claim.article) == kind)
        n, right = sum(pairs.values()), sum(count for (t, p), count in pairs.items() if t == p)
        if not n:
            continue
        half = 1.96 * ((right / n) * (1 - right / n) / n) ** 0.5
        print(f"{name}, {kind}: {right / n:.3f} ± {half:.3f} (n={n}); rows gold, columns told: {' '.join(VALUES)}")
        for value in VALUES:
            print(f"  {value:9}", *(f"{pairs[value, other]:6}" for other in VALUES))


# --- JSeM ---------------------------------------------------------------------------------------------------------


def jsem(path: Path) -> dict[str, Counter[str]]:
    """Read every problem that our question can be asked of, by rules: by phenomenon how many are `right`, and what is not."""
    problems = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    problems = [one for one in problems if one["factuality_of_hypothesis"] and len(one["premises"]) == 1]
    texts = list(dict.fromkeys(text for one in problems for text in (one["premises"][0], one["hypothesis"])))
    documents = dict(zip(texts, tag([segment(Article(id=str(k), text=text)) for k, text in enumerate(texts)]), strict=True))
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in problems:
        told = asked(documents[one["premises"][0]], documents[one["hypothesis"]])
        if told is not None:
            hearsay = any(cue in one["phenomena"] for cue in _HEARSAY)
            right = told == one["factuality_of_hypothesis"] or (hearsay and told == "fact")
            counts[one["phenomena"]]["right" if right else f"{one['factuality_of_hypothesis']} as {told}"] += 1
    return counts


def _report_jsem(counts: Mapping[str, Counter[str]]) -> None:
    total = sum(sum(count.values()) for count in counts.values())
    right = sum(count["right"] for count in counts.values())
    print(f"JSeM, rules: {right / max(total, 1):.3f} (n={total})")
    for part in ("modality", "conditional", "Auxiliary verb"):
        some = [count for phenomenon, count in counts.items() if phenomenon.startswith(part)]
        n = sum(sum(count.values()) for count in some)
        print(f"  {part}: {sum(count['right'] for count in some) / max(n, 1):.3f} (n={n})")
    for phenomenon, count in sorted(counts.items(), key=lambda item: (-sum(item[1].values()), item[0])):
        wrong = ", ".join(f"{kind} {n}" for kind, n in sorted(count.items()) if kind != "right")
        print(f"  {count['right']:3}/{sum(count.values()):3} {phenomenon}{': ' + wrong if wrong else ''}")


def asked(premise: Document, hypothesis: Document) -> str | None:
    """What the premise says of the hypothesis' event; None where that is no bare event or not in the premise."""
    event = _bare_event(hypothesis)
    if event is None:
        return None
    lemma, negated = event
    for candidate in candidates(premise):
        tokens = premise.tokens[candidate.sentence]
        if tokens[candidate.token].lemma == lemma:
            reading = read_cues(tokens, candidate.token)
            told = by_rule(reading) if reading.cues else "fact"
            if negated:
                told = {"negated": "fact", "fact": "negated"}.get(told, told)  # type: ignore[assignment]
            return "possible" if told == "planned" else told
    return None


def _bare_event(document: Document) -> tuple[str, bool] | None:
    if len(document.tokens) != 1:
        return None
    tokens: tuple[Token, ...] = document.tokens[0]
    if any(
        (token.pos == "SCONJ" and token.surface not in ("て", "で", "の")) or "仮定形" in token.inflection for token in tokens
    ):
        return None
    if "ても" in document.article.text or "でも" in document.article.text:
        return None
    last = [i for i, token in enumerate(tokens) if token.pos == "VERB" and token.lemma not in ("する", "なる", "いる", "ある")][
        -1:
    ]
    if not last:
        return None
    behind = chain(tokens, last[0])
    rest = [token for token in tokens[behind.end :] if token.pos not in ("PUNCT", "SYM")]
    negated = bool(set(behind.lemmas) & {"ない", "ぬ"})
    if rest or not set(behind.lemmas) - {"ない", "ぬ"} <= _BARE:
        return None
    return tokens[last[0]].lemma, negated


if __name__ == "__main__":
    main()
