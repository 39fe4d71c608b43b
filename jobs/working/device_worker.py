"""An RQ worker that forks a horse per run, on the devices that it could take for it.

It never imports torch: a fork of a process that has computed with torch hangs for good. Trainers
come from the forkserver it starts.
"""

from __future__ import annotations

import os
import signal
from typing import Any

import redis
from rq import Queue, Worker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.utils import now
from rq.worker import WorkerStatus

from engine.saving.failpoints import failpoint
from jobs.devices.bell import Bell
from jobs.devices.pool import Devices
from jobs.devices.slot import Slot
from jobs.gangs.gang import Gang, dissolve, led
from jobs.gangs.member import Member
from jobs.horse import Horses
from jobs.job import MALFORMED, SafeJob, Unreadable, fetch
from jobs.quarantine import set_aside
from jobs.queue import INTERMEDIATE, run_of
from jobs.wire import keys
from jobs.wire.connect import connect_blocking, hurry
from jobs.working.children import ForkserverChild, SamplerChild, SenderChild
from jobs.working.present import Present
from jobs.working.processes import die_with_parent
from jobs.working.site import Site

MONITORING_SECONDS = 5
TTL_SECONDS = 20
MAINTENANCE_SECONDS = 60


class DeviceWorker(Worker):
    """RQ's worker, made to train one run at a time and to outlive what others write to Redis."""

    job_class = SafeJob

    def __init__(self, client: redis.Redis, site: Site, devices: Devices) -> None:
        super().__init__(
            [keys.QUEUE],
            name=site.holder.worker,
            connection=client,
            serializer=JSONSerializer,
            job_monitoring_interval=MONITORING_SECONDS,
            worker_ttl=TTL_SECONDS,
            maintenance_interval=MAINTENANCE_SECONDS,
        )
        self.site = site
        self.forkserver = ForkserverChild(site.forkserver)
        self.sampler, self.sender = SamplerChild(site.home), SenderChild(site.home)
        self.slot = Slot(devices, site.holder.machine, site.holder.worker)
        self._present = Present(self.slot, site.home)
        self._bell = Bell(connect_blocking(site.home))
        self._gang: Gang | None = None
        """those that train the run together which this one leads"""
        self._member: Member | None = None
        """its part in a run that another one leads"""
        self._horses = Horses(site.home, site.holder.worker)

    def bootstrap(self, *arguments: Any, **named: Any) -> None:
        """Starts the children first: torch is imported while the worker says hello."""
        self.forkserver.keep_running()
        self.sampler.keep_running()
        super().bootstrap(*arguments, **named)
        self._present.begin()

    def subscribe(self) -> None:
        """RQ's commands over pub/sub are not taken: its stop is a SIGKILL. Ours is `control`."""

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Also sees that the children are there, every five seconds or more often."""
        if not self.is_horse:
            self.forkserver.keep_running()
            self.sampler.keep_running()
            self.sender.keep_running()
        super().heartbeat(timeout or TTL_SECONDS, pipeline)

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0) -> int:  # noqa: ARG002
        """Seconds until a silent execution counts as abandoned; RQ adds a whole minute."""
        return MONITORING_SECONDS + 10

    def dequeue_job_and_maintain_ttl(
        self,
        timeout: int | None,  # noqa: ARG002
        max_idle_time: int | None = None,  # noqa: ARG002
    ) -> tuple[Job, Queue]:
        """Looks into the queue, with all free devices in its hands, until a run suits them."""
        self.set_state(WorkerStatus.IDLE)
        while True:
            try:
                if job := self._look():
                    return job, self.queues[0]
            except (redis.ConnectionError, redis.TimeoutError) as error:
                # After minutes of trying: the server may yet come back.
                self.log.error("Worker %s: no Redis: %s", self.name, error)

    def _look(self) -> Job | None:
        """A job, if one suits; otherwise waits for a change, a second at most."""
        self.heartbeat()
        if self.should_run_maintenance_tasks:
            self.run_maintenance_tasks()  # type: ignore[no-untyped-call]
        found = self.slot.look(self.connection, self.queues[0].key)
        if found.what == "follow":
            self._follow(found.job.decode())
            return None
        if found.what == "lead":
            self._gang = led(self.connection, found.job.decode(), self._present.server)
        if found.what in ("run", "lead"):
            return self._fetch(found.job)
        self._bell.wait()
        return None

    def _follow(self, job: str) -> None:
        """Trains a run that another machine leads, until that one ends it or is gone."""
        run_id = run_of(job)
        self._move_in()
        self.set_state(WorkerStatus.BUSY)
        self._present.show(self.connection, run_id, self.site.holder.device)
        with self.slot.recorded(self.connection, run_id):
            self._member = Member(self.site, job)
            if self._stop_requested:
                self._member.leave()
            while not self._member.over.wait(MONITORING_SECONDS):
                self.heartbeat()
            self.log.info("Worker %s: %s of a gang: %s", self.name, job, self._member.outcome)
        self._member = None
        self._present.show(self.connection, "")
        self.set_state(WorkerStatus.IDLE)
        if self._stop_requested:
            raise StopRequested

    def _fetch(self, name: bytes) -> Job | None:
        """The job, taken out of the queue; None, with its devices given back, for none of ours."""
        try:
            job = fetch(self.connection, name)
        except Unreadable as reason:
            # It is set aside instead of ending the worker.
            if why := str(reason):
                self.log.error("Worker %s: set job %r aside: %s", self.name, name, why)
                set_aside(self.connection, INTERMEDIATE, name, why, self.slot.worker)
            self.slot.held.release()
            self._part()
            return None
        version = self.get_redis_server_version()  # type: ignore[no-untyped-call]
        job.redis_server_version = version
        return job

    def clean_registries(self) -> None:
        """As RQ's, but entries it cannot read are left for people to look at."""
        try:
            super().clean_registries()  # type: ignore[no-untyped-call]
        except MALFORMED as error:
            self.log.error("Worker %s: could not clean up: %s", self.name, error)
            self.last_cleaned_at = now()  # type: ignore[assignment]

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Shows which run it trains meanwhile."""
        assert isinstance(job, SafeJob)
        failpoint("worker.taken")
        self._move_in()
        self._present.show(self.connection, job.run_id, self.site.holder.device)
        with self.slot.recorded(self.connection, job.run_id):
            super().execute_job(job, queue)
            self._horses.ended(self.connection, job.id)
        self._part()
        failpoint("worker.free")
        self._present.show(self.connection, "")

    def handle_work_horse_killed(self, *arguments: Any) -> None:
        """Remembers it; RQ's own notes about the job come first."""
        self._horses.died = True
        super().handle_work_horse_killed(*arguments)  # type: ignore[no-untyped-call]

    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        """Holds signals back until the horse has handlers of its own."""
        signals = {signal.SIGTERM, signal.SIGINT}
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        try:
            super().fork_work_horse(job, queue)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """In the horse: dies with the worker."""
        assert self.pid is not None
        die_with_parent(self.pid)
        super().main_work_horse(job, queue)

    def setup_work_horse_signals(self) -> None:
        """In the horse: from here on SIGTERM ends it; `Attempt` will turn it into a request."""
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})

    def handle_execution_ended(self, job: Job, queue: Queue, heartbeat_ttl: int) -> None:
        """In the horse: RQ's own notes are not worth waiting for a server that is away.

        The attempt has delivered its events by then, and the history decides what comes next.
        """
        hurry(self.connection)
        super().handle_execution_ended(job, queue, heartbeat_ttl)

    def set_shutdown_requested_date(self) -> None:
        """Nobody reads it, and a signal handler must not wait for a server."""

    def handle_warm_shutdown_request(self) -> None:
        """First SIGTERM or Ctrl-C: the run saves a checkpoint and goes back to the queue."""
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        hurry(self.connection)
        if self._member:
            self._member.leave()
        if self.horse_pid:
            os.kill(self.horse_pid, signal.SIGTERM)

    def teardown(self) -> None:
        """Says goodbye, quickly also when no server is there to hear it."""
        if self.is_horse:
            return
        hurry(self.connection)
        try:
            self._present.leave(self.connection)
            super().teardown()  # type: ignore[no-untyped-call]
        except (redis.ConnectionError, redis.TimeoutError):
            self.log.warning("Worker %s: no Redis to say goodbye to", self.name)
        finally:
            self.forkserver.end()
            self.sampler.end()
            self.sender.end()

    def _part(self) -> None:
        """The gang that this worker led is none any more; nobody waits for it."""
        if self._gang:
            dissolve(self.connection, self._gang.job)
        self._gang = None

    def _move_in(self) -> None:
        """Tells the horse, which is to be forked, of the devices in hand."""
        held, gang = self.slot.held, self._gang.to_json() if self._gang else ""
        self.site = self.site.moved_in(held, self.slot.devices.visible(held.names), gang)
        os.environ.update(self.site.to_environment())
