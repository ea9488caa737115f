"""The processes that do a run's work: a pool on this machine, or the workers of a Dask cluster."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait as wait_for_end
from threading import Thread
from types import ModuleType
from typing import Any, TypeVar

from keii.config import Config
from keii.model import KeiiError
from keii.pipeline import Workers, fingerprint

log = logging.getLogger(__name__)

_PATIENCE = 20
"""Seconds that a cluster's scheduler, and a first worker of it, are waited for."""
_LOOK = 2
"""Seconds after which it is looked whether a cluster still has workers, as long as nothing comes back from them."""
_ALL_GONE = 10
"""Seconds without any worker after which it is told that one is waited for."""
_WORTH_WAITING = 300
"""Seconds without any worker after which the run ends."""
_OF_A_WORKER = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
"""The environment of a worker process."""

_Result = TypeVar("_Result")


@contextmanager
def pool(jobs: int) -> Iterator[Workers]:
    """So many processes of this machine."""
    os.environ.update(_OF_A_WORKER)
    processes = _Pool(jobs)
    try:
        yield processes
    except BrokenProcessPool as error:
        raise KeiiError("a worker process died (out of memory?): the same command goes on where this run stopped") from error
    finally:
        processes.shutdown()


class _Pool:
    """Processes, each with its own GiNZA and one thread. If one dies all end, and the next piece of work gets new ones."""

    died = BrokenProcessPool

    def __init__(self, jobs: int) -> None:
        self.at_once = jobs + 2
        self._jobs = jobs
        self._processes = self._start()

    def submit(self, work: Callable[..., _Result], /, *args: object) -> Future[_Result]:
        try:
            return self._submit(work, *args)
        except BrokenProcessPool:
            self._processes = self._start()
        try:
            self._submit(os.getpid).result()
        except BrokenProcessPool as error:
            raise KeiiError("no worker process can be started") from error
        return self._submit(work, *args)

    def _submit(self, work: Callable[..., _Result], /, *args: object) -> Future[_Result]:
        """Give work out, and start the process that it needs without the script that runs keii, which would begin anew in it."""
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            return self._processes.submit(work, *args)
        finally:
            sys.modules["__main__"] = main

    def wait(self, work: Collection[Future[_Result]]) -> Collection[Future[_Result]]:
        return wait(work, return_when=FIRST_COMPLETED).done

    def shutdown(self) -> None:
        self._processes.shutdown(cancel_futures=True)

    def _start(self) -> ProcessPoolExecutor:
        logger = logging.getLogger("keii")
        logs = logger.level, [handler.formatter for handler in logger.handlers]
        return ProcessPoolExecutor(self._jobs, mp_context=get_context("spawn"), initializer=_begin, initargs=logs)


def _begin(level: int, formatters: Sequence[logging.Formatter | None]) -> None:
    """What a process of the pool does first: log as its parent does, and see to it that it ends when that one is killed."""
    logger = logging.getLogger("keii")
    logger.setLevel(level)
    for formatter in formatters:
        handler = logging.StreamHandler()
        handler.setFormatter(formatter)
        logger.addHandler(handler)
    parent = parent_process()
    assert parent is not None
    Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait_for_end([sentinel])
    os._exit(1)


# --- workers of a cluster -----------------------------------------------------------------------------------------


@contextmanager
def cluster(address: str, config: Config) -> Iterator[Workers]:
    """The workers of a Dask scheduler; what a worker had in hand when it died, the scheduler gives to another."""
    try:
        import distributed
        from distributed.comm.core import CommClosedError
    except ImportError as error:
        raise KeiiError("--cluster needs the extra: pip install 'keii[cluster]'") from error
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # a lost scheduler is told below, in one line
    try:
        client: Any = distributed.Client(address, timeout=_PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise KeiiError(f"{address}: no Dask scheduler answers: {error}") from error
    with client:
        try:
            _refuse_unfit(client, address, config)
            yield _Cluster(client, address, config)
        except distributed.scheduler.KilledWorker as error:
            raise KeiiError(f"{address}: a batch killed every worker that took it: {error}") from error
        except ImportError as error:
            raise KeiiError(f"{address}: keii is not installed on a worker: {error}") from error
        except (CancelledError, CommClosedError) as error:
            raise KeiiError(f"{address}: the scheduler was lost: the same command goes on where this run stopped") from error


class _Cluster:
    """Whatever workers a Dask scheduler has when a piece of work is given out."""

    at_once = 1_000

    def __init__(self, client: Any, address: str, config: Config) -> None:
        import distributed

        self.died = distributed.scheduler.KilledWorker
        self._client, self._address = client, address
        self._submit = client.get_executor(pure=False).submit
        self._wanted = config, fingerprint(config)

    def submit(self, work: Callable[..., _Result], /, *args: object) -> Future[_Result]:
        future: Future[_Result] = self._submit(_if_fit, *self._wanted, work, *args)
        return future

    def wait(self, work: Collection[Future[_Result]]) -> Collection[Future[_Result]]:
        seen, told = time.monotonic(), False
        while not (done := wait(work, _LOOK, FIRST_COMPLETED).done):
            alone = time.monotonic() - seen
            if self._client.scheduler_info(n_workers=1)["workers"]:
                seen, told = time.monotonic(), False
            elif alone >= _WORTH_WAITING:
                raise KeiiError(f"{self._address}: no worker for {alone:.0f} s: the same command goes on where this run stopped")
            elif alone >= _ALL_GONE and not told:
                told = True
                log.warning("%s: no worker left: waiting %d s for one to come", self._address, _WORTH_WAITING)
        return done


def _refuse_unfit(client: Any, address: str, config: Config) -> None:
    """The scheduler has to know keii, of whatever version, to pass work on; each worker has to have this very one."""
    try:
        client.run_on_scheduler(isinstance, config, Config)
    except (ImportError, AttributeError) as error:
        raise KeiiError(f"{address}: keii is not installed where the scheduler runs: {error}") from error
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except TimeoutError as error:
        raise KeiiError(f"{address}: no worker there: start some with `dask worker {address} --nthreads 1`") from error
    found: dict[str, str | Exception] = client.run(_fault, config, fingerprint(config), on_error="return")
    for worker, fault in sorted(found.items()):
        if fault:
            told = f"keii can't be loaded there: {fault}" if isinstance(fault, Exception) else fault
            raise KeiiError(f"{address}: {worker}: {told}")


def _if_fit(config: Config, wanted: str, work: Callable[..., _Result], *args: object) -> _Result:
    """Do a piece of work on a worker of a cluster, which may have joined since the others were looked at."""
    from distributed import get_worker

    worker = get_worker()
    fault = _fault(config, wanted, worker)
    if fault:
        raise KeiiError(f"{worker.address}: {fault}")
    return work(*args)


def _fault(config: Config, wanted: str, dask_worker: Any) -> str:
    """Why a worker is not fit: GiNZA is no work for two threads; other code, lexicons or models would tell other claims."""
    if dask_worker.state.nthreads > 1:
        return "more than one thread: start workers with --nthreads 1"
    try:
        found = fingerprint(config)
    except KeiiError as error:
        return str(error)
    return "" if found == wanted else "another keii, or other lexicons or models"
