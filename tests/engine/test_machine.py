"""What a run gets of the machine: chosen with a reason, or refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from engine.events import Started
from engine.loop.setup import first_state, set_up
from engine.loop.state import read_scalars
from engine.machine.stacks import blocks_of, forget_activations
from engine.problem import SettingsError
from engine.saving.checkpoint import Checkpoints
from engine.train import train
from tests.engine.small import curve, in_process, last, small

GPT = (
    "data=python_docs",
    "data.limit=40000",
    "model=gpt",
    "model.layers=2",
    "model.width=16",
    "model.heads=2",
    "model.dropout=0.2",
    "model.sampling.length=0",
    "training.steps=6",
)


def choices(*assignments: str) -> dict[str, str]:
    """What the first event of a run says."""
    running = train(small("training.epochs=1", *assignments))
    first = next(running)
    running.close()
    assert isinstance(first, Started)
    return first.choices


def test_every_automatic_choice_has_a_reason() -> None:
    told = choices("hardware.device=auto", "model=cnn", "model.channels=4")
    assert {"device", "threads", "precision", "compile", "data", "layout"} <= set(told)
    assert all(": " in choice for choice in told.values()), told


def test_what_was_asked_for_is_done_and_said() -> None:
    told = choices("hardware.precision=bf16", "hardware.threads=1")
    assert told["precision"].startswith("bf16: as asked")
    assert told["threads"] == "1: as asked"


@pytest.mark.parametrize(
    ("assignment", "path", "words"),
    [
        ("hardware.precision=tf32", "hardware.precision", "NVIDIA GPU"),
        ("hardware.activation_checkpointing=true", "hardware.activation_checkpointing", "blocks"),
        ("hardware.devices=65", "hardware.devices", "64"),
    ],
)
def test_what_cannot_be_is_refused_at_its_setting(assignment: str, path: str, words: str) -> None:
    with pytest.raises(SettingsError) as refused:
        list(train(small("hardware.device=cpu", assignment)))
    assert refused.value.problems[0].path == path
    assert words in refused.value.problems[0].message


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_half_precision_learns_and_keeps_whole_weights(precision: str, tmp_path: Path) -> None:
    faster = ("optimizer.learning_rate=0.02", f"hardware.precision={precision}")
    losses = curve(train(small(*faster), tmp_path))
    assert losses[32] < 0.7 * losses[1]
    assert losses[1] != curve(train(small("training.epochs=1")))[1], "nothing was rounded"
    state = first_state(set_up(small()))
    loaded, _ = Checkpoints(tmp_path / "checkpoints", 1).newest()
    assert loaded is not None
    state.restore(loaded.files, 32)
    assert all(weight.dtype == torch.float32 for weight in state.model.parameters())


def test_the_scale_of_fp16_is_resumed_in_mid_epoch(tmp_path: Path) -> None:
    """With the scale it began with, the first steps after a resume would be skipped again."""
    config = small("hardware.precision=fp16")
    whole = curve(train(config))
    code, before = in_process(config, tmp_path, "train.step@13:kill9")
    assert code == -9
    loaded, _ = Checkpoints(tmp_path / "checkpoints", 2).newest()
    if loaded:
        assert read_scalars(loaded.files).scaler["scale"] > 0
    after = list(train(config, tmp_path, attempt=2))
    assert last(after).reason == "completed"
    assert {**curve(before), **curve(after)} == whole


def test_batches_fetched_ahead_are_the_same(tmp_path: Path) -> None:
    for kind in ((), GPT):
        config = small("training.epochs=2", *kind)
        fetched = small("training.epochs=2", *kind, "hardware.data=host")
        assert curve(train(fetched)) == curve(train(config))
    events = train(fetched, tmp_path)
    next(events)
    events.close()  # the thread that fetches ends with it, or pytest would not


def test_forgotten_activations_change_no_number_and_no_name() -> None:
    plain = list(train(small(*GPT)))
    again = list(train(small(*GPT, "hardware.activation_checkpointing=true")))
    assert curve(again) == curve(plain)
    model = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, batch_first=True), 2)
    names = list(model.state_dict())
    assert len(blocks_of(model)) == 2
    forget_activations(model)
    assert list(model.state_dict()) == names
    plain_model = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, batch_first=True), 2)
    assert kept_for_backward(model) < 0.5 * kept_for_backward(plain_model)


def kept_for_backward(model: nn.Module) -> int:
    """Numbers that a forward pass keeps for the backward pass."""
    sizes: list[int] = []

    def note(tensor: torch.Tensor) -> torch.Tensor:
        sizes.append(tensor.numel())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        model(torch.ones(2, 4, 8, requires_grad=True))
    return sum(sizes)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated")  # torch's own use
def test_a_compiled_model_learns_the_same_and_is_saved_under_its_own_names(tmp_path: Path) -> None:
    config = small("hardware.compile=on", "model.dropout=0", "training.epochs=1")
    compiled = curve(train(config, tmp_path))
    plain = curve(train(small("model.dropout=0", "training.epochs=1")))
    assert compiled == pytest.approx(plain, rel=1e-4)
    loaded, _ = Checkpoints(tmp_path / "checkpoints", 1).newest()
    assert loaded is not None
    state = first_state(set_up(small("model.dropout=0")))
    state.restore(loaded.files, 8)
