"""The rules over machine and time: what a driver says is made up, the rules are the real ones."""

from __future__ import annotations

from typing import Any

import pynvml
import pytest

from engine.alerts.settings import Alerts
from engine.events import Alert, Checkpoint, Hardware, Started, Steps, Timing
from engine.gpu_sample import GpuSample
from jobs.sampling.hardware import Meter
from jobs.watching.lasting import Lasting
from jobs.watching.watch import Watch

GB = 1_000_000_000


def sample(time: float, **changes: Any) -> Hardware:
    usual: dict[str, Any] = {
        "step": 7,
        "cpu": 10.0,
        "process_cpu": 10.0,
        "memory_used": 8 * GB,
        "memory_total": 64 * GB,
        "process_memory": GB,
        "disk_free": 100 * GB,
        "disk_total": 200 * GB,
    }
    return Hardware(time=time, **{**usual, **changes})


def gpu(utilization: float | None, used: int = GB) -> GpuSample:
    return GpuSample(
        index=0,
        uuid="GPU-1",
        name="NVIDIA H100",
        utilization=utilization,
        memory_used=used,
        memory_total=80 * GB,
    )


def started(device: str = "cuda:0") -> Started:
    facts: dict[str, Any] = {"parameters": 1, "epochs": 1, "steps_per_epoch": 1, "total_steps": 9}
    task: Any = "classification"
    return Started(task=task, device=device, device_name="x", samples={}, **facts)


def stepped(time: float) -> Steps:
    return Steps(time=time, step=7, epoch=1, seconds=[time], metrics={})


def told(watch: Watch, samples: list[Hardware], *, steps: bool = True) -> list[tuple[float, Alert]]:
    found = []
    for each in samples:
        if steps:
            watch.hear(stepped(each.time))
        found += [(each.time, alert) for alert in watch.measure(each)]
    return found


def test_a_condition_counts_once_after_its_time_and_again_when_it_was_away() -> None:
    lasting, found = Lasting(3), []
    for now, is_so in enumerate("x.xxxxxx.xx....xxxxxxx..."):
        if lasting.begins(is_so == "x", now):
            found.append(now)
    assert found == [5, 18]


def test_a_gpu_that_idles_for_a_minute_is_told_once() -> None:
    watch = Watch(Alerts())
    watch.hear(started())
    ((time, alert),) = told(watch, [sample(now, gpus=[gpu(3.0)]) for now in range(200)])
    assert (time, alert.code, alert.level) == (60.0, "gpu-idle", "warning")
    assert alert.message.startswith(
        "the GPU (NVIDIA H100) is idle: below 10 % of utilization for 60 s, now 3 %; try a larger"
    )


@pytest.mark.parametrize(
    ("device", "utilization", "steps", "rules"),
    [
        ("cpu", 0.0, True, Alerts()),
        ("cuda:0", 50.0, True, Alerts()),
        ("cuda:0", None, True, Alerts()),
        ("cuda:0", 0.0, False, Alerts()),
        ("cuda:0", 0.0, True, Alerts(idle_gpu=None)),
    ],
    ids=["on-a-cpu", "busy", "unknown", "no-steps", "off"],
)
def test_no_idle_gpu(device: str, utilization: float | None, steps: bool, rules: Alerts) -> None:
    watch = Watch(rules)
    watch.hear(started(device))
    samples = [sample(now, gpus=[gpu(utilization)]) for now in range(200)]
    assert told(watch, samples, steps=steps) == []


def test_what_the_driver_says_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Through NVML's own names, as `jobs/sampling/gpu.py` asks them."""

    class Said:
        gpu, used, total = 4, 79 * GB, 80 * GB

    def refuse(*_: object) -> None:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)

    answers = {
        "nvmlInit": lambda: None,
        "nvmlDeviceGetCount": lambda: 1,
        "nvmlDeviceGetHandleByIndex": lambda index: index,
        "nvmlDeviceGetUUID": lambda _: "GPU-1",
        "nvmlDeviceGetName": lambda _: "NVIDIA H100",
        "nvmlDeviceGetUtilizationRates": lambda _: Said,
        "nvmlDeviceGetMemoryInfo": lambda _: Said,
        "nvmlDeviceGetPowerUsage": refuse,
        "nvmlDeviceGetTemperature": refuse,
    }
    for name, answer in answers.items():
        monkeypatch.setattr(pynvml, name, answer)
    meter, watch = Meter(), Watch(Alerts(room=True))
    watch.hear(started())
    measured = meter.sample()
    samples = [measured.model_copy(update={"time": float(now)}) for now in range(100)]
    codes = {alert.code for _, alert in told(watch, samples)}
    assert {"gpu-idle", "gpu-memory-full"} <= codes


def test_a_disk_with_room_for_few_checkpoints_is_told_and_then_as_an_error() -> None:
    watch = Watch(Alerts())
    watch.hear(Checkpoint(name="step-7", bytes=400_000_000, seconds=0.1))
    free = [100.0] * 10 + [1.35] * 20 + [0.5] * 20 + [100.0] * 20 + [1.9] * 20
    samples = [sample(now, disk_free=int(size * GB)) for now, size in enumerate(free)]
    found = told(watch, samples)
    assert [(time, alert.level) for time, alert in found] == [
        (15.0, "warning"),
        (35.0, "error"),
        (75.0, "warning"),
    ]
    assert "1.4 GB free, room for 3 more checkpoints of 400 MB" in found[0][1].message
    assert "500 MB free, room for 1 more checkpoint of 400 MB" in found[1][1].message


def test_memory_that_stays_full_is_told_with_whose_it_is() -> None:
    full = [sample(now, memory_used=63 * GB, process_memory=40 * GB) for now in range(60)]
    ((time, alert),) = told(Watch(Alerts()), full)
    assert (time, alert.code) == (15.0, "memory-full")
    assert "63.0 GB of 64.0 GB used, 40.0 GB by this run" in alert.message
    assert told(Watch(Alerts(room=False)), full) == []


def test_steps_that_wait_for_data_starve() -> None:
    watch, found = Watch(Alerts()), []
    shares = [0.1] * 80 + [0.7] * 120 + [0.1] * 100 + [0.9] * 100
    for now, share in enumerate(shares):
        timing = Timing(time=now, step=now, seconds=1.0, data=share, compute=1 - share)
        found += watch.hear(timing)
    assert [alert.code for alert in found] == ["data-starving"] * 2
    assert 80 < found[0].step < 140
    assert "of the last 60 s went into waiting for batches" in found[0].message


def test_an_evaluation_is_no_waiting() -> None:
    watch = Watch(Alerts())
    timing = Timing(seconds=100.0, data=10.0, compute=20.0, evaluation=70.0)
    assert not [alert for _ in range(20) for alert in watch.hear(timing)]
