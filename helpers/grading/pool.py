"""Many submissions at once: in threads of this process, each waiting for its sandbox, or on Dask."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from typing import Any

from helpers.grading.run import run
from helpers.grading.sandbox.limits import Job, Limits
from helpers.grading.spool import Entry

A_JOB = 1.2 * 1024**3  # bytes of memory that a lesson takes
LOCAL = "local"
Result = tuple[str, "Entry | Exception"]  # the student, and what came of it


def work(job: dict[str, Any], stop: threading.Event | None = None) -> dict[str, Any]:
    """Run one submission: plain data in, plain data out, so that it can be done anywhere."""
    return dict(vars(run(Job(**{**job, "limits": Limits(**job["limits"])}), stop)))


def jobs_here() -> int:
    """How many submissions this machine can run at once."""
    import psutil

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, int(psutil.virtual_memory().available / A_JOB)))


def results(jobs: Sequence[Job], *, at_once: int, scheduler: str = "") -> Iterator[Result]:
    """Run submissions, and hand each on as it is done. One that fails stops no other.

    Parameters
    ----------
    jobs : sequence of Job
    at_once : int
        How many at a time, on this machine.
    scheduler : str
        Address of a Dask scheduler; "local" for a cluster of `at_once` processes here; "" for threads.
    """
    return on_dask(jobs, at_once, scheduler) if scheduler else in_threads(jobs, at_once)


def in_threads(jobs: Sequence[Job], at_once: int) -> Iterator[Result]:
    """In threads: all they do is wait for a sandbox."""
    pool, stop = ThreadPoolExecutor(at_once), threading.Event()
    waiting = {pool.submit(work, asdict(job), stop): job.student for job in jobs}
    try:
        for done in as_completed(waiting):
            error = done.exception()
            if error is not None and not isinstance(error, Exception):
                raise error
            yield waiting[done], error if isinstance(error, Exception) else Entry(**done.result())
    finally:  # also where nobody wants the rest
        stop.set()
        pool.shutdown(cancel_futures=True)


def on_dask(jobs: Sequence[Job], at_once: int, scheduler: str) -> Iterator[Result]:
    """On Dask: what a lost worker was doing is done again by another."""
    from distributed import Client, LocalCluster
    from distributed import as_completed as as_done

    cluster = None
    if scheduler == LOCAL:
        cluster = LocalCluster(n_workers=at_once, threads_per_worker=1, dashboard_address=None)
    with Client(cluster or scheduler, timeout="20s") as client:
        waiting = {client.submit(work, asdict(job), pure=False): job.student for job in jobs}
        for done in as_done(list(waiting)):
            error = done.exception()
            yield waiting[done], error if error is not None else Entry(**done.result())
            done.release()
    if cluster is not None:
        cluster.close()
