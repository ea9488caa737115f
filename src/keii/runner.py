"""One run into an output folder: the lock, the state, the files."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from keii.config import Config
from keii.dates.find import zone_info
from keii.export import digests, export, lines, reload
from keii.extract.learned import MODELS, load
from keii.model import Event, KeiiError
from keii.names import outlet_kind
from keii.names.lexica import bodies
from keii.pipeline import Progress, Run, Workers, cpu, gather, tell, whole_fingerprint
from keii.store import Store, opened
from keii.workers import cluster, pool

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Options:
    """Where a run writes and how it works; nothing here changes what it finds."""

    out: Path
    gold: Path | None = None
    jobs: int = 1
    cluster: str | None = None
    fresh: bool = False


def execute(paths: Sequence[Path], options: Options, config: Config, progress: Progress | None = None) -> Run:
    """Run the pipeline over files and folders and write its outputs into `options.out`.

    Where nothing changed since the run before, the folder stays as it is and is read back.
    """
    out, gold = options.out, options.gold
    _refuse_own_output(paths, out)
    _refuse_bad_settings(config)
    with opened(out, fresh=options.fresh) as store:
        with _workers(options, config, store) as workers:
            begun = cpu()
            run = gather(paths, store, config, workers=workers, progress=progress)
            cause = _cause(run, store, config, gold)
            again = cause == store.state("cause")
            written = json.loads(store.state("files") or "{}")
            if again and written and digests(out, written) == written:
                log.info("nothing changed: %s stays as it is", out)
                reload(run, out, gold)
                return run
            # The events that a run sets out from are those of the last one that ended, however often it is begun itself.
            before = store.state("before" if again else "events") or ""
            tell(run, config, gold, _events(before), workers=workers)
        run.seconds["other"] = max(cpu() - begun - sum(run.seconds.values()), 0)
        files = export(run, out, config)
        _remove(out, written.keys() - files.keys())
        store.set_state({"cause": cause, "before": before, "events": lines(run.events), "files": json.dumps(files)})
        return run


def read_events(out: Path) -> tuple[Event, ...]:
    """The events of a run's folder, none where it has none yet."""
    path = out / "events.jsonl"
    try:
        return _events(path.read_text(encoding="utf-8")) if path.exists() else ()
    except (OSError, ValueError) as error:
        raise KeiiError(f"{path}: not the events of a run: {str(error).splitlines()[0]}") from error


def _events(rows: str) -> tuple[Event, ...]:
    return tuple(Event.model_validate_json(row) for row in rows.split("\n") if row)


def _cause(run: Run, store: Store, config: Config, gold: Path | None) -> str:
    """A digest of all that the outputs are made from, but for the events of the run before."""
    total = hashlib.sha256(repr((whole_fingerprint(config), store.members(), run.failures)).encode())
    for path in sorted(gold.iterdir()) if gold is not None and gold.is_dir() else ():
        if path.is_file():
            total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def _remove(out: Path, names: set[str]) -> None:
    """Remove what an earlier run wrote and this one does not: the report of a run with gold, texts of articles that left.

    Names come from a file that may be a stranger's: only those in the folders that a run writes into are followed.
    """
    homes = (out.resolve(), out.resolve() / "articles")
    for path in (out / name for name in names):
        if path.parent.resolve() in homes and path.is_file():
            path.unlink()


def _refuse_own_output(paths: Sequence[Path], out: Path) -> None:
    own = (os.path.realpath(out), os.path.realpath(out / "articles"))
    for path in paths:
        if os.path.realpath(path) in own:
            raise KeiiError(f"{out}: the output folder can't be what is read")


def _refuse_bad_settings(config: Config) -> None:
    """Load what the settings name: what is wrong there is told once, and not of every article."""
    zone_info(config.read.zone)
    bodies(config.names.names)
    outlet_kind("", extra=config.names.outlets)
    if config.extract.model:
        for name in MODELS:
            load(name, config.extract.model)


@contextmanager
def _workers(options: Options, config: Config, store: Store) -> Iterator[Workers | None]:
    """Who analyses: where a run died over articles, not this process, even for one job, so that they can't end it again."""
    if options.cluster:
        with cluster(options.cluster, config) as workers:
            yield workers
    elif options.jobs > 1 or store.begun():
        with pool(options.jobs) as workers:
            yield workers
    else:
        yield None
