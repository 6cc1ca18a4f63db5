"""Where a run's predictions are made: in this process, on workers of this machine, or on a Dask cluster."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Protocol

from phusong.geodata.errors import InputError

if TYPE_CHECKING:
    from phusong.coverage.coverage_map import CoverageMap
    from phusong.coverage.reach import Reach

WAIT_S = 3  # for a cluster to answer


class Engine(Protocol):
    """`phusong.coverage.strips.predict_strips`, wherever its strips are answered."""

    def __call__(self, *args: Any, **asked: Any) -> tuple[CoverageMap, Reach | None]: ...


@contextmanager
def workers(jobs: int | None = None, cluster: str | None = None) -> Iterator[Engine]:
    """The engine of a run: the same bytes from each.

    - `cluster`: the scheduler's address of a running Dask cluster
    - `jobs` of 2 or more: that many worker processes of this machine, one core each
    - otherwise this process, on one core (`jobs` of 1) or on all

    InputError where both are given, where the extra is not installed, or where the cluster does not answer.
    """
    from phusong.coverage.strips import predict_strips

    if cluster is not None and jobs is not None:
        raise InputError("--jobs starts workers here and --cluster uses those of a cluster; give one of them")
    if cluster is None and (jobs is None or jobs == 1):
        if jobs is not None:
            from phusong.coverage.compiled import use_cores

            use_cores(jobs)
        yield predict_strips
        return
    from phusong.coverage.cluster import predict_on_cluster

    with _client(jobs, cluster) as client:
        yield partial(predict_on_cluster, client)


@contextmanager
def _client(jobs: int | None, cluster: str | None) -> Iterator[Any]:
    try:
        import distributed
    except ImportError:
        raise InputError("--cluster, and --jobs above 1, need Dask: pip install 'phusong[cluster]'") from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # a lost worker's tasks are done by others
    if cluster is not None:
        with _reached(distributed, cluster) as client:
            yield client
        return
    local = _local(distributed, jobs)
    client = distributed.Client(local)
    try:
        yield client
    except KeyboardInterrupt:
        # answered at once: a cluster that is closed in good order waits seconds for what its workers are at
        for worker in local.workers.values():
            worker.auto_restart = False
            os.kill(worker.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        raise
    except BaseException:
        _close(client, local)
        raise
    _close(client, local)


def _close(client: Any, local: Any) -> None:
    client.close()
    local.close()


def _local(distributed: Any, jobs: int | None) -> Any:
    """A cluster of `jobs` workers here, which leave an interrupt at the terminal to this process."""
    main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN) if main else None  # handed down to what is started
    try:
        return distributed.LocalCluster(
            n_workers=jobs,
            threads_per_worker=1,
            dashboard_address=None,
            memory_limit=0,
            env={"NUMBA_NUM_THREADS": "1"},
        )
    finally:
        if main:
            signal.signal(signal.SIGINT, before)


@contextmanager
def _reached(distributed: Any, address: str) -> Iterator[Any]:
    """A client of the cluster at `address`, whose workers run the phusong that this is."""
    try:
        client = distributed.Client(address, timeout=WAIT_S)
    except (OSError, ValueError, TypeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"--cluster {address}: no Dask scheduler answers there ({reason}); "
            "give its address, such as tcp://10.0.0.5:8786"
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=WAIT_S)
            versions = client.run(_code_version)
        except TimeoutError:
            raise InputError(
                f"--cluster {address}: the scheduler has no workers; start some: dask worker {address}"
            ) from None
        except Exception as error:
            raise InputError(
                f"--cluster {address}: a worker cannot run phusong ({type(error).__name__}: {error}); "
                "install the same version there"
            ) from None
        for worker, there in versions.items():
            if there != _code_version():
                raise InputError(
                    f"--cluster {address}: worker {worker} has another phusong ({there}); "
                    f"install the same as here ({_code_version()})"
                )
        yield client


def _code_version() -> str:
    """Version and fingerprint of the kernels' sources: the same where the same bytes come out."""
    from phusong.coverage.compiled import sources_sha256

    return f"{version('phusong')} {sources_sha256()[:12]}"
