"""Where and in which numbers a run trains. What is automatic is told with its reason at the start.

Nothing here decides what is learned, so a run may go on elsewhere with other values.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.spec import RARE, Spec


class Hardware(Spec):
    """Where to train, and how its arithmetic is done."""

    device: Literal["auto", "cpu", "cuda", "mps"] = Field(
        "auto", description="auto takes a GPU where the worker has one"
    )
    devices: int = Field(
        1,
        ge=1,
        le=64,
        description="GPUs of a machine, or processes on a CPU, that share each batch (DDP)",
    )
    machines: int = Field(
        1,
        ge=1,
        le=64,
        description="machines that train the run together, each with so many devices; it waits "
        "until all have them free at once",
        json_schema_extra=RARE,
    )
    weights: Literal["replicated", "sharded"] = Field(
        "replicated",
        description="with several devices; replicated: each has the whole model (DDP); sharded: "
        "each has its part of weights, gradients and optimizer (FSDP2), for models that fit in no "
        "single one; steps take longer",
        json_schema_extra=RARE,
    )
    precision: Literal["auto", "fp32", "tf32", "bf16", "fp16"] = Field(
        "auto",
        description="numbers of the forward pass; auto is bf16 on a GPU that has it, except for "
        "small models, else fp32; weights and their updates are fp32 always",
    )
    compile: Literal["auto", "on", "off"] = Field(
        "auto",
        description="torch.compile: faster steps after half a minute or more of compiling; "
        "auto is off",
        json_schema_extra=RARE,
    )
    activation_checkpointing: bool = Field(
        False,
        description="forget what the blocks of a Transformer computed and compute it again for "
        "the gradient: less memory, a third more time",
        json_schema_extra=RARE,
    )
    data: Literal["auto", "device", "host"] = Field(
        "auto",
        description="device: the training samples lie in the GPU's memory; host: they are fetched "
        "ahead of the steps; auto takes the device when half of its free memory is enough",
        json_schema_extra=RARE,
    )
    threads: int | None = Field(
        None,
        ge=1,
        le=1024,
        description="CPU threads; none takes one for small models, torch's choice for others",
        json_schema_extra=RARE,
    )

    @property
    def processes(self) -> int:
        """How many train the run, on all its machines."""
        return self.devices * self.machines
