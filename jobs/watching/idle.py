"""An idle GPU: the run trains on GPUs, and all of them do next to nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.events import Alert, Hardware
from jobs.watching.lasting import Lasting

IDLE_SECONDS = 60.0


@dataclass
class IdleGpu:
    """`limit` is percent of utilization."""

    limit: float
    lasting: Lasting = field(default_factory=lambda: Lasting(IDLE_SECONDS))

    def hear(self, sample: Hardware, *, training: bool) -> Alert | None:
        """`training`: optimizer steps on a GPU are under way."""
        known = [gpu for gpu in sample.gpus if gpu.utilization is not None]
        busiest = max((gpu.utilization or 0.0 for gpu in known), default=self.limit)
        idle = training and busiest < self.limit
        if not self.lasting.begins(idle, sample.time):
            return None
        names = ", ".join(dict.fromkeys(gpu.name for gpu in known))
        which = f"the GPU ({names}) is" if len(known) == 1 else f"all {len(known)} GPUs are"
        message = (
            f"{which} idle: below {self.limit:g} % of utilization for {IDLE_SECONDS:.0f} s, now "
            f"{busiest:.0f} %; try a larger batch size (training.batch_size), keep the data on the "
            "device (hardware.data=device), or train this small a model on a CPU"
        )
        return Alert(code="gpu-idle", message=message, step=sample.step)
