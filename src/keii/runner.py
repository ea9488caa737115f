"""One run into an output folder: the lock, the state, the workers, the files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keii.config import Config
from keii.export import export
from keii.model import Event, KeiiError
from keii.pipeline import Progress, Run, local_executor, run
from keii.store import opened


@dataclass(frozen=True)
class Options:
    """Where a run writes and how it works; nothing here changes what it finds."""

    out: Path
    gold: Path | None = None
    jobs: int = 1
    cluster: str | None = None
    fresh: bool = False


def execute(paths: Sequence[Path], options: Options, config: Config, progress: Progress | None = None) -> Run:
    """Run the pipeline over files and folders and write its outputs into `options.out`."""
    _refuse_own_output(paths, options.out)
    with opened(options.out, fresh=options.fresh) as store, _executor(options) as executor:
        previous = () if options.fresh else read_events(options.out)
        found = run(paths, store, config, gold=options.gold, executor=executor, progress=progress, previous=previous)
        if found.analyses:
            export(found, options.out, config)
        return found


def read_events(out: Path) -> tuple[Event, ...]:
    """The events of a run's folder, none where it has none yet."""
    path = out / "events.jsonl"
    if not path.exists():
        return ()
    return tuple(Event.model_validate_json(line) for line in path.read_text(encoding="utf-8").splitlines())


def connect(address: str) -> Executor:
    """An executor on a Dask scheduler: the same pipeline on many machines."""
    try:
        import distributed
    except ImportError as error:
        raise KeiiError("--cluster needs the extra: pip install 'keii[cluster]'") from error
    try:
        client: Any = distributed.Client(address, timeout=20)  # type: ignore[no-untyped-call]
    except OSError as error:
        raise KeiiError(f"{address}: no Dask scheduler answers: {error}") from error
    executor: Executor = client.get_executor()
    return executor


@contextmanager
def _executor(options: Options) -> Iterator[Executor | None]:
    executor = connect(options.cluster) if options.cluster else local_executor(options.jobs)
    try:
        yield executor
    finally:
        if executor is not None:
            executor.shutdown()


def _refuse_own_output(paths: Sequence[Path], out: Path) -> None:
    for path in paths:
        if path.resolve() == out.resolve():
            raise KeiiError(f"{out}: the output folder can't be what is read")
