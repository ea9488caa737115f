"""What a user may set: one frozen section a stage, read from `keii.toml`."""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from keii.model import KeiiError


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Read(Section):
    max_bytes: int = Field(50_000_000, description="a larger file is refused", gt=0)
    zone: str = Field("Asia/Tokyo", description="time zone of articles that name none")


class Tag(Section):
    batch: int = Field(64, description="sentences a batch", gt=0)
    max_sentence: int = Field(350, description="longer sentences are analysed in pieces of this many characters", gt=20)


class Names(Section):
    names: Path | None = Field(None, description="names.tsv of one's own: canonical, label, aliases")
    outlets: Path | None = Field(None, description="outlets.toml of one's own")


class Extract(Section):
    rules_only: bool = Field(False, description="claims by rules alone: they keep, type, date and cast")
    threshold: float | None = Field(
        None, description="keep a candidate from this probability on; default: the model's own", ge=0, le=1
    )
    model: Path | None = Field(None, description="folder of models of one's own, made by `keii train -o`; also for merging")


class Merge(Section):
    threshold: float | None = Field(None, description="join from this similarity on; default: the model's own", ge=0, le=1)
    window_days: int = Field(3, description="how far apart two dates of one event may be told", ge=0)


class Weights(Section):
    """What a claim's score is made of: being found, and each field that is right; divided by their sum."""

    found: float = Field(0.30, ge=0)
    type: float = Field(0.15, ge=0)
    factuality: float = Field(0.10, ge=0)
    date_day: float = Field(0.15, ge=0)
    outlets: float = Field(0.10, ge=0)
    speakers: float = Field(0.10, ge=0)
    agent_patient: float = Field(0.10, ge=0)


class Score(Section):
    trigger: float = Field(0.5, description="weight of the trigger overlap in matching")
    evidence: float = Field(0.3, description="weight of the evidence overlap in matching")
    type: float = Field(0.2, description="weight of equal types in matching")
    resamples: int = Field(1000, description="bootstrap resamples of the intervals", gt=0)
    seed: int = Field(0, description="seed of the resampling", ge=0)
    weights: Weights = Weights()


class Config(Section):
    read: Read = Read()
    tag: Tag = Tag()
    names: Names = Names()
    extract: Extract = Extract()
    merge: Merge = Merge()
    score: Score = Score()

    def fingerprint(self, *sections: str) -> str:
        """A digest of the named sections (of all, where none is named)."""
        data = self.model_dump_json(include=set(sections) or None)
        return hashlib.sha256(data.encode()).hexdigest()[:16]


def load_config(path: Path | None) -> Config:
    """Read a configuration; a key that is not known is refused with the key it was probably meant to be."""
    if path is None:
        return Config()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return Config.model_validate(data)
    except OSError as error:
        raise KeiiError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise KeiiError(f"{path}: not TOML: {error}") from error
    except ValidationError as error:
        raise KeiiError(f"{path}: {_explain(error)}") from error


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    *parents, name = [str(part) for part in first["loc"]]
    where = ".".join([*parents, name])
    if first["type"] != "extra_forbidden":
        return f"{where}: {first['msg']}"
    model: type[BaseModel] = Config
    for parent in parents:
        field = model.model_fields[parent].annotation
        assert isinstance(field, type) and issubclass(field, BaseModel)
        model = field
    close = difflib.get_close_matches(name, list(model.model_fields), n=1)
    return f"{where}: unknown key" + (f"; did you mean {'.'.join([*parents, close[0]])}?" if close else "")
