"""Events with their claims and articles: a few made by hand, thousands by a seed."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from pages import HOSTILE

from keii.model import Analysis, Claim, Event


class Story(NamedTuple):
    events: list[Event]
    claims: list[Claim]
    analyses: list[Analysis]


def story(
    rows: Sequence[tuple[dict[str, Any], list[tuple[str, str]]]], articles: dict[str, dict[str, Any]] | None = None
) -> Story:
    """Build the events; of each, the sentences that tell it, with their article.

    In a sentence 【…】 marks the trigger, 〔…〕 the date, ［…］ a name and ｛…｝ the citing words; the marks are not part of it.
    """
    texts: dict[str, str] = defaultdict(str)
    claims, events = [], []
    for row, sentences in rows:
        keys = []
        for article, sentence in sentences:
            claim = _claim(article, len(claims) + 1, sentence, len(texts[article]), row)
            claims.append(claim)
            keys.append(claim.key)
            texts[article] += claim.evidence.text + "\n"
        date = row.get("date")
        outlets = sorted({outlet for claim in claims[-len(keys) :] for outlet in claim.outlets})
        told = {"type": "other", "title": claims[-1].evidence.text[:20], "outlets": outlets}
        event = told | row | {"date": date and {"value": date, "zone": row.get("zone")}, "claims": keys}
        event["articles"] = sorted({key.split("/")[0] for key in keys})
        event["conflicts"] = [
            {
                "field": field,
                "values": [{"value": value, "claims": [keys[n] for n in of], "support": why} for value, of, why in values],
            }
            for field, values in row.get("conflicts", [])
        ]
        events.append(Event.model_validate({key: value for key, value in event.items() if key not in ("zone", "labels")}))
    known = articles or {}
    labels = {name: label for row, _ in rows for name, label in row["labels"].items()}
    by_article = defaultdict(list)
    for claim in claims:
        by_article[claim.article].append(claim)
    return Story(events, claims, [_analysis(id, text, by_article[id], labels, known.get(id, {})) for id, text in texts.items()])


_MARKS = {"【": "trigger", "〔": "date", "［": "people", "｛": "citation"}


def _claim(article: str, n: int, marked: str, at: int, row: dict[str, Any]) -> Claim:
    spans: dict[str, list[dict[str, Any]]] = defaultdict(list)
    text, begun = "", (0, "")
    for letter in marked:
        if letter in _MARKS:
            begun = (len(text), _MARKS[letter])
        elif letter in "】〕］｝":
            spans[begun[1]].append({"start": at + begun[0], "end": at + len(text), "text": text[begun[0] :]})
        else:
            text += letter
    date, (citation, *_) = row.get("date"), spans["citation"] or [None]
    span = (spans["date"] or [{}])[0]
    return Claim.model_validate(
        {
            "article": article,
            "id": f"c{n:03}",
            "evidence": {"start": at, "end": at + len(text), "text": text},
            "trigger": spans["trigger"][0],
            "type": row.get("type", "other"),
            "factuality": row.get("factuality", "fact"),
            "date": date and {"value": date, "from": "sentence" if span else "context", "zone": row.get("zone"), **span},
            "participants": [
                who | (spans["people"][i] if i < len(spans["people"]) else {}) for i, who in enumerate(row["participants"])
            ],
            "outlets": [citation["text"].removesuffix("によると")] if citation else [],
            "citation": citation,
        }
    )


def _analysis(id: str, text: str, claims: list[Claim], labels: dict[str, str], more: dict[str, Any]) -> Analysis:
    mentions = [
        {"start": who.start, "end": who.end, "text": who.text, "label": labels.get(who.name, "ORG"), "name": who.name}
        for claim in claims
        for who in claim.participants
        if who.start is not None
    ]
    empty = dict.fromkeys(("title", "published", "published_basis", "url", "outlet", "zone"))
    rest = {"path": id, "sha256": "", "body_start": 0, "notes": (), "sentences": (), "claims": (), "drops": {}}
    return Analysis.model_validate({"id": id, "text": text, "mentions": mentions, **empty, **rest, **more})


def _event(id: str, date: str | None, **more: Any) -> dict[str, Any]:
    people = more.pop("people", [("田中", "patient", "PERSON"), ("北海商会", "org", "ORG")])
    labels = {name: label for name, _, label in people}
    return {"id": id, "date": date, "participants": [{"name": n, "role": r} for n, r, _ in people], "labels": labels, **more}


def sample() -> Story:
    """Ten events in 1973, 2015 and November 2023, with every form of date, a conflict, and hostile text."""
    conflict = ("date", [("2023-11-17", [0], "2 independent outlets"), ("2023-11-18", [1], None)])
    dismissed = "〔十七日〕、😀｛山海新聞によると｝、［田中］社長が［北海商会］を【解任】された。"
    rows = [
        (_event("e-old", "1973"), [("a", "〔一九七三年〕に［田中］氏が［北海商会］を【設立】した。")]),
        (_event("e-year", "2015", type="launch"), [("a", "〔二〇一五年〕に［田中］氏が［北海商会］の船を【公開】した。")]),
        (
            _event("e-month", "2023-11", type="agree", factuality="planned"),
            [("a", "〔十一月〕にも［田中］氏と［北海商会］が【合意】する。")],
        ),
        (
            _event("e-fired", "2023-11-17", type="end-position", conflicts=[conflict], title_en="Tanaka leaves", place="小樽"),
            [("a", dismissed), ("b", "〔十八日〕、［田中］氏が［北海商会］から【解任】された。")],
        ),
        (
            _event("e-call", "2023-11-17T12:23", zone="America/New_York", type="meet", people=[("鈴木", "agent", "PERSON")]),
            [("b", "〔１２時２３分〕、［鈴木］氏が【会談】した。")],
        ),
        (
            _event("e-span", "2023-11-18/2023-11-20", type="meet"),
            [("b", "〔十八日から二十日〕、［田中］氏と［北海商会］が【交渉】した。")],
        ),
        (
            _event("e-from", "2023-11-19/..", type="other", factuality="possible"),
            [("b", "〔十九日以降〕、［田中］氏が［北海商会］へ【戻る】かもしれない。")],
        ),
        (
            _event("e-until", "../2023-11-16", factuality="negated"),
            [("b", "〔十六日まで〕、［田中］氏は［北海商会］に【誘われ】なかった。")],
        ),
        (_event("e-none", None, people=[]), [("b", f"{HOSTILE}と【述べ】た。")]),
    ]
    rows[-1][0]["title"] = HOSTILE
    about = {
        "a": {"title": "北海商会の一週間", "outlet": "北海日報", "published": "2023-11-21", "url": "https://example.org/a"},
        "b": {"title": HOSTILE, "url": "javascript:alert(1)"},
    }
    return story(rows, about)


def many(events: int, articles: int, seed: int = 7, filler: str = "") -> Story:
    """Events over three years, each told by one to three claims; `filler` stands once in each article."""
    chance = random.Random(seed)
    types = ("statement", "meet", "agree", "launch", "harm", "end-position", "figure", "other")
    rows = []
    for n in range(events):
        day = f"202{chance.randrange(3)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
        person, house = f"人物{chance.randrange(400)}", f"第{chance.randrange(300)}商会"
        row = _event(
            f"e{n:05}",
            day if n % 50 else None,
            type=chance.choice(types),
            factuality=chance.choice(("fact", "fact", "planned", "possible")),
            people=[(person, "agent", "PERSON"), (house, "org", "ORG")],
        )
        sentence = f"〔{day}〕、｛第{n % 40}新聞によると｝、［{person}］氏は［{house}］の計画を【発表】した。"
        rows.append((row, [(f"a{(n * 7 + i) % articles:04}", sentence) for i in range(chance.randrange(1, 4))]))
    made = story(rows)
    return made._replace(analyses=[one.model_copy(update={"text": one.text + filler}) for one in made.analyses])
