"""Learns the models of claims and events from hand labels (`keii train`), a module for each; the benches learn from parts."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from keii.extract.learned import save
from keii.model import Article
from keii.read import read
from keii.train import detect, factuality, merge, roles, when
from keii.train.material import Material, head, read_material

PARTS = ("factuality", "when", "merge", "roles", "detect")
"""What can be learned by itself, the quickest first; `detect` also writes the model of types."""


def train(
    gold: Sequence[Path],
    folders: Sequence[Path],
    more: Sequence[Path] = (),
    out: Path | None = None,
    only: Collection[str] = PARTS,
) -> Iterator[str]:
    """Learn models from folders of labels and of their articles, write them, and tell what was done.

    The labels of `more` are other readers': their habits in roles are learned apart, and not taken over. Articles that a
    manifest does not count to `train` are left out. The default of `out` is the package's own folder. Each model tells the
    command that makes it, with the folders as they are given.
    """
    material = read_material(gold, more, [one for one in read(list(folders)) if isinstance(one, Article)])
    yield from material.skipped
    home = out or Path(__file__).parents[1] / "models"
    home.mkdir(parents=True, exist_ok=True)
    told = command(gold, folders, more)
    for part in PARTS:
        if part in only:
            made = head(told, material.grouped if part == "merge" else material.labels)
            for name, model in learn(part, material).items():
                save(home / f"{name}.json", {**made, **model})
                yield f"{home / name}.json: learned from {made['claims']} claims in {made['articles']} articles"


def command(gold: Sequence[Path], folders: Sequence[Path], more: Sequence[Path] = ()) -> str:
    """The command that learns from these folders.

    >>> command([Path("gold"), Path("../shared/gold")], [Path("corpus")])
    'keii train --gold gold --gold ../shared/gold --articles corpus'
    """
    options = {"--gold": gold, "--more": more, "--articles": folders}
    return shlex.join(
        ["keii", "train", *(word for name, paths in options.items() for path in paths for word in (name, str(path)))]
    )


def learn(part: str, material: Material) -> dict[str, dict[str, Any]]:
    """Learn a part from its share of the material: the content of each of its models by name."""
    match part:
        case "factuality":
            return {"factuality": factuality.learn(chain.from_iterable(material.targets.values()))}
        case "when":
            return {"when": when.learn(list(material.targets.values()))}
        case "merge":
            return {"merge": merge.learn(list(chain.from_iterable(material.grouped.values())), apart=material.more)}
        case "roles":
            cases = [
                case
                for article, claims in material.labels.items()
                for case in roles.cases_of(material.documents[article], claims, apart=article in material.more)
            ]
            return {"roles": roles.learn(cases)}
        case _:
            documents = material.documents.items()
            return detect.learn([detect.label(one, material.labels[article]) for article, one in documents], material.claims)
