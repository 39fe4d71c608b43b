"""Images channels-last, except where torch would write past the end of their gradients."""

from __future__ import annotations

import subprocess
import sys

import torch
from torch import nn

from engine.machine.layout import lay_out


def test_convolutions_are_channels_last_and_other_models_as_they_were() -> None:
    model = lay_out(nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 1, stride=2)))
    weights = [weight for weight in model.parameters() if weight.dim() == 4]
    assert all(each.is_contiguous(memory_format=torch.channels_last) for each in weights)
    linear = nn.Linear(3, 4)
    assert lay_out(linear) is linear


def test_a_projection_of_few_channels_keeps_its_rows_and_its_numbers() -> None:
    torch.manual_seed(0)
    plain = nn.Conv2d(3, 4, 1, stride=2, bias=False)
    laid = nn.Conv2d(3, 4, 1, stride=2, bias=False)
    laid.load_state_dict(plain.state_dict())
    laid = lay_out(laid)  # type: ignore[assignment]
    assert laid.weight.is_contiguous()
    images = torch.randn(5, 3, 8, 8)
    found = laid(images.contiguous(memory_format=torch.channels_last))
    assert torch.equal(found, plain(images))


def test_its_gradient_stays_in_its_memory() -> None:
    # In a process of its own: glibc is to look at its heap, and where torch is wrong it ends.
    code = (
        "import torch; from torch import nn; from engine.machine.layout import lay_out\n"
        "model = lay_out(nn.Conv2d(3, 4, 1, stride=2))\n"
        "for _ in range(100):\n"
        "    images = torch.randn(16, 3, 8, 8).contiguous(memory_format=torch.channels_last)\n"
        "    model(images.requires_grad_()).square().sum().backward()\n"
    )
    checked = {"MALLOC_CHECK_": "3", "OMP_NUM_THREADS": "1", "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=checked, check=False)
    assert done.returncode == 0
