"""Claims made up by a seeded generator, with the distributions of the gold, to time merging at any size."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Iterator
from datetime import date, timedelta

from keii import config, lexicon
from keii.merge import merge
from keii.merge.table import TYPES
from keii.model import Claim

_PER_ARTICLE = 14
_PER_EVENT = 1.4
_TYPES = (5, 5, 14, 5, 4, 4, 3, 2, 2, 2, 3, 4, 8, 10, 8, 6, 8, 20)
"""How frequent each type is, in the order of `TYPES`."""


def synthetic(n: int, seed: int = 0) -> Iterator[Claim]:
    """Make `n` claims in articles of 14: of two claims in seven the event is told before, often in another article.

    Names follow Zipf's law over a tenth of `n`; events spread over a day for each hundred of them.
    """
    rng = random.Random(seed)
    words = [word for row in lexicon.table("synonyms") if row[1] == "paraphrase" for word in row[2].split()]
    names = [f"名{i}" for i in range(max(n // 10, 50))]
    first = date(2000, 1, 1)
    days = max(n // 100, 30)
    events: list[tuple[int, str, date, list[str]]] = []
    for i in range(n):
        if events and rng.random() > 1 / _PER_EVENT:
            number, kind, day, who = events[-1 - int(rng.paretovariate(0.6)) % len(events)]
        else:
            number, kind, day = len(events), rng.choices(TYPES, _TYPES)[0], first + timedelta(rng.randrange(days))
            who = [names[min(int(rng.paretovariate(0.9)) - 1, len(names) - 1)] for _ in range(rng.choice((0, 1, 1, 2, 2, 3)))]
            events.append((number, kind, day, who))
        trigger = words[(number * 7 + rng.randrange(3)) % len(words)]
        yield _claim(i, trigger, kind, day.isoformat(), who, number, rng)


def _claim(i: int, trigger: str, kind: str, day: str, who: list[str], event: int, rng: random.Random) -> Claim:
    at = i % _PER_ARTICLE * 100
    told = "".join(chr(0x4E00 + int(rng.paretovariate(0.7)) % 3000) for _ in range(30))
    sentence = f"{day}、{'と'.join(who)}は{told}を{trigger}した。"
    start = at + sentence.index(trigger)
    return Claim.model_validate(
        {
            "article": f"s{i // _PER_ARTICLE:06d}",
            "id": f"c{i % _PER_ARTICLE + 1:03d}",
            "evidence": {"start": at, "end": at + len(sentence), "text": sentence},
            "trigger": {"start": start, "end": start + len(trigger), "text": trigger},
            "type": kind,
            "factuality": rng.choices(("fact", "planned", "possible", "negated"), (75, 12, 8, 5))[0],
            "date": None if rng.random() < 0.05 else {"value": day, "from": "sentence"},
            "participants": [
                {"name": name, "role": role}
                for name, role in zip(dict.fromkeys(who), ("agent", "patient", "other"), strict=False)
            ],
            "event": str(event),
        }
    )


def scale(sizes: tuple[int, ...] = (10_000, 100_000)) -> Iterator[str]:
    """Merge synthetic claims of each size; a line each with seconds, their ratio and the process's peak memory."""
    before = 0.0
    for size in sizes:
        claims = tuple(synthetic(size))
        start = time.perf_counter()
        _, events = merge(claims, {}, config.Merge())
        seconds = time.perf_counter() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        ratio = f", {seconds / before:.1f} times as long" if before else ""
        yield f"{size:7d} claims, {len(events):6d} events: {seconds:6.1f} s{ratio}, peak {memory:.2f} GiB"
        before = seconds
