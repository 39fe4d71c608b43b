"""Room that runs out: on the disk with the runs, in the machine's memory, on its GPUs."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.events import Alert, Hardware
from jobs.watching.lasting import Lasting

LOW_BYTES, LAST_BYTES = 1_000_000_000, 200_000_000
"""free on the disk: a warning, and an error; more where checkpoints are large"""
LOW_CHECKPOINTS, LAST_CHECKPOINTS = 5, 2
FULL = 0.95
"""share of the machine's memory that is nearly all of it"""
FULL_GPU = 0.98
"""torch keeps what it once had, so that a GPU may well look full"""
DISK_SECONDS, MEMORY_SECONDS = 5.0, 15.0


@dataclass
class Room:
    """Each is told once, until there is room again."""

    checkpoint: int = 0
    """bytes of the newest one; 0 before the first"""
    low: Lasting = field(default_factory=lambda: Lasting(DISK_SECONDS))
    last: Lasting = field(default_factory=lambda: Lasting(DISK_SECONDS))
    memory: Lasting = field(default_factory=lambda: Lasting(MEMORY_SECONDS))
    gpus: dict[int, Lasting] = field(default_factory=dict)

    def hear(self, sample: Hardware) -> list[Alert]:
        """What is nearly full now and was not before."""
        found = [self._disk(sample), self._memory(sample), *self._gpus(sample)]
        return [each for each in found if each]

    def _disk(self, sample: Hardware) -> Alert | None:
        free = sample.disk_free
        if free is None:
            return None
        low = free < max(LOW_BYTES, LOW_CHECKPOINTS * self.checkpoint)
        last = free < max(LAST_BYTES, LAST_CHECKPOINTS * self.checkpoint)
        begins = self.low.begins(low, sample.time)
        # An error says the warning too.
        is_error = self.last.begins(last, sample.time)
        if not (begins or is_error):
            return None
        message = (
            f"the disk with the runs is nearly full: {_gigabytes(free)} free{self._room(free)}; "
            "free some space, or the next checkpoints will fail and a crash will cost more work"
        )
        return Alert(
            level="error" if last else "warning",
            code="disk-full",
            message=message,
            step=sample.step,
        )

    def _room(self, free: int) -> str:
        if not self.checkpoint:
            return ""
        more = free // self.checkpoint
        if more > 1_000:
            return ""
        words = f"{more:,} more checkpoint{'' if more == 1 else 's'}"
        return f", room for {words} of {_gigabytes(self.checkpoint)}"

    def _memory(self, sample: Hardware) -> Alert | None:
        full = sample.memory_used >= FULL * sample.memory_total
        if not self.memory.begins(full, sample.time):
            return None
        message = (
            f"the machine's memory is nearly exhausted: {_gigabytes(sample.memory_used)} of "
            f"{_gigabytes(sample.memory_total)} used, {_gigabytes(sample.process_memory)} by this "
            "run; the system may kill it soon: end something else, or choose less data or a "
            "smaller batch size"
        )
        return Alert(code="memory-full", message=message, step=sample.step)

    def _gpus(self, sample: Hardware) -> list[Alert]:
        alerts = []
        for gpu in sample.gpus:
            if not gpu.memory_used or not gpu.memory_total:
                continue
            lasting = self.gpus.setdefault(gpu.index, Lasting(MEMORY_SECONDS))
            if lasting.begins(gpu.memory_used >= FULL_GPU * gpu.memory_total, sample.time):
                message = (
                    f"the memory of GPU {gpu.index} ({gpu.name}) is nearly exhausted: "
                    f"{_gigabytes(gpu.memory_used)} of {_gigabytes(gpu.memory_total)} used; a "
                    "smaller batch size (training.batch_size) or hardware.activation_checkpointing "
                    "leaves room"
                )
                alerts.append(Alert(code="gpu-memory-full", message=message, step=sample.step))
        return alerts


def _gigabytes(number: int) -> str:
    """`1.2 GB`, `340 MB`, `17 kB`."""
    for unit, size in (("GB", 1e9), ("MB", 1e6)):
        if number >= size:
            return f"{number / size:.{0 if number >= 100 * size else 1}f} {unit}"
    return f"{number / 1e3:.0f} kB"
