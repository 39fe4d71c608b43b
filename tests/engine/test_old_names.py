"""Checkpoints of an earlier Trainyard, in whose models a dropout of 0 had no place, go on."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load, save
from torch import nn

from engine.config import RunConfig
from engine.loop.setup import first_state, set_up
from engine.loop.state import TrainState
from engine.loop.tensors import fill
from engine.problem import SettingsError
from engine.saving.checkpoint import Checkpoints
from engine.train import train
from tests.engine.small import curve, small
from tests.engine.test_resume import stopped_after, weights

MODELS = {
    "mlp": ("model=mlp", "model.hidden=16,12,8", "model.dropout=0"),
    "cnn": ("model=cnn", "model.channels=4,8", "model.dense=8,8"),
    "cnn with dropout": ("model=cnn", "model.channels=4,8", "model.dropout=0.3"),
    "vgg": ("model=vgg", "model.width=2", "model.dense=8,8", "model.dropout=0"),
    "resnet": ("model=resnet", "model.depth=8", "model.width=4"),
}


def as_it_was(model: nn.Module) -> dict[str, torch.Tensor]:
    """The weights as the model that was built without dropouts of 0 called them."""
    for part in model.modules():
        if isinstance(part, nn.Sequential):
            kept = [
                each
                for each in part
                if not (isinstance(each, nn.Dropout | nn.Dropout2d) and each.p == 0)
            ]
            part._modules = {str(place): each for place, each in enumerate(kept)}
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def state(config: RunConfig) -> TrainState:
    return first_state(set_up(config))


@pytest.mark.parametrize("kind", MODELS)
def test_weights_under_their_old_names_are_the_same_weights(kind: str) -> None:
    config = small(*MODELS[kind])
    old, new = as_it_was(state(config).model), state(config).model.state_dict()
    expected = {name: tensor.clone() for name, tensor in new.items()}
    assert old.keys() != new.keys()
    for tensor in new.values():
        tensor.zero_()
    fill(new, old)
    assert all(torch.equal(new[name], expected[name]) for name in expected)


def test_a_run_goes_on_from_an_old_checkpoint_bit_for_bit(tmp_path: Path) -> None:
    config = small(
        *MODELS["mlp"],
        *("training.batch_size=2", "training.steps=300", "training.ema=on"),
        *("training.checkpoint_seconds=3600", "training.evaluate_steps=50"),
    )
    whole = list(train(config, tmp_path / "whole"))
    heard = stopped_after(config, tmp_path / "parts", 100)
    rename(tmp_path / "parts" / "checkpoints", config)
    rest = list(train(config, tmp_path / "parts", attempt=3))
    assert curve(heard + rest) == curve(whole)
    assert weights(tmp_path / "parts") == weights(tmp_path / "whole")


def rename(folder: Path, config: RunConfig) -> None:
    """Writes the newest checkpoint again as an earlier version would have."""
    loaded, _ = Checkpoints(folder, 1).newest()
    assert loaded is not None
    before = state(config).model
    names = dict(zip(before.state_dict(), as_it_was(before), strict=True))
    files = dict(loaded.files)
    for name in ("model.safetensors", "average.safetensors", "best.safetensors"):
        files[name] = save({names[key]: tensor for key, tensor in load(files[name]).items()})
        assert files[name] != loaded.files[name]
    Checkpoints(folder, 2).save(files, loaded.manifest.facts.model_copy(update={"attempt": 2}))


def test_other_weights_are_refused_with_a_sentence() -> None:
    targets = state(small("model.hidden=16")).model.state_dict()
    sources = state(small("model.hidden=16,16")).model.state_dict()
    sentence = "written by another version of Trainyard, whose model has 6.bias where this one has"
    with pytest.raises(SettingsError, match=sentence):
        fill(targets, {f"6{name[1:]}": tensor for name, tensor in sources.items()})
