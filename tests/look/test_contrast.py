"""The colours of static/css/tokens.css can be read and told apart, in both themes."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "static" / "css" / "tokens.css"
COLOUR = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)")
PALETTES = {
    theme: {name: colours[place] for name, *colours in COLOUR.findall(TOKENS.read_text())}
    for place, theme in enumerate(("light", "dark"))
}

Rgb = tuple[float, float, float]

DESK = ("ground", "surface", "sunken", "accent-weak")
PAPER = ("paper", "paper-surface", "paper-sunken")
SEVERITIES = tuple(f"severity-{step}" for step in range(1, 6))

# Text needs 4.5:1 (WCAG 1.4.3).
READ = [
    *((ink, back) for ink in ("ink", "ink-2", "accent", "bad") for back in (*DESK, *PAPER)),
    *((ink, back) for ink in ("ok", "warn") for back in ("surface", "ground", "paper-surface")),
    *((ink, f"{ink}-weak") for ink in ("ok", "bad", "warn", "accent")),
    *((ink, f"{tone}-weak") for ink in ("ink", "ink-2") for tone in ("ok", "bad", "warn")),
    *(("on-fill", fill) for fill in ("accent", "ok", "bad", *SEVERITIES[2:])),
    ("ink", "mark"),
]
# Bars, ticks, the bounds of controls and focus rings need 3:1 (WCAG 1.4.11).
SEEN = [
    *((bar, back) for bar in SEVERITIES for back in ("surface", "ground", "sunken", "accent-weak")),
    *(("line-strong", back) for back in ("surface", "ground", "paper", "paper-surface")),
    *(("accent", back) for back in (*DESK, *PAPER)),
    ("severity-4", "mark"),
]

# How the three kinds of colour blindness see linear RGB (Machado, Oliveira, Fernandes 2009).
EYES: dict[str, tuple[Rgb, Rgb, Rgb]] = {
    "any": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanope": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranope": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanope": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def linear(colour: str) -> Rgb:
    """The linear RGB, each 0 to 1, of a colour such as '#1b2430'."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return red, green, blue


def luminance(colour: str, eye: str = "any") -> float:
    """How light a colour is, 0 to 1, to the given eye."""
    light = linear(colour)
    seen = (sum(a * b for a, b in zip(row, light, strict=True)) for row in EYES[eye])
    red, green, blue = (min(max(part, 0.0), 1.0) for part in seen)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str, eye: str = "any") -> float:
    """WCAG's contrast ratio of two colours, 1 to 21."""
    dark, light = sorted((luminance(one, eye), luminance(other, eye)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize(("ink", "back"), READ)
def test_text_can_be_read(theme: str, ink: str, back: str) -> None:
    palette = PALETTES[theme]
    assert contrast(palette[ink], palette[back]) >= 4.5


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize(("shape", "back"), SEEN)
def test_a_shape_stands_out_from_what_is_behind_it(theme: str, shape: str, back: str) -> None:
    palette = PALETTES[theme]
    assert contrast(palette[shape], palette[back]) >= 3


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("theme", PALETTES)
def test_each_step_of_severity_stands_out_more_than_the_one_before(theme: str, eye: str) -> None:
    palette = PALETTES[theme]
    for milder, worse in pairwise(SEVERITIES):
        step = contrast(palette[worse], palette["surface"], eye) / contrast(
            palette[milder], palette["surface"], eye
        )
        assert step >= 1.15, f"{milder} and {worse} look alike to the {eye} eye: {step:.2f}"
