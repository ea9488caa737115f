"""`keii train` as a whole: from folders of labels and articles to the files of all models."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

import fake
import pytest
from click.testing import CliRunner

from keii.cli import main
from keii.extract.learned import load
from keii.extract.trees import Growth
from keii.gold import digest as sha256
from keii.merge.evidence import load_model
from keii.model import Article, Claim, KeiiError
from keii.train import PARTS, train
from keii.train.material import digest, read_material, ungrouped

TEXT = "2023年11月{day}日、社長が会社を辞任した。{next}日、市長は住民を訪問する予定だ。会社は社長の辞任を発表した。"
MODELS = {"factuality", "when", "merge", "roles", "detect", "type"}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keii.tag.parse", fake.parse)
    monkeypatch.setattr("keii.train.detect.GROWTH", Growth(trees=5))  # so that it is quick


def labels(article: str, text: str) -> Iterable[dict[str, object]]:
    ends = text.index("。") + 1, text.index("。", text.index("。") + 1) + 1
    days = re.findall(r"(\d+)日", text)
    told = (
        ("c001", 0, ends[0], "辞任", "end-position", "fact", f"{article[:3]}-a"),
        ("c002", ends[0], ends[1], "訪問", "meet", "planned", f"{article[:3]}-b"),
        ("c003", ends[1], len(text), "辞任", "end-position", "fact", f"{article[:3]}-a"),
    )
    for id, start, end, trigger, type, factuality, event in told:
        at = text.index(trigger, start)
        day = days[id == "c002"]
        yield {
            "article": article,
            "id": id,
            "evidence": {"start": start, "end": end},
            "trigger": {"start": at, "end": at + len(trigger)},
            "type": type,
            "factuality": factuality,
            "date": {"value": f"2023-11-{int(day):02d}", "from": "sentence" if id != "c003" else "context"},
            "participants": [{"name": "会社", "role": "agent"}],
            "event": event,
        }


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Articles of which `gold` labels four and `more` the last of them and two others."""
    for folder in ("articles", "gold", "more"):
        (tmp_path / folder).mkdir()
    for number, name in enumerate(("abc-01", "abc-02", "def-01", "def-02", "more1", "more2")):
        text = TEXT.format(day=2 + number // 2, next=11 + number // 2)
        (tmp_path / "articles" / f"{name}.txt").write_text(text, encoding="utf-8")
        rows = "".join(json.dumps(row) + "\n" for row in labels(name, text))
        for folder in {"gold"} if number < 3 else {"gold", "more"} if number == 3 else {"more"}:
            (tmp_path / folder / f"{name}.jsonl").write_text(rows, encoding="utf-8")
    return tmp_path


def test_all_models_are_learned_and_can_be_used(home: Path) -> None:
    out = home / "models"
    keep(home / "more", {"more2": "claims"})
    told = list(train([home / "gold"], [home / "articles"], [home / "more"], out))
    assert {path.stem for path in out.iterdir()} == MODELS and len(told) == len(MODELS)
    for name in MODELS:
        model = load(name, out)
        counts = (5, 15) if name == "merge" else (6, 18)  # each tells of what it was learned from
        assert list(model)[:4] == ["made_by", "gold", "articles", "claims"]
        assert (model["articles"], model["claims"]) == counts
    assert load_model(out).dump() != load_model().dump()
    (home / "keii.toml").write_text(f'[extract]\nmodel = "{out}"\n', encoding="utf-8")
    command = ["run", str(home / "articles"), "-o", str(home / "out"), "--config", str(home / "keii.toml"), "--jobs", "1"]
    assert CliRunner().invoke(main, command).exit_code == 0
    event = json.loads((home / "out" / "events.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert CliRunner().invoke(main, ["why", event["id"], str(home / "out")]).exit_code == 0


def test_some_are_learned_from_the_command_line(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home / "more")
    command = ["train", "--gold", "../gold", "--gold", ".", "--articles", "../articles"]
    found = CliRunner().invoke(main, [*command, "-o", "../models", "--only", "when", "--only", "factuality"])
    assert found.exit_code == 0, found.output
    assert {path.stem for path in (home / "models").iterdir()} == {"when", "factuality"}
    assert load("when", home / "models")["made_by"] == f"keii {' '.join(command)}"
    assert all(part in CliRunner().invoke(main, ["train", "--help"]).output for part in PARTS)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_the_packages_own_tell_the_command_of_make_train(name: str) -> None:
    recipe = (Path(__file__).parents[1] / "Makefile").read_text(encoding="utf-8").replace("$(SHARED)", "../shared")
    keii, train, *words = shlex.split(load(name)["made_by"])
    assert (keii, train) == ("keii", "train") and "--more" in words
    assert all(f"{option} {path}" in recipe for option, path in zip(words[::2], words[1::2], strict=True))


def test_gold_that_is_too_small_is_refused_in_one_line(home: Path) -> None:
    for path in list((home / "gold").iterdir()):
        path.write_text("", encoding="utf-8")
    for part in PARTS:
        with pytest.raises(KeiiError, match=r"^keii train needs [^\n]*$"):
            list(train([home / "gold"], [home / "articles"], out=home / "models", only=[part]))
    with pytest.raises(KeiiError, match="no such folder of gold"):
        list(train([home / "nowhere"], [home / "articles"], out=home / "models"))


def keep(folder: Path, splits: Mapping[str, str]) -> None:
    """Write the manifest of a folder of labels."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (folder.parent / "articles").iterdir()}
    rows = [f"{name}\t{sha256(texts[name])}\t{split}" for name, split in splits.items()]
    (folder / "MANIFEST.tsv").write_text("\n".join(["article\tsha256\tsplit", *rows]) + "\n", encoding="utf-8")


def test_what_a_manifest_keeps_from_teaching_and_what_both_label(home: Path) -> None:
    keep(home / "gold", {"abc-01": "test", "abc-02": "train", "def-01": "claims"})
    articles = [Article(id=path.stem, text=path.read_text(encoding="utf-8")) for path in (home / "articles").iterdir()]
    material = read_material([home / "gold"], [home / "more"], articles)
    assert list(material.labels) == ["abc-02", "def-01", "def-02", "more1", "more2"]
    assert material.more == {"more1", "more2"} and not material.skipped
    assert ungrouped([home / "gold", home / "more"]) == {"abc-01", "def-01"}
    assert list(material.grouped) == ["abc-02", "def-02", "more1", "more2"]


def test_the_digest_tells_labels_whatever_their_order(home: Path) -> None:
    claims = [Claim.model_validate(_filled(row)) for row in labels("abc-01", TEXT.format(day=2, next=11))]
    assert digest(claims) == digest(claims[::-1]) != digest(claims[:2])
    assert digest(claims) != digest([*claims[:2], claims[2].model_copy(update={"factuality": "possible"})])


def _filled(row: dict[str, object]) -> dict[str, object]:
    return {**row, **{key: {**row[key], "text": ""} for key in ("evidence", "trigger")}}  # type: ignore[dict-item]
