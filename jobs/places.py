"""Every place where the program can be broken on purpose (`engine/saving/failpoints.py`).

A test compares the list with the sources, another kills what runs at each of them.
"""

from __future__ import annotations

from engine.saving.places import PLACES as ENGINE

PLACES = {
    **ENGINE,
    "trainer.begun": "a trainer was forked; it has neither journal nor connection",
    "trainer.before_training": "it has heard what was asked for and takes the checkpoint next",
    "trainer.before_last_word": "the training is over; the last word is not written",
    "trainer.after_last_word": "the last word is delivered; the process still lives",
    "journal.before_write": "events were numbered; the journal has none of them",
    "journal.after_write": "the journal has them, Redis has none",
    "telemetry.before_send": "a batch is packed for Redis",
    "telemetry.after_send": "Redis has the batch; the writer does not know",
    "worker.taken": "a job left the queue; no horse was forked",
    "worker.before_claim": "the horse knows the run and has not claimed it",
    "worker.claimed": "the run is claimed; nobody was told",
    "worker.asked": "a trainer was asked for",
    "worker.before_renewal": "the lease is to be renewed",
    "worker.before_conclusion": "the trainer is gone; its end is not concluded",
    "worker.before_release": "all is told; the lease still holds",
    "worker.free": "the horse is gone; the worker still shows its run",
    "forkserver.before_fork": "a request was read; no trainer was forked",
    "forkserver.after_fork": "a trainer lives; the horse does not know its process id",
    "recorder.before_store": "events were read from Redis",
    "recorder.before_commit": "they are written, in a transaction that is open",
    "recorder.after_commit": "they are stored; nobody was told",
    "recorder.before_trim": "pages were told; the stream still holds what is stored",
    "tend.before_enqueue": "a run is to have a job",
    "tend.after_enqueue": "it has one; pages do not know",
    "tend.before_lost": "an attempt is to be given up",
    "server.before_endpoint": "a server is to be started; its address is not published",
    "server.before_start": "the address is published; nobody listens there",
    "server.after_start": "the server was started; nobody watches it",
    "launch.saved": "a run is in the history; Redis does not know",
    "launch.announced": "Redis knows the run; no job waits",
    "migration.before_copy": "an old database is to be copied before it is upgraded",
    "migration.statement": "a statement of the upgrade comes next",
    "migration.before_commit": "the upgrade is whole, in a transaction that is open",
    "migration.after_commit": "the database is upgraded",
    "data.uploaded": "an uploaded file is whole, under a temporary name",
    "data.copied": "a data set's file was copied",
    "data.read": "it was read and measured",
    "data.named": "its folder has its name; no row says so",
    "data.unsure": "rows and folder are about to be compared",
    "store.asked": "the store is asked for something; no library of storage was called",
    "store.before_file": "a file of a folder is to be copied to the store",
    "store.before_seal": "all files are there; what makes them seen is not",
    "store.after_seal": "others see the folder; old ones are still there",
    "store.pruned": "old ones are gone from the store",
    "store.fetched": "a folder was fetched and is on the disk, under a temporary name",
    "courier.before_record": "a message was sent; the outbox does not know",
}
