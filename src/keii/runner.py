"""One run into an output folder: the lock, the state, the workers, the files."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from keii.config import Config
from keii.export import digests, export, lines, reload
from keii.model import Event, KeiiError
from keii.pipeline import Progress, Run, fingerprint, gather, tell
from keii.store import Store, opened

log = logging.getLogger(__name__)

_Result = TypeVar("_Result")

_PATIENCE = 20
"""Seconds that a cluster's scheduler is waited for."""
_OF_A_WORKER = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
"""The environment of a worker process."""


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
    with opened(out, fresh=options.fresh) as store:
        with _executor(options) as executor:
            run = gather(paths, store, config, executor=executor, progress=progress)
            cause = _cause(run, store, config, gold)
            again = cause == store.state("cause")
            written = json.loads(store.state("files") or "{}")
            if again and written and digests(out, written) == written:
                log.info("nothing changed: %s stays as it is", out)
                reload(run, out, gold)
                return run
            # The events that a run sets out from are those of the last one that ended, however often it is begun itself.
            before = store.state("before" if again else "events") or ""
            tell(run, config, gold, _events(before), executor=executor)
        files = export(run, out, config)
        _remove(out, written.keys() - files.keys())
        store.set_state({"cause": cause, "before": before, "events": lines(run.events), "files": json.dumps(files)})
        return run


def read_events(out: Path) -> tuple[Event, ...]:
    """The events of a run's folder, none where it has none yet."""
    path = out / "events.jsonl"
    return _events(path.read_text(encoding="utf-8")) if path.exists() else ()


def _events(rows: str) -> tuple[Event, ...]:
    return tuple(Event.model_validate_json(row) for row in rows.split("\n") if row)


def _cause(run: Run, store: Store, config: Config, gold: Path | None) -> str:
    """A digest of all that the outputs are made from, but for the events of the run before."""
    total = hashlib.sha256(repr((fingerprint(config), config.fingerprint(), store.members(), run.failures)).encode())
    for path in sorted(gold.iterdir()) if gold is not None and gold.is_dir() else ():
        if path.is_file():
            total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def _remove(out: Path, names: set[str]) -> None:
    """Remove what an earlier run wrote and this one does not: the report of a run with gold, texts of articles that left."""
    for name in names:
        (out / name).unlink(missing_ok=True)


def _refuse_own_output(paths: Sequence[Path], out: Path) -> None:
    for path in paths:
        if os.path.realpath(path) == os.path.realpath(out):
            raise KeiiError(f"{out}: the output folder can't be what is read")


# --- workers ------------------------------------------------------------------------------------------------------


@contextmanager
def _executor(options: Options) -> Iterator[Executor | None]:
    if options.cluster:
        with _cluster(options.cluster) as executor:
            yield executor
    elif options.jobs > 1:
        with _pool(options.jobs) as executor:
            yield executor
    else:
        yield None


class _Renewed(Executor):
    """An executor that goes on after the death of a worker: what it had in hand is lost, what is given to it later is done."""

    def __init__(self, make: Callable[[], Executor]) -> None:
        self._make = make
        self._executor = make()

    def submit(self, work: Callable[..., _Result], /, *args: Any, **kwargs: Any) -> Future[_Result]:
        try:
            return self._executor.submit(work, *args, **kwargs)
        except BrokenProcessPool:
            self.shutdown()
            self._executor = self._make()
            return self._executor.submit(work, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._executor.shutdown(wait, cancel_futures=cancel_futures)


@contextmanager
def _pool(jobs: int) -> Iterator[Executor]:
    """A pool of processes, each with its own GiNZA and one thread."""
    os.environ.update(_OF_A_WORKER)
    pool = _Renewed(lambda: ProcessPoolExecutor(jobs, mp_context=get_context("spawn")))
    try:
        yield pool
    except BrokenProcessPool as error:
        raise KeiiError("a worker process died (out of memory?): the same command goes on where this run stopped") from error
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    """The workers of a Dask scheduler; what a worker had in hand when it died, the scheduler gives to another."""
    try:
        import distributed
    except ImportError as error:
        raise KeiiError("--cluster needs the extra: pip install 'keii[cluster]'") from error
    try:
        client: Any = distributed.Client(address, timeout=_PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise KeiiError(f"{address}: no Dask scheduler answers: {error}") from error
    with client:
        _refuse_unfit_workers(client, address)
        try:
            yield client.get_executor(pure=False)
        except distributed.scheduler.KilledWorker as error:
            raise KeiiError(f"{address}: a batch of articles killed every worker that took it: {error}") from error


def _refuse_unfit_workers(client: Any, address: str) -> None:
    """GiNZA is no work for two threads; and workers with other code, lexicons or models would tell other claims."""
    many = sorted(worker for worker, threads in client.nthreads().items() if threads > 1)
    if many:
        raise KeiiError(f"{address}: more than one thread on {', '.join(many)}: start workers with --nthreads 1")
    try:
        found: dict[str, str] = client.run(fingerprint, Config())
    except ImportError as error:
        raise KeiiError(f"{address}: keii is not installed on a worker: {error}") from error
    other = sorted(worker for worker, told in found.items() if told != fingerprint(Config()))
    if other:
        raise KeiiError(f"{address}: another keii, or other models, on {', '.join(other)}")
