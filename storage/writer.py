"""The writer: plain functions run in transactions on its own threads, one hop each.

Jobs that queue up while SQLite commits are committed together, each in a savepoint, so that one that fails
takes nobody along and the disk is waited for once. PostgreSQL gets a few threads, one transaction a job; jobs
with the same key keep their order.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import zlib
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError

from domain.errors import Unavailable

T = TypeVar("T")
BATCH = 50
_OURS = (IntegrityError, DataError, ProgrammingError, NotSupportedError)  # no waiting mends these


@dataclass(slots=True)
class _Job:
    run: Callable[[Connection], Any]
    done: Future[Any]


class Writer:
    """Owns the engine that writes. SQLite wants one thread and batches, PostgreSQL several and no batches."""

    def __init__(self, engine: Engine, *, threads: int = 1, batch: int = BATCH) -> None:
        self._engine = engine
        self._batch = batch
        self._queues: list[queue.SimpleQueue[_Job | None]] = [queue.SimpleQueue() for _ in range(threads)]
        self._threads = [
            threading.Thread(target=self._work, args=(jobs,), name=f"writer-{i}", daemon=True)
            for i, jobs in enumerate(self._queues)
        ]
        for thread in self._threads:
            thread.start()

    async def run(self, job: Callable[[Connection], T], key: str = "") -> T:
        """Run `job` in a transaction and give its result once that is committed.

        Jobs with the same key run in the order they were handed in. Cancelling the caller does not undo the
        job. Raises Unavailable where the database does not answer, else what the job raised.
        """
        return await asyncio.shield(asyncio.wrap_future(self.submit(job, key)))

    def submit(self, job: Callable[[Connection], T], key: str = "") -> Future[T]:
        """Queue `job` without an event loop."""
        done: Future[T] = Future()
        self._queues[zlib.crc32(key.encode()) % len(self._queues)].put(_Job(job, done))
        return done

    async def drain(self) -> None:
        """Wait until every job handed in so far has ended, on whichever thread."""
        marks: list[Future[None]] = [Future() for _ in self._queues]
        for jobs, mark in zip(self._queues, marks, strict=True):
            jobs.put(_Job(lambda _connection: None, mark))
        await asyncio.gather(*map(asyncio.wrap_future, marks), return_exceptions=True)

    def close(self) -> None:
        """Finish what is queued and let the database go."""
        for jobs in self._queues:
            jobs.put(None)
        for thread in self._threads:
            thread.join()
        self._engine.dispose()

    def _work(self, jobs: queue.SimpleQueue[_Job | None]) -> None:
        while (first := jobs.get()) is not None:
            batch, last = [first], False
            while len(batch) < self._batch:
                try:
                    job = jobs.get_nowait()
                except queue.Empty:
                    break
                if job is None:
                    last = True
                    break
                batch.append(job)
            self._commit(batch)
            if last:
                return

    def _commit(self, batch: list[_Job]) -> None:
        batch = [job for job in batch if job.done.set_running_or_notify_cancel()]
        if not batch:
            return
        finished: list[tuple[_Job, Any]] = []
        failed: list[tuple[_Job, BaseException]] = []
        try:
            with self._engine.begin() as connection:
                for job in batch:
                    try:
                        if len(batch) == 1:
                            result = job.run(connection)
                        else:
                            with connection.begin_nested():
                                result = job.run(connection)
                        finished.append((job, result))
                    except Exception as error:
                        told = _translated(error)
                        failed.append((job, told))
                        if len(batch) == 1 or isinstance(told, Unavailable):
                            raise  # SQLite may have rolled back, and a savepoint would then commit by itself
        except Exception as error:
            failed += [(job, _translated(error)) for job, _ in finished]
            finished = []
            known = {id(job) for job, _ in failed}
            failed += [(job, _translated(error)) for job in batch if id(job) not in known]
        for job, result in finished:
            job.done.set_result(result)
        for job, reason in failed:
            job.done.set_exception(reason)


def is_passing(error: BaseException) -> bool:
    """Whether it is the database that does not answer, and waiting mends it."""
    return isinstance(error, DBAPIError) and not isinstance(error, _OURS)


def _translated(error: Exception) -> Exception:
    if is_passing(error):
        passing = Unavailable("the database does not answer")
        passing.__cause__ = error
        return passing
    return error
