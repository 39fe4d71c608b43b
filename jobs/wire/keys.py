"""The names of everything Trainyard keeps in Redis. RQ's own keys begin with `rq:`."""

QUEUE = "trainyard"
"""name of the RQ queue; one queue per worker, because RQ loses jobs on a crash with several"""

QUARANTINE = "ty:quarantine"
"""list: entries of the queue that no worker could read, as JSON `{entry, why, worker, time}`"""

CHANGES = "ty:changes"
"""stream: `{run}` after the recorder committed something of that run; capped, a wake-up only"""

LIVE = "ty:live"
"""set of run ids whose event stream the recorder must follow"""

MACHINES = "ty:machines"
"""hash: machine name → JSON `{seen: Redis ms, body: last sample}`; judged by `seen`"""

WORKERS = "ty:workers"
"""hash: worker name → JSON `{seen: Redis ms, body: Presence}`; judged by `seen`"""

GATHERING = "ty:gathering"
"""hash: the one run that devices are kept free for: `job`, `since` when (Redis ms), and
`m:<machine>` → JSON of who does"""

WAKE = "ty:wake"
"""stream, a wake-up only: workers look into the queue at once"""

CLAIMS = "ty:claims"
"""stream: `{what: taken|released, machine, devices, run, worker}`, who held what; capped"""

RECORDED = "ty:recorded"
"""hash `{events, points}`: how many the recorder has stored since this Redis began"""


def events(run_id: str) -> str:
    """Stream of a run's events. Id `<attempt>-<seq of the last packed event>`, field `e`."""
    return f"ty:run:{run_id}:events"


def bell(name: str) -> str:
    """Stream of a dashboard process's own: an entry wakes its reader, which waits for events."""
    return f"ty:bell:{name}"


def control(run_id: str) -> str:
    """Stream of commands to a run, e.g. `{op: stop, id: ...}`."""
    return f"ty:run:{run_id}:control"


def spec(run_id: str) -> str:
    """The run's `RunConfig` as JSON, for the worker, which never opens the database."""
    return f"ty:run:{run_id}:spec"


def needs(run_id: str) -> str:
    """Hash `{devices, machines, kind, engine}`: what the run needs of machines.

    While it waits also `rests`, until when nothing is kept for it (Redis ms), and `holds`, for how
    many milliseconds devices are kept then.
    """
    return f"ty:run:{run_id}:needs"


def gang(run_id: str) -> str:
    """Hash of a run that several machines train: `job`, `machines` as JSON, the leader first,
    `m:<machine>` → worker, and `meet`, JSON `{host, port, secret}`, once the leader trains.
    """
    return f"ty:run:{run_id}:gang"


def script(run_id: str) -> str:
    """What a person's own script says of its run, as JSON: the recorder makes the row of it."""
    return f"ty:run:{run_id}:script"


def claim(run_id: str) -> str:
    """Hash `{attempt, worker, machine, device, until, retried}`: who trains it, until when (Redis
    ms), and up to which attempt an end counts no more.
    """
    return f"ty:run:{run_id}:claim"


def machine(name: str) -> str:
    """Stream of a machine's hardware samples, capped at the last ten minutes."""
    return f"ty:machine:{name}:hardware"


OF_A_RUN = (events, control, spec, needs, gang, script, claim)
"""all that is kept for a run, by its id"""
