"""The numbers of the forward pass: fp32, tf32, or half-size ones by autocast.

Weights, gradients and updates are fp32 always (Micikevicius et al., "Mixed Precision Training",
arXiv:1710.03740); fp16, whose range is small, scales the loss before the backward pass.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch

from engine.machine.choice import ASKED, Choice
from engine.problem import Problem, SettingsError


@dataclass(frozen=True)
class Precision:
    """How a run computes. `half` is the type that autocast converts to, None for fp32 and tf32."""

    name: str
    device: str
    half: torch.dtype | None = None

    @property
    def scaled(self) -> bool:
        """Whether small gradients would vanish without a scale (fp16)."""
        return self.half is torch.float16

    def casting(self) -> AbstractContextManager[object]:
        """Where the model is called and its loss formed."""
        if self.half is None:
            return nullcontext()
        return torch.autocast(self.device, dtype=self.half)


def choose_precision(asked: str, device: torch.device, small: bool) -> tuple[Precision, Choice]:
    """The precision asked for; auto is bf16 on CUDA, for steps that are not `small`, else fp32.

    Raises:
        SettingsError: this device cannot compute so.
    """
    choice = _automatic(device, small) if asked == "auto" else Choice(asked, ASKED)
    reason = _impossible(choice.value, device)
    if reason:
        raise SettingsError([Problem("hardware.precision", reason)])
    half = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(choice.value)
    if choice.value == "bf16" and device.type == "cpu" and not _fast_bf16():
        choice = Choice("bf16", "as asked, though this CPU computes it several times slower")
    return Precision(choice.value, device.type, half), choice


def apply(precision: Precision) -> None:
    """Sets for this process whether fp32 products may be rounded to tf32 on a GPU."""
    rounded = precision.name != "fp32"
    torch.set_float32_matmul_precision("high" if rounded else "highest")
    torch.backends.cudnn.allow_tf32 = rounded


def _automatic(device: torch.device, small: bool) -> Choice:
    if device.type == "cpu":
        # Measured with AMX, one thread: the 28x28 CNN 1.4 times as fast in bf16, GPT 4x128 1.1
        # and a small MLP 2 times as slow; without such units all are 2 to 11 times as slow.
        return Choice("fp32", "on a CPU bf16 is slower for most models")
    if device.type == "mps":
        return Choice("fp32", "half precision was not measured on Apple GPUs")
    if small:
        return Choice("fp32", "steps are so small that converting would cost more than it saves")
    if _capability(device) >= (8, 0):
        return Choice("bf16", f"{torch.cuda.get_device_name(device)} computes it fastest")
    return Choice("fp32", f"{torch.cuda.get_device_name(device)} has no bf16")


def _impossible(name: str, device: torch.device) -> str:
    """Why not; empty when it can be."""
    cuda = device.type == "cuda"
    if name == "tf32" and not (cuda and _capability(device) >= (8, 0)):
        return (
            "tf32 needs an NVIDIA GPU of compute capability 8.0 (Ampere, 2020) or later; "
            f"this run is on {device.type}: choose auto or fp32"
        )
    if name == "bf16" and cuda and _capability(device) < (8, 0):
        return (
            f"{torch.cuda.get_device_name(device)} has no bf16 (it needs compute capability 8.0); "
            "choose fp16 or fp32"
        )
    return ""


def _capability(device: torch.device) -> tuple[int, int]:
    return torch.cuda.get_device_capability(device)


def _fast_bf16() -> bool:
    """Whether this CPU has AVX512-BF16 or AMX."""
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
