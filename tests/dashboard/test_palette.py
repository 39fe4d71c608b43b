"""The curves' colours as colour-blind eyes see them.

Dichromacy is simulated as Machado, Oliveira and Fernandes (2009) do, at full severity, on linear
RGB; distances are Euclidean in CIELAB (CIE 1976, D65), where 2.3 is just noticeable.
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dashboard import theme

SCRIPT = Path(theme.__file__).parent / "static/live/theme.js"
SEEN = {
    "all cones": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = np.array([0.95047, 1.0, 1.08883])
LEAST_DISTANCE = 12.0
LEAST_CONTRAST = 2.5
"""a line of 2 pixels; text is never in these colours"""


def linear(colour: str) -> NDArray[np.float64]:
    """`#rrggbb` as linear RGB from 0 to 1."""
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    low = channels <= 0.04045
    return np.where(low, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Linear RGB in CIELAB."""
    ratios = XYZ @ np.clip(rgb, 0, 1) / WHITE
    x, y, z = np.where(ratios > 216 / 24389, np.cbrt(ratios), (24389 / 27 * ratios + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def luminance(colour: str) -> float:
    """Relative, as WCAG 2 defines it."""
    return float(XYZ[1] @ linear(colour))


def test_the_script_and_the_pages_have_one_palette() -> None:
    found = re.search(r"PALETTE = \[(.*?)\]", SCRIPT.read_text())
    assert found is not None
    assert tuple(re.findall(r"#[0-9a-f]{6}", found[1])) == theme.COLOURS


@pytest.mark.parametrize("eyes", SEEN)
def test_any_two_colours_are_told_apart(eyes: str) -> None:
    places = {colour: lab(np.array(SEEN[eyes]) @ linear(colour)) for colour in theme.COLOURS}
    for one, other in itertools.combinations(places, 2):
        distance = float(np.linalg.norm(places[one] - places[other]))
        assert distance >= LEAST_DISTANCE, f"{one} and {other} look alike: {distance:.1f}"


@pytest.mark.parametrize("ground", ["#ffffff", "#0e0f13"])
def test_every_colour_is_seen_on_both_grounds(ground: str) -> None:
    for colour in theme.COLOURS:
        low, high = sorted([luminance(colour), luminance(ground)])
        assert (high + 0.05) / (low + 0.05) >= LEAST_CONTRAST, colour
