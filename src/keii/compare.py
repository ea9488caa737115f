"""Compares two runs, two labellings, or a run with its pinned floors."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from keii.config import Config
from keii.gold import Gold, digest_folder, read_claims
from keii.model import Claim, KeiiError, Pair, Scores
from keii.reconcile import STRICT, reconcile
from keii.score import score
from keii.score.bootstrap import Difference, differences

# --- two runs -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """What a scored run left in its folder."""

    scores: Scores
    pairs: tuple[Pair, ...]
    claims: Mapping[tuple[str, str], Claim]


def read_run(folder: Path) -> Run:
    """Read scores.json, scores.jsonl and claims.jsonl of a run that was made with gold."""
    path = folder / "scores.json"
    try:
        scores = Scores.model_validate_json(path.read_bytes())
        path = folder / "scores.jsonl"
        pairs = tuple(Pair.model_validate_json(line) for line in path.read_bytes().splitlines() if line.strip())
    except OSError as error:
        raise KeiiError(f"{path}: cannot be read: {error.strerror}; was the run made with --gold?") from error
    except ValidationError as error:
        raise KeiiError(f"{path}: not what `keii run --gold` writes: {error.errors()[0]['msg']}") from error
    return Run(scores, pairs, {(claim.article, claim.id): claim for claim in read_claims(folder / "claims.jsonl")})


Kind = Literal["new", "better", "worse", "lost", "false", "gone"]


class Change(NamedTuple):
    """What became of a claim from run A to run B.

    Of gold claims: `new` (missed by A, found by B), `lost`, `better` or `worse` (by score), and the fields that turned.
    Of predictions without gold: `false` (B's alone), `gone` (A's alone). `words` is the trigger.
    """

    kind: Kind
    article: str
    gold: str | None
    a: str | None
    b: str | None
    words: str
    mended: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Figures of two runs with the chance of each difference, and every claim that changed. `alone` have one run only."""

    figures: tuple[Difference, ...]
    changes: tuple[Change, ...]
    alone: tuple[str, ...]

    def turned(self) -> dict[str, tuple[int, int]]:
        """Of each strict field: in how many claims found by both it was mended, and broken."""
        mended = Counter(field for change in self.changes for field in change.mended)
        broken = Counter(field for change in self.changes for field in change.broken)
        return {field: (mended[field], broken[field]) for field in STRICT}


def compare(a: Run, b: Run, config: Config) -> Comparison:
    """Compare run B with run A over the articles that both were scored on."""
    both = a.scores.counts.keys() & b.scores.counts.keys()
    for article in sorted(both):
        if a.scores.counts[article]["detection"][3] != b.scores.counts[article]["detection"][3]:
            raise KeiiError(f"{article}: the two runs were scored against different gold")
    return Comparison(
        figures=tuple(differences(a.scores.counts, b.scores.counts, resamples=config.score.resamples, seed=config.score.seed)),
        changes=(*_changed(a, b, both), *_strays(a, b, both)),
        alone=tuple(sorted(a.scores.counts.keys() ^ b.scores.counts.keys())),
    )


def _changed(a: Run, b: Run, articles: Collection[str]) -> Iterable[Change]:
    ours, theirs = ({(pair.article, pair.gold): pair for pair in run.pairs if pair.gold} for run in (a, b))
    for (article, gold), one in sorted(ours.items()):
        other = theirs.get((article, gold))
        if article not in articles or other is None or (one.fields == other.fields and one.verdict == other.verdict):
            continue
        both = one.pred is not None and other.pred is not None
        turned = [name for name in STRICT if both and one.fields[name] != other.fields[name]]
        mended, broken = (tuple(name for name in turned if bool(other.fields[name]) is right) for right in (True, False))
        if both and not turned:
            continue
        kind: Kind = "better" if other.score >= one.score else "worse"
        if not both:
            kind = "new" if other.pred else "lost"
        words = _words(b, article, other.pred) or _words(a, article, one.pred)
        yield Change(kind, article, gold, one.pred, other.pred, words, mended, broken)


def _strays(a: Run, b: Run, articles: Collection[str]) -> Iterable[Change]:
    """Predictions that match no gold and stand in one run only, told by their trigger's span."""
    ours, theirs = (
        {
            (
                pair.article,
                run.claims[pair.article, pair.pred].trigger.start,
                run.claims[pair.article, pair.pred].trigger.end,
            ): pair.pred
            for pair in run.pairs
            if pair.pred and not pair.gold and pair.article in articles and (pair.article, pair.pred) in run.claims
        }
        for run in (a, b)
    )
    for key in sorted(theirs.keys() - ours.keys()):
        yield Change("false", key[0], None, None, theirs[key], _words(b, key[0], theirs[key]))
    for key in sorted(ours.keys() - theirs.keys()):
        yield Change("gone", key[0], None, ours[key], None, _words(a, key[0], ours[key]))


def _words(run: Run, article: str, pred: str | None) -> str:
    claim = run.claims.get((article, pred or ""))
    return claim.trigger.text if claim else ""


def worse(figures: Sequence[Difference], limits: Iterable[str]) -> tuple[str, ...]:
    """One line for each limit `figure:tolerance` (`detection.f1:0.01`) that B breaks by being worse than A by more than that.

    Raises KeiiError for a limit that is not of this form or names no figure of both runs.
    """
    known = {row.figure: row for row in figures}
    broken = []
    for limit in limits:
        figure, colon, tolerance = limit.rpartition(":")
        if not colon or not tolerance.replace(".", "", 1).isdecimal():
            raise KeiiError(f"{limit}: not of the form detection.f1:0.01")
        if figure not in known:
            raise KeiiError(f"{figure}: no figure of both runs; there are {', '.join(sorted(known))}")
        row = known[figure]
        loss = row.difference if figure.startswith("calibration.") else -row.difference
        if loss > float(tolerance) + 1e-9:
            broken.append(f"{figure}: {row.a:.3f} → {row.b:.3f}, worse by {loss:.3f} (p = {row.p:.3f}), more than {tolerance}")
    return tuple(broken)


# --- two labellings -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two labellings of the same articles agree; `kappa` is Cohen's over the claims that both have."""

    scores: Scores
    kappa: Mapping[str, float]
    differences: tuple[tuple[str, str, str, str, str], ...]
    """Where they differ: the two claims, the field (or `claim`), the trigger, what A says and what B says."""


def agreement(a: Gold, b: Gold, config: Config) -> Agreement:
    """Score labelling B as if it were a prediction of labelling A."""
    articles = sorted(set(a.articles) & set(b.articles))
    if not articles:
        raise KeiiError("the two labellings have no article in common")
    pairs = reconcile(b.claims, a.claims, config, articles=articles)
    scores = score(pairs, b.claims, a.claims, config, articles=articles, genres=a.genres)
    kappas = {field: kappa(scores.confusion[field]) for field in ("type", "factuality")}
    return Agreement(scores, kappas, tuple(_differences(pairs, a, b)))


def kappa(confusion: Mapping[str, Mapping[str, int]]) -> float:
    """Cohen's kappa of a confusion table, without what one side alone has; 1 where both always say the same one thing."""
    cells = {
        (row, column): n
        for row, cells in confusion.items()
        for column, n in cells.items()
        if row != "false" and column != "missed"
    }
    total = sum(cells.values())
    if not total:
        return 0.0
    rows, columns = Counter[str](), Counter[str]()
    for (row, column), n in cells.items():
        rows[row] += n
        columns[column] += n
    observed = sum(n for (row, column), n in cells.items() if row == column) / total
    chance = sum(rows[value] * columns[value] for value in rows) / total**2
    return 1.0 if chance == 1 else (observed - chance) / (1 - chance)


def _differences(pairs: Iterable[Pair], a: Gold, b: Gold) -> Iterable[tuple[str, str, str, str, str]]:
    ours, theirs = ({(claim.article, claim.id): claim for claim in gold.claims} for gold in (a, b))
    for pair in pairs:
        one, other = ours.get((pair.article, pair.gold or "")), theirs.get((pair.article, pair.pred or ""))
        where = f"{pair.article}/{pair.gold or '-'}|{pair.pred or '-'}"
        claim = one or other
        assert claim is not None
        if one is None or other is None:
            words = claim.trigger.text or f"{claim.trigger.start}:{claim.trigger.end}"
            yield where, "claim", words, "labelled" if one else "–", "labelled" if other else "–"
            continue
        for field in STRICT:
            if not pair.fields[field]:
                yield (
                    where,
                    field,
                    one.trigger.text or f"{one.trigger.start}:{one.trigger.end}",
                    told(one, field),
                    told(other, field),
                )


def told(claim: Claim, field: str) -> str:
    """What the claim says in a field of `reconcile.FIELDS`, in one line."""
    roles = ("agent", "patient") if field == "agent_patient" else ("agent", "patient", "org", "other")
    if field in ("agent_patient", "participants"):
        return ", ".join(f"{who.role}={who.name}" for who in claim.participants if who.role in roles) or "–"
    if field.startswith("date"):
        return claim.date.value if claim.date else "–"
    if field in ("outlets", "speakers"):
        return ", ".join(getattr(claim, field)) or "–"
    if field == "suspect":
        return ", ".join(f"{doubt.field}: {doubt.why}" for doubt in claim.suspect) or "–"
    if field in ("trigger", "evidence", "citation"):
        span = getattr(claim, field)
        return span.text or f"{span.start}:{span.end}" if span else "–"
    return str(getattr(claim, field))


# --- pinned floors ------------------------------------------------------------------------------------------------


class Floors(BaseModel):
    """`gold/floors.json`: the floor of each figure, the highest it ever had, and the digests of what it was measured on."""

    model_config = ConfigDict(extra="forbid")
    gold: str
    corpus: str
    floors: dict[str, float]
    highest: dict[str, float] = {}


def check_floors(scores: Scores, path: Path, gold: Path, corpus: Path) -> tuple[str, ...]:
    """One line for each reason why `path` does not hold: a figure below its floor, gold or corpus that is not the pinned one.

    A floor below the highest it ever had needs a line in CHANGES.md beside it that names the figure and the new floor.
    """
    floors = Floors.model_validate_json(path.read_bytes())
    broken = []
    for name, pinned, now in (
        ("gold", floors.gold, digest_gold(gold)),
        ("corpus", floors.corpus, digest_folder(corpus, "*.txt")),
    ):
        if pinned != now:
            broken.append(f"{name}: has changed since the floors were pinned; measure again and pin them with its digest {now}")
    changes = path.with_name("CHANGES.md")
    lines = changes.read_text(encoding="utf-8").splitlines() if changes.exists() else []
    for name, floor in floors.floors.items():
        figure = scores.figures.get(name)
        if figure is None or figure.value is None:
            broken.append(f"{name}: not among the scores")
        elif figure.value < floor:
            broken.append(f"{name}: {figure.value:.4f} is below its floor {floor}")
        if floor < floors.highest.get(name, floor) and not any(name in line and str(floor) in line for line in lines):
            broken.append(
                f"{name}: its floor was lowered from {floors.highest[name]} to {floor} without a line in {changes.name}"
            )
    return tuple(broken)


def pin_floors(
    scores: Scores, path: Path, gold: Path, corpus: Path, figures: Iterable[str] = (), *, margin: float = 0.01
) -> None:
    """Raise the floors of `figures` (and those pinned before) to what `scores` reach less `margin`; none is lowered."""
    old = Floors.model_validate_json(path.read_bytes()) if path.exists() else Floors(gold="", corpus="", floors={})
    new = dict(old.floors)
    for name in [*new, *figures]:
        value = scores.figures[name].value if name in scores.figures else None
        if value is None:
            raise KeiiError(f"{name}: not among the scores")
        new[name] = max(new.get(name, 0.0), round(value - margin, 3))
    pinned = Floors(
        gold=digest_gold(gold),
        corpus=digest_folder(corpus, "*.txt"),
        floors=dict(sorted(new.items())),
        highest={name: max(floor, old.highest.get(name, floor)) for name, floor in sorted(new.items())},
    )
    path.write_text(json.dumps(pinned.model_dump(), indent=2) + "\n", encoding="utf-8")


def digest_gold(gold: Path) -> str:
    """The digest of a folder's labels."""
    return digest_folder(gold, "*.jsonl")
